//! `/api/v1/tokens`: one's own.

use super::actions;
use super::rules::{Token, TokenText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Context;
use store::request_key::Press;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(end))
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
struct TokenJson {
    /// The id.
    id: String,
    /// What it is for.
    name: String,
    /// Acts it is narrowed to; empty for all acts of the person.
    acts: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    /// When it was used last, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
}

/// A token as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    /// What it is for.
    name: String,
    /// Acts it may do, never more than this token; empty for all acts of yours.
    #[serde(default)]
    acts: Vec<String>,
    /// Days until it ends, 1 to 3650; left out for one without end.
    #[serde(default)]
    days: Option<u32>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
struct CreatedJson {
    /// The id.
    id: String,
    /// The token itself; told once, so a repeated request does not hear it.
    token: Option<String>,
}

impl From<Token> for TokenJson {
    fn from(token: Token) -> TokenJson {
        TokenJson {
            id: token.id,
            name: token.name,
            acts: token.acts.iter().map(ToString::to_string).collect(),
            made_at: token.made_at,
            used_at: token.used_at,
            ends_at: token.ends_at,
        }
    }
}

/// Your tokens that were not ended, newest first.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<TokenJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let after = query.after.as_deref().unwrap_or("");
    let tokens = actions::list(&ctx, &bearer.staff, after, i64::from(rows) + 1).await?;
    let tokens = tokens.into_iter().map(TokenJson::from).collect();
    let page = Page::of(tokens, rows, |token: &TokenJson| token.id.clone());
    Ok(page.answer(&headers, "/api/v1/tokens"))
}

/// Makes a token for yourself.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "organisation", request_body = TokenBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = CreatedJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<TokenBody>,
) -> Result<Response, Problem> {
    let TokenBody { name, acts, days } = body.value;
    let days = days.map(|days| days.to_string()).unwrap_or_default();
    let text = TokenText { name, acts, days };
    let created = actions::create(&ctx, &bearer.staff, &text, &body.press).await?;
    let answer = CreatedJson { id: created.id, token: created.secret };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// Ends a token of yours, at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 204, description = "it has ended"),
        (status = 404, description = "no live token of yours")))]
async fn end(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    actions::end(&ctx, &bearer.staff, &id, &Press::none()).await?;
    Ok(StatusCode::NO_CONTENT)
}
