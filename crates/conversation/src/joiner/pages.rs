//! The box of those who wait on a case, and deciding about them.

use crate::joiner::actions;
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use casework::joiner::rules::is_held;
use casework::joiner::sql;
use desk::api::Nothing;
use desk::screen::Screen;
use desk::view::case::missing;
use domain::id::{CaseId, CaseNumber, MessageId};
use domain::joiner::Part;
use serde::Deserialize;
use store::{Context, StoreError};
use web::time_words::Moment;
use web::{Form, Path, Problem};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/joiners/{id}/acceptance", post(accept))
        .route("/cases/{number}/joiners/{id}/split", post(split))
}

/// Somebody who waits, finished.
pub(crate) struct JoinerView {
    pub id: String,
    pub who: String,
    pub when: Moment,
    pub text: String,
    /// Whether they take part, and it is held for what it says.
    pub held: bool,
    pub because: String,
    /// What happens when nobody decides.
    pub until: &'static str,
    pub original: String,
}

/// Those who wait on a case that was already shown to be theirs.
pub(crate) async fn waiting(
    ctx: &Context,
    screen: &Screen,
    case: CaseId,
) -> Result<Vec<JoinerView>, StoreError> {
    let all = sql::waiting_for_checked(&ctx.store, case).await?;
    let view = |waiting: sql::Waiting| {
        let joiner = waiting.joiner;
        let author = &joiner.message.author;
        let is_same = joiner.address.is_empty() || *author == joiner.address;
        JoinerView {
            id: joiner.message.id.to_string(),
            who: if is_same { author.clone() } else { format!("{author} <{}>", joiner.address) },
            when: screen.moment(waiting.since),
            held: is_held(&joiner),
            because: joiner.because,
            until: "When nobody decides in the time for a first word, it becomes a case of its own.",
            original: joiner
                .message
                .feedback
                .map_or_else(String::new, |id| format!("/feedback/{id}")),
            text: joiner.message.text,
        }
    };
    Ok(all.into_iter().map(view).collect())
}

fn ids(number: &str, id: &str) -> Result<(CaseNumber, MessageId), Problem> {
    let number = number.parse().map_err(|_| missing())?;
    Ok((number, id.parse().map_err(|_| missing())?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    #[serde(default)]
    part: String,
}

/// `POST /cases/{number}/joiners/{id}/acceptance`
async fn accept(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Accepted>,
) -> Result<Redirect, Problem> {
    let (number, id) = ids(&number, &id)?;
    let part = Part::from_word(&form.value.part).unwrap_or(Part::Representative);
    let done = actions::accept(&ctx, &form.by.staff, number, id, part, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{}", done.number)))
}

/// `POST /cases/{number}/joiners/{id}/split`
async fn split(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let (number, id) = ids(&number, &id)?;
    let done = actions::split(&ctx, &form.by.staff, number, id, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{}", done.number)))
}
