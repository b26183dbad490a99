//! How often a program may ask: so many requests a minute with one token, told in every answer.
//!
//! The fields are those of draft-ietf-httpapi-ratelimit-headers-10. Every node counts for itself.
//! Handing in feedback is not counted: the day it comes by the thousands is the day it must be
//! taken.

use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::Context;
use store::file::sha256_hex;

/// The version of what `/api/v1` takes and gives; answers name it in `Redress-Version`.
pub const VERSION: HeaderValue = HeaderValue::from_static("2026-12-01");

/// Seconds of one count.
const WINDOW: i64 = 60;
/// Tokens counted in one minute; beyond it only made-up ones are left, and these open nothing.
const TOKENS_MOST: usize = 100_000;

/// How many requests each token has made in this minute.
#[derive(Clone, Debug)]
pub struct Pace {
    per_minute: u32,
    counted: Arc<Mutex<Counted>>,
}

#[derive(Debug, Default)]
struct Counted {
    minute: i64,
    by_token: HashMap<String, u32>,
}

/// What is left to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    /// Requests; nothing when this one was already too many.
    requests: Option<u32>,
    /// Seconds until the count begins anew.
    seconds: i64,
}

impl Pace {
    /// At most `per_minute` requests a minute with one token.
    pub fn new(per_minute: u32) -> Pace {
        Pace { per_minute, counted: Arc::default() }
    }

    /// Counts a request at `second` (since 1970-01-01 UTC).
    fn count(&self, token: &str, second: i64) -> Left {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = second.div_euclid(WINDOW);
        if counted.minute != minute || counted.by_token.len() >= TOKENS_MOST {
            *counted = Counted { minute, by_token: HashMap::new() };
        }
        let made = counted.by_token.entry(token.to_owned()).or_default();
        let requests = self.per_minute.checked_sub(*made + 1);
        if requests.is_some() {
            *made += 1;
        }
        Left { requests, seconds: WINDOW - second.rem_euclid(WINDOW) }
    }

    /// Takes a request back that is not to count.
    fn uncount(&self, token: &str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = counted.by_token.get_mut(token) {
            *made = made.saturating_sub(1);
        }
    }

    fn tell(&self, left: Left, headers: &mut HeaderMap) {
        let (quota, requests) = (self.per_minute, left.requests.unwrap_or(0));
        let fields = [
            ("ratelimit-policy", format!("\"token\";q={quota};w={WINDOW}")),
            ("ratelimit", format!("\"token\";r={requests};t={}", left.seconds)),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Middleware of the addresses for programs: counts, refuses what is too much with 429, and says
/// on every answer what is left and which version it has.
pub async fn pace(
    State((ctx, pace)): State<(Context, Pace)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/api/v1/") {
        return next.run(request).await;
    }
    let is_intake = request.method() == Method::POST && path == "/api/v1/feedback";
    let token = request.headers().get(header::AUTHORIZATION).filter(|_| !is_intake);
    let token = token.map(|token| sha256_hex(token.as_bytes()));
    let left = token.as_ref().map(|token| pace.count(token, ctx.now().as_second()));
    let mut response = match left {
        Some(Left { requests: None, seconds }) => {
            Problem::too_often(u32::try_from(seconds).unwrap_or(u32::MAX)).into_response()
        }
        _ => next.run(request).await,
    };
    if let (Some(token), StatusCode::NOT_MODIFIED) = (&token, response.status()) {
        pace.uncount(token); // Who asks whether anything is new costs next to nothing.
    }
    if let Some(left) = left {
        pace.tell(left, response.headers_mut());
    }
    response.headers_mut().insert(HeaderName::from_static("redress-version"), VERSION);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_quota_a_minute_and_no_other_token_pays_for_it() {
        let pace = Pace::new(2);
        assert_eq!(pace.count("a", 61), Left { requests: Some(1), seconds: 59 });
        assert_eq!(pace.count("a", 62), Left { requests: Some(0), seconds: 58 });
        assert_eq!(pace.count("a", 119), Left { requests: None, seconds: 1 });
        assert_eq!(pace.count("b", 119).requests, Some(1));
        assert_eq!(pace.count("a", 120), Left { requests: Some(1), seconds: 60 });
    }

    #[test]
    fn what_is_taken_back_was_not_made() {
        let pace = Pace::new(1);
        pace.count("a", 0);
        pace.uncount("a");
        assert_eq!(pace.count("a", 1).requests, Some(0));
        assert_eq!(pace.count("a", 2).requests, None);
        pace.uncount("never seen");
    }

    #[test]
    fn made_up_tokens_do_not_fill_the_memory() {
        let pace = Pace::new(1);
        for n in 0..=TOKENS_MOST {
            pace.count(&n.to_string(), 0);
        }
        assert_eq!(pace.counted.lock().unwrap().by_token.len(), 1);
    }
}
