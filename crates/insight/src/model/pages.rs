//! Deciding about models; they are shown with the corrections.

use crate::model::actions;
use crate::page::go;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/insight/models", post(ask))
        .route("/insight/models/{id}/adoption", post(adopt))
        .route("/insight/models/{id}/rollback", post(roll_back))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `POST /insight/models`: learns now, in the background.
async fn ask(State(ctx): State<Context>, form: Form<Nothing>) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    actions::ask(&ctx, &form.by.staff, &form.press).await?;
    Ok(go("/insight/readings"))
}

/// `POST /insight/models/{id}/adoption`
async fn adopt(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    actions::adopt(&ctx, &form.by.staff, &id, &form.press).await?;
    Ok(go("/insight/readings"))
}

/// `POST /insight/models/{id}/rollback`
async fn roll_back(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    actions::roll_back(&ctx, &form.by.staff, &id, &form.press).await?;
    Ok(go("/insight/readings"))
}
