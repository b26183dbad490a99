//! Asking the house with whatever there is, and judging what it answers.

use crate::world::House;
use app::routes::Route;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read;
use store::file::sha256_hex;
use tower::ServiceExt;

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";

/// What somebody was answered.
pub struct Answer {
    pub status: StatusCode,
    pub kind: String,
    pub text: String,
    pub place: String,
}

/// What is sent.
#[derive(Clone)]
pub struct Sent {
    pub path: String,
    pub method: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn with(mut self, name: &'static str, value: &str) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Sent {
        self.body = body.into();
        self
    }
}

pub fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

impl House {
    /// A request of the administrator, who may do all that is done here, to `route`.
    pub fn to(&self, route: &Route) -> Sent {
        let sent = Sent {
            path: self.path(route),
            method: route.method,
            headers: vec![("host", "127.0.0.1:8080".to_owned())],
            body: Vec::new(),
        };
        if is_api(route) {
            let sent = sent.with("authorization", "Bearer token-Administrator");
            return sent.with("content-type", JSON).body("{}");
        }
        let sent = sent.with("cookie", "redress=cookie-Administrator").with("accept", "text/html");
        if route.method == "GET" { sent } else { sent.with("content-type", FORM) }
    }

    /// The field that forms of the administrator carry.
    pub fn csrf(&self) -> String {
        let session = sha256_hex(b"cookie-Administrator");
        format!("csrf={}", web::session::csrf(&self.world.ctx, &session))
    }

    /// Sends it; asked to come again because the engine is busy, it does, as programs should.
    pub async fn send(&self, sent: Sent) -> Answer {
        for _ in 0..5 {
            let answer = self.send_once(sent.clone()).await;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
        self.send_once(sent).await
    }

    async fn send_once(&self, sent: Sent) -> Answer {
        let mut request = Request::builder().method(sent.method).uri(&sent.path);
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(sent.body)).unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        let (kind, place) = (text(header::CONTENT_TYPE), text(header::LOCATION));
        let status = answer.status();
        // The live stream has no end.
        let is_stream = kind.starts_with("text/event-stream");
        let bytes = match is_stream {
            true => Vec::new(),
            false => answer.into_body().collect().await.unwrap().to_bytes().to_vec(),
        };
        Answer { status, kind, text: String::from_utf8_lossy(&bytes).into_owned(), place }
    }

    /// Everything that is kept, but how often somebody tried to sign in: a line a row.
    pub async fn kept(&self) -> BTreeSet<String> {
        let mut packed = Vec::new();
        store::dump::dump(&self.world.ctx.store, &mut packed, |_| {}).await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        let counted = ["{\"t\":\"sign_in_rate\"", "{\"redress_dump\"", "{\"rows\""];
        let rows = text.lines().filter(|line| !counted.iter().any(|name| line.starts_with(name)));
        rows.map(str::to_owned).collect()
    }

    /// Makes one of each thing that addresses name, and a form that was begun.
    pub async fn fill(&mut self) {
        let case = format!("/api/v1/cases/{}", self.case);
        let ask = |path: String, body: Value| Sent {
            path,
            method: "POST",
            headers: vec![
                ("host", "127.0.0.1:8080".to_owned()),
                ("authorization", "Bearer token-Administrator".to_owned()),
                ("content-type", JSON.to_owned()),
            ],
            body: body.to_string().into_bytes(),
        };
        let made = [
            (
                "/promises/",
                "promises",
                "promise",
                json!({
                "words": "Call back with the date", "due_at": "2026-11-20T10:00:00Z"}),
            ),
            ("/messages/", "messages", "message", json!({"text": "We look into both charges."})),
            (
                "/offers/",
                "offers",
                "offer",
                json!({"finding": "You were charged twice.",
                "options": [{"remedy": "refund", "words": "The second charge back",
                    "cost_minor": 4_000, "currency": "EUR"}]}),
            ),
        ];
        for (part, path, thing, body) in made {
            let answer = self.send(ask(format!("{case}/{path}"), body)).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.text);
            let body: Value = serde_json::from_str(&answer.text).unwrap();
            self.things.insert(part, body[thing].as_str().unwrap().to_owned());
        }
        let letter = self.things["/messages/"].clone();
        self.things.insert("/letters/", letter);
        let begun = Sent {
            path: "/complain".to_owned(),
            method: "POST",
            headers: vec![("host", "127.0.0.1:8080".to_owned()), ("content-type", FORM.to_owned())],
            body: b"story=It+is+cold+and+nobody+answers".to_vec(),
        };
        let begun = self.send(begun).await;
        let token = begun.place.strip_prefix("/complain/").and_then(|rest| rest.split('/').next());
        let token = token.unwrap_or_else(|| panic!("{} {}", begun.status, begun.place));
        self.things.insert("/complain/", token.to_owned());
    }
}

/// What is wrong with an answer to nonsense, if something is.
pub fn fault(route: &Route, answer: &Answer, expected: &[u16]) -> Option<String> {
    let says = |what: &str| {
        let text: String = answer.text.chars().take(160).collect();
        Some(format!("{what}: {} {} {text}", answer.status, answer.place))
    };
    let status = answer.status.as_u16();
    if answer.status.is_server_error() {
        return says("broke");
    }
    if !expected.is_empty() && !expected.contains(&status) {
        return says(&format!("wanted {expected:?}"));
    }
    if !answer.status.is_client_error() {
        return None;
    }
    if is_api(route) {
        let Ok(body) = serde_json::from_str::<Value>(&answer.text) else {
            return says("no problem+json");
        };
        let told = ["type", "title", "code", "detail", "instance", "request_id"];
        let is_whole = told.iter().all(|name| body[name].as_str().is_some_and(|t| !t.is_empty()));
        if !is_whole || body["status"] != status || answer.kind != "application/problem+json" {
            return says("not a whole problem");
        }
        let field = body["errors"].as_array().and_then(|errors| errors.first());
        if status == 422 && field.is_none_or(|field| field["message"].as_str().is_none()) {
            return says("422 without a pointer and a sentence");
        }
    } else if !answer.kind.starts_with("text/html") || !answer.text.contains("</h1>") {
        return says("no page");
    }
    None
}
