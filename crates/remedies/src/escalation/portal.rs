//! Somebody else looks at it: customers ask for it with the link of their case.

use super::actions;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use desk::api::Nothing;
use desk::view::visit::Visit;
use store::Context;
use web::{Path, Problem, PublicForm, Visitor};

/// The address of this noun for customers.
pub fn router() -> Router<Context> {
    Router::new().route("/c/{token}/another-person", post(another_person))
}

/// `POST /c/{token}/another-person`: somebody else looks at it.
async fn another_person(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: PublicForm<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    let visit = Visit::of(&ctx, visitor, &token).await?;
    // Closed meanwhile, in another tab or by their own answer: the page says how to open it again.
    if visit.portal.case.stage.is_closed() {
        return Ok(visit.home());
    }
    let permit = &visit.portal.permit;
    let asked = actions::ask_someone_else(&ctx, permit, None, &form.press).await;
    asked.map_err(|error| visit.tell(error))?;
    Ok(visit.home())
}
