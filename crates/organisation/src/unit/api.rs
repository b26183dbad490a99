//! `/api/v1/units`.

use super::actions;
use super::rules::Unit;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::UnitId;
use domain::permit::Staff;
use house::change::ChangeError;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::versioned;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(one, replace))
}

/// A brand or branch that sees only its own.
#[derive(Serialize, ToSchema)]
struct UnitJson {
    /// The id.
    id: String,
    /// The name.
    name: String,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

/// A unit as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnitBody {
    /// The name.
    name: String,
}

impl From<Unit> for UnitJson {
    fn from(unit: Unit) -> UnitJson {
        UnitJson { id: unit.id.to_string(), name: unit.name, version: unit.version.unsigned_abs() }
    }
}

/// The units you see, by name.
#[utoipa::path(get, path = "/api/v1/units", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<UnitJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let units = actions::list(&ctx, &bearer.staff).await?;
    let units: Vec<UnitJson> = units.into_iter().map(UnitJson::from).collect();
    let units = house::page::after(units, query.after.as_deref(), |unit| &unit.id);
    let page = Page::of(units, rows, |unit: &UnitJson| unit.id.clone());
    Ok(page.answer(&headers, "/api/v1/units"))
}

/// Makes a unit. Only who sees everything can.
#[utoipa::path(post, path = "/api/v1/units", tag = "organisation", request_body = UnitBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = UnitJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<UnitBody>,
) -> Result<Response, Problem> {
    let id = actions::add(&ctx, &bearer.staff, &body.value.name, &body.press).await?;
    let unit = find(&ctx, &bearer.staff, id).await?;
    Ok((StatusCode::CREATED, axum::Json(UnitJson::from(unit))).into_response())
}

/// One unit you see.
#[utoipa::path(get, path = "/api/v1/units/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 200, body = UnitJson)))]
async fn one(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<UnitId>,
) -> Result<Response, Problem> {
    let unit = UnitJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&headers, unit.version, &unit))
}

/// Renames a unit; `If-Match` refuses when somebody else changed it in between.
#[utoipa::path(put, path = "/api/v1/units/{id}", tag = "organisation", request_body = UnitBody,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = UnitJson), (status = 412, description = "changed meanwhile")))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<UnitId>,
    body: Json<UnitBody>,
) -> Result<Response, Problem> {
    let version = house::page::version(body.if_match);
    let name = &body.value.name;
    actions::change(&ctx, &bearer.staff, id, name, version, &body.press).await?;
    let unit = UnitJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&HeaderMap::new(), unit.version, &unit))
}

async fn find(ctx: &Context, staff: &Staff, id: UnitId) -> Result<Unit, ChangeError> {
    let units = actions::list(ctx, staff).await?;
    units.into_iter().find(|unit| unit.id == id).ok_or(ChangeError::Missing)
}
