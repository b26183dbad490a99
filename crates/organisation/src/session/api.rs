//! `/api/v1/me/…`: what is one's own. A token narrowed to some acts leaves it alone. A password is
//! set by a person in a browser only: a token that leaked must not give itself another way in.

use super::actions;
use crate::staff;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::permit::Staff;
use serde::{Deserialize, Serialize};
use store::Context;
use store::request_key::Press;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(sessions))
        .routes(routes!(end))
        .routes(routes!(set_signature))
        .routes(routes!(set_shift))
}

/// Refuses a narrowed token.
pub(crate) fn whole(staff: &Staff) -> Result<(), Problem> {
    if staff.narrowed_to.is_some() { Err(Problem::not_permitted()) } else { Ok(()) }
}

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
struct SessionJson {
    /// Its name; it opens nothing.
    handle: String,
    /// "Firefox on Linux".
    browser: String,
    /// When it was used last, to the minute.
    seen_at: String,
    /// When it is over at the latest.
    ends_at: String,
}

/// The sessions of one person, at most 20.
#[derive(Serialize, ToSchema)]
struct Sessions {
    /// Latest use first.
    data: Vec<SessionJson>,
}

/// What stands under one's letters.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignatureBody {
    /// A line or a few; empty for none.
    signature: String,
}

/// Whether one works now.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShiftBody {
    /// `on`, `wrapping-up` or `away`.
    shift: String,
}

/// Browsers in which you are signed in.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "organisation",
    responses((status = 200, body = Sessions)))]
async fn sessions(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(&bearer.staff)?;
    let all = actions::list(&ctx, &bearer.staff, ctx.now()).await?;
    let told = |session: super::Session| SessionJson {
        handle: session.handle().to_owned(),
        browser: session.browser(),
        seen_at: session.seen_at.to_string(),
        ends_at: session.ends_at.to_string(),
    };
    Ok(hashed(&headers, &Sessions { data: all.into_iter().map(told).collect() }))
}

/// Signs one of your browsers out.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{handle}", tag = "organisation",
    params(("handle" = String, Path, description = "the session's handle")),
    responses((status = 204, description = "signed out"),
        (status = 404, description = "no such session of yours")))]
async fn end(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    whole(&bearer.staff)?;
    actions::end_one(&ctx, &bearer.staff, &handle, &Press::none()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets what stands under your letters.
#[utoipa::path(put, path = "/api/v1/me/signature", tag = "organisation",
    request_body = SignatureBody, responses((status = 200, body = SignatureBody)))]
async fn set_signature(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<SignatureBody>,
) -> Result<axum::Json<SignatureBody>, Problem> {
    whole(&bearer.staff)?;
    let text = &body.value.signature;
    staff::actions::set_signature(&ctx, &bearer.staff, text, &body.press).await?;
    Ok(axum::Json(body.value))
}

/// Says whether you work now.
#[utoipa::path(put, path = "/api/v1/me/shift", tag = "organisation",
    request_body = ShiftBody, responses((status = 200, body = ShiftBody)))]
async fn set_shift(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<ShiftBody>,
) -> Result<axum::Json<ShiftBody>, Problem> {
    whole(&bearer.staff)?;
    staff::set_shift(&ctx, &bearer.staff, &body.value.shift).await?;
    Ok(axum::Json(body.value))
}
