//! Merging, taking it back, and making a case of words on another, for programs.

use crate::merger::actions::{self, SplitOff};
use crate::merger::pages::SUBJECT_MOST;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, Nothing, WriteHeaders, WriteProblems, at_most};
use domain::channel::Kind;
use domain::id::{CaseNumber, MessageId};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(merge_case))
        .routes(routes!(separate_case))
        .routes(routes!(split_case))
}

/// A merger.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergerBody {
    /// The number of the case that goes on: `R-10482`. It is the same customer's.
    into: String,
}

/// Makes a case part of another of the same customer. Answers with the other; reply addresses and
/// the customer's link of this one lead there from now on.
#[utoipa::path(post, path = "/api/v1/cases/{number}/mergers", tag = "cases",
    request_body = MergerBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn merge_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<MergerBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let says = "There is no such case among yours.";
    let into: CaseNumber = body
        .value
        .into
        .parse()
        .map_err(|_| Problem::refused("no_such_case", says).at("/into", says))?;
    Ok(api::changed(actions::merge(&ctx, &by.staff, on, into, &body.press).await?))
}

/// Makes a case that is part of another one of its own again.
#[utoipa::path(post, path = "/api/v1/cases/{number}/separations", tag = "cases",
    request_body = Nothing, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn separate_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    Ok(api::changed(actions::separate(&ctx, &by.staff, on, &body.press).await?))
}

/// A second matter in the thread of a first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitBody {
    /// The id of the words that are about it.
    #[schema(value_type = String)]
    message: MessageId,
    /// What kind of matter it is.
    #[schema(value_type = String, example = "complaint")]
    kind: Kind,
    /// Its subject line, at most 240 characters.
    #[schema(value_type = String)]
    subject: Words,
}

/// Makes a case of its own of words on a case, for the same customer. Answers with that case.
#[utoipa::path(post, path = "/api/v1/cases/{number}/splits", tag = "cases",
    request_body = SplitBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn split_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<SplitBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let SplitBody { message, kind, subject } = body.value;
    at_most("/subject", &subject, SUBJECT_MOST)?;
    let split = SplitOff { message, kind, subject };
    Ok(api::made(actions::split_off(&ctx, &by.staff, on, split, &body.press).await?))
}
