//! Who is held back, for programs.

use crate::held::actions::decide;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casework::held::sql::{self, Held};
use desk::api::{ReadProblems, WriteHeaders, WriteProblems, reach_of_one};
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_held)).routes(routes!(decide_held))
}

/// Somebody who handed in more than ten messages within ten minutes.
#[derive(Debug, Serialize, ToSchema)]
struct HeldBody {
    /// The id of the customer.
    customer: String,
    /// Their name, or empty.
    name: String,
    /// Their address.
    address: String,
    /// Since when.
    since: String,
    /// When they were last held back.
    last: String,
    /// How much they handed in; all of it is kept.
    handed_in: i64,
    /// Whether it was decided to keep them held; else it ends by itself.
    kept: bool,
}

impl From<Held> for HeldBody {
    fn from(held: Held) -> HeldBody {
        HeldBody {
            customer: held.customer,
            name: held.name,
            address: held.address,
            since: held.since.to_string(),
            last: held.last.to_string(),
            handed_in: held.handed_in,
            kept: held.kept,
        }
    }
}

/// All who are held back.
#[derive(Debug, Serialize, ToSchema)]
struct HeldListBody {
    /// The last first, 200 at the most.
    held: Vec<HeldBody>,
}

/// Lists who handed in so much at once that no program of ours answers them for now. What they
/// wrote is kept, and each is a case like any other.
#[utoipa::path(get, path = "/api/v1/held-senders", tag = "messages",
    responses((status = 200, body = HeldListBody), ReadProblems), security(("token" = [])))]
async fn list_held(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reach = reach_of_one(&by)?;
    let held = sql::held(&ctx.store, &reach, ctx.now()).await?;
    let held = held.into_iter().map(HeldBody::from).collect();
    Ok(web::json::hashed(&headers, &HeldListBody { held }))
}

/// The customer in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct HeldPath {
    /// The customer's id.
    customer: String,
}

/// What is decided.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HeldDecision {
    /// Programs may write to them again; they are not held for a day.
    LetGo,
    /// No program writes to them until somebody lets them go.
    Keep,
}

/// A decision about somebody who is held back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeldDecisionBody {
    /// `let_go` or `keep`.
    decide: HeldDecision,
}

/// Decides about somebody who is held back.
#[utoipa::path(post, path = "/api/v1/held-senders/{customer}/decisions", tag = "messages",
    request_body = HeldDecisionBody, params(HeldPath, WriteHeaders),
    responses((status = 204, description = "It was decided"), WriteProblems),
    security(("token" = [])))]
async fn decide_held(
    State(ctx): State<Context>,
    by: Bearer,
    Path(customer): Path<String>,
    body: Json<HeldDecisionBody>,
) -> Result<StatusCode, Problem> {
    let keep = matches!(body.value.decide, HeldDecision::Keep);
    decide(&ctx, &by.staff, &customer, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}
