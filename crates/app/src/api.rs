//! The API of the whole house: the addresses of every room, and one description of them.

mod problems;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use store::Context;
use store::file::sha256_hex;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Description, RefOr};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

/// The description of the house before its rooms say what they take and give.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Redress",
        description = "Hear every complaint, put it right with the customer, learn from it. Say \
            who you are with `Authorization: Bearer rd_…`. Lists are read with `limit` and \
            `after`; `If-Match` insists on a version; `Idempotency-Key` makes a repeated request \
            count once; problems are `application/problem+json`. `RateLimit` says how \
            many requests are left to your token, `Redress-Version` the version of an answer. Moments are RFC 3339 in UTC.",
    ),
    security(("token" = [])),
    modifiers(&Token)
)]
struct House;

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut Description) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of yours, made under Settings, API tokens."))
            .build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Every address for programs, and `/api/openapi.json`, which describes them.
pub fn router() -> Router<Context> {
    let (routes, description) = described();
    // Made once: it is the same for everybody until the next release.
    let text = description.to_json().unwrap_or_default();
    let mut hash = sha256_hex(text.as_bytes());
    hash.truncate(32);
    let etag = format!("\"{hash}\"");
    let answer = move |headers: HeaderMap| {
        let (text, etag) = (text.clone(), etag.clone());
        async move { send(&headers, text, etag) }
    };
    routes.route("/api/openapi.json", get(answer))
}

fn send(headers: &HeaderMap, text: String, etag: String) -> Response {
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    let kind = "application/json".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::ETAG, etag)], text).into_response()
}

/// The rooms whose addresses come with their description. `customers` describes apart.
fn rooms() -> Vec<OpenApiRouter<Context>> {
    vec![
        organisation::api(),
        policies::api(),
        house::api(),
        channels::api(),
        mailroom::api(),
        crate::cases::api(),
        insight::api(),
    ]
}

/// The addresses for programs (those of `customers` are among its pages) and what they take.
pub fn described() -> (Router<Context>, Description) {
    let mut all = OpenApiRouter::with_openapi(House::openapi());
    for room in rooms() {
        all = all.merge(room);
    }
    let (routes, mut description) = all.split_for_parts();
    description.merge(customers::openapi());
    complete_operations(&mut description);
    (routes, description)
}

/// Gives each operation a name of its own, made from its method and address: rooms do not know
/// each other, so two of them may have called a handler alike. And says of each what any of them
/// may answer instead.
fn complete_operations(description: &mut Description) {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            let place = path.trim_start_matches("/api/v1/");
            let words: Vec<&str> = place
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|w| !w.is_empty())
                .collect();
            operation.operation_id = Some(format!("{method}_{}", words.join("_")));
            problems::add_to(operation);
            name_parameters_once(operation);
        }
    }
}

/// The part of an address that a handler reads and that its description names is one parameter:
/// the described one stays.
fn name_parameters_once(operation: &mut Operation) {
    let mut once: Vec<RefOr<Parameter>> = Vec::new();
    for parameter in operation.parameters.take().unwrap_or_default() {
        let known = once.iter_mut().find_map(|known| match (known, &parameter) {
            (RefOr::T(known), RefOr::T(new))
                if known.name == new.name && known.parameter_in == new.parameter_in =>
            {
                Some(known)
            }
            _ => None,
        });
        match (known, parameter) {
            (Some(known), RefOr::T(new)) if known.description.is_none() => *known = new,
            (Some(_), _) => {}
            (None, parameter) => once.push(parameter),
        }
    }
    operation.parameters = Some(once).filter(|all| !all.is_empty());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::{BTreeMap, BTreeSet};

    fn json(description: &Description) -> Value {
        serde_json::to_value(description).unwrap()
    }

    #[test]
    fn every_operation_of_the_house_has_a_name_of_its_own_and_asks_for_a_token() {
        let described = json(&described().1);
        assert_eq!(described["openapi"].as_str().map(|v| &v[..3]), Some("3.1"));
        assert_eq!(described["components"]["securitySchemes"]["token"]["scheme"], "bearer");
        let mut names = BTreeSet::new();
        for (path, methods) in described["paths"].as_object().unwrap() {
            assert!(path.starts_with("/api/v1/"), "{path}");
            for (method, operation) in methods.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                assert!(names.insert(name.clone()), "{method} {path} is called {name} twice");
            }
        }
        assert!(names.contains("post_cases_number_messages"));
        assert!(names.contains("get_customers_number"));
    }

    #[test]
    fn two_rooms_never_mean_different_things_by_one_schema() {
        let mut rooms: Vec<Value> =
            rooms().into_iter().map(|room| json(&room.split_for_parts().1)).collect();
        rooms.push(json(&customers::openapi()));
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for room in rooms {
            let Some(schemas) = room["components"]["schemas"].as_object() else { continue };
            for (name, schema) in schemas {
                let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(before, schema, "{name}");
            }
        }
    }

    #[test]
    fn every_reference_of_the_description_leads_somewhere() {
        fn references(value: &Value, found: &mut BTreeSet<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let described = json(&described().1);
        let mut found = BTreeSet::new();
        references(&described, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let place = reference.strip_prefix('#').unwrap();
            assert!(described.pointer(place).is_some(), "{reference}");
        }
    }
}
