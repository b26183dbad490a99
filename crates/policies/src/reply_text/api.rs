//! `/api/v1/reply-texts`.

use super::actions;
use super::rules::{ReplyText, ReplyTextText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::ReplyTextId;
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

/// A text that a team writes often.
#[derive(Serialize, ToSchema)]
struct ReplyTextJson {
    /// The id.
    id: String,
    /// What colleagues call it.
    name: String,
    /// The id of the team it is for; null for every team.
    team: Option<String>,
    /// The text; gaps such as `{{customer.name}}` are filled from a case.
    text: String,
    /// Whether it is offered no more.
    ended: bool,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

/// A reply text as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyTextBody {
    /// 1 to 60 letters.
    name: String,
    /// The id of a team; null for every team.
    #[serde(default)]
    team: Option<String>,
    /// Up to 10,000 letters.
    text: String,
    /// Whether it is offered no more.
    #[serde(default)]
    ended: bool,
}

impl From<ReplyText> for ReplyTextJson {
    fn from(text: ReplyText) -> ReplyTextJson {
        ReplyTextJson {
            id: text.id.to_string(),
            name: text.name,
            team: text.team.map(|team| team.to_string()),
            text: text.text,
            ended: text.ended,
            version: text.version.unsigned_abs(),
        }
    }
}

impl ReplyTextBody {
    fn text(self) -> ReplyTextText {
        let team = self.team.unwrap_or_default();
        ReplyTextText { name: self.name, team, text: self.text, ended: self.ended }
    }
}

/// The reply texts of every team and of teams you see, by name, ended ones included.
#[utoipa::path(get, path = "/api/v1/reply-texts", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<ReplyTextJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let texts = actions::list(&ctx, &bearer.staff).await?;
    let texts: Vec<ReplyTextJson> = texts.into_iter().map(ReplyTextJson::from).collect();
    let texts = house::page::after(texts, query.after.as_deref(), |text| &text.id);
    let page = Page::of(texts, rows, |text: &ReplyTextJson| text.id.clone());
    Ok(page.answer(&headers, "/api/v1/reply-texts"))
}

/// Makes a reply text.
#[utoipa::path(post, path = "/api/v1/reply-texts", tag = "organisation",
    request_body = ReplyTextBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = ReplyTextJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<ReplyTextBody>,
) -> Result<Response, Problem> {
    let id = actions::add(&ctx, &bearer.staff, &body.value.text(), &body.press).await?;
    let text = find(&ctx, &bearer.staff, id).await?;
    Ok((StatusCode::CREATED, axum::Json(ReplyTextJson::from(text))).into_response())
}

/// One reply text.
#[utoipa::path(get, path = "/api/v1/reply-texts/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 200, body = ReplyTextJson)))]
async fn one(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<ReplyTextId>,
) -> Result<Response, Problem> {
    let text = ReplyTextJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&headers, text.version, &text))
}

/// Changes a reply text; `If-Match` refuses when somebody else changed it in between.
#[utoipa::path(put, path = "/api/v1/reply-texts/{id}", tag = "organisation",
    request_body = ReplyTextBody,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = ReplyTextJson),
        (status = 412, description = "changed meanwhile")))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<ReplyTextId>,
    body: Json<ReplyTextBody>,
) -> Result<Response, Problem> {
    let version = house::page::version(body.if_match);
    let text = body.value.text();
    actions::change(&ctx, &bearer.staff, id, &text, version, &body.press).await?;
    let text = ReplyTextJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&HeaderMap::new(), text.version, &text))
}

async fn find(ctx: &Context, staff: &Staff, id: ReplyTextId) -> Result<ReplyText, ChangeError> {
    let texts = actions::list(ctx, staff).await?;
    texts.into_iter().find(|text| text.id == id).ok_or(ChangeError::Missing)
}
