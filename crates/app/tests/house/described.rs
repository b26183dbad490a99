//! `/api/openapi.json` says what is there, all of it, in the words of OpenAPI 3.1.

use app::routes::ROUTES;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

fn described() -> Value {
    serde_json::to_value(app::api::described().1).unwrap()
}

/// Path, method and operation of every operation.
fn operations(all: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in all["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    found
}

#[test]
fn every_address_for_programs_is_described_and_nothing_else() {
    let all = described();
    let told: BTreeSet<(String, String)> = operations(&all)
        .into_iter()
        .map(|(path, method, _)| (method.to_uppercase(), path))
        .collect();
    let there: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    let untold: Vec<_> = there.difference(&told).collect();
    let gone: Vec<_> = told.difference(&there).collect();
    assert!(untold.is_empty() && gone.is_empty(), "not described {untold:?}, gone {gone:?}");
}

#[test]
fn every_operation_says_what_it_answers_and_every_problem_has_its_shape() {
    let all = described();
    let shape = "#/components/schemas/ProblemBody";
    for (path, method, operation) in operations(&all) {
        let line = format!("{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{line}: no good end");
        for status in ["400", "401", "429", "500", "503"] {
            assert!(answers.contains_key(status), "{line}: no {status}");
        }
        let takes_body = !operation["requestBody"].is_null();
        assert!(!takes_body || answers.contains_key("422"), "{line}: no 422");
        for (status, answer) in answers {
            assert!(answer["description"].as_str().is_some_and(|d| !d.is_empty()), "{line}");
            if status.starts_with(['4', '5']) {
                let problem = &answer["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, shape, "{line}: {status}");
            }
        }
    }
}

#[test]
fn a_post_may_carry_a_key_and_a_path_names_each_of_its_parts_once() {
    let all = described();
    for (path, method, operation) in operations(&all) {
        let line = format!("{method} {path}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let mut named = BTreeSet::new();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let place = parameter["in"].as_str().unwrap().to_owned();
            assert!(["path", "query", "header", "cookie"].contains(&place.as_str()), "{line}");
            assert_eq!(place == "path", parameter["required"] == true, "{line}: {name}");
            assert!(parameter["schema"].is_object(), "{line}: {name} has no type");
            assert!(named.insert((place, name.clone())), "{line}: {name} stands twice");
        }
        let mut parts: BTreeSet<(String, String)> = BTreeSet::new();
        for part in path.split('{').skip(1) {
            parts.insert(("path".to_owned(), part.split('}').next().unwrap().to_owned()));
        }
        let told: BTreeSet<_> = named.iter().filter(|(p, _)| p == "path").cloned().collect();
        assert_eq!(told, parts, "{line}");
        let has_key = named.contains(&("header".to_owned(), "Idempotency-Key".to_owned()));
        // What changes nothing, and what does nothing the second time, needs no key.
        let is_safe = ["/coachings", "/previews", "/retries", "/replays"]
            .iter()
            .any(|end| path.ends_with(end));
        assert!(method != "post" || has_key || is_safe, "{line}: no Idempotency-Key");
    }
}

/// What a schema of JSON Schema 2020-12 may say.
const WORDS: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "allOf",
    "additionalProperties",
    "propertyNames",
    "description",
    "title",
    "default",
    "example",
    "examples",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "prefixItems",
    "uniqueItems",
    "readOnly",
    "writeOnly",
    "deprecated",
    "discriminator",
    "contentEncoding",
];

fn check_schema(all: &Value, place: &str, schema: &Value) {
    let Some(schema) = schema.as_object() else {
        assert!(schema.is_boolean(), "{place} is no schema: {schema}");
        return;
    };
    for word in schema.keys() {
        assert!(WORDS.contains(&word.as_str()) || word.starts_with("x-"), "{place}: `{word}`");
    }
    if let Some(other) = schema.get("$ref") {
        let other = other.as_str().and_then(|other| other.strip_prefix('#'));
        let found = other.and_then(|other| all.pointer(other));
        assert!(found.is_some_and(Value::is_object), "{place} leads nowhere: {other:?}");
    }
    check_type(place, schema);
    let fields = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        check_schema(all, &format!("{place}/{name}"), field);
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let is_there = fields.is_some_and(|fields| fields.contains_key(name.as_str().unwrap()));
        assert!(is_there, "{place} wants {name}, which it does not have");
    }
    for word in ["items", "additionalProperties", "propertyNames"] {
        if let Some(inner) = schema.get(word) {
            check_schema(all, &format!("{place}/{word}"), inner);
        }
    }
    for word in ["oneOf", "anyOf", "allOf", "prefixItems"] {
        let Some(parts) = schema.get(word) else { continue };
        let parts = parts.as_array().unwrap();
        assert!(!parts.is_empty(), "{place}/{word} is empty");
        for (n, part) in parts.iter().enumerate() {
            check_schema(all, &format!("{place}/{word}/{n}"), part);
        }
    }
}

fn check_type(place: &str, schema: &Map<String, Value>) {
    const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];
    let types: Vec<&Value> = match schema.get("type") {
        None => Vec::new(),
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one) => vec![one],
    };
    for kind in &types {
        let is_type = kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
        assert!(is_type, "{place} is of no type: {kind}");
    }
    let is_list = types.iter().any(|kind| **kind == "array");
    let has_items = schema.contains_key("items") || schema.contains_key("prefixItems");
    assert!(!is_list || has_items, "{place}: a list of what?");
    if let Some(choices) = schema.get("enum") {
        assert!(choices.as_array().is_some_and(|c| !c.is_empty()), "{place}: no choice");
    }
}

#[test]
fn every_schema_is_one_and_every_reference_leads_somewhere() {
    let all = described();
    assert!(all["openapi"].as_str().unwrap().starts_with("3.1."));
    for name in ["title", "version", "description"] {
        assert!(all["info"][name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let known = ["openapi", "info", "paths", "components", "security", "tags", "servers"];
    for word in all.as_object().unwrap().keys() {
        assert!(known.contains(&word.as_str()), "{word}");
    }
    for (name, schema) in all["components"]["schemas"].as_object().unwrap() {
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        assert!(is_plain, "{name}");
        check_schema(&all, name, schema);
    }
    for (path, method, operation) in operations(&all) {
        let line = format!("{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            check_schema(&all, &format!("{line} {}", parameter["name"]), &parameter["schema"]);
        }
        let body = operation["requestBody"]["content"].as_object();
        let answers = operation["responses"].as_object().unwrap().values();
        let contents = answers.filter_map(|answer| answer["content"].as_object()).chain(body);
        for (kind, content) in contents.flatten() {
            check_schema(&all, &format!("{line} {kind}"), &content["schema"]);
        }
        for needed in operation["security"].as_array().into_iter().flatten() {
            for name in needed.as_object().unwrap().keys() {
                let scheme = &all["components"]["securitySchemes"][name];
                assert!(scheme.is_object(), "{line}: {name}");
            }
        }
    }
}
