//! Whatever nonsense comes to an address is answered with a problem that says what to do, never
//! with a fault of ours, and changes nothing. Every address of the table gets its share.

use crate::nonsense::{FORM, JSON, Sent, fault, is_api};
use crate::world::House;
use app::routes::{ROUTES, Route};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::on_both;

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
        for row in house.kept().await.symmetric_difference(&before).take(5) {
            wrong.push(format!("was changed: {row}"));
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
