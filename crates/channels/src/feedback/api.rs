//! Feedback and arrivals for programs.

use crate::feedback::sql::{self, Which};
use crate::feedback::view::{FeedbackBody, cursor, read_cursor};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::channel::Channel;
use domain::id::{ArrivalId, UnitId};
use domain::permit::{Act, Staff};
use hearing::api_body::ApiFeedback;
use hearing::said::{Envelope, Shape};
use intake::Arrival;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::fact::{Fact, Heard};
use store::scope::Reach;
use store::{Context, Doing, on};
use web::json::hashed;
use web::{Bearer, Page, Path, Problem, Query};

/// Longest `Prefer: wait`.
const WAIT_MOST: u64 = 30;

/// What became of something that was handed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Handed {
    /// The arrival as it is kept.
    pub arrival: String,
    /// `kept`, `understood` or `unreadable`.
    pub state: String,
    /// The feedback made of it, once it is understood.
    pub feedback: Option<String>,
    /// The case it led to: `R-10482`.
    pub case: Option<String>,
}

impl Handed {
    fn kept(arrival: ArrivalId) -> Handed {
        let state = intake::State::Kept.as_str().to_owned();
        Handed { arrival: arrival.to_string(), state, feedback: None, case: None }
    }
}

/// Keeps one thing that was said. The `Idempotency-Key` makes it one: handed in again, it gives
/// the same answer. `Prefer: wait=5` waits up to so many seconds for the case (201); without it
/// the answer is 202 and the arrival can be asked for later.
#[utoipa::path(post, path = "/api/v1/feedback", tag = "feedback", request_body = ApiFeedback,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it"),
        ("Prefer" = Option<String>, Header, description = "wait=5")),
    responses((status = 201, body = Handed), (status = 202, body = Handed),
        (status = 422, description = "what is wrong, by field")))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::OpenCase).map_err(|_| Problem::not_permitted())?;
    let feedback = read(&headers, &body)?;
    let unit = unit_of(&ctx, &bearer.staff, feedback.unit.as_deref()).await?;
    let hash = store::file::sha256_hex(&body);
    let key = key_of(&headers)?;
    let source_key = match &key {
        Some(key) => format!("api/{}/{key}", bearer.token),
        // Without a key every request is one of its own.
        None => format!("api/{}/once/{}", bearer.token, web::new_press(&ctx)),
    };
    let envelope =
        Envelope { unit: Some(unit), by: Some(bearer.staff.id), ..Envelope::of(Shape::Api) };
    let arrival = Arrival {
        channel: feedback.channel.unwrap_or(Channel::Api),
        source_key,
        envelope: serde_json::to_value(envelope)
            .map_err(|e| Problem::ours(anyhow::Error::from(e)))?,
        raw: body.to_vec(),
        batch: None,
    };
    let mut facts = ctx.store.listen();
    let received = intake::receive(&ctx, arrival).await?;
    if received.fresh == intake::Fresh::Known && hash_of(&ctx, received.id).await? != hash {
        return Err(Problem::refused(
            "key_used_otherwise",
            "This Idempotency-Key came with another body before. Use a new key for a new body.",
        ));
    }
    let mut handed = match received.fresh {
        intake::Fresh::New => Handed::kept(received.id),
        intake::Fresh::Known => handed(&ctx, received.id).await?,
    };
    if let Some(wait) = wait_of(&headers)
        && handed.state == "kept"
    {
        let id = received.id.to_string();
        let heard = tokio::time::timeout(wait, async {
            loop {
                match facts.next().await {
                    Heard::Fact(Fact::Arrival { id: told }) if told == id => return,
                    Heard::Missed | Heard::Closed => return,
                    Heard::Fact(_) => {}
                }
            }
        });
        // Told or not, what holds now is answered.
        drop(heard.await);
        handed = self::handed(&ctx, received.id).await?;
    }
    let done = handed.state != "kept";
    let status = if done { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let mut response = (status, axum::Json(&handed)).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/arrivals/{}", handed.arrival)) {
        response.headers_mut().insert("location", place);
    }
    if wait_of(&headers).is_some() {
        let applied = HeaderValue::from_static("wait");
        response.headers_mut().insert("preference-applied", applied);
    }
    Ok(response)
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<ApiFeedback, Problem> {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if kind != "application/json" && !kind.ends_with("+json") {
        return Err(Problem::wrong_media("Send JSON: `Content-Type: application/json`."));
    }
    if body.len() > web::json::BODY_MOST {
        return Err(Problem::too_large("A body is at most 1 MB."));
    }
    let feedback: ApiFeedback = web::json::read(body)?;
    let faults = feedback.faults();
    if faults.is_empty() {
        return Ok(feedback);
    }
    let problem =
        Problem::refused("feedback_refused", "The feedback has something we do not take.");
    Err(faults.into_iter().fold(problem, |problem, (at, says)| problem.at(at, says)))
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Problem::bad_request("key_unreadable", "An Idempotency-Key has 1 to 255 plain letters.")
    })
}

/// The seconds in `Prefer: wait=5`.
fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let prefer = headers.get("prefer")?.to_str().ok()?;
    let wait = prefer.split([',', ';']).find_map(|part| part.trim().strip_prefix("wait="))?;
    let seconds: u64 = wait.trim().parse().ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds.min(WAIT_MOST)))
}

/// The unit that was named, where the caller may see it; else their first.
async fn unit_of(ctx: &Context, staff: &Staff, named: Option<&str>) -> Result<UnitId, Problem> {
    const SQL: &str = concat!(
        "SELECT c.unit_id FROM (SELECT id AS unit_id, made_at_ms FROM unit) c
         WHERE ($3 = '' OR c.unit_id = $3) AND ",
        store::visible_in_unit!(),
        " ORDER BY c.made_at_ms, c.unit_id LIMIT 1"
    );
    let reach = Reach::from(staff);
    let found: Option<String> = on!(Store &ctx.store, db => sqlx::query_scalar(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(named.unwrap_or("")).fetch_optional(db).await)
    .doing("looking for a unit")?;
    let missing = || {
        Problem::refused("unit_missing", "There is no such unit among yours.")
            .at("/unit", "Give the id of a unit of yours, or leave it out.")
    };
    found.and_then(|id| id.parse().ok()).ok_or_else(missing)
}

async fn hash_of(ctx: &Context, id: ArrivalId) -> Result<String, Problem> {
    let raw = intake::raw(ctx, id).await?.unwrap_or_default();
    Ok(store::file::sha256_hex(&raw))
}

async fn handed(ctx: &Context, id: ArrivalId) -> Result<Handed, Problem> {
    const SQL: &str = "
        SELECT a.state, f.number, c.number FROM arrival a
        LEFT JOIN feedback f ON f.id = a.feedback_id LEFT JOIN \"case\" c ON c.id = a.case_id
        WHERE a.id = $1";
    let arrival = id.to_string();
    let (state, feedback, case): (String, Option<i64>, Option<i64>) =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&arrival).fetch_one(db).await)
            .doing("looking what became of an arrival")?;
    Ok(Handed {
        arrival,
        state,
        feedback: feedback.map(|number| format!("F-{number}")),
        case: case.map(|number| format!("R-{number}")),
    })
}

/// What is asked of the list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ListQuery {
    /// Rows, at most 200; 50 when not said.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
    /// Only from this site or system.
    source: Option<String>,
    /// `true` for what others can read only.
    public: Option<bool>,
}

/// Feedback the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "feedback", params(ListQuery),
    responses((status = 200, body = Page<FeedbackBody>)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(asked): Query<ListQuery>,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::ReadFeedback).map_err(|_| Problem::not_permitted())?;
    let rows = web::PageQuery { limit: asked.limit, after: None }.rows()?;
    let after = asked.after.unwrap_or_default();
    let (at, id) = read_cursor(&after).ok_or_else(|| {
        Problem::bad_request("cursor_unreadable", "`after` takes the `next` of a page.")
            .at("/after", "Give the `next` of the page before.")
    })?;
    let which = if asked.public == Some(true) { Which::Public } else { Which::All };
    let source = asked.source.unwrap_or_default();
    let reach = Reach::from(&bearer.staff);
    let found = sql::list(&ctx.store, &reach, which, &source, (at, &id), rows + 1).await?;
    let cursors: Vec<(String, String)> =
        found.iter().map(|row| (row.id.clone(), cursor(row.said_at_ms, &row.id))).collect();
    let bodies: Vec<FeedbackBody> = found.into_iter().map(FeedbackBody::from).collect();
    let of = |body: &FeedbackBody| {
        let found = cursors.iter().find(|(id, _)| *id == body.id);
        found.map(|(_, cursor)| cursor.clone()).unwrap_or_default()
    };
    Ok(Page::of(bodies, rows, of).answer(&headers, "/api/v1/feedback"))
}

/// An arrival without its bytes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ArrivalBody {
    /// Its id.
    id: String,
    /// The way it came.
    channel: String,
    /// Bytes.
    size: i64,
    /// When we got it.
    received_at: String,
    /// How far it has come.
    state: String,
    /// Why it could not be read.
    error: String,
}

impl From<intake::Listed> for ArrivalBody {
    fn from(row: intake::Listed) -> Self {
        let at = jiff::Timestamp::from_millisecond(row.received_at_ms);
        ArrivalBody {
            id: row.id,
            channel: row.channel,
            size: row.size,
            received_at: at.map(|at| at.to_string()).unwrap_or_default(),
            state: row.state,
            error: row.error,
        }
    }
}

/// What is asked of the arrivals.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ArrivalQuery {
    /// `unreadable` when not said; `kept`, `understood`, `undone`.
    state: Option<String>,
    /// Rows, at most 200; 50 when not said.
    limit: Option<u32>,
    /// The id of the last row of the page before.
    after: Option<String>,
}

/// Arrivals in one state, newest first: what could not be read, when nothing is said.
#[utoipa::path(get, path = "/api/v1/arrivals", tag = "arrivals", params(ArrivalQuery),
    responses((status = 200, body = Page<ArrivalBody>)))]
pub(crate) async fn arrivals(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(asked): Query<ArrivalQuery>,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::Operate).map_err(|_| Problem::not_permitted())?;
    let rows = web::PageQuery { limit: asked.limit, after: None }.rows()?;
    let state = asked.state.as_deref().unwrap_or("unreadable");
    let state = intake::State::from_word(state).ok_or_else(|| {
        Problem::bad_request("state_unknown", "`state` is unreadable, kept, understood or undone.")
    })?;
    let after = asked.after.unwrap_or_default();
    let found = intake::list(&ctx.store, state, &after, rows + 1).await?;
    let bodies: Vec<ArrivalBody> = found.into_iter().map(ArrivalBody::from).collect();
    Ok(Page::of(bodies, rows, |body| body.id.clone()).answer(&headers, "/api/v1/arrivals"))
}

/// One arrival, and what became of it.
#[utoipa::path(get, path = "/api/v1/arrivals/{id}", tag = "arrivals",
    params(("id" = String, Path, description = "the arrival")),
    responses((status = 200, body = Handed), (status = 404, description = "none such")))]
pub(crate) async fn arrival(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing = || Problem::missing("arrival_missing", "There is no such arrival of yours.");
    let id: ArrivalId = id.parse().map_err(|_| missing())?;
    // Whoever handed it in may ask for it; whoever runs the house may ask for any.
    let mut tx = ctx.begin().await?;
    let stored = intake::load(&mut tx, id).await?.ok_or_else(missing)?;
    tx.rollback().await?;
    let by = serde_json::from_value::<Envelope>(stored.envelope).ok().and_then(|e| e.by);
    if by != Some(bearer.staff.id) && bearer.staff.permit_anywhere(Act::Operate).is_err() {
        return Err(missing());
    }
    Ok(hashed(&headers, &handed(&ctx, id).await?))
}

/// Has an arrival that could not be read read again.
#[utoipa::path(post, path = "/api/v1/arrivals/{id}/retries", tag = "arrivals",
    params(("id" = String, Path, description = "the arrival")),
    responses((status = 202, description = "it is read again"),
        (status = 409, description = "it was not unreadable")))]
pub(crate) async fn retry_arrival(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    bearer.staff.permit_anywhere(Act::Operate).map_err(|_| Problem::not_permitted())?;
    let missing = || Problem::missing("arrival_missing", "There is no such arrival.");
    let id: ArrivalId = id.parse().map_err(|_| missing())?;
    intake::listed(&ctx.store, id).await?.ok_or_else(missing)?;
    if intake::retry(&ctx, id).await? {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(Problem::conflict(
            "arrival_readable",
            "That arrival was read; there is nothing to retry.",
        ))
    }
}
