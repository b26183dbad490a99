//! Learn: what customers talk about, what corrected readings teach the reader, and which advice of
//! the coach helps.
//!
//! Corrections come from the desk as jobs and are kept here with what was read, by which model and
//! why. Each night a model is trained on what ships and on them, and proposed where it reads
//! corrections that were held back better; a person adopts it, and may take it back.
//!
//! What this room must never know: how a case is handled. It changes no case, and nothing it keeps
//! names a person's mistakes: findings of the coach are counted by team.

pub mod coaching;
pub mod correction;
pub mod model;
mod page;
mod refused;
pub mod theme;
pub mod topic;

pub use model::actions::{adopted, adopted_version};
pub use refused::LearnError;

use axum::Router;
use store::job::Job;
use store::{Context, StoreError, Tx};
use utoipa_axum::router::OpenApiRouter;

/// Every page of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(page::router())
        .merge(correction::pages::router())
        .merge(model::pages::router())
        .merge(coaching::pages::router())
        .merge(topic::pages::router())
        .merge(theme::pages::router())
}

/// Every address for programs of this room, with its description.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(correction::api::router())
        .merge(model::api::router())
        .merge(coaching::api::router())
        .merge(topic::api::router())
        .merge(theme::api::router())
}

/// Lays out what this room does by itself: learning, each night. To be called now and then; the
/// same night twice is one job.
///
/// # Errors
/// When the engine fails.
pub async fn lay_out(tx: &mut Tx, now: jiff::Timestamp) -> Result<(), StoreError> {
    model::jobs::lay_out(tx, now).await
}

/// Does a job of this room; `None` when it is not one of ours.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    let done = match job.kind.as_str() {
        correction::JOB => correction::actions::keep(ctx, job).await,
        coaching::JOB => coaching::actions::keep(ctx, job).await,
        topic::JOB => topic::jobs::keep(ctx, job).await,
        topic::READ_AGAIN_JOB => topic::jobs::read_again(ctx, job).await,
        model::JOB => model::jobs::learn(ctx, job).await,
        _ => return None,
    };
    Some(done)
}
