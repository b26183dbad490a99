//! `/api/v1/record`: who changed what in the house.

use super::sql;
use crate::change::ChangeError;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::permit::{Act, Scope, Staff};
use serde::Serialize;
use serde_json::Value;
use store::{Context, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Page, PageQuery, Problem, Query};

/// The addresses of this noun.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(record))
}

/// One entry of the house's record.
#[derive(Serialize, ToSchema)]
struct EntryJson {
    /// 1 for the first entry, then without a gap.
    n: i64,
    /// When.
    at: String,
    /// Who: `kind` is `staff` or `rule`; `id` is whose, or the rule's name.
    #[schema(value_type = Object)]
    actor: Value,
    /// What happened: `staff_added`, `policy_changed` …
    #[schema(value_type = String)]
    what: Value,
    /// To what: an id or the name of a policy.
    thing: String,
    /// How it was; null when there was nothing.
    #[schema(value_type = Object)]
    before: Value,
    /// How it is since.
    #[schema(value_type = Object)]
    after: Value,
    /// The hash over this entry and the one before it.
    hash: String,
}

impl EntryJson {
    fn of(stored: &sql::StoredEntry) -> Result<EntryJson, StoreError> {
        let entry = stored.entry()?;
        let json = |value: serde_json::Result<Value>| {
            value.map_err(|why| StoreError::unreadable("telling the record of the house", why))
        };
        Ok(EntryJson {
            n: entry.n,
            at: entry.at.to_string(),
            actor: json(serde_json::to_value(&entry.actor))?,
            what: json(serde_json::to_value(entry.what))?,
            thing: entry.thing,
            before: entry.before,
            after: entry.after,
            hash: stored.hash.clone(),
        })
    }
}

/// Whether they may read it: it names people of every unit, so only who sees everything reads it.
pub(super) fn may_read(staff: &Staff) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::ReadRecord)?;
    staff.permit_anywhere(Act::ManageSettings)?;
    if staff.scope == Scope::All { Ok(()) } else { Err(ChangeError::Missing) }
}

/// Who changed what in the house, newest first.
#[utoipa::path(get, path = "/api/v1/record", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<EntryJson>)))]
async fn record(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    may_read(&bearer.staff)?;
    let rows = query.rows()?;
    let before = query.after.as_deref().map(str::parse).transpose().map_err(|_| {
        Problem::bad_request("cursor_unreadable", "`after` takes the `next` of a page.")
            .at("/after", "Give the `next` of the page before.")
    })?;
    let stored = sql::latest(&ctx.store, before, i64::from(rows) + 1).await?;
    let entries: Result<Vec<EntryJson>, StoreError> = stored.iter().map(EntryJson::of).collect();
    let page = Page::of(entries?, rows, |entry: &EntryJson| entry.n.to_string());
    Ok(page.answer(&headers, "/api/v1/record"))
}
