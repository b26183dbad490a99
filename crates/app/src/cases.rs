//! The rooms of the desk as one: all that is done about a case.

use axum::Router;
use store::Context;
use store::job::Job;
use utoipa_axum::router::OpenApiRouter;

/// Every page and address about cases.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(desk::router())
        .merge(conversation::router())
        .merge(remedies::router())
        .merge(handling::router())
}

/// Every address about cases for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    desk::api::router().merge(conversation::api()).merge(remedies::api()).merge(handling::api())
}

/// Does a job about cases; `None` when it is of another kind.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    if let Some(done) = casework::case::jobs::run(ctx, job).await {
        return Some(done);
    }
    if let Some(done) = remedies::resolution::jobs::run(ctx, job).await {
        return Some(done);
    }
    if let Some(done) = conversation::run(ctx, job).await {
        return Some(done);
    }
    handling::bulk::jobs::run(ctx, job).await
}
