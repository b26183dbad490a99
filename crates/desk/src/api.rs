//! JSON for programs at `/api/v1`: what the addresses of all nouns share.
//!
//! A program does what the person whose token it carries may do, through the same actions as the
//! pages. `If-Match: "v19"` insists on a version, `Idempotency-Key` makes a repeated request count
//! once. Moments are RFC 3339 in UTC; numbers of cases read `R-10482`.

use crate::screen::Screen;
use crate::view::case::missing;
use crate::view::record;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use casework::handling::{Done, On};
use domain::id::{CaseId, CaseNumber};
use domain::permit::Act;
use domain::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use url::form_urlencoded;
use utoipa::{IntoParams, IntoResponses, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use web::problem::ProblemBody;
use web::session::Preferences;
use web::{Bearer, Json, Page, PageQuery, Problem, SignedIn};

/// What the answers of every room that opens on to this hall refer to.
pub fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::with_openapi(Problems::openapi())
}

/// What problems look like; the answers below only refer to it.
#[derive(OpenApi)]
#[openapi(components(schemas(ProblemBody)))]
struct Problems;

/// What reading can answer instead.
#[derive(IntoResponses)]
pub enum ReadProblems {
    /// The address asks for something unknown, or a cursor is not ours.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// No token, or one that has ended.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// There is no such thing among theirs; what is not theirs looks the same.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(ProblemBody),
}

/// What changing something can answer instead.
#[derive(IntoResponses)]
pub enum WriteProblems {
    /// The body is not JSON, or a header is not readable.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// No token, or one that has ended.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// There is no such thing among theirs; what is not theirs looks the same.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(ProblemBody),
    /// The case is not in a state for this; `code` says why.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// The case has another version than `If-Match` names; `current` is the one it has.
    #[response(status = 412, content_type = "application/problem+json")]
    Changed(ProblemBody),
    /// Fields must be put right; `errors` names each.
    #[response(status = 422, content_type = "application/problem+json")]
    Refused(ProblemBody),
}

/// Headers of a request that changes something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers; they are read by `web::Json`")]
pub struct WriteHeaders {
    /// Your own key of this request, 1 to 255 letters, kept for 24 hours: repeated with the same
    /// body, it answers the same and changes nothing twice.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
    /// The `ETag` of the case you saw, such as `"v19"`.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The case in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
pub struct CasePath {
    /// The case's number: `R-10482` or `10482`.
    number: String,
}

/// The case in the address, and the thing on it.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
pub struct ThingPath {
    /// The case's number: `R-10482` or `10482`.
    number: String,
    /// The id of the thing on the case.
    id: String,
}

/// A body or a form that says nothing: `{}`, or the mark of the press alone.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What was done. The `ETag` of the answer is the case's version.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneBody {
    /// The id of the case.
    case: String,
    /// Its number.
    #[schema(example = "R-10482")]
    number: String,
    /// Its version now.
    version: u64,
    /// The id of the letter that was written, if one was.
    message: Option<String>,
    /// When that letter leaves; until then it can be taken back.
    leaves_at: Option<String>,
    /// The id of the promise that was made, if one was.
    promise: Option<String>,
    /// The id of the offer that was made, if one was.
    offer: Option<String>,
}

impl From<Done> for DoneBody {
    fn from(done: Done) -> DoneBody {
        let leaves = done.leaves_at_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        DoneBody {
            case: done.case.to_string(),
            number: done.number.to_string(),
            version: done.version,
            message: done.message.map(|id| id.to_string()),
            leaves_at: leaves.map(|at| at.to_string()),
            promise: done.promise.map(|id| id.to_string()),
            offer: done.offer.map(|id| id.to_string()),
        }
    }
}

/// 200 with what was done.
pub fn changed(done: Done) -> Response {
    answer(StatusCode::OK, done)
}

/// 201 with what was made.
pub fn made(done: Done) -> Response {
    answer(StatusCode::CREATED, done)
}

fn answer(status: StatusCode, done: Done) -> Response {
    let etag = web::json::etag(done.version);
    (status, [(header::ETAG, etag)], axum::Json(DoneBody::from(done))).into_response()
}

/// The case in an address; what cannot be read does not exist.
pub fn number(text: &str) -> Result<CaseNumber, Problem> {
    text.parse().map_err(|_| missing())
}

/// The case in an address, in the version that `If-Match` insists on.
pub fn on<T>(text: &str, body: &Json<T>) -> Result<On, Problem> {
    Ok(On { number: number(text)?, version: body.if_match })
}

/// How far somebody sees, for lists; 403 when they may not read cases at all.
pub fn reach(by: &Bearer) -> Result<Reach, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    Ok(Reach::from(&by.staff))
}

/// The same for one case: who may not read cases learns nothing about it.
pub fn reach_of_one(by: &Bearer) -> Result<Reach, Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| missing())?;
    Ok(Reach::from(&by.staff))
}

/// Words of at most `most` characters.
pub fn at_most(pointer: &str, words: &Words, most: usize) -> Result<(), Problem> {
    match Words::new(words.as_str(), most) {
        Ok(_) => Ok(()),
        Err(why) => Err(Problem::refused("words_too_long", "A text is too long for its place.")
            .at(pointer, why.to_string())),
    }
}

/// A field of the address that cannot be read.
pub fn unreadable(field: &str, says: &str) -> Problem {
    Problem::bad_request("query_unreadable", "The address asks for something unknown.")
        .at(format!("/{field}"), says)
}

/// A moment of the address.
pub fn moment(field: &str, text: Option<&String>) -> Result<Option<Timestamp>, Problem> {
    let says = "Give a moment such as 2026-11-19T13:08:00Z.";
    let read = |text: &String| text.parse().map_err(|_| unreadable(field, says));
    text.map(read).transpose()
}

/// What a page of the desk would read for this person, for rules that need it.
pub async fn screen(ctx: &Context, by: Bearer) -> Result<Screen, Problem> {
    let signed = SignedIn {
        staff: by.staff,
        email: String::new(),
        signature: String::new(),
        shift: String::new(),
        preferences: Preferences::default(),
        session: String::new(),
        csrf: String::new(),
    };
    Screen::of(ctx, signed).await
}

/// Answers a page of a list, with the `Link` to the next one: this address, gone on with.
pub fn page<T: Serialize>(headers: &HeaderMap, uri: &Uri, page: &Page<T>) -> Response {
    let mut response = web::json::hashed(headers, page);
    if let Some(next) = &page.next {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.filter(|(name, _)| name != "after"))
            .append_pair("after", next)
            .finish();
        let link = format!("<{}?{query}>; rel=\"next\"", uri.path());
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}

/// A moment as programs read it; what was stored is always one.
pub fn at(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// The case of an address, for its lists, with rows asked for and the entry to go on from.
pub async fn list_of(
    ctx: &Context,
    by: &Bearer,
    number: &str,
    query: &PageQuery,
) -> Result<(CaseId, u32, i64), Problem> {
    let (reach, number) = (reach_of_one(by)?, self::number(number)?);
    let case = record::case_id(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let after = query.after.as_deref().map_or(Ok(0), str::parse);
    let after = after.map_err(|_| unreadable("after", "Give a cursor of ours."))?;
    Ok((case, query.rows()?, after))
}
