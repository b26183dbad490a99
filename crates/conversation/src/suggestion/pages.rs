//! Suggestions at the composer: asking for one, taking it, setting it aside. All of it works with
//! the form that is there, so what somebody typed comes along and stays.

use crate::case::pages::{Typed, page};
use crate::message::pages::Composed;
use crate::suggestion::actions::{self, Wanted};
use crate::suggestion::endpoint::model;
use crate::suggestion::rules::{SuggestionRefused, title};
use crate::suggestion::{Suggestion, sql};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use casework::draft::actions::save_draft;
use casework::draft::{DraftKind, PAGES, Stamp};
use casework::refusal::ActError;
use desk::screen::Screen;
use desk::view::case::CaseView;
use desk::view::case::load;
use desk::view::list::CameFrom;
use domain::permit::Act;
use domain::suggestion::SuggestionKind;
use jiff::Timestamp;
use store::{Context, StoreError};
use web::time_words::Moment;
use web::{Form, Path, Problem};

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/suggestions", post(ask))
        .route("/cases/{number}/suggestions/use", post(take))
        .route("/cases/{number}/suggestions/aside", post(set_aside))
}

/// What the composer shows of the model. Without one it shows nothing.
#[derive(Default)]
pub(crate) struct Suggesting {
    /// Whether a model is set up and this person may ask it.
    pub is_on: bool,
    /// Whether the customer's language is another than the one colleagues read.
    pub translates: bool,
    pub found: Option<SuggestionView>,
    /// Why there is no suggestion.
    pub news: String,
}

/// A suggestion as its asker sees it.
pub(crate) struct SuggestionView {
    pub id: String,
    pub title: &'static str,
    pub text: String,
    pub model: String,
    pub when: Moment,
    /// What was taken out, in sentences.
    pub notes: String,
    /// Whether it can be put below what is typed.
    pub goes_below: bool,
    /// Whether it can stand in place of what is typed.
    pub goes_instead: bool,
}

/// What the composer shows on this case; `typed` is what stands in it.
pub(crate) async fn suggesting(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    typed: &Typed,
) -> Result<Suggesting, StoreError> {
    let Some(model) = model(ctx).filter(|_| screen.may(Act::Reply)) else {
        return Ok(Suggesting::default());
    };
    let found = sql::of(&ctx.store, view.case.id, screen.signed.staff.id).await?;
    Ok(Suggesting {
        is_on: true,
        translates: !view.case.language.is_empty() && view.case.language != model.language,
        found: found.map(|found| shown(screen, found, &typed.words)),
        news: typed.model_news.clone(),
    })
}

fn shown(screen: &Screen, found: Suggestion, typed: &str) -> SuggestionView {
    let mut notes = vec![match found.hidden {
        0 => "No personal data were found in what it was asked.".to_owned(),
        1 => "1 piece of personal data was taken out before it was asked.".to_owned(),
        n => format!("{n} pieces of personal data were taken out before it was asked."),
    }];
    match found.links {
        0 => {}
        1 => notes.push("1 link that is not ours was left out.".to_owned()),
        n => notes.push(format!("{n} links that are not ours were left out.")),
    }
    if found.is_cut {
        notes.push("It said more; the rest was left out.".to_owned());
    }
    let is_typed = !typed.trim().is_empty();
    let at = Timestamp::from_millisecond(found.made_at_ms).unwrap_or(screen.now);
    SuggestionView {
        title: title(found.kind),
        when: screen.moment(at),
        goes_below: found.kind == SuggestionKind::Reply,
        goes_instead: match found.kind {
            SuggestionKind::Reply => is_typed,
            SuggestionKind::DraftTranslation => true,
            _ => false,
        },
        id: found.id,
        text: found.text,
        model: found.model,
        notes: notes.join(" "),
    }
}

/// `reply`, `summary`, `draft`, or a message by its place on the page: `m-12`.
fn wanted(wish: &str, words: &str, kind: DraftKind) -> Option<Wanted> {
    let typed = if kind == DraftKind::Reply { words.to_owned() } else { String::new() };
    match wish {
        "reply" | "" => Some(Wanted::Reply(typed)),
        "summary" => Some(Wanted::Summary),
        "draft" => Some(Wanted::Draft(typed)),
        message => message.strip_prefix("m-")?.parse().ok().map(Wanted::Message),
    }
}

/// `POST /cases/{number}/suggestions`: the page with a suggestion, or with why there is none.
async fn ask(
    State(ctx): State<Context>,
    list: CameFrom,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let (sent, press) = (form.value.only_rules(), form.press);
    let screen = Screen::of(&ctx, form.by).await?.coming_from(list);
    let view = load(&ctx, &screen, &number).await?;
    let kind = sent.draft_kind();
    keep(&ctx, &screen, &view, &sent).await?;
    let Some(wanted) = wanted(sent.wish.as_deref().unwrap_or(""), &sent.words, kind) else {
        return Err(ActError::from(SuggestionRefused::NoSuchMessage).into());
    };
    match actions::ask(&ctx, &screen, &view, wanted, &press).await {
        Ok(_) => Ok(back(&view, kind, &sent)),
        Err(ActError::Refused(refused)) => match refused.as_one_of() {
            Some(why) => again(&ctx, &screen, &view, &sent, why).await,
            None => Err(ActError::Refused(refused).into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Back to the case, where the draft was kept: a page that can be loaded again, with who was chosen
/// to get it and what was done with the coach's advice.
fn back(view: &CaseView, kind: DraftKind, sent: &Composed) -> Response {
    let write = (kind == DraftKind::Note).then(|| "write=note".to_owned());
    let to = sent.to().map(|to| {
        let ids: Vec<String> = to.iter().map(ToString::to_string).collect();
        format!("to={}", ids.join(","))
    });
    let rules = |name: &str, rules: &[String]| {
        (!rules.is_empty()).then(|| format!("{name}={}", rules.join(",")))
    };
    let parts = [write, to, rules("used", &sent.used), rules("kept", &sent.kept)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    Redirect::to(&format!("/cases/{}{query}", view.case.number)).into_response()
}

/// What was typed is kept as a draft before anything else is tried.
async fn keep(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    sent: &Composed,
) -> Result<(), Problem> {
    let n = sent.stamp.map_or_else(|| ctx.now().as_millisecond(), |stamp| stamp + PAGES);
    let stamp = Stamp { n, since: None, over: false };
    let (staff, kind) = (&screen.signed.staff, sent.draft_kind());
    save_draft(ctx, staff, view.case.number, kind, &sent.words, stamp).await?;
    Ok(())
}

/// `POST /cases/{number}/suggestions/use`: it becomes a draft, below what is typed or in its place.
async fn take(
    State(ctx): State<Context>,
    list: CameFrom,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let (mut sent, press) = (form.value.only_rules(), form.press);
    let screen = Screen::of(&ctx, form.by).await?.coming_from(list);
    let view = load(&ctx, &screen, &number).await?;
    let staff = &screen.signed.staff;
    staff.permit(Act::Reply, &view.case).map_err(ActError::from)?;
    sent.kind = DraftKind::Reply.as_str().to_owned();
    let id = sent.suggestion.clone().unwrap_or_default();
    let found = sql::of(&ctx.store, view.case.id, staff.id).await?.filter(|one| one.id == id);
    let Some(found) = found else {
        return again(&ctx, &screen, &view, &sent, &SuggestionRefused::Gone).await;
    };
    let before = sent.words.trim_end();
    sent.words = match sent.wish.as_deref() {
        Some("instead") => found.text,
        _ if before.is_empty() => found.text,
        _ => format!("{before}\n\n{}", found.text),
    };
    keep(&ctx, &screen, &view, &sent).await?;
    actions::take(&ctx, staff, view.case.number, &id, &press).await?;
    Ok(back(&view, DraftKind::Reply, &sent))
}

async fn again(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    sent: &Composed,
    why: &SuggestionRefused,
) -> Result<Response, Problem> {
    let typed = Typed { model_news: why.to_string(), ..sent.typed() };
    let html = page(ctx, screen, view, sent.draft_kind(), typed, "").await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html).into_response())
}

/// `POST /cases/{number}/suggestions/aside`
async fn set_aside(
    State(ctx): State<Context>,
    list: CameFrom,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let sent = form.value.only_rules();
    let screen = Screen::of(&ctx, form.by).await?.coming_from(list);
    let view = load(&ctx, &screen, &number).await?;
    keep(&ctx, &screen, &view, &sent).await?;
    let (staff, id) = (&screen.signed.staff, sent.suggestion.clone().unwrap_or_default());
    actions::set_aside(&ctx, staff, view.case.number, &id).await?;
    Ok(back(&view, sent.draft_kind(), &sent))
}
