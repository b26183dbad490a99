//! C13: personal data where others can read it, and card, account, identity numbers and secrets
//! anywhere. The only rule that stops a message.

use crate::checks::{Case, overlap};
use crate::concept::Concept;
use crate::draft::Kind;
use crate::finding::Detail;
use reading::{PersonalKind, find_personal_data};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Digits of a shorter number name no record.
const RECORD_DIGITS: usize = 4;

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)\d{1,4}[a-z]? (?:[A-Z]\w+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Close|Way|Court|Gardens|Terrace)(?-u:\b)",
        r"|[A-ZÄÖÜ]\w+(?:straße|strasse|str\.|weg|gasse|platz|allee|straat|laan|plein) \d{1,4}",
        r"|(?-u:\b)\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|impasse|chemin) (?:d\w+ )*\w+",
        r"|(?i:(?-u:\b)(?:calle|avenida|rua|via|viale|piazza)) (?:\w+ ){1,4}(?:n\.? ?º? ?)?\d{1,4}(?-u:\b)",
    ))
});

fn pattern(regex: &str) -> Regex {
    Regex::new(regex).expect("a pattern of this file")
}

pub(crate) fn check(case: &mut Case) {
    let own = own_spans(case);
    let mut found = told_secrets(case);
    for data in find_personal_data(&case.draft.text) {
        let known_only_in_public = matches!(data.kind, PersonalKind::Email | PersonalKind::Phone);
        let ours = known_only_in_public
            && (case.draft.kind == Kind::Statement || in_invitation(case, &data.span));
        if (case.draft.public || !known_only_in_public) && !ours {
            found.push((data.span, data.kind.word()));
        }
    }
    if case.draft.public {
        found.extend(personal(case));
    }
    found.retain(|(span, _)| !own.iter().any(|own| overlap(own, span)));
    found.sort_by_key(|(span, _)| span.start);
    for (span, what) in found {
        let part = if ALWAYS.contains(&what) { "secret" } else { "public" };
        case.note("C13", part, span, Some(Detail::Data { what }));
    }
}

/// What must not be written anywhere, in private or not.
const ALWAYS: [&str; 4] = ["card", "iban", "national_id", "secret"];

/// Where the draft names the company's own addresses and numbers, or the case.
fn own_spans(case: &Case) -> Vec<Range<usize>> {
    let context = case.context;
    let named = [&context.agent_contact, &context.private_channel, &context.case_number];
    let named = named.into_iter().flatten().chain(&context.own_details);
    named
        .filter(|own| !own.trim().is_empty())
        .flat_map(|own| case.draft.text.match_indices(own.trim()))
        .map(|(at, own)| at..at + own.len())
        .collect()
}

/// "Your password is …": a secret word with a value after it.
fn told_secrets(case: &Case) -> Vec<(Range<usize>, &'static str)> {
    let found = case.speech.find_all(Concept::Secret, &case.text.plain).into_iter();
    let told = found.filter(|plain| {
        let words = case.text.plain[plain.clone()].trim();
        let value = words.rsplit(' ').next().unwrap_or_default();
        value.bytes().any(|b| b.is_ascii_digit())
    });
    told.map(|plain| (case.text.raw_span(plain), "secret")).collect()
}

fn personal(case: &Case) -> Vec<(Range<usize>, &'static str)> {
    let raw = &case.draft.text;
    let mut found = Vec::new();
    found.extend(STREET.find_iter(raw).map(|found| (found.range(), "address")));
    found.extend(case.context.customer_name.as_deref().and_then(|name| {
        let whole = name.split_whitespace().count() >= 2;
        let at = raw.find(name).filter(|_| whole)?;
        Some((at..at + name.len(), "full_name"))
    }));
    for plain in case.speech.find_all(Concept::Record, &case.text.plain) {
        let number = case.text.plain[plain.clone()].trim().rsplit(' ').next().unwrap_or_default();
        if number.bytes().filter(u8::is_ascii_digit).count() >= RECORD_DIGITS {
            found.push((case.text.raw_span(plain), "record_number"));
        }
    }
    found
}

/// Whether an address stands in a sentence that invites to write or call there: then it is ours.
fn in_invitation(case: &Case, span: &Range<usize>) -> bool {
    let mut sentences = case.text.sentences.iter();
    sentences.find(|sentence| overlap(&sentence.raw, span)).is_some_and(|sentence| {
        case.sentence_says(sentence, Concept::PrivateChannel)
            || case.sentence_says(sentence, Concept::Invitation)
    })
}
