//! Models for programs.

use crate::model::actions;
use crate::model::view::{ModelBody, bodies};
use crate::page::PressHeader;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_models, learn_now))
        .routes(routes!(adopt_model))
        .routes(routes!(roll_back_model))
}

/// Which model.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct ModelPath {
    /// The id of the model.
    id: String,
}

/// Go ahead: nothing else has to be said, `{}`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Go {}

/// Lists the newest models learnt from corrections, with how they compare.
#[utoipa::path(get, path = "/api/v1/reading-models", tag = "learning",
    responses((status = 200, body = Vec<ModelBody>)), security(("token" = [])))]
async fn list_models(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Learn).map_err(|_| Problem::not_permitted())?;
    let all = bodies(&ctx.store).await.map_err(Problem::ours)?;
    Ok(web::json::hashed(&headers, &all))
}

/// Learns now, in the background; what comes out stands in the list.
#[utoipa::path(post, path = "/api/v1/reading-models", tag = "learning",
    request_body = Go, params(PressHeader),
    responses((status = 202, description = "It is learning")), security(("token" = [])))]
async fn learn_now(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<Go>,
) -> Result<StatusCode, Problem> {
    let Go {} = body.value;
    actions::ask(&ctx, &by.staff, &body.press).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Puts a proposed model into use. Refused where it is no better than the reader in use.
#[utoipa::path(post, path = "/api/v1/reading-models/{id}/adoptions", tag = "learning",
    request_body = Go, params(ModelPath, PressHeader),
    responses((status = 204, description = "It is in use")), security(("token" = [])))]
async fn adopt_model(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<Go>,
) -> Result<StatusCode, Problem> {
    actions::adopt(&ctx, &by.staff, &id, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the model in use back; the one before it reads again, or what ships.
#[utoipa::path(post, path = "/api/v1/reading-models/{id}/rollbacks", tag = "learning",
    request_body = Go, params(ModelPath, PressHeader),
    responses((status = 204, description = "It was taken back")), security(("token" = [])))]
async fn roll_back_model(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<Go>,
) -> Result<StatusCode, Problem> {
    actions::roll_back(&ctx, &by.staff, &id, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}
