//! "Not right" beside a hint: one press.

use crate::hint::actions;
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use domain::id::CaseNumber;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/customers/{number}/hints/{archetype}/refutation", post(refute))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refutation {
    /// The case it was pressed on; empty on the customer's own page.
    #[serde(default)]
    case: String,
}

/// `POST /customers/{number}/hints/{archetype}/refutation`
async fn refute(
    State(ctx): State<Context>,
    Path((number, archetype)): Path<(i64, String)>,
    form: Form<Refutation>,
) -> Result<Redirect, Problem> {
    actions::refute(&ctx, &form.by.staff, number, &archetype, &form.press).await?;
    Ok(match form.value.case.parse::<CaseNumber>() {
        Ok(case) => Redirect::to(&format!("/cases/{case}")),
        Err(_) => Redirect::to(&format!("/customers/{number}")),
    })
}
