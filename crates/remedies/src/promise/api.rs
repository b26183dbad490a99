//! Promises for programs: the ledger, making, keeping, moving.

use crate::promise::actions::{self, MakePromise};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use casework::handling::On;
use casework::promise::rules::{ClosedHours, WORDS_MOST};
use desk::api::{
    self, CasePath, DoneBody, ReadProblems, ThingPath, WriteHeaders, WriteProblems, at_most,
    moment, unreadable,
};
use desk::promise::body::PromiseBody;
use desk::view::case::missing;
use desk::view::promises::{Band, PromiseLine, ledger, of_case};
use desk::view::record;
use domain::id::{PromiseId, StaffId};
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// Characters of what was done, and of what the customer is told.
const TOLD_MOST: usize = 4_000;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_promises))
        .routes(routes!(list_promises_of_case, make_promise))
        .routes(routes!(keep_promise))
        .routes(routes!(move_promise))
}

/// Which promises of the ledger.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
struct LedgerQuery {
    /// `due` (as when not said), `broken` or `kept`.
    band: Option<String>,
    /// For `due` and `kept`: from this moment.
    from: Option<String>,
    /// For `due` and `kept`: to before this moment.
    until: Option<String>,
    /// Rows, at most 200; 50 when not said.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

impl LedgerQuery {
    fn band(&self) -> Result<Band, Problem> {
        let from = moment("from", self.from.as_ref())?.unwrap_or(Timestamp::MIN);
        let until = moment("until", self.until.as_ref())?.unwrap_or(Timestamp::MAX);
        match self.band.as_deref().unwrap_or("due") {
            "due" => Ok(Band::Due { from, until }),
            "kept" => Ok(Band::Kept { from, until }),
            "broken" if self.from.is_none() && self.until.is_none() => Ok(Band::Broken),
            "broken" => Err(unreadable("from", "Broken promises are listed whole.")),
            _ => Err(unreadable("band", "Give `due`, `broken` or `kept`.")),
        }
    }

    fn place(&self) -> Result<Option<(i64, String)>, Problem> {
        let Some(cursor) = &self.after else { return Ok(None) };
        let read = || {
            let (due, id) = cursor.split_once('.')?;
            Some((due.parse().ok()?, id.to_owned()))
        };
        read().map(Some).ok_or_else(|| unreadable("after", "Give a cursor of ours."))
    }
}

fn place_of(line: &PromiseLine) -> (i64, String) {
    (line.promise.due_at.as_millisecond(), line.promise.id.to_string())
}

/// Lists promises on cases of yours, due soonest first.
#[utoipa::path(get, path = "/api/v1/promises", tag = "promises", params(LedgerQuery),
    responses((status = 200, body = Page<PromiseBody>), ReadProblems), security(("token" = [])))]
async fn list_promises(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<LedgerQuery>,
) -> Result<Response, Problem> {
    let reach = api::reach(&by)?;
    let most = PageQuery { limit: query.limit, after: None }.rows()? as usize;
    let (band, mut place) = (query.band()?, query.place()?);
    let mut lines = Vec::new();
    loop {
        let page = ledger(&ctx, &reach, band, place.as_ref()).await?;
        lines.extend(page.lines);
        match page.next {
            Some(next) if lines.len() <= most => place = Some(next),
            _ => break,
        }
    }
    let has_more = lines.len() > most;
    lines.truncate(most);
    let last = lines.last().filter(|_| has_more).map(place_of);
    let next = last.map(|(due, id)| format!("{due}.{id}"));
    let data: Vec<PromiseBody> = lines.into_iter().map(PromiseBody::from).collect();
    Ok(api::page(&headers, &uri, &Page { data, next, has_more }))
}

/// Lists the promises on a case, oldest first; at most 200, on one page.
#[utoipa::path(get, path = "/api/v1/cases/{number}/promises", tag = "promises", params(CasePath),
    responses((status = 200, body = Page<PromiseBody>), ReadProblems), security(("token" = [])))]
async fn list_promises_of_case(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (reach, number) = (api::reach_of_one(&by)?, api::number(&number)?);
    record::case_id(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let lines = of_case(&ctx, &reach, number).await?;
    let data: Vec<PromiseBody> = lines.into_iter().map(PromiseBody::from).collect();
    Ok(api::page(&headers, &uri, &Page { data, next: None, has_more: false }))
}

/// A promise to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPromiseBody {
    /// What comes after "We will", at most 300 characters.
    #[schema(value_type = String, example = "call you with the result")]
    words: Words,
    /// By when.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// The id of who keeps it; yourself when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    keeper: Option<StaffId>,
    /// Whether the customer sees it on their page; so when left out.
    #[serde(default = "yes")]
    visible: bool,
    /// Whether a moment in closed hours is meant.
    #[serde(default)]
    closed_hours: bool,
}

fn yes() -> bool {
    true
}

fn closed_hours(meant: bool) -> ClosedHours {
    if meant { ClosedHours::Confirmed } else { ClosedHours::Refused }
}

/// Makes a promise to the customer.
#[utoipa::path(post, path = "/api/v1/cases/{number}/promises", tag = "promises",
    request_body = NewPromiseBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn make_promise(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<NewPromiseBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let NewPromiseBody { words, due_at, keeper, visible, closed_hours: meant } = body.value;
    at_most("/words", &words, WORDS_MOST)?;
    let closed_hours = closed_hours(meant);
    let promise = MakePromise { words, keeper, due_at, visible, closed_hours };
    Ok(api::made(actions::make(&ctx, &by.staff, on, promise, &body.press).await?))
}

/// The promise of an address, when it was ever made on this case.
async fn promise_of(ctx: &Context, by: &Bearer, on: On, id: &str) -> Result<PromiseId, Problem> {
    let none = || Problem::missing("promise_missing", "There is no such promise on this case.");
    let id: PromiseId = id.parse().map_err(|_| none())?;
    let reach = api::reach_of_one(by)?;
    record::case_id(&ctx.store, &reach, on.number).await?.ok_or_else(missing)?;
    let lines = of_case(ctx, &reach, on.number).await?;
    let known = lines.iter().any(|line| line.promise.id == id);
    if known { Ok(id) } else { Err(none()) }
}

/// What was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeptBody {
    /// What was done, as the customer reads it; at most 4,000 characters.
    #[schema(value_type = String)]
    done: Words,
}

/// Says that a promise was kept, in time or late; the customer gets a letter.
#[utoipa::path(post, path = "/api/v1/cases/{number}/promises/{id}/keepings", tag = "promises",
    request_body = KeptBody, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn keep_promise(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<KeptBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = promise_of(&ctx, &by, on, &id).await?;
    let done = body.value.done;
    at_most("/done", &done, TOLD_MOST)?;
    Ok(api::made(actions::keep(&ctx, &by.staff, on, id, done, &body.press).await?))
}

/// A new date.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDateBody {
    /// The new date.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// The sentence the customer gets about it, at most 4,000 characters.
    #[schema(value_type = String)]
    told: Words,
    /// Whether a moment in closed hours is meant.
    #[serde(default)]
    closed_hours: bool,
}

/// Gives a promise a new date, before the old one; the customer is told at once.
#[utoipa::path(post, path = "/api/v1/cases/{number}/promises/{id}/dates", tag = "promises",
    request_body = NewDateBody, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn move_promise(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<NewDateBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = promise_of(&ctx, &by, on, &id).await?;
    let NewDateBody { due_at, told, closed_hours: meant } = body.value;
    at_most("/told", &told, TOLD_MOST)?;
    let meant = closed_hours(meant);
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::put_off(&ctx, staff, on, id, due_at, meant, &told, press).await?))
}
