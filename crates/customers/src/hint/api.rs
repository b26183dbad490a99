//! Hints for programs.

use crate::hint::rules::REFUTED_FOR;
use crate::hint::sql::Row;
use crate::hint::{actions, sql};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Router, routing::get, routing::post};
use domain::permit::Act;
use jiff::Timestamp;
use reading::archetype::Archetype;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/api/v1/customers/{number}/hints", get(list_hints))
        .route("/api/v1/customers/{number}/hints/{archetype}/refutations", post(refute_hint))
}

/// A hint on how a customer complains. Advice for whoever answers, never a label.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HintBody {
    /// `meek`, `aggressive`, `high_roller`, `chronic` or `barnacle`.
    pub(crate) archetype: String,
    /// How it reads.
    pub(crate) words: String,
    /// 0.5 to 1.
    pub(crate) strength: f64,
    /// The same in words.
    pub(crate) strength_in_words: String,
    /// What speaks for it: sentences and quoted words.
    pub(crate) evidence: Vec<String>,
    /// What helps whoever answers.
    pub(crate) what_helps: String,
    /// When it was found last.
    pub(crate) found_at: String,
    /// When it ends by itself.
    pub(crate) ends_at: String,
    /// Whether it is shown: not ended, and nobody said that it is not right.
    pub(crate) shown: bool,
    /// Who said that it is not right.
    pub(crate) refuted_by: Option<String>,
}

impl HintBody {
    /// The archetype as people say it.
    pub(crate) fn plain_name(&self) -> String {
        self.archetype.replace('_', " ")
    }

    pub(crate) fn of(row: Row, now: Timestamp) -> Option<HintBody> {
        let archetype = Archetype::of_word(&row.archetype)?;
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let refuted = row.refuted_at_ms.is_some_and(|ms| at(ms) + REFUTED_FOR > now);
        Some(HintBody {
            words: archetype.in_words().to_owned(),
            what_helps: archetype.what_helps().to_owned(),
            strength_in_words: Archetype::strength_in_words(row.strength as f32).to_owned(),
            evidence: row.evidence.lines().map(str::to_owned).collect(),
            shown: at(row.ends_at_ms) > now && !refuted,
            found_at: at(row.found_at_ms).to_string(),
            ends_at: at(row.ends_at_ms).to_string(),
            archetype: row.archetype,
            strength: row.strength,
            refuted_by: row.refuted_by,
        })
    }
}

fn missing() -> Problem {
    Problem::missing("customer_missing", "There is no such customer among yours.")
}

/// Lists the hints on how a customer complains, the ended and refuted ones too. They change
/// nobody's place in the queue, clock or remedy.
#[utoipa::path(get, path = "/api/v1/customers/{number}/hints", tag = "customers",
    params(("number" = i64, Path, description = "The customer's number")),
    responses((status = 200, body = Vec<HintBody>)), security(("token" = [])))]
pub async fn list_hints(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| missing())?;
    let reach = Reach::from(&by.staff);
    let row = crate::customer::sql::one(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let rows = sql::all_for_checked(&ctx.store, &row.id).await?;
    let now = ctx.now();
    let all: Vec<HintBody> = rows.into_iter().filter_map(|row| HintBody::of(row, now)).collect();
    Ok(web::json::hashed(&headers, &all))
}

/// Nothing more has to be said: `{}`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefutationBody {}

/// Says that a hint is not right: it stays away for half a year.
#[utoipa::path(post, path = "/api/v1/customers/{number}/hints/{archetype}/refutations",
    tag = "customers", request_body = RefutationBody,
    params(("number" = i64, Path, description = "The customer's number"),
        ("archetype" = String, Path, description = "The hint: `meek` …"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 204, description = "It stays away")), security(("token" = [])))]
pub async fn refute_hint(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, archetype)): Path<(i64, String)>,
    body: Json<RefutationBody>,
) -> Result<StatusCode, Problem> {
    actions::refute(&ctx, &by.staff, number, &archetype, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}
