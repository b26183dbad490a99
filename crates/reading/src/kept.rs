//! The form in which a reading is kept: a third of its JSON.
//!
//! A house keeps one reading for every text it ever heard, beside the text itself; what the full
//! form spends on names and on digits that nobody reads is most of it. Here a judgement is a list,
//! `[value, confidence, abstains, reasons]`, a reason is `[feature, weight, start, end]` without
//! the last two where it is a property of the whole text, weights have two digits after the point
//! and confidences four, and what is empty is left out. Everything else is as in the full form.

use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Judged, Reading, Reason, Signal, SignalKind};

/// The fields that are judgements.
const JUDGED: [&str; 10] = [
    "language",
    "kind",
    "severity",
    "feeling",
    "arousal",
    "attack",
    "thanks",
    "effort",
    "urgency",
    "desired_outcome",
];
/// The fields that are lists, which the full form has even when they are empty.
const LISTS: [&str; 6] = ["signals", "personal_data", "promises", "topics", "key_facts", "notes"];

impl Reading {
    /// The reading in the form in which it is kept; [`full`] makes the JSON of it again.
    pub fn kept(&self) -> String {
        // Lists, strings and numbers cannot fail to be written.
        serde_json::to_string(&Kept(self)).unwrap_or_default()
    }
}

/// The JSON of [`Reading`] from the form in which it is kept. What was kept in full comes back as
/// it is; `null` when it is neither.
pub fn full(kept: &str) -> Value {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(kept) else { return Value::Null };
    for name in JUDGED {
        if let Some(Value::Array(parts)) = fields.get_mut(name) {
            let parts = std::mem::take(parts);
            fields.insert(name.to_owned(), judged(parts));
        }
    }
    if let Some(Value::Array(signals)) = fields.get_mut("signals") {
        signals.iter_mut().for_each(signal);
    }
    for name in LISTS {
        fields.entry(name).or_insert_with(|| json!([]));
    }
    fields.entry("desired_outcome").or_insert(Value::Null);
    Value::Object(fields)
}

fn judged(parts: Vec<Value>) -> Value {
    let mut parts = parts.into_iter();
    let mut next = || parts.next().unwrap_or_default();
    let (value, confidence, abstains) = (next(), next(), next());
    let mut because = next();
    reasons(&mut because);
    json!({
        "value": value,
        "confidence": confidence,
        "abstains": abstains.as_u64() == Some(1),
        "because": because,
    })
}

fn signal(signal: &mut Value) {
    if let Value::Array(parts) = signal {
        let mut parts = std::mem::take(parts).into_iter();
        let mut next = || parts.next().unwrap_or_default();
        let (kind, confidence, mut because) = (next(), next(), next());
        reasons(&mut because);
        *signal = json!({ "kind": kind, "confidence": confidence, "because": because });
    }
}

fn reasons(because: &mut Value) {
    let Value::Array(list) = because else {
        *because = json!([]);
        return;
    };
    for reason in list {
        let Value::Array(parts) = reason else { continue };
        let part = |n: usize| parts.get(n).cloned();
        let zero = || Value::from(0);
        let (start, end) = (part(2).unwrap_or_else(zero), part(3).unwrap_or_else(zero));
        let mut full = Map::new();
        full.insert("feature".to_owned(), part(0).unwrap_or_default());
        full.insert("span".to_owned(), json!({ "start": start, "end": end }));
        full.insert("weight".to_owned(), part(1).unwrap_or_else(zero));
        *reason = Value::Object(full);
    }
}

struct Kept<'r>(&'r Reading);

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let reading = self.0;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("model", &reading.model)?;
        map.serialize_entry("language", &Short(&reading.language))?;
        map.serialize_entry("kind", &Short(&reading.kind))?;
        map.serialize_entry("severity", &Short(&reading.severity))?;
        map.serialize_entry("feeling", &Short(&reading.feeling))?;
        let arousal = Judged { value: round(reading.arousal.value, 4), ..reading.arousal.clone() };
        map.serialize_entry("arousal", &Short(&arousal))?;
        map.serialize_entry("attack", &Short(&reading.attack))?;
        map.serialize_entry("thanks", &Short(&reading.thanks))?;
        map.serialize_entry("effort", &Short(&reading.effort))?;
        map.serialize_entry("urgency", &Short(&reading.urgency))?;
        list(&mut map, "signals", &reading.signals, ShortSignal::of)?;
        list(&mut map, "personal_data", &reading.personal_data, |one| one)?;
        list(&mut map, "promises", &reading.promises, |one| one)?;
        list(&mut map, "topics", &reading.topics, |one| one)?;
        if let Some(outcome) = &reading.desired_outcome {
            map.serialize_entry("desired_outcome", &Short(outcome))?;
        }
        list(&mut map, "key_facts", &reading.key_facts, |one| one)?;
        list(&mut map, "notes", &reading.notes, |one| one)?;
        map.end()
    }
}

/// Writes a list that is not empty.
fn list<'r, M: SerializeMap, T, U: Serialize>(
    map: &mut M,
    name: &'static str,
    all: &'r [T],
    short: impl Fn(&'r T) -> U,
) -> Result<(), M::Error> {
    if all.is_empty() {
        return Ok(());
    }
    map.serialize_entry(name, &all.iter().map(short).collect::<Vec<_>>())
}

/// A judgement as a list.
struct Short<'r, T>(&'r Judged<T>);

impl<T: Serialize> Serialize for Short<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Judged { value, confidence, abstains, because } = self.0;
        let mut parts = to.serialize_seq(None)?;
        parts.serialize_element(value)?;
        parts.serialize_element(&round(*confidence, 4))?;
        parts.serialize_element(&u8::from(*abstains))?;
        if !because.is_empty() {
            parts.serialize_element(&because.iter().map(ShortReason).collect::<Vec<_>>())?;
        }
        parts.end()
    }
}

#[derive(Serialize)]
struct ShortSignal<'r>(SignalKind, f32, Vec<ShortReason<'r>>);

impl ShortSignal<'_> {
    fn of(signal: &Signal) -> ShortSignal<'_> {
        let because = signal.because.iter().map(ShortReason).collect();
        ShortSignal(signal.kind, round(signal.confidence, 4), because)
    }
}

struct ShortReason<'r>(&'r Reason);

impl Serialize for ShortReason<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Reason { feature, span, weight } = self.0;
        let mut parts = to.serialize_seq(None)?;
        parts.serialize_element(feature)?;
        parts.serialize_element(&round(*weight, 2))?;
        if span.end > 0 {
            parts.serialize_element(&span.start)?;
            parts.serialize_element(&span.end)?;
        }
        parts.end()
    }
}

/// So many digits after the point.
fn round(number: f32, digits: i32) -> f32 {
    let scale = 10_f32.powi(digits);
    (number * scale).round() / scale
}

/// A reading from the form in which it is kept, or in full.
///
/// # Errors
/// When it is neither.
pub fn reading(kept: &str) -> Result<Reading, serde_json::Error> {
    Reading::deserialize(full(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;
    use proptest::prelude::*;

    const TEXT: &str = "My bill was charged twice and nobody could tell me why. I want my 49.90 \
        euros back by Friday or I call my lawyer. Card 4111 1111 1111 1111. You promised to call!";

    /// Everything but the digits that are not kept.
    fn rounded(reading: &Reading) -> Reading {
        fn judged<T>(one: &mut Judged<T>) {
            one.confidence = round(one.confidence, 4);
            one.because.iter_mut().for_each(|reason| reason.weight = round(reason.weight, 2));
        }
        let mut reading = reading.clone();
        judged(&mut reading.language);
        judged(&mut reading.kind);
        judged(&mut reading.severity);
        judged(&mut reading.feeling);
        judged(&mut reading.arousal);
        reading.arousal.value = round(reading.arousal.value, 4);
        judged(&mut reading.attack);
        judged(&mut reading.thanks);
        judged(&mut reading.effort);
        judged(&mut reading.urgency);
        reading.desired_outcome.iter_mut().for_each(judged);
        for signal in &mut reading.signals {
            signal.confidence = round(signal.confidence, 4);
            signal.because.iter_mut().for_each(|reason| reason.weight = round(reason.weight, 2));
        }
        reading
    }

    #[test]
    fn a_kept_reading_comes_back_and_takes_a_third() {
        let whole = read(TEXT);
        let (kept, long) = (whole.kept(), serde_json::to_string(&whole).expect("JSON"));
        assert_eq!(reading(&kept).expect("a reading"), rounded(&whole));
        assert!(kept.len() * 5 < long.len() * 2, "{} of {}: {kept}", kept.len(), long.len());
    }

    #[test]
    fn a_reading_that_was_kept_in_full_is_still_one() {
        let whole = read(TEXT);
        let long = serde_json::to_string(&whole).expect("JSON");
        assert_eq!(reading(&long).expect("a reading"), whole);
        assert_eq!(full(&long), serde_json::from_str::<Value>(&long).expect("JSON"));
    }

    #[test]
    fn what_is_no_reading_is_null_or_an_error() {
        for nothing in ["", "[]", "{", "7"] {
            assert_eq!(full(nothing), Value::Null);
            assert!(reading(nothing).is_err());
        }
        assert!(reading("{\"kind\":[]}").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_kept_and_comes_back(text in "\\PC{0,200}") {
            let whole = read(&text);
            prop_assert_eq!(reading(&whole.kept()).expect("a reading"), rounded(&whole));
        }
    }
}
