//! The record and the change feed for programs, the work that failed, and undoing.

use crate::bulk::api::{self as bulk_api, BulkBody};
use crate::view::undo::{Undone, undo_last};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use casework::view::recent::{self, RecentAction};
use desk::api::{self, CasePath, DoneBody, Nothing, ReadProblems, WriteHeaders, WriteProblems};
use desk::api::{at, list_of};
use desk::view::{record, seen};
use domain::id::CaseNumber;
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::event::{FeedPlace, StoredEvent};
use store::job::DeadJob;
use store::scope::Reach;
use store::{Context, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_events_of_case))
        .routes(routes!(read_feed))
        .routes(routes!(list_failed_jobs))
        .routes(routes!(replay_job))
        .routes(routes!(undo))
        .routes(routes!(list_actions))
        .routes(routes!(note_seen, forget_seen))
}

/// An entry of the record.
#[derive(Debug, Serialize, ToSchema)]
struct EventBody {
    /// Its place in the feed, to go on from.
    place: String,
    /// The id of the case.
    case: String,
    /// The case's number.
    #[schema(example = "R-10482")]
    number: String,
    /// 1 for the first event of the case, then without a gap.
    n: i64,
    /// When it happened.
    at: String,
    /// Who did it: `kind` is `staff`, `customer` or `rule`; `id` is whose, or the rule's name.
    #[schema(value_type = Object)]
    actor: serde_json::Value,
    /// What happened, in one word.
    #[schema(example = "promise_broken")]
    name: String,
    /// What it brought, by the event's own fields.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    /// The hash of the entry before.
    previous: String,
    /// The hash of this one: SHA-256 over `previous` and the canonical entry.
    hash: String,
}

impl EventBody {
    fn of(stored: &StoredEvent, number: i64) -> Result<EventBody, StoreError> {
        let json = |error| StoreError::unreadable("reading an event", error);
        let entry: serde_json::Value = serde_json::from_str(&stored.body).map_err(json)?;
        let mut data = entry.get("event").cloned().unwrap_or_default();
        if let Some(fields) = data.as_object_mut() {
            fields.remove("event");
        }
        Ok(EventBody {
            place: stored.place().to_string(),
            case: stored.case_id.clone(),
            number: CaseNumber(number).to_string(),
            n: stored.n,
            at: at(stored.at_ms),
            actor: serde_json::from_str(&stored.actor).map_err(json)?,
            name: stored.name.clone(),
            data,
            previous: stored.previous.clone(),
            hash: stored.hash.clone(),
        })
    }
}

/// Lists the record of a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/events", tag = "record",
    params(CasePath, PageQuery),
    responses((status = 200, body = Page<EventBody>), ReadProblems), security(("token" = [])))]
async fn list_events_of_case(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (case, most, after) = list_of(&ctx, &by, &number, &query).await?;
    let number = api::number(&number)?;
    let stored = record::events_for_checked(&ctx.store, case, after, most + 1).await?;
    let events: Result<Vec<EventBody>, StoreError> =
        stored.iter().map(|event| EventBody::of(event, number.0)).collect();
    Ok(api::page(&headers, &uri, &Page::of(events?, most, |event| event.n.to_string())))
}

/// A stretch of the change feed.
#[derive(Debug, Serialize, ToSchema)]
struct FeedBody {
    /// Events in the order in which they became visible.
    data: Vec<EventBody>,
    /// Where to go on from, at the end of the feed too: give it as `after`.
    next: Option<String>,
    /// Whether there was nothing more just now.
    end_of_feed: bool,
}

/// Reads the change feed over every case of yours: the same events as webhooks. Start without
/// `after`, then go on from `next` forever; none is missed and none comes twice.
#[utoipa::path(get, path = "/api/v1/events", tag = "record", params(PageQuery),
    responses((status = 200, body = FeedBody), ReadProblems,
        (status = 403, description = "Your roles do not include `read_record`.")),
    security(("token" = [])))]
async fn read_feed(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadRecord).map_err(|_| Problem::not_permitted())?;
    let most = query.rows()?;
    let place = query.after.as_deref().map(|cursor| {
        FeedPlace::read(cursor).ok_or_else(|| api::unreadable("after", "Give a cursor of ours."))
    });
    let place = place.transpose()?.unwrap_or_default();
    let reach = Reach::from(&by.staff);
    let mut stored = ctx.store.feed(&reach, place, most + 1).await?;
    let end_of_feed = stored.len() <= most as usize;
    stored.truncate(most as usize);
    let mut numbers = BTreeMap::new();
    let mut data = Vec::with_capacity(stored.len());
    for event in &stored {
        let number = match numbers.get(&event.case_id) {
            Some(number) => *number,
            None => {
                let found = record::number_for_checked(&ctx.store, &event.case_id).await?;
                *numbers.entry(event.case_id.clone()).or_insert(found.unwrap_or_default())
            }
        };
        data.push(EventBody::of(event, number)?);
    }
    let next = stored.last().map(|event| event.place().to_string()).or(query.after);
    Ok(hashed(&headers, &FeedBody { data, next, end_of_feed }))
}

/// Work that failed for good.
#[derive(Debug, Serialize, ToSchema)]
struct JobBody {
    /// Its id says what it is for.
    id: String,
    /// Which work.
    kind: String,
    /// What it was given: JSON, as text.
    body: String,
    /// What went wrong last.
    error: String,
    /// Tries so far.
    attempts: i64,
    /// When it was laid out.
    made_at: String,
}

impl From<DeadJob> for JobBody {
    fn from(job: DeadJob) -> JobBody {
        JobBody {
            id: job.id,
            kind: job.kind,
            body: job.body,
            error: job.error,
            attempts: job.attempts,
            made_at: at(job.made_at_ms),
        }
    }
}

/// Lists work that failed for good, by its id.
#[utoipa::path(get, path = "/api/v1/jobs/failed", tag = "operation", params(PageQuery),
    responses((status = 200, body = Page<JobBody>), ReadProblems,
        (status = 403, description = "Your roles do not include `operate`.")),
    security(("token" = [])))]
async fn list_failed_jobs(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::Operate).map_err(|_| Problem::not_permitted())?;
    let most = query.rows()?;
    let after = query.after.unwrap_or_default();
    let jobs = ctx.store.dead_jobs(&after, most + 1).await?;
    let jobs: Vec<JobBody> = jobs.into_iter().map(JobBody::from).collect();
    Ok(api::page(&headers, &uri, &Page::of(jobs, most, |job| job.id.clone())))
}

/// Gives failed work all its tries again. Safe to repeat: what runs again is not found here any
/// more.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/replays", tag = "operation",
    params(("id" = String, Path, description = "The id of the work, percent-encoded")),
    request_body = Nothing,
    responses((status = 202, description = "It is tried again"), WriteProblems,
        (status = 403, description = "Your roles do not include `operate`.")),
    security(("token" = [])))]
async fn replay_job(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = body.value;
    by.staff.permit_anywhere(Act::Operate).map_err(|_| Problem::not_permitted())?;
    if ctx.store.replay(&id, ctx.now()).await? {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    Err(Problem::missing("job_missing", "There is no such work that failed."))
}

/// Undoes what you did last, unless somebody changed it since. Where it was a change to many cases,
/// 202 answers with the change that takes it back.
#[utoipa::path(post, path = "/api/v1/me/undos", tag = "cases", request_body = Nothing,
    params(WriteHeaders), responses((status = 201, body = DoneBody),
    (status = 202, body = BulkBody), WriteProblems), security(("token" = [])))]
async fn undo(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = body.value;
    Ok(match undo_last(&ctx, &by.staff, &body.press).await? {
        Undone::Case(done) => api::made(done),
        Undone::Bulk(back) => bulk_api::accepted(*back),
    })
}

/// Something you did.
#[derive(Debug, Serialize, ToSchema)]
struct ActionBody {
    /// Its id.
    id: String,
    /// The case's number, unless it was a change to many cases.
    #[schema(example = "R-10482")]
    number: Option<String>,
    /// The id of the change, where it was one to many cases.
    bulk_change: Option<String>,
    /// What, in words.
    says: String,
    /// When.
    at: String,
    /// Whether it was undone.
    undone: bool,
}

impl From<RecentAction> for ActionBody {
    fn from(action: RecentAction) -> ActionBody {
        let is_bulk = action.is_bulk();
        ActionBody {
            bulk_change: is_bulk.then(|| action.id.clone()),
            id: action.id,
            number: (!is_bulk).then(|| CaseNumber(action.number).to_string()),
            says: action.says,
            at: at(action.at_ms),
            undone: action.undone != 0,
        }
    }
}

/// What you did in the last 24 hours, newest first; the newest that was not undone is what
/// `POST /api/v1/me/undos` undoes.
#[utoipa::path(get, path = "/api/v1/me/actions", tag = "cases",
    responses((status = 200, body = [ActionBody]), ReadProblems), security(("token" = [])))]
async fn list_actions(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    let actions = recent::recent_actions(&ctx, by.staff.id).await?;
    let actions: Vec<ActionBody> = actions.into_iter().map(ActionBody::from).collect();
    Ok(hashed(&headers, &actions))
}

/// How far a case was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenBody {
    /// The version that was before somebody's eyes.
    version: u64,
}

/// Notes that you have read a case up to a version; it never goes back. Until then the case is
/// shown as unread to you.
#[utoipa::path(put, path = "/api/v1/cases/{number}/seen", tag = "cases", request_body = SeenBody,
    params(CasePath), responses((status = 204, description = "It is noted"), WriteProblems),
    security(("token" = [])))]
async fn note_seen(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<SeenBody>,
) -> Result<StatusCode, Problem> {
    let number = api::number(&number)?;
    seen::see(&ctx, &by.staff, number, body.value.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a case unread to you again.
#[utoipa::path(delete, path = "/api/v1/cases/{number}/seen", tag = "cases", params(CasePath),
    responses((status = 204, description = "It is unread"), ReadProblems),
    security(("token" = [])))]
async fn forget_seen(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let number = api::number(&number)?;
    seen::forget(&ctx, &by.staff, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
