//! Those who wait on a case, for programs.

use crate::joiner::actions;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use casework::joiner::sql;
use desk::api::{
    self, CasePath, DoneBody, Nothing, ReadProblems, ThingPath, WriteHeaders, WriteProblems,
};
use desk::view::case::case_view;
use desk::view::case::missing;
use domain::id::MessageId;
use domain::joiner::Part;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_joiners))
        .routes(routes!(accept_joiner))
        .routes(routes!(split_joiner))
}

/// Somebody who wrote on a case they take no part in.
#[derive(Debug, Serialize, ToSchema)]
struct JoinerBody {
    /// The id of what they wrote; decisions name it.
    id: String,
    /// Who, as shown.
    author: String,
    /// Their address, or empty.
    address: String,
    /// What they wrote.
    text: String,
    /// What links it to the case, and how far the sender can be believed.
    because: String,
    /// Since when they wait.
    since: String,
}

/// All who wait.
#[derive(Debug, Serialize, ToSchema)]
struct JoinersBody {
    /// Longest first, 100 at the most.
    joiners: Vec<JoinerBody>,
}

/// Lists those who wrote with a case's own address and take no part in it. They see nothing of the
/// case, and whoever is not decided about gets a case of their own when a first word is due.
#[utoipa::path(get, path = "/api/v1/cases/{number}/joiners", tag = "cases",
    params(CasePath),
    responses((status = 200, body = JoinersBody), ReadProblems), security(("token" = [])))]
async fn list_joiners(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let reach = api::reach_of_one(&by)?;
    let view = case_view(&ctx, &reach, api::number(&number)?).await?.ok_or_else(missing)?;
    let all = sql::waiting_for_checked(&ctx.store, view.case.id).await?;
    let body = |waiting: sql::Waiting| JoinerBody {
        id: waiting.joiner.message.id.to_string(),
        author: waiting.joiner.message.author,
        address: waiting.joiner.address,
        text: waiting.joiner.message.text,
        because: waiting.joiner.because,
        since: waiting.since.to_string(),
    };
    let joiners = all.into_iter().map(body).collect();
    Ok(web::json::hashed(&headers, &JoinersBody { joiners }))
}

/// What somebody is to the case.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PartBody {
    /// Speaks for the customer.
    Representative,
    /// Met by the same problem.
    Affected,
}

/// Taking somebody in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptanceBody {
    /// `representative` or `affected`.
    part: PartBody,
}

fn message(id: &str) -> Result<MessageId, Problem> {
    id.parse().map_err(|_| missing())
}

/// Takes somebody in who waits: they may write on the case from now on. Letters go to the customer
/// as before.
#[utoipa::path(post, path = "/api/v1/cases/{number}/joiners/{id}/acceptances", tag = "cases",
    request_body = AcceptanceBody, params(ThingPath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn accept_joiner(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<AcceptanceBody>,
) -> Result<Response, Problem> {
    let (on, id) = (api::on(&number, &body)?, message(&id)?);
    let part = match body.value.part {
        PartBody::Representative => Part::Representative,
        PartBody::Affected => Part::Affected,
    };
    Ok(api::changed(actions::accept(&ctx, &by.staff, on, id, part, &body.press).await?))
}

/// Makes a case of their own of the words of somebody who waits. Answers with that case.
#[utoipa::path(post, path = "/api/v1/cases/{number}/joiners/{id}/splits", tag = "cases",
    request_body = Nothing, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn split_joiner(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let (on, id) = (api::on(&number, &body)?, message(&id)?);
    Ok(api::made(actions::split(&ctx, &by.staff, on, id, &body.press).await?))
}
