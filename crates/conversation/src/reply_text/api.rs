//! Reply texts as they read on a case, for programs.

use crate::reply_text::gaps::Values;
use crate::reply_text::sql::offered;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::api::{self, CasePath, ReadProblems};
use desk::view::case::{load, missing};
use domain::permit::Act;
use serde::Serialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_texts))
}

/// A reply text as it reads on the case.
#[derive(Debug, Serialize, ToSchema)]
struct FilledTextBody {
    /// The id of the text.
    id: String,
    /// What colleagues call it.
    name: String,
    /// The text with its gaps filled.
    text: String,
    /// Gaps that nothing on this case fills; they stand in the text, and it cannot be sent so.
    #[schema(example = json!(["promise.date"]))]
    missing: Vec<String>,
}

/// The reply texts offered on a case, with their gaps filled from it.
#[utoipa::path(get, path = "/api/v1/cases/{number}/reply-texts", tag = "messages",
    params(CasePath), responses((status = 200, body = [FilledTextBody]), ReadProblems),
    security(("token" = [])))]
async fn list_texts(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Reply).map_err(|_| missing())?;
    let screen = api::screen(&ctx, by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let values = Values::of(&ctx, &screen, &view).await?;
    let texts = offered(&ctx.store, &screen.signed.staff, view.case.team).await?;
    let filled = texts.into_iter().map(|text| {
        let filled = values.fill(&text.text);
        FilledTextBody { id: text.id, name: text.name, text: filled.text, missing: filled.missing }
    });
    Ok(hashed(&headers, &filled.collect::<Vec<_>>()))
}
