//! A case at a glance, beside the list (`Space`): nobody need leave the list to see what it is.

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use desk::case::thread::{EntryKind, EntryView};
use desk::screen::{Screen, reason_words, stage_words};
use desk::view::case::load;
use desk::view::panel::Panel;
use domain::permit::Act;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::time_words::{DueClock, Moment};
use web::{Path, Problem, SignedIn};

/// Letters of the last words.
const WORDS_MOST: usize = 600;

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/peek", get(show))
}

/// What the customer said last.
struct Said {
    who: String,
    when: Moment,
    words: String,
}

#[derive(askama::Template)]
#[template(path = "view/peek.html")]
struct PeekPage {
    frame: StaffFrame,
    here: String,
    customer: String,
    stage: String,
    due: Option<DueClock>,
    problem: String,
    reasons: String,
    said: Option<Said>,
    panel: Panel,
    may_reply: bool,
}

/// `GET /cases/{number}/peek`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let view = load(&ctx, &screen, &number).await?;
    let case = &view.case;
    let is_mine = case.owner == Some(screen.signed.staff.id);
    let entries = view.thread.entries.iter().rev().map(|entry| EntryView::of(&screen, entry));
    let said = entries.into_iter().find(|entry| entry.kind == EntryKind::FromCustomer);
    web::page(&PeekPage {
        frame: screen.frame(&ctx, format!("Peek – {}", case.number), Place::Queue, "list").await?,
        here: case.number.to_string(),
        customer: view.customer.clone(),
        stage: stage_words(case, view.owner.as_deref(), &view.team, is_mine),
        due: screen.next_due(case),
        problem: case.problem_line().to_owned(),
        reasons: view.reasons.iter().take(4).map(reason_words).collect::<Vec<_>>().join(" · "),
        said: said.map(|entry| Said {
            who: entry.who,
            when: entry.when,
            words: entry.text.chars().take(WORDS_MOST).collect(),
        }),
        panel: Panel::of(&ctx, &screen, &view).await?,
        may_reply: screen.may(Act::Reply) && !case.stage.is_closed(),
    })
}
