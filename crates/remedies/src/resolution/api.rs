//! Putting right, the customer's answer, closing and reopening, for programs.

use crate::resolution::actions::{self, Ask};
use crate::resolution::rules::Answer;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, Nothing, WriteHeaders, WriteProblems, at_most};
use domain::case::Closing;
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// Characters of what we did.
const DID_MOST: usize = 4_000;
/// Characters of a reason for closing.
const REASON_MOST: usize = 500;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(resolve_case))
        .routes(routes!(answer_for_customer))
        .routes(routes!(close_case))
        .routes(routes!(reopen_case))
}

/// How the customer is asked "Did this solve it?".
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HowAsked {
    /// In the letter that says what we did.
    Now,
    /// By a letter at `ask_at`, after the fix.
    Later,
    /// By a call until `ask_at`, promised by you.
    Phone,
}

/// What we did to put it right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolutionBody {
    /// What we did, as the customer reads it; at most 4,000 characters.
    #[schema(value_type = String)]
    what_we_did: Words,
    /// How the customer is asked.
    ask: HowAsked,
    /// When, with `later` and `phone`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    ask_at: Option<Timestamp>,
}

impl ResolutionBody {
    fn ask(&self) -> Result<Ask, Problem> {
        match (self.ask, self.ask_at) {
            (HowAsked::Now, None) => Ok(Ask::Now),
            (HowAsked::Later, Some(at)) => Ok(Ask::At(at)),
            (HowAsked::Phone, Some(at)) => Ok(Ask::ByPhone(at)),
            (HowAsked::Now, Some(_)) => {
                let says = "Leave the moment out when they are asked now.";
                Err(Problem::refused("ask_at_not_needed", says).at("/ask_at", says))
            }
            (HowAsked::Later | HowAsked::Phone, None) => {
                let says = "Say when they are asked.";
                Err(Problem::refused("ask_at_missing", says).at("/ask_at", says))
            }
        }
    }
}

/// Says that it is put right. Solved is the customer's word: they are asked.
#[utoipa::path(post, path = "/api/v1/cases/{number}/resolutions", tag = "resolutions",
    request_body = ResolutionBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn resolve_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<ResolutionBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let ask = body.value.ask()?;
    at_most("/what_we_did", &body.value.what_we_did, DID_MOST)?;
    let (staff, press, did) = (&by.staff, &body.press, &body.value.what_we_did);
    Ok(api::made(actions::resolve(&ctx, staff, on, did, ask, press).await?))
}

/// What the customer answered.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SolvedAnswer {
    /// It is solved.
    Yes,
    /// A part of it is.
    Partly,
    /// It is not.
    No,
}

/// What the customer said when asked whether it is solved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SolvedBody {
    /// `yes`, `partly` or `no`.
    answer: SolvedAnswer,
    /// In their words, at most 4,000 characters.
    #[schema(value_type = String)]
    words: Words,
}

/// Notes what the customer said on the telephone when asked whether it is solved.
#[utoipa::path(post, path = "/api/v1/cases/{number}/answers", tag = "resolutions",
    request_body = SolvedBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn answer_for_customer(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<SolvedBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let SolvedBody { answer, words } = body.value;
    at_most("/words", &words, DID_MOST)?;
    let answer = match answer {
        SolvedAnswer::Yes => Answer::Yes,
        SolvedAnswer::Partly => Answer::Partly,
        SolvedAnswer::No => Answer::No,
    };
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::answer_for_customer(&ctx, staff, on, answer, &words, press).await?))
}

/// Why a case is closed without asking.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClosingBody {
    /// `answered`, `withdrawn` or `spam`.
    #[schema(value_type = String, example = "answered")]
    because: Closing,
    /// Why, in one line of at most 500 characters.
    #[schema(value_type = String)]
    reason: Words,
}

/// Closes a case without asking the customer. It does not count as solved.
#[utoipa::path(post, path = "/api/v1/cases/{number}/closings", tag = "resolutions",
    request_body = ClosingBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn close_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<ClosingBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let ClosingBody { because, reason } = body.value;
    at_most("/reason", &reason, REASON_MOST)?;
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::close(&ctx, staff, on, because, &reason, press).await?))
}

/// Opens a closed case again.
#[utoipa::path(post, path = "/api/v1/cases/{number}/reopenings", tag = "resolutions",
    request_body = Nothing, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn reopen_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    Ok(api::made(actions::reopen(&ctx, &by.staff, on, &body.press).await?))
}
