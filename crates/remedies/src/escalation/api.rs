//! Asking somebody to decide, for programs.

use crate::escalation::actions;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, WriteHeaders, WriteProblems, at_most};
use domain::id::StaffId;
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// Characters of a question or a decision.
const WORDS_MOST: usize = 4_000;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(escalate_case)).routes(routes!(decide_escalation))
}

/// What is to be decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EscalationBody {
    /// What should be decided, at most 4,000 characters.
    #[schema(value_type = String)]
    question: Words,
    /// The id of who should decide it.
    #[schema(value_type = String)]
    to: StaffId,
    /// What the customer is told; nothing when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    tell: Option<Words>,
}

/// Asks somebody with more authority to decide.
#[utoipa::path(post, path = "/api/v1/cases/{number}/escalations", tag = "cases",
    request_body = EscalationBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn escalate_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<EscalationBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let EscalationBody { question, to, tell } = body.value;
    at_most("/question", &question, WORDS_MOST)?;
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::escalate(&ctx, staff, on, &question, to, tell, press).await?))
}

/// What was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    /// The decision, at most 4,000 characters.
    #[schema(value_type = String)]
    answer: Words,
}

/// Decides what was asked.
#[utoipa::path(post, path = "/api/v1/cases/{number}/escalations/answers", tag = "cases",
    request_body = DecisionBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn decide_escalation(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<DecisionBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    at_most("/answer", &body.value.answer, WORDS_MOST)?;
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::answer(&ctx, staff, on, &body.value.answer, press).await?))
}
