//! Mails of every family that went wrong somewhere, with what must be read out of them.
//!
//! `tests/golden/FAMILY/NAME.eml` stands beside `NAME.json`, which says what the mail is about
//! and which answers are expected. Objects are compared key by key, so that a fixture names
//! only what it is about; `folded_text_contains` and `forwarded` are keys of this test alone.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut found = Vec::new();
    for family in fs::read_dir(root).expect("the golden mails") {
        for file in fs::read_dir(family.expect("a folder").path()).expect("a folder") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|e| e == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether `found` says everything that `expected` says.
fn agrees(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .all(|(key, value)| agrees(value, found.get(key).unwrap_or(&Value::Null))),
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(e, f)| agrees(e, f))
        }
        _ => expected == found,
    }
}

fn differences(path: &Path) -> Vec<String> {
    let raw = fs::read(path).expect("a mail");
    let wanted = fs::read_to_string(path.with_extension("json")).expect("its expectation");
    let wanted: Value = serde_json::from_str(&wanted).expect("JSON");
    let parsed = mail::parse(&raw);
    let mut found = parsed.to_json();
    found["forwarded"] = serde_json::to_value(mail::forward::find(&parsed)).expect("JSON");
    let mut wrong = Vec::new();
    for (key, value) in wanted["expect"].as_object().expect("expectations") {
        if key == "folded_text_contains" {
            for words in value.as_array().expect("a list").iter().filter_map(Value::as_str) {
                if !parsed.folded_text.contains(words) {
                    wrong.push(format!("folded_text lacks {words:?}: {:?}", parsed.folded_text));
                }
            }
        } else if !agrees(value, &found[key]) {
            wrong.push(format!("{key}: wanted {value}, found {}", found[key]));
        }
    }
    wrong
}

#[test]
fn every_golden_mail_is_read_as_it_should_be() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 150, "only {} mails", fixtures.len());
    let mut wrong = Vec::new();
    for path in &fixtures {
        let found = differences(path);
        if !found.is_empty() {
            wrong.push(format!("{}\n    {}", path.display(), found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), fixtures.len(), wrong.join("\n"));
}

#[test]
fn no_word_of_a_plain_mail_is_lost_between_new_and_folded_text() {
    for path in fixtures() {
        let parsed = mail::parse(&fs::read(&path).expect("a mail"));
        if parsed.html.is_some() {
            continue; // the folded half of an HTML mail comes from its other form
        }
        let both = format!("{}\n{}", parsed.new_text, parsed.folded_text);
        let mut all: Vec<&str> = parsed.text.split_whitespace().collect();
        let mut kept: Vec<&str> = both.split_whitespace().collect();
        all.sort_unstable();
        kept.sort_unstable();
        assert_eq!(all, kept, "{}", path.display());
    }
}
