//! `/api/v1/imports`: what files brought in, and taking it back. A file itself is brought in by
//! `redress import`; a program hands things in one by one.

use crate::import::sql::{self, Listed};
use crate::import::undo::{UndoError, undo as take_back};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::id::BatchId;
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(undo))
}

/// A file that was brought in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportBody {
    /// Its id.
    id: String,
    /// The name of the file.
    file: String,
    /// `csv`, `jsonl`, `mbox` or `eml`.
    format: String,
    /// The id of the unit it is for.
    unit: String,
    /// `running`, `done` or `undone`.
    state: String,
    /// Rows that were new.
    new: i64,
    /// Rows that were here already.
    known: i64,
    /// Rows that could not be taken.
    bad: i64,
    /// When it began.
    made_at: String,
}

impl From<Listed> for ImportBody {
    fn from(row: Listed) -> ImportBody {
        let at = jiff::Timestamp::from_millisecond(row.made_at_ms);
        ImportBody {
            id: row.id,
            file: row.file_name,
            format: row.format,
            unit: row.unit_id,
            state: row.state,
            new: row.n_new,
            known: row.n_known,
            bad: row.n_bad,
            made_at: at.map(|at| at.to_string()).unwrap_or_default(),
        }
    }
}

/// What was taken back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UndoneBody {
    /// Arrivals.
    arrivals: u64,
    /// Feedback that was taken away at once, because it belonged to no case.
    removed: u64,
    /// Cases that are closed, where nobody worked on them.
    cases: u64,
}

/// A body that says nothing: `{}`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NothingElse {}

/// Files that were brought in for units of yours, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(PageQuery),
    responses((status = 200, body = Page<ImportBody>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::Import).map_err(|_| Problem::not_permitted())?;
    let rows = query.rows()?;
    let after = query.after.unwrap_or_default();
    let found = sql::list(&ctx.store, &Reach::from(&bearer.staff), &after, rows + 1).await?;
    let bodies: Vec<ImportBody> = found.into_iter().map(ImportBody::from).collect();
    Ok(Page::of(bodies, rows, |body| body.id.clone()).answer(&headers, "/api/v1/imports"))
}

/// Takes an import back within seven days: what it brought in is marked, and its cases are closed
/// where nobody worked on them. Safe to repeat: what is taken back already counts nothing.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undos", tag = "imports",
    request_body = NothingElse,
    params(("id" = String, Path, description = "the import"),
        ("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 200, body = UndoneBody), (status = 404, description = "none of yours"),
        (status = 409, description = "it is longer ago than seven days")))]
async fn undo(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<String>,
    body: Json<NothingElse>,
) -> Result<axum::Json<UndoneBody>, Problem> {
    let NothingElse {} = body.value;
    bearer.staff.permit_anywhere(Act::Import).map_err(|_| Problem::not_permitted())?;
    let missing = || Problem::missing("import_missing", "There is no such import of yours.");
    let batch: BatchId = id.parse().map_err(|_| missing())?;
    if !sql::is_theirs(&ctx.store, &Reach::from(&bearer.staff), batch).await? {
        return Err(missing());
    }
    match take_back(&ctx, batch).await {
        Ok(undone) => Ok(axum::Json(UndoneBody {
            arrivals: undone.arrivals,
            removed: undone.removed,
            cases: undone.cases,
        })),
        Err(UndoError::Missing) => Err(missing()),
        Err(UndoError::TooOld) => Err(Problem::conflict(
            "import_too_old",
            "An import can be undone for seven days, and this one is older.",
        )),
        Err(UndoError::Store(error)) => Err(error.into()),
    }
}
