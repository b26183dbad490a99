//! Whatever nonsense comes to an address is answered with a problem that says what to do, never
//! with a fault of ours, and changes nothing. Every address of the table gets its share.

use crate::world::House;
use app::routes::{ROUTES, Route};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read;
use store::file::sha256_hex;
use testkit::on_both;
use tower::ServiceExt;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

/// What somebody was answered.
struct Answer {
    status: StatusCode,
    kind: String,
    text: String,
    place: String,
}

/// What is sent.
#[derive(Clone)]
struct Sent {
    path: String,
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn with(mut self, name: &'static str, value: &str) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    fn body(mut self, body: impl Into<Vec<u8>>) -> Sent {
        self.body = body.into();
        self
    }
}

fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

impl House {
    /// A request of the administrator, who may do all that is done here, to `route`.
    fn to(&self, route: &Route) -> Sent {
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
    fn csrf(&self) -> String {
        let session = sha256_hex(b"cookie-Administrator");
        format!("csrf={}", web::session::csrf(&self.world.ctx, &session))
    }

    /// Sends it; asked to come again because the engine is busy, it does, as programs should.
    async fn send(&self, sent: Sent) -> Answer {
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
    async fn kept(&self) -> BTreeSet<String> {
        let mut packed = Vec::new();
        store::dump::dump(&self.world.ctx.store, &mut packed, |_| {}).await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        let counted = ["{\"t\":\"sign_in_rate\"", "{\"redress_dump\"", "{\"rows\""];
        let rows = text.lines().filter(|line| !counted.iter().any(|name| line.starts_with(name)));
        rows.map(str::to_owned).collect()
    }

    /// Makes one of each thing that addresses name, and a form that was begun.
    async fn fill(&mut self) {
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
fn fault(route: &Route, answer: &Answer, expected: &[u16]) -> Option<String> {
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

/// What is wrong with every address that takes JSON, whatever its body should be.
fn wrong_bodies() -> Vec<(&'static str, Vec<u8>, &'static [u16])> {
    let deep = [&b"{\"a\":"[..], &[b'['; 40], &[b']'; 40], b"}"].concat();
    let rich = format!("{{{}}}", vec!["\"a\":1"; 2_001].join(","));
    vec![
        ("nothing", Vec::new(), &[400]),
        ("half an object", b"{".to_vec(), &[400]),
        ("two values", b"{}{}".to_vec(), &[400, 422]),
        ("bytes that are no text", b"{\"text\":\"\xff\xfe\"}".to_vec(), &[400, 422]),
        ("depth", deep, &[400]),
        ("many keys", rich.into_bytes(), &[400]),
        ("a megabyte and more", vec![b' '; 1_048_577], &[413]),
        ("an unknown field", b"{\"nonsense\":1}".to_vec(), &[422]),
        ("a list", b"[]".to_vec(), &[422]),
        ("a list of something", b"[1,\"x\"]".to_vec(), &[422]),
        ("null", b"null".to_vec(), &[422]),
        ("a text", b"\"x\"".to_vec(), &[422]),
        ("a number", b"1e9".to_vec(), &[422]),
    ]
}

/// The types a schema allows.
fn types(all: &Value, schema: &Value) -> BTreeSet<String> {
    if let Some(place) = schema["$ref"].as_str() {
        return types(all, all.pointer(place.trim_start_matches('#')).unwrap());
    }
    let mut found = BTreeSet::new();
    for kind in ["oneOf", "anyOf", "allOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            found.extend(types(all, part));
        }
    }
    match &schema["type"] {
        Value::String(one) => drop(found.insert(one.clone())),
        Value::Array(several) => {
            found.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        _ => {}
    }
    found
}

/// One field after the other with what it must not be; the description says what it may be.
fn wrong_fields(all: &Value, route: &Route) -> Option<Vec<(String, Value)>> {
    let operation = &all["paths"][route.path][route.method.to_lowercase()];
    let mut schema = &operation["requestBody"]["content"][JSON]["schema"];
    if schema.is_null() {
        return None;
    }
    while let Some(place) = schema["$ref"].as_str() {
        schema = all.pointer(place.trim_start_matches('#')).unwrap();
    }
    let wrong = [
        ("array", json!([])),
        ("array", json!([[[]]])),
        ("object", json!({})),
        ("object", json!({"nonsense": 1})),
        ("boolean", json!(true)),
        ("integer", json!(7)),
        ("number", json!(0.5)),
        ("string", json!("text")),
        ("null", json!(null)),
    ];
    let mut found = Vec::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let may_be = types(all, field);
        assert!(!may_be.is_empty(), "{} {}: {name} has no type", route.method, route.path);
        for (kind, value) in &wrong {
            let is_number = *kind == "integer" && may_be.contains("number");
            // An object that may be one is wrong when its field is unknown, a list when it holds
            // lists.
            let is_odd = *value == json!({"nonsense": 1}) || *value == json!([[[]]]);
            if is_odd || !(may_be.contains(*kind) || is_number) {
                found.push((name.clone(), value.clone()));
            }
        }
        if may_be.contains("string") {
            found.push((name.clone(), json!("zero \u{0} inside")));
        }
        if may_be.contains("integer") {
            found.push((name.clone(), json!(1e30)));
        }
    }
    Some(found)
}

fn described() -> Value {
    serde_json::to_value(app::api::described().1).unwrap()
}

#[test]
fn a_program_that_sends_nonsense_is_told_what_to_put_right_and_changes_nothing() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let all = described();
        let mut wrong = Vec::new();
        let mut tried = 0;
        for route in ROUTES.iter().filter(|route| is_api(route) && route.method != "GET") {
            let before = house.kept().await;
            let mut sent: Vec<(String, Sent, Vec<u16>)> = Vec::new();
            let good = house.to(route);
            if let Some(fields) = wrong_fields(&all, route) {
                for (what, body, expected) in wrong_bodies() {
                    sent.push((what.to_owned(), good.clone().body(body), expected.to_vec()));
                }
                for (name, value) in fields {
                    let what = format!("{name}: {value}");
                    let body = json!({ name: value }).to_string();
                    sent.push((what, good.clone().body(body), vec![422]));
                }
                for kind in ["text/plain", FORM, "multipart/form-data; boundary=x", "application/x"]
                {
                    let body = good.clone().with("content-type", kind);
                    sent.push((kind.to_owned(), body, vec![415]));
                }
                let unknown = good.clone().body("{\"nonsense\":1}");
                let long = "k".repeat(256);
                for key in ["", long.as_str()] {
                    let keyed = unknown.clone().with("idempotency-key", key);
                    sent.push((format!("the key {key:.5}"), keyed, vec![400, 422]));
                }
                for version in ["19", "\"19\"", "W/\"v1\"", "\"v-1\"", "\"v99999999999999999999\""]
                {
                    let versioned = unknown.clone().with("if-match", version);
                    sent.push((format!("If-Match {version}"), versioned, vec![400, 422]));
                }
            }
            sent.extend(strangers(&good));
            for (what, sent, expected) in sent {
                tried += 1;
                let answer = house.send(sent).await;
                if let Some(fault) = fault(route, &answer, &expected) {
                    wrong.push(format!("{} {} with {what} {fault}", route.method, route.path));
                }
            }
            if house.kept().await != before {
                wrong.push(format!("{} {} changed something", route.method, route.path));
            }
        }
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// Who is not who they should be, and addresses that are none.
fn strangers(good: &Sent) -> Vec<(String, Sent, Vec<u16>)> {
    let mut sent =
        vec![("another host".to_owned(), good.clone().with("host", "evil.example"), vec![421])];
    let long = format!("Bearer rd_{}", "a".repeat(43));
    let forged =
        ["", "Bearer", "Bearer ", "Bearer rd_", "Basic YTpi", long.as_str(), "Bearer ' OR 1=1 --"];
    for token in forged {
        let stranger = good.clone().with("authorization", token);
        sent.push((format!("the token {token:?}"), stranger, vec![401]));
    }
    sent.push(("no token".to_owned(), good.clone().without("authorization"), vec![401]));
    sent
}

/// Parts of addresses that name nothing.
const NO_SUCH: &[&str] = &[
    "R-99999999999999999999",
    "R-0",
    "-1",
    "%00",
    "a%00b",
    "%FF%FE",
    "%27%20OR%201=1--",
    "..%2f..%2fetc%2fpasswd",
    "%3Cscript%3E",
    "0198a000-0000-7000-8000-00000000000g",
    "%F0%9F%92%A9",
];

#[test]
fn a_request_that_is_sent_again_counts_once_and_its_key_opens_nothing_else() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let promise = &house.things["/promises/"];
        let trials = [
            ("notes", json!({"text": "Rang twice."}), json!({"text": "Rang once."})),
            ("messages", json!({"text": "We write again."}), json!({"text": "We write."})),
            (
                "promises",
                json!({"words": "send the form", "due_at": "2026-11-23T10:00:00Z"}),
                json!({"words": "send the letter", "due_at": "2026-11-23T10:00:00Z"}),
            ),
            (
                &format!("promises/{promise}/keepings"),
                json!({"done": "We rang you at noon."}),
                json!({"done": "We rang you at one."}),
            ),
        ];
        for (path, body, other) in trials {
            let to = |body: &Value| Sent {
                path: format!("/api/v1/cases/{}/{path}", house.case),
                method: "POST",
                headers: Vec::new(),
                body: body.to_string().into_bytes(),
            };
            let signed = |body: &Value, who: &str| {
                to(body)
                    .with("host", "127.0.0.1:8080")
                    .with("content-type", JSON)
                    .with("authorization", &format!("Bearer token-{who}"))
                    .with("idempotency-key", "again")
            };
            let first = house.send(signed(&body, "Administrator")).await;
            assert!(first.status.is_success(), "{path}: {}", first.text);
            let kept = house.kept().await;
            let second = house.send(signed(&body, "Administrator")).await;
            assert_eq!((second.status, &second.text), (first.status, &first.text), "{path}");
            let third = house.send(signed(&other, "Administrator")).await;
            assert_eq!(third.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(third.text.contains("key_used_otherwise"), "{}", third.text);
            // Who may not see the case learns nothing by a key that was used on it.
            let stranger = house.send(signed(&body, "Stranger")).await;
            assert_eq!(stranger.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(house.kept().await, kept, "{path} changed something again");
        }
    });
}

#[test]
fn an_address_of_nothing_says_so_and_a_query_that_cannot_be_read_too() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let before = house.kept().await;
        let mut wrong = Vec::new();
        for route in ROUTES {
            let line = format!("{} {}", route.method, route.path);
            let mut good = house.to(route);
            if !is_api(route) && route.method != "GET" {
                good = good.body(house.csrf());
            }
            for part in ["{number}", "{id}", "{token}", "{key}", "{view}", "{handle}", "{name}"] {
                let Some((head, _)) = route.path.split_once(part) else { continue };
                let head = house.path(&Route { path: head, ..*route });
                let tail = &route.path[head_len(route, part)..];
                let tail = house.path(&Route { path: tail, ..*route });
                for none in NO_SUCH {
                    let mut sent = good.clone();
                    sent.path = format!("{head}{none}{tail}");
                    let answer = house.send(sent).await;
                    // Saved views of others and anything unknown alike lead back to one's own.
                    let expected: &[u16] = match route.path {
                        "/q/{view}" => &[400, 404],
                        path if path.starts_with("/complain/") => &[303, 400, 404, 415, 422],
                        path if path.starts_with("/sign-in/link/") => &[303, 400, 404, 422],
                        _ => &[400, 404, 422],
                    };
                    if let Some(fault) = fault(route, &answer, expected) {
                        wrong.push(format!("{line} at {none} {fault}"));
                    }
                }
            }
            if route.method == "GET" && route.path != "/events" {
                for query in [
                    "nonsense=1",
                    "limit=0",
                    "limit=x",
                    "limit=201",
                    "limit=-1",
                    "after=x",
                    "after=%FF",
                    "after=%00",
                    "q=%00",
                    "limit=99999999999999999999",
                    "after=9223372036854775808.0198a000-0000-7000-8000-000000000000",
                    "a=%",
                ] {
                    let mut sent = good.clone();
                    sent.path = format!("{}?{query}", sent.path);
                    let answer = house.send(sent).await;
                    let is_list = is_api(route) && all_lists().contains(&route.path);
                    let unreadable = query.contains("limit") || query.contains("nonsense");
                    let expected: &[u16] = if is_list && unreadable { &[400] } else { &[] };
                    if let Some(fault) = fault(route, &answer, expected) {
                        wrong.push(format!("{line}?{query} {fault}"));
                    }
                }
                let hostile = good.clone().with("host", "evil.example");
                if let Some(fault) = fault(route, &house.send(hostile).await, &[421]) {
                    wrong.push(format!("{line} as another host {fault}"));
                }
            }
        }
        if house.kept().await != before {
            wrong.push("something was changed".to_owned());
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}

fn head_len(route: &Route, part: &str) -> usize {
    route.path.find(part).unwrap() + part.len()
}

/// Lists that are read page by page.
fn all_lists() -> BTreeSet<&'static str> {
    let all = described();
    let has_limit = |route: &&Route| {
        let parameters = all["paths"][route.path]["get"]["parameters"].as_array();
        parameters.into_iter().flatten().any(|parameter| parameter["name"] == "limit")
    };
    ROUTES.iter().filter(has_limit).map(|route| route.path).collect()
}

/// Routes whose bodies are files.
fn takes_files(route: &Route) -> bool {
    route.path.ends_with("/files")
}

#[test]
fn a_form_that_was_tampered_with_is_refused_with_a_page_and_changes_nothing() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let csrf = house.csrf();
        let mut wrong = Vec::new();
        let forms = ROUTES.iter().filter(|route| !is_api(route) && route.method != "GET");
        for route in forms.filter(|route| !takes_files(route)) {
            let before = house.kept().await;
            let good = house.to(route);
            // Forms of customers need nobody's name: what they carry is in their address.
            let needs_us = route.open_to.len() < app::routes::Caller::ALL.len();
            let many: String = (0..1_001).map(|n| format!("&f{n}=1")).collect();
            let mut sent: Vec<(&str, Sent, Vec<u16>)> = vec![
                ("JSON", good.clone().with("content-type", JSON).body("{}"), vec![415]),
                ("no kind", good.clone().without("content-type").body("a=b"), vec![415]),
                ("bad UTF-8", good.clone().body(format!("{csrf}&a=%FF")), vec![400]),
                ("raw bytes", good.clone().body(b"a=\xff\xfe".to_vec()), vec![400]),
                ("zero", good.clone().body(format!("{csrf}&a=%00")), vec![400]),
                ("much", good.clone().body(vec![b'a'; 1_048_600]), vec![413]),
                ("many fields", good.clone().body(format!("{csrf}{many}")), vec![413]),
                ("another host", good.clone().with("host", "evil.example"), vec![421]),
                ("another site", good.clone().with("origin", "https://evil.example"), vec![403]),
                ("a frame", good.clone().with("sec-fetch-site", "cross-site"), vec![403]),
            ];
            // Presses that carry nothing are judged by where they go and whence they come.
            let carries_nothing =
                route.path.ends_with("/send") || route.path.starts_with("/complain/received/");
            if carries_nothing {
                sent.retain(|(what, ..)| {
                    ["another host", "another site", "a frame"].contains(what)
                });
            }
            let takes_any = carries_nothing || route.path == "/settings/keyboard";
            if !takes_any {
                let unknown = good.clone().body(format!("{csrf}&nonsense=1"));
                sent.push(("an unknown field", unknown, vec![422]));
            }
            if needs_us {
                for forged in ["", "csrf=", "csrf=0123456789abcdef", "csrf=%27"] {
                    sent.push(("a forged mark", good.clone().body(forged), vec![403]));
                }
                let nobody = good.clone().with("cookie", "redress=forged").body(csrf.clone());
                sent.push(("a forged cookie", nobody, vec![303]));
            }
            for (what, sent, expected) in sent {
                let answer = house.send(sent).await;
                if let Some(fault) = fault(route, &answer, &expected) {
                    wrong.push(format!("{} with {what} {fault}", route.path));
                }
            }
            if house.kept().await != before {
                wrong.push(format!("{} changed something", route.path));
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// The fields a form knows: it says so when it is asked for one that it does not know.
async fn fields_of(house: &House, route: &Route) -> Vec<String> {
    let asked = house.to(route).with("accept", JSON);
    let answer = house.send(asked.body(format!("{}&nonsense=1", house.csrf()))).await;
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let says = body["errors"][0]["message"].as_str().unwrap_or("").to_owned();
    let (_, known) = says.split_once("expected ").unwrap_or_default();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn whatever_stands_in_a_field_breaks_nothing_and_is_shown_as_text() {
    on_both(async |world| {
        let mut house = House::furnish(world).await;
        house.fill().await;
        let long = "a".repeat(300_000);
        let values = [
            HOSTILE,
            "not-an-id",
            "-1",
            "99999999999999999999999",
            "2026-13-45T99:99",
            "9999-12-31T23:59",
            "-009999-01-01T00:00",
            "' OR 1=1 --",
            "\u{202e}\u{feff}\u{7f}\u{1}",
            "{{ 7 * 7 }}",
            "=HYPERLINK(\"http://evil.example\")",
            long.as_str(),
        ];
        let mut wrong = Vec::new();
        let mut n_fields = 0;
        let forms = ROUTES.iter().filter(|route| !is_api(route) && route.method != "GET");
        for route in forms.filter(|route| !takes_files(route) && route.path != "/sign-out") {
            let fields = fields_of(&house, route).await;
            n_fields += fields.len();
            // Everything at once, then each field by itself among plain words.
            for value in values {
                let all = |odd: Option<&str>| {
                    let mut form = url::form_urlencoded::Serializer::new(house.csrf());
                    for name in &fields {
                        let is_odd = odd.is_none_or(|odd| odd == name);
                        form.append_pair(name, if is_odd { value } else { "words" });
                    }
                    form.finish()
                };
                let one_by_one = fields.iter().filter(|_| value.len() < 1_000);
                let bodies = std::iter::once(all(None));
                for body in bodies.chain(one_by_one.map(|name| all(Some(name)))) {
                    let answer = house.send(house.to(route).body(body)).await;
                    if let Some(fault) = fault(route, &answer, &[]) {
                        wrong.push(format!("{} with {value:.20} {fault}", route.path));
                    } else if answer.text.contains(HOSTILE) {
                        wrong.push(format!("{} gives back markup", route.path));
                    }
                }
            }
        }
        for route in ROUTES.iter().filter(|route| route.method == "GET" && !is_api(route)) {
            let answer = house.send(house.to(route)).await;
            if answer.status.is_server_error() || answer.text.contains(HOSTILE) {
                wrong.push(format!("{} shows markup or broke: {}", route.path, answer.status));
            }
        }
        assert!(n_fields > 60, "only {n_fields} fields were found");
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}
