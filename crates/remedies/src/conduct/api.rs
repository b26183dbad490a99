//! Steps against abuse, for programs.

use crate::conduct::actions;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, WriteHeaders, WriteProblems, at_most};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// Characters of what they will read.
const WORDS_MOST: usize = 4_000;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(take_conduct_step))
}

/// A step.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// State the limit.
    Warn,
    /// End the contact, after the limit was stated.
    End,
}

/// A step against abuse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StepBody {
    /// `warn` or `end`.
    step: Step,
    /// What the customer reads, at most 4,000 characters.
    #[schema(value_type = String)]
    words: Words,
}

/// States a limit to the customer, or ends the contact after that.
#[utoipa::path(post, path = "/api/v1/cases/{number}/conduct-steps", tag = "cases",
    request_body = StepBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn take_conduct_step(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<StepBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let StepBody { step, words } = body.value;
    at_most("/words", &words, WORDS_MOST)?;
    let (staff, press) = (&by.staff, &body.press);
    let done = match step {
        Step::Warn => actions::warn(&ctx, staff, on, words, press).await?,
        Step::End => actions::end_contact(&ctx, staff, on, words, press).await?,
    };
    Ok(api::made(done))
}
