//! Corrections for programs.

use crate::correction::actions::{self, Right};
use crate::correction::rules::Label;
use crate::correction::sql;
use crate::correction::view::{CorrectionBody, DriftBody, after, drift};
use crate::page::PressHeader;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use store::scope::Reach;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_corrections))
        .routes(routes!(read_drift))
        .routes(routes!(correct_feedback))
}

/// Lists corrections of readings, newest first.
#[utoipa::path(get, path = "/api/v1/corrections", tag = "learning", params(PageQuery),
    responses((status = 200, body = Page<CorrectionBody>)), security(("token" = [])))]
async fn list_corrections(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Learn).map_err(|_| Problem::not_permitted())?;
    let most = query.rows()?;
    let after = after(query.after.as_deref()).ok_or_else(|| {
        Problem::bad_request("cursor_unreadable", "`after` takes the `next` of a page.")
    })?;
    let reach = Reach::from(&by.staff);
    let rows = sql::list(&ctx.store, &reach, &after, most + 1).await.map_err(Problem::ours)?;
    let rows = rows.into_iter().map(CorrectionBody::from).collect();
    let page = Page::of(rows, most, |row: &CorrectionBody| row.cursor.clone());
    Ok(page.answer(&headers, "/api/v1/corrections"))
}

/// How the share of corrected readings moved in the last eight weeks, and what is taken for what.
#[utoipa::path(get, path = "/api/v1/corrections/drift", tag = "learning",
    responses((status = 200, body = DriftBody)), security(("token" = [])))]
async fn read_drift(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Learn).map_err(|_| Problem::not_permitted())?;
    let reach = Reach::from(&by.staff);
    let drift = drift(&ctx.store, &reach, ctx.now()).await.map_err(Problem::ours)?;
    Ok(web::json::hashed(&headers, &drift))
}

/// Which feedback.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct FeedbackPath {
    /// The id of the feedback.
    id: String,
}

/// What is right about a reading. What is left out stands as it was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RightBody {
    /// `complaint`, `question`, `praise`, `idea`, `cancellation` or `other`.
    #[serde(default)]
    kind: Option<String>,
    /// 0 (slight) to 4 (danger or great harm).
    #[serde(default)]
    severity: Option<u8>,
    /// `negative`, `neutral` or `positive`.
    #[serde(default)]
    feeling: Option<String>,
    /// Why, at most 500 characters.
    #[serde(default)]
    reason: String,
}

/// Says what is right about the reading of feedback, so that the reader learns from it. It changes
/// no case: `PUT /api/v1/cases/{number}/reading` does, and is learnt from too.
#[utoipa::path(put, path = "/api/v1/feedback/{id}/reading", tag = "learning",
    request_body = RightBody, params(FeedbackPath, PressHeader),
    responses((status = 204, description = "It was kept")), security(("token" = [])))]
async fn correct_feedback(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<RightBody>,
) -> Result<StatusCode, Problem> {
    let RightBody { kind, severity, feeling, reason } = body.value;
    let severity = severity.map(|level| level.to_string());
    let all = [(Label::Kind, kind), (Label::Severity, severity), (Label::Feeling, feeling)];
    let values = all.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
    let right = Right { values, reason };
    actions::correct(&ctx, &by.staff, &id, &right, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}
