//! The coach's rules for programs.

use crate::coaching::actions;
use crate::coaching::rules::OwnRule;
use crate::coaching::view::{CoachBody, coach};
use crate::page::PressHeader;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_rules, add_rule)).routes(routes!(switch_rule))
}

/// Which rule.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct RulePath {
    /// The id of the rule: `C06` or `O1`.
    id: String,
}

/// Lists the rules of the coach with what became of their findings in 90 days.
#[utoipa::path(get, path = "/api/v1/coach-rules", tag = "learning",
    responses((status = 200, body = CoachBody)), security(("token" = [])))]
async fn list_rules(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Learn).map_err(|_| Problem::not_permitted())?;
    let reach = Reach::from(&by.staff);
    let coach = coach(&ctx.store, &reach, ctx.now()).await.map_err(Problem::ours)?;
    Ok(web::json::hashed(&headers, &coach))
}

/// A rule of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCoachRuleBody {
    /// Two letters: `en`.
    language: String,
    /// Words to find: `*` is the rest of a word, `_` one word, `..` up to five.
    words: Vec<String>,
    /// How they may come across, in one line.
    says: String,
    /// Why that matters, in one line.
    reason: String,
    /// Better words.
    #[serde(default)]
    better: String,
    /// A sentence in which they must be found.
    example: String,
    /// A sentence in which they must not.
    #[serde(default)]
    counter_example: String,
}

/// The rule that was added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedRuleBody {
    /// Its id.
    id: String,
}

/// Adds a rule of one's own to the coach. Its examples are tried: one that does not hold refuses
/// it.
#[utoipa::path(post, path = "/api/v1/coach-rules", tag = "learning",
    request_body = NewCoachRuleBody, params(PressHeader),
    responses((status = 201, body = AddedRuleBody)), security(("token" = [])))]
async fn add_rule(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<NewCoachRuleBody>,
) -> Result<Response, Problem> {
    let new = body.value;
    let rule = OwnRule {
        language: new.language,
        words: new.words.join("\n"),
        says: new.says,
        reason: new.reason,
        better: new.better,
        example: new.example,
        counter_example: new.counter_example,
    };
    let id = actions::add(&ctx, &by.staff, &rule, &body.press).await?;
    Ok((StatusCode::CREATED, axum::Json(AddedRuleBody { id })).into_response())
}

/// Whether a rule is off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SwitchBody {
    /// True switches it off.
    off: bool,
}

/// Switches a rule of the coach off or on. C13, which keeps personal data from leaving, stays on.
#[utoipa::path(put, path = "/api/v1/coach-rules/{id}", tag = "learning",
    request_body = SwitchBody, params(RulePath, PressHeader),
    responses((status = 204, description = "It is so")), security(("token" = [])))]
async fn switch_rule(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<SwitchBody>,
) -> Result<StatusCode, Problem> {
    actions::switch(&ctx, &by.staff, &id, body.value.off, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}
