//! Topics of a case, for programs.

use axum::extract::State;
use axum::response::Response;
use casework::topic::actions;
use desk::api::{self, CasePath, DoneBody, WriteHeaders, WriteProblems};
use domain::id::TopicId;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(set_topics))
}

/// What a case is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopicsBody {
    /// Ids of `GET /api/v1/topics`; at most 20. It is not about others.
    #[schema(value_type = Vec<String>)]
    topics: Vec<TopicId>,
}

/// Says what a case is about. What was read and is not named is not right; the reader learns it.
#[utoipa::path(put, path = "/api/v1/cases/{number}/topics", tag = "cases",
    request_body = TopicsBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn set_topics(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<TopicsBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let topics = &body.value.topics;
    Ok(api::changed(actions::set_topics(&ctx, &by.staff, on, topics, &body.press).await?))
}
