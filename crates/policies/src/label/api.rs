//! `/api/v1/labels`.

use super::actions;
use super::rules::{LabelOfHouse, LabelText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::LabelId;
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

/// A word of the house for cases.
#[derive(Serialize, ToSchema)]
struct LabelJson {
    /// The id.
    id: String,
    /// What people read.
    name: String,
    /// `label` or `cause`.
    #[schema(example = "cause")]
    kind: String,
    /// Whether it is offered no more; cases that carry it keep it.
    ended: bool,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

/// A label as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LabelBody {
    /// 1 to 60 letters, on one line.
    name: String,
    /// `label` or `cause`.
    kind: String,
    /// Whether it is offered no more.
    #[serde(default)]
    ended: bool,
}

impl From<LabelOfHouse> for LabelJson {
    fn from(label: LabelOfHouse) -> LabelJson {
        LabelJson {
            id: label.id.to_string(),
            name: label.name,
            kind: label.kind.to_string(),
            ended: label.ended,
            version: label.version.unsigned_abs(),
        }
    }
}

impl LabelBody {
    fn text(self) -> LabelText {
        LabelText { name: self.name, kind: self.kind, ended: self.ended }
    }
}

/// The labels and causes of the house, labels first, ended ones included.
#[utoipa::path(get, path = "/api/v1/labels", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<LabelJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let labels = actions::list(&ctx, &bearer.staff).await?;
    let labels: Vec<LabelJson> = labels.into_iter().map(LabelJson::from).collect();
    let labels = house::page::after(labels, query.after.as_deref(), |label| &label.id);
    let page = Page::of(labels, rows, |label: &LabelJson| label.id.clone());
    Ok(page.answer(&headers, "/api/v1/labels"))
}

/// Makes a label or a cause.
#[utoipa::path(post, path = "/api/v1/labels", tag = "organisation", request_body = LabelBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = LabelJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<LabelBody>,
) -> Result<Response, Problem> {
    let id = actions::add(&ctx, &bearer.staff, &body.value.text(), &body.press).await?;
    let label = find(&ctx, &bearer.staff, id).await?;
    Ok((StatusCode::CREATED, axum::Json(LabelJson::from(label))).into_response())
}

/// One label.
#[utoipa::path(get, path = "/api/v1/labels/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 200, body = LabelJson)))]
async fn one(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<LabelId>,
) -> Result<Response, Problem> {
    let label = LabelJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&headers, label.version, &label))
}

/// Changes a label; `If-Match` refuses when somebody else changed it in between.
#[utoipa::path(put, path = "/api/v1/labels/{id}", tag = "organisation", request_body = LabelBody,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = LabelJson), (status = 412, description = "changed meanwhile")))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<LabelId>,
    body: Json<LabelBody>,
) -> Result<Response, Problem> {
    let version = house::page::version(body.if_match);
    let text = body.value.text();
    actions::change(&ctx, &bearer.staff, id, &text, version, &body.press).await?;
    let label = LabelJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&HeaderMap::new(), label.version, &label))
}

async fn find(ctx: &Context, staff: &Staff, id: LabelId) -> Result<LabelOfHouse, ChangeError> {
    let labels = actions::list(ctx, staff).await?;
    labels.into_iter().find(|label| label.id == id).ok_or(ChangeError::Missing)
}
