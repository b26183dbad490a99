//! What programs send and get: JSON with its bounds, versions, pages of lists.

mod strict;

use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_path_to_error::Segment;
use store::file::sha256_hex;
use store::{Context, Press};

/// Bytes of a JSON body.
pub const BODY_MOST: usize = 1_048_576;
/// Levels of nesting.
pub const DEPTH_MOST: usize = 32;
/// Keys in one body.
pub const KEYS_MOST: usize = 2_000;
/// Rows of one page of a list.
pub const PAGE_MOST: u32 = 200;

/// A JSON body. The type says `deny_unknown_fields`, so that a slip is not silence.
#[derive(Debug)]
pub struct Json<T> {
    /// What was sent.
    pub value: T,
    /// The request's `Idempotency-Key`, if it had one.
    pub press: Press,
    /// The version of `If-Match`, if it had one.
    pub if_match: Option<u64>,
}

impl<T: DeserializeOwned + Send> FromRequest<Context> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, ctx: &Context) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let scope = format!("api{}{}", caller(&headers), request.uri().path());
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim();
        if kind != "application/json" && !kind.ends_with("+json") {
            return Err(Problem::wrong_media("Send JSON: `Content-Type: application/json`."));
        }
        let body = Bytes::from_request(request, ctx).await.map_err(|rejection| match rejection
            .status()
            .as_u16()
        {
            413 => Problem::too_large("A body is at most 1 MB."),
            _ => Problem::bad_request("body_cut_off", "The body did not arrive whole."),
        })?;
        if body.len() > BODY_MOST {
            return Err(Problem::too_large("A body is at most 1 MB."));
        }
        let value = read(&body)?;
        let press = press(&headers, &scope, &body)?;
        Ok(Json { value, press, if_match: if_match(&headers)? })
    }
}

/// Reads JSON within its bounds; a wrong type is 422 with the place, bad JSON is 400.
///
/// # Errors
/// As said.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // JSON is UTF-8 (RFC 8259, section 8.1).
    if let Err(error) = std::str::from_utf8(body) {
        let place = error.valid_up_to() + 1;
        let says = format!("The body is not JSON: byte {place} is not UTF-8.");
        return Err(Problem::bad_request("not_json", says));
    }
    check_shape(body)?;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(strict::Strict(&mut reader)).map_err(|error| {
        let inner = error.inner();
        // Where a word of a list is wanted, our reader calls anything else bad JSON.
        let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
        if inner.is_data() || is_json() {
            let says = match inner.is_data() {
                true => inner.to_string().split(" at line ").next().unwrap_or("").to_owned(),
                false => "give one of the words that are taken here".to_owned(),
            };
            Problem::refused("body_refused", "The body has something we do not take.")
                .at(pointer(error.path()), says)
        } else {
            Problem::bad_request("not_json", format!("The body is not JSON: {inner}."))
        }
    })?;
    match reader.end() {
        Ok(()) => Ok(value),
        Err(_) => Err(Problem::bad_request("not_json", "There is more after the JSON.")),
    }
}

/// A JSON pointer (RFC 6901); the whole body is the empty one.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let name = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => name(key),
        Segment::Enum { variant } => name(variant),
        Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

/// One pass before parsing: depth and number of keys.
fn check_shape(body: &[u8]) -> Result<(), Problem> {
    let (mut depth, mut keys, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in body {
        match (in_text, *byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => {}
            (false, b'"') => in_text = true,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, b':') => keys += 1,
            (false, _) => {}
        }
        if depth > DEPTH_MOST || keys > KEYS_MOST {
            let says = format!("JSON nests at most {DEPTH_MOST} deep with {KEYS_MOST} keys.");
            return Err(Problem::bad_request("json_too_rich", says));
        }
    }
    Ok(())
}

/// Tells callers apart for their idempotency keys without keeping their token.
fn caller(headers: &HeaderMap) -> String {
    let token = headers.get(header::AUTHORIZATION).map_or(&b""[..], HeaderValue::as_bytes);
    let mut hash = sha256_hex(token);
    hash.truncate(16);
    format!("/{hash}")
}

fn press(headers: &HeaderMap, scope: &str, body: &[u8]) -> Result<Press, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(Press::none()) };
    let key = key.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| {
        Problem::bad_request("key_unreadable", "An Idempotency-Key has 1 to 255 plain letters.")
    })?;
    Ok(Press::new(scope, key, &sha256_hex(body)))
}

/// The version in `If-Match`, written as `"v19"`.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("");
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix("\"v").and_then(|rest| rest.strip_suffix('"'));
    version.and_then(|version| version.parse().ok()).map(Some).ok_or_else(|| {
        Problem::bad_request("if_match_unreadable", "If-Match takes an ETag of ours: \"v19\".")
    })
}

/// The `ETag` of a version.
pub fn etag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"v{version}\"")).unwrap_or(HeaderValue::from_static("\"v0\""))
}

/// Answers JSON with a version, or 304 when the caller has it already.
pub fn versioned<T: Serialize>(headers: &HeaderMap, version: u64, value: &T) -> Response {
    tagged(headers, etag(version), value)
}

/// Answers JSON with an ETag made of the body.
pub fn hashed<T: Serialize>(headers: &HeaderMap, value: &T) -> Response {
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut hash = sha256_hex(&text);
    hash.truncate(32);
    let etag = HeaderValue::try_from(format!("\"{hash}\""));
    tagged(headers, etag.unwrap_or(HeaderValue::from_static("\"0\"")), value)
}

fn tagged<T: Serialize>(headers: &HeaderMap, etag: HeaderValue, value: &T) -> Response {
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known == etag || known == "*") {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        axum::Json(value).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag);
    response
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Rows, at most 200; 50 when not said.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// Rows of this page.
    ///
    /// # Errors
    /// 400 for 0 or more than the most.
    pub fn rows(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=PAGE_MOST => Ok(limit),
            _ => Err(Problem::bad_request("limit_out_of_bounds", "`limit` is 1 to 200.")
                .at("/limit", "Give 1 to 200.")),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// The cursor of the next page; give it as `after`.
    pub next: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl<T: Serialize> Page<T> {
    /// A page of at most `most` of `rows`, which holds one more where there is a next page.
    pub fn of(mut rows: Vec<T>, most: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let has_more = rows.len() > most;
        rows.truncate(most);
        let next = if has_more { rows.last().map(cursor) } else { None };
        Page { data: rows, next, has_more }
    }

    /// Answers the page with an ETag and the `Link` to the next one. `path` may have a query:
    /// whatever makes the list, so that the next page is one of the same list.
    pub fn answer(&self, headers: &HeaderMap, path: &str) -> Response {
        let mut response = hashed(headers, self);
        if let Some(next) = &self.next {
            let after: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mark = if path.contains('?') { '&' } else { '?' };
            let link = format!("<{path}{mark}after={after}>; rel=\"next\"");
            if let Ok(link) = HeaderValue::try_from(link) {
                response.headers_mut().insert(header::LINK, link);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only read")]
        n: u32,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        by: By,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        also: Vec<Option<By>>,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        word: Option<Word>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Yes,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct By {
        name: String,
    }

    #[test]
    fn wrong_types_and_unknown_fields_are_refused_with_their_place() {
        let wrong = [
            (r#"{"n":"x"}"#, "/n"),
            (r#"{"n":1,"m":2}"#, "/m"),
            (r#"{"n":1,"a/b~":2}"#, "/a~1b~0"),
            ("[]", ""),
            ("[1]", ""),
            ("null", ""),
            (r#"{"n":1,"by":[]}"#, "/by"),
            (r#"{"n":1,"by":["Ann"]}"#, "/by"),
            (r#"{"n":1,"also":[{"name":"Ann"},[]]}"#, "/also/1"),
            (r#"{"n":1,"by":{"name":"A\u0000"}}"#, "/by/name"),
            (r#"{"n":1,"word":[]}"#, "/word"),
            (r#"{"n":1,"word":7}"#, "/word"),
            (r#"{"n":1,"word":"no"}"#, "/word"),
        ];
        for (body, place) in wrong {
            let problem = read::<Body>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(problem.errors[0].pointer, place, "{body}");
        }
    }

    #[test]
    fn what_is_right_is_taken_though_it_nests() {
        let body = r#"{"n":1,"by":{"name":"Ann"},"also":[null,{},{"name":"Bo"}],"word":"yes"}"#;
        assert!(read::<Body>(body.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_json_or_too_rich_is_a_bad_request() {
        let deep = "[".repeat(40);
        let rich = format!("{{{}}}", vec!["\"a\":1"; 2_001].join(","));
        for body in ["{", "", "{\"n\":1} x", deep.as_str(), rich.as_str()] {
            let problem = read::<Body>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{body:.20}");
        }
        let problem = read::<Body>(b"{\"word\":\"\xff\xfe\"}").unwrap_err();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST);
    }
}
