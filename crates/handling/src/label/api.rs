//! Labels of a case, for programs.

use crate::label::actions;
use axum::extract::State;
use axum::response::Response;
use desk::api::{self, CasePath, DoneBody, WriteHeaders, WriteProblems};
use domain::id::LabelId;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(set_labels))
}

/// The labels a case shall carry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LabelsBody {
    /// Ids of `GET /api/v1/labels`; at most 20. Others are taken off.
    #[schema(value_type = Vec<String>)]
    labels: Vec<LabelId>,
}

/// Sets the labels and causes of a case. Those that are there stay, others are taken off.
#[utoipa::path(put, path = "/api/v1/cases/{number}/labels", tag = "cases",
    request_body = LabelsBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn set_labels(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<LabelsBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let labels = &body.value.labels;
    Ok(api::changed(actions::set_labels(&ctx, &by.staff, on, labels, &body.press).await?))
}
