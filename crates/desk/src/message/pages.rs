//! The composer: reply, private note, draft, coach; and deciding about a letter in doubt.

use crate::case::pages::{load, missing, page};
use crate::draft::DraftKind;
use crate::draft::actions as drafts;
use crate::message::actions::{self, Reply};
use crate::message::coaching::findings;
use crate::message::letters::{self, Decision};
use crate::message::rules::MessageRefused;
use crate::refusal::{ActError, Refused};
use crate::screen::{Screen, words_of};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use domain::id::CaseNumber;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem};

/// Letters of a message.
const WORDS_MOST: usize = 100_000;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/messages", post(create_reply))
        .route("/cases/{number}/notes", post(create_note))
        .route("/cases/{number}/draft", post(save_draft))
        .route("/cases/{number}/coach", post(coach))
        .route("/cases/{number}/letters/{key}", post(decide))
}

/// What the composer sends, whichever of its buttons was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Composed {
    #[serde(default)]
    words: String,
    #[serde(default)]
    kind: String,
    read_up_to: Option<u64>,
    stamp: Option<i64>,
    /// `coach`: only look at it.
    only: Option<String>,
    /// The writer saw that something new came and sends all the same.
    #[serde(rename = "seen")]
    _seen: Option<String>,
}

/// `POST /cases/{number}/messages`
async fn create_reply(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let sent = form.value;
    let screen = Screen::of(&ctx, form.by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let found = findings(&screen, &view, &sent.words);
    if sent.only.is_some() || found.iter().any(|finding| finding.stops) {
        let status =
            if sent.only.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let html = page(&ctx, &screen, &view, DraftKind::Reply, sent.words, "").await?;
        return Ok((status, html).into_response());
    }
    let text = words_of("words", &sent.words, WORDS_MOST, "Write what the customer should read.")?;
    let reply = Reply { text, read_up_to: sent.read_up_to, draft_stamp: sent.stamp };
    let number = view.case.number;
    match actions::reply(&ctx, &screen.signed.staff, number, reply, &form.press).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{number}")).into_response()),
        Err(ActError::Refused(Refused::Message(MessageRefused::NewWords { .. }))) => {
            // The newer words are in the thread above the composer; a second press sends.
            let news = "Something new came while you were writing. Read it above, then send.";
            let html = page(&ctx, &screen, &view, DraftKind::Reply, sent.words, news).await?;
            Ok((StatusCode::CONFLICT, html).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /cases/{number}/notes`
async fn create_note(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Redirect, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let text =
        words_of("words", &form.value.words, WORDS_MOST, "Write what colleagues should know.")?;
    let stamp = form.value.stamp;
    actions::note(&ctx, &form.by.staff, number, text, stamp, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}

/// `POST /cases/{number}/draft`: kept within a second after typing stops.
async fn save_draft(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<StatusCode, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let kind = if form.value.kind == "note" { DraftKind::Note } else { DraftKind::Reply };
    let stamp = form.value.stamp.unwrap_or_else(|| ctx.now().as_millisecond());
    drafts::save_draft(&ctx, &form.by.staff, number, kind, &form.value.words, stamp).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /cases/{number}/coach`: the page with findings on what is typed; nothing is kept.
async fn coach(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let screen = Screen::of(&ctx, form.by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let template = FindingsPage {
        here: view.case.number.to_string(),
        findings: findings(&screen, &view, &form.value.words),
    };
    web::page(&template).map(IntoResponse::into_response)
}

#[derive(askama::Template)]
#[template(path = "case/findings.html")]
struct FindingsPage {
    here: String,
    findings: Vec<crate::message::coaching::FindingView>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    decide: Decision,
}

/// `POST /cases/{number}/letters/{key}`: a person decides about a letter that may have arrived.
async fn decide(
    State(ctx): State<Context>,
    Path((number, key)): Path<(String, String)>,
    form: Form<Decided>,
) -> Result<Redirect, Problem> {
    let screen = Screen::of(&ctx, form.by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let (staff, decision) = (&screen.signed.staff, form.value.decide);
    letters::decide(&ctx, staff, &view.case, &key, decision).await?;
    Ok(Redirect::to(&format!("/cases/{}", view.case.number)))
}
