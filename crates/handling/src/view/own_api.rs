//! What belongs to whoever asks, for programs: what is new on their cases, the searches they keep.

use crate::view::saved::{SavedView, keep_search, remove_view, rename_view, saved_views};
use crate::view::saved_pages::named;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::api::at;
use desk::api::{ReadProblems, WriteHeaders, WriteProblems};
use desk::view::bell;
use domain::id::CaseNumber;
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_news))
        .routes(routes!(list_views, keep_view))
        .routes(routes!(change_view, forget_view))
}

/// A case of yours on which something happened that you have not read.
#[derive(Debug, Serialize, ToSchema)]
struct NewsBody {
    /// The case's number.
    #[schema(example = "R-10482")]
    number: String,
    /// Who complained.
    customer: String,
    /// What happened last, in one word: the name of the event.
    #[schema(example = "promise_broken")]
    last: String,
    /// When.
    at: String,
    /// How many things happened since you read it.
    news: i64,
}

/// What happened on your cases since you read them, the newest first, at most 50 cases. To note a
/// case as read, put its version to `/api/v1/cases/{number}/seen`.
#[utoipa::path(get, path = "/api/v1/me/news", tag = "cases",
    responses((status = 200, body = [NewsBody]), ReadProblems), security(("token" = [])))]
async fn list_news(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let reach = Reach::from(&by.staff);
    let mut news = Vec::new();
    for row in bell::rows(&ctx, &reach, &by.staff).await? {
        let Some(last) = bell::last_of(&ctx, &row).await? else { continue };
        news.push(NewsBody {
            number: CaseNumber(row.number).to_string(),
            customer: row.customer.unwrap_or_default(),
            last: last.name,
            at: at(last.at_ms),
            news: row.news,
        });
    }
    Ok(hashed(&headers, &news))
}

/// A search you keep under a name.
#[derive(Debug, Serialize, ToSchema)]
struct ViewBody {
    /// Its id.
    id: String,
    /// What you call it.
    name: String,
    /// What it looks for, as it is typed.
    #[schema(example = "is:open heating")]
    q: String,
}

impl From<SavedView> for ViewBody {
    fn from(view: SavedView) -> ViewBody {
        ViewBody { q: view.looks_for(), id: view.id, name: view.name }
    }
}

/// The searches you keep, in your order.
#[utoipa::path(get, path = "/api/v1/me/views", tag = "search",
    responses((status = 200, body = [ViewBody]), ReadProblems), security(("token" = [])))]
async fn list_views(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let views = saved_views(&ctx, by.staff.id).await?;
    let views: Vec<ViewBody> = views.into_iter().map(ViewBody::from).collect();
    Ok(hashed(&headers, &views))
}

/// A search to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewView {
    /// 1 to 60 letters.
    name: String,
    /// What it looks for, as it is typed.
    #[schema(example = "is:open heating")]
    q: String,
}

/// Keeps a search under a name; the same name with the same search is kept once.
#[utoipa::path(post, path = "/api/v1/me/views", tag = "search", request_body = NewView,
    params(WriteHeaders), responses((status = 201, body = ViewBody), WriteProblems),
    security(("token" = [])))]
async fn keep_view(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<NewView>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let name = named(&body.value.name)?;
    let view = keep_search(&ctx, by.staff.id, &name, &body.value.q).await?;
    Ok((StatusCode::CREATED, axum::Json(ViewBody::from(view))).into_response())
}

/// The view in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct ViewPath {
    /// The view's id.
    id: String,
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewName {
    /// 1 to 60 letters.
    name: String,
}

/// Calls a kept search something else.
#[utoipa::path(patch, path = "/api/v1/me/views/{id}", tag = "search", request_body = ViewName,
    params(ViewPath), responses((status = 204, description = "It is called so now"),
    WriteProblems), security(("token" = [])))]
async fn change_view(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<ViewName>,
) -> Result<StatusCode, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let name = named(&body.value.name)?;
    let is_there = rename_view(&ctx, by.staff.id, &id, &name).await?;
    is_there.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
}

/// Keeps a search no longer.
#[utoipa::path(delete, path = "/api/v1/me/views/{id}", tag = "search", params(ViewPath),
    responses((status = 204, description = "It is not kept any more"), ReadProblems),
    security(("token" = [])))]
async fn forget_view(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let was_there = remove_view(&ctx, by.staff.id, &id).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::missing("view_missing", "There is no such view.")
}
