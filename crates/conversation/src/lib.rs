//! Respond: the page of a case with all that was said, what we write and who gets it, what helps to
//! write it, who else may take part, and what did not arrive; and the customer's own page.
//!
//! What it must never know: how mail is built or sent, and what puts things right (`remedies`).

pub mod case;
pub mod held;
pub mod joiner;
mod mention;
pub mod message;
mod recipient;
mod reply_text;
pub mod suggestion;
pub mod undelivered;

use axum::Router;
use casework::message::held_back::HELD_BACK_JOB;
use store::Context;
use store::job::Job;
use utoipa_axum::router::OpenApiRouter;

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(case::pages::router())
        .merge(case::portal::router())
        .merge(held::pages::router())
        .merge(joiner::pages::router())
        .merge(mention::pages::router())
        .merge(message::pages::router())
        .merge(reply_text::pages::router())
        .merge(suggestion::pages::router())
        .merge(undelivered::pages::router())
}

/// Does a job of this room; `None` when it is of another kind.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    match job.kind.as_str() {
        HELD_BACK_JOB => Some(message::actions::hold_back(ctx, job).await),
        _ => None,
    }
}

/// Every address for programs of this room, with its description (OpenAPI 3.1).
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(held::api::router())
        .merge(joiner::api::router())
        .merge(message::api::router())
        .merge(recipient::api::router())
        .merge(reply_text::api::router())
        .merge(suggestion::api::router())
}
