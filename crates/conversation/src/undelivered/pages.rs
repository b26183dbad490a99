//! What did not arrive, on the page of its case, and seeing to it.

use crate::undelivered::actions::{Seeing, see_to};
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use desk::screen::Screen;
use desk::view::case::CaseView;
use desk::view::case::missing;
use domain::id::{CaseNumber, MessageId};
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/undelivered/{id}", post(decide))
}

/// A letter that did not arrive, finished.
pub(crate) struct UndeliveredView {
    pub id: String,
    pub says: String,
    pub why: String,
    pub to: String,
    /// Whether it is the customer's, whose address can be another one from now on.
    pub is_customers: bool,
}

/// What did not arrive on a case and waits for somebody.
pub(crate) fn undelivered(screen: &Screen, view: &CaseView) -> Vec<UndeliveredView> {
    let one = |letter: &domain::case::Undelivered| {
        let day = letter.written_at.to_zoned(screen.zone.clone()).strftime("%-d %B").to_string();
        let whose = if letter.automatic { "Our automatic letter" } else { "Our letter" };
        UndeliveredView {
            id: letter.letter.to_string(),
            says: format!("{whose} of {day} could not be delivered to {}.", letter.to),
            why: letter.why.clone(),
            to: letter.to.clone(),
            is_customers: letter.letter == letter.message,
        }
    };
    view.case.undelivered.iter().map(one).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    decide: String,
    #[serde(default)]
    to: String,
    /// Whether letters go there from now on.
    #[serde(default)]
    stays: String,
}

/// `POST /cases/{number}/undelivered/{id}`
async fn decide(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Decided>,
) -> Result<Redirect, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let letter: MessageId = id.parse().map_err(|_| missing())?;
    let seeing = match form.value.decide.as_str() {
        "aside" => Seeing::Aside,
        _ if form.value.stays == "yes" => Seeing::FromNowOn(form.value.to),
        _ => Seeing::Again(Some(form.value.to)),
    };
    see_to(&ctx, &form.by.staff, number, letter, seeing, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}
