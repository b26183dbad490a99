//! Handing a case over, for programs.

use crate::transfer::actions::{self, Tell, Transfer};
use crate::transfer::rules::REASON;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, WriteHeaders, WriteProblems, at_most};
use domain::id::{StaffId, TeamId};
use domain::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(transfer_case)).routes(routes!(preview_letter))
}

/// A transfer to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TransferBody {
    /// The id of a team of the same unit.
    #[schema(value_type = String)]
    team: TeamId,
    /// The id of who takes it there; whoever is free when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<StaffId>,
    /// Why this helps the customer, as they read it: 12 to 240 characters.
    #[schema(value_type = String)]
    reason: Words,
    /// By when the customer hears from the receiver.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// The letter the customer gets; composed when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    letter: Option<Words>,
    /// For spam or a wrong desk: why the customer is not told. It becomes a private note.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    not_told_because: Option<Words>,
}

impl TransferBody {
    fn transfer(self) -> Result<Transfer, Problem> {
        let TransferBody { team, owner, reason, due_at, letter, not_told_because } = self;
        let tell = match (letter, not_told_because) {
            (None, None) => Tell::Composed,
            (Some(letter), None) => Tell::Letter(letter),
            (None, Some(because)) => {
                at_most("/not_told_because", &because, *REASON.end())?;
                Tell::Nothing(because)
            }
            (Some(_), Some(_)) => {
                let says = "Give the letter, or why there is none.";
                return Err(Problem::refused("told_or_not", says).at("/not_told_because", says));
            }
        };
        Ok(Transfer { team, owner, reason, by: due_at, tell })
    }
}

/// Hands a case over. The customer reads why that helps, and the receiver promises a date.
#[utoipa::path(post, path = "/api/v1/cases/{number}/transfers", tag = "cases",
    request_body = TransferBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn transfer_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<TransferBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let transfer = body.value.transfer()?;
    Ok(api::made(actions::transfer(&ctx, &by.staff, on, transfer, &body.press).await?))
}

/// What the customer would read.
#[derive(Debug, Serialize, ToSchema)]
struct LetterBody {
    /// The letter.
    letter: String,
}

/// The letter that the same transfer would send: the one it brings, or the composed one. Nothing is
/// changed.
#[utoipa::path(post, path = "/api/v1/cases/{number}/transfers/previews", tag = "cases",
    request_body = TransferBody, params(CasePath),
    responses((status = 200, body = LetterBody), WriteProblems), security(("token" = [])))]
async fn preview_letter(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<TransferBody>,
) -> Result<axum::Json<LetterBody>, Problem> {
    let on = api::on(&number, &body)?;
    let Transfer { team, owner, reason, by: due_at, tell } = body.value.transfer()?;
    let composed = actions::preview(&ctx, &by.staff, on, team, owner, &reason, due_at).await?;
    let letter = match tell {
        Tell::Composed => composed,
        Tell::Letter(letter) => letter.into_string(),
        Tell::Nothing(_) => {
            let says = "The customer is not told, so there is no letter.";
            return Err(Problem::refused("told_or_not", says).at("/not_told_because", says));
        }
    };
    Ok(axum::Json(LetterBody { letter }))
}
