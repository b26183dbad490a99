//! "Did this solve it?": what customers answer with the link of their case: P6. GET only shows the
//! question, however often a mail scanner follows the links.

use super::actions;
use super::rules::Answer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use casework::refusal::ActError;
use desk::view::visit::{Visit, WORDS_MOST};
use domain::case::{Closing, Stage};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::frame::CustomerFrame;
use web::{Path, Problem, PublicForm, Query, Visitor, page_in};

/// The pages of this noun for customers.
pub fn router() -> Router<Context> {
    Router::new().route("/c/{token}/solved", get(ask).post(answer))
}

#[derive(askama::Template)]
#[template(path = "portal/solved.html")]
struct SolvedPage {
    frame: CustomerFrame,
    action: String,
    whole: String,
    what_we_did: String,
    /// They said yes before.
    said_yes: bool,
    choices: Vec<(&'static str, String, bool)>,
    words: String,
    errors: Vec<(String, String)>,
    press: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    answer: String,
}

fn solved_page(
    ctx: &Context,
    visit: &Visit,
    chosen: &str,
    words: String,
    errors: Vec<(String, String)>,
) -> Result<Response, Problem> {
    let say = visit.say;
    let choices =
        [("yes", say.solved_yes()), ("partly", say.solved_partly()), ("no", say.solved_no())];
    let what_we_did = match &visit.portal.case.stage {
        Stage::Checking { what_we_did, .. } if !what_we_did.is_empty() => {
            say.solved_what_we_did(what_we_did)
        }
        _ => String::new(),
    };
    let known = choices.iter().find(|(value, _)| *value == chosen);
    let here = known.map_or("/solved".to_owned(), |(value, _)| format!("/solved?answer={value}"));
    let mut frame = visit.frame(&say.solved_title(), &here);
    frame.has_errors = !errors.is_empty();
    let page = SolvedPage {
        frame,
        action: visit.to("/solved"),
        whole: visit.to(""),
        what_we_did,
        said_yes: matches!(
            visit.portal.case.stage,
            Stage::Closed { because: Closing::Confirmed, .. }
        ),
        choices: choices.map(|(value, says)| (value, says, value == chosen)).to_vec(),
        words,
        errors,
        press: web::new_press(ctx),
    };
    page_in(&page, say)
}

/// `GET /c/{token}/solved?answer=yes`: only shows the question, with the answer chosen.
async fn ask(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    solved_page(&ctx, &visit, &asked.answer, String::new(), Vec::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    words: String,
}

#[derive(askama::Template)]
#[template(path = "portal/answered.html")]
struct AnsweredPage {
    frame: CustomerFrame,
    back: String,
    heading: String,
    says: String,
}

/// `POST /c/{token}/solved`
async fn answer(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: PublicForm<Answered>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    let say = visit.say;
    let answer = match form.value.answer.as_str() {
        "yes" => Answer::Yes,
        "partly" => Answer::Partly,
        "no" => Answer::No,
        _ => {
            let errors = vec![("answer".to_owned(), say.solved_choose())];
            let page = solved_page(&ctx, &visit, "", form.value.words, errors)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let cut: String = form.value.words.trim().chars().take(WORDS_MOST).collect();
    let words = Words::new(&cut, WORDS_MOST).ok();
    let permit = &visit.portal.permit;
    let done = actions::answer(&ctx, permit, answer, words.as_ref(), &form.press).await;
    if let Err(error) = done
        && !matches!(&error, ActError::Refused(why) if why.code() == "already_said")
    {
        return Err(visit.tell(error));
    }
    let after = Visit::of(&ctx, visitor, &token).await?;
    let (heading, says) = match answer {
        Answer::Yes => (say.solved_thanks(), say.solved_how_else()),
        Answer::Partly | Answer::No => {
            let telling = after.telling();
            let says = telling.late().unwrap_or_else(|| telling.headline());
            (say.solved_sorry(), says)
        }
    };
    let frame = after.frame(&heading, "");
    page_in(&AnsweredPage { frame, back: after.to(""), heading, says }, say)
}
