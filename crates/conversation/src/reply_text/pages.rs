//! The picker of reply texts (`/` in the composer) with its gaps (`{{`).

use crate::reply_text::gaps::Values;
use crate::reply_text::sql::offered;
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use desk::screen::Screen;
use desk::view::case::CaseView;
use desk::view::case::{load, missing};
use domain::permit::Act;
use domain::variable::Filled;
use store::{Context, StoreError};
use web::frame::{Place, StaffFrame};
use web::{Path, Problem, SignedIn};

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/reply-texts", get(pick))
}

struct TextView {
    id: String,
    name: String,
    text: String,
    /// Gaps that nothing fills, in words; empty when all are filled.
    missing: String,
}

struct GapView {
    name: String,
    what: &'static str,
    value: String,
}

#[derive(askama::Template)]
#[template(path = "reply_text/pick.html")]
struct PickPage {
    frame: StaffFrame,
    here: String,
    press: String,
    read_up_to: u64,
    texts: Vec<TextView>,
    gaps: Vec<GapView>,
    may_keep: bool,
}

/// The gaps that nothing fills, as a person reads them.
pub(crate) fn in_words(missing: &[String]) -> String {
    missing.iter().map(|name| format!("{{{{{name}}}}}")).collect::<Vec<_>>().join(", ")
}

/// `GET /cases/{number}/reply-texts`
async fn pick(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let view = load(&ctx, &screen, &number).await?;
    if !screen.may(Act::Reply) {
        return Err(missing());
    }
    let (staff, team) = (&screen.signed.staff, view.case.team);
    let values = Values::of(&ctx, &screen, &view).await.map_err(Problem::ours)?;
    let texts = offered(&ctx.store, staff, team).await.map_err(Problem::ours)?;
    let texts = texts.into_iter().map(|text| {
        let filled = values.fill(&text.text);
        TextView {
            id: text.id,
            name: text.name,
            missing: in_words(&filled.missing),
            text: filled.text,
        }
    });
    let gaps = values.listed().map(|(name, what, value)| GapView {
        name: format!("{{{{{name}}}}}"),
        what,
        value: value.to_owned(),
    });
    let here = view.case.number.to_string();
    web::page(&PickPage {
        texts: texts.collect(),
        gaps: gaps.filter(|gap| !gap.value.is_empty()).collect(),
        may_keep: screen.may(Act::KeepLists),
        read_up_to: view.case.version,
        press: web::new_press(&ctx),
        frame: screen.frame(&ctx, "Reply texts", Place::Queue, "anywhere").await?,
        here,
    })
}

/// The text with `id` as it reads on this case; `None` when it is not offered here.
pub(crate) async fn filled(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    id: &str,
) -> Result<Option<Filled>, StoreError> {
    let texts = offered(&ctx.store, &screen.signed.staff, view.case.team).await?;
    let Some(text) = texts.into_iter().find(|text| text.id == id) else { return Ok(None) };
    Ok(Some(Values::of(ctx, screen, view).await?.fill(&text.text)))
}
