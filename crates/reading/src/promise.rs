//! Promises in a text: who will do what by when.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::fold::{Folded, Sort};
use crate::lexicon::{Hit, Section};

/// Promises found in one text at the most.
const PROMISES_MAX: usize = 50;

/// A promise as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Who is to do it.
    pub who: Promiser,
    /// The words of the promise, from its verb to the end of the sentence.
    pub what: String,
    /// The words that say when, if any: `by friday`, `within 24 hours`.
    pub by_when: Option<String>,
    /// True if the time is one that nobody can be held to: `soon`, `as soon as possible`.
    pub vague: bool,
    /// Where it stands: bytes of the text as given.
    pub span: Range<usize>,
}

/// Who made a promise, seen from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promiser {
    /// Whoever writes: "I will call you".
    Writer,
    /// Whoever the writer tells about: "you said you would call me".
    Other,
}

/// Finds promises: one a sentence at the most, the first.
pub(crate) fn find(text: &str, folded: &Folded, hits: &[Hit]) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    let mut done = 0; // token after the last sentence used
    for hit in hits {
        let who = match hit.section {
            Section::PromiseWriter => Promiser::Writer,
            Section::PromiseOther => Promiser::Other,
            _ => continue,
        };
        let asked = is_question(text, folded, hit.tokens.end);
        if hit.tokens.start < done || hit.negated || asked || promises.len() >= PROMISES_MAX {
            continue;
        }
        let end = sentence_end(folded, hit.tokens.end);
        done = end;
        let span =
            folded.tokens[hit.tokens.start].start as usize..folded.tokens[end - 1].end as usize;
        let inside = |h: &&Hit| h.tokens.start >= hit.tokens.start && h.tokens.end <= end;
        let vague = hits.iter().filter(inside).any(|h| h.section == Section::Vague);
        let by_when = time_words(text, folded, hits, hit.tokens.start..end);
        promises.push(Promise {
            who,
            what: text[span.clone()].to_owned(),
            vague: vague && by_when.is_none(),
            by_when,
            span,
        });
    }
    promises
}

/// The token after the last word of the sentence; at most 40 words on.
fn sentence_end(folded: &Folded, from: usize) -> usize {
    let rest = &folded.tokens[from..];
    from + rest.iter().take(40).position(|t| t.sort == Sort::End).unwrap_or(rest.len().min(40))
}

fn is_question(text: &str, folded: &Folded, from: usize) -> bool {
    let end = sentence_end(folded, from);
    folded.tokens.get(end).is_some_and(|t| text[t.span()].starts_with(['?', '？', '؟']))
}

/// The words that say when: a listed phrase ("by Friday", "tomorrow") or a number with a unit of
/// time ("within 24 hours"), with the small word before it.
fn time_words(text: &str, folded: &Folded, hits: &[Hit], within: Range<usize>) -> Option<String> {
    let timed = hits.iter().find(|hit| {
        within.start <= hit.tokens.start
            && hit.tokens.end <= within.end
            && match hit.section {
                Section::When => true,
                Section::Unit => hit.tokens.start > within.start && has_number(folded, hit),
                _ => false,
            }
    })?;
    let mut first = timed.tokens.start - usize::from(timed.section == Section::Unit);
    let mut last = timed.tokens.end;
    let small = |i: usize| SMALL.contains(&folded.word(&folded.tokens[i]));
    while first > within.start && small(first - 1) {
        first -= 1;
    }
    let number = |i: usize| folded.word(&folded.tokens[i]).as_bytes()[0].is_ascii_digit();
    while last < within.end && last < timed.tokens.end + 3 && (number(last) || small(last)) {
        last += 1;
    }
    while last > timed.tokens.end && small(last - 1) {
        last -= 1;
    }
    Some(text[folded.tokens[first].start as usize..folded.tokens[last - 1].end as usize].to_owned())
}

fn has_number(folded: &Folded, hit: &Hit) -> bool {
    let before = folded.word(&folded.tokens[hit.tokens.start - 1]);
    before.bytes().all(|b| b.is_ascii_digit()) || NUMBER_WORDS.contains(&before)
}

/// Small words that belong to a time, in all seven languages, folded.
const SMALL: &[&str] = &[
    "by",
    "within",
    "in",
    "on",
    "before",
    "until",
    "till",
    "at",
    "the",
    "next",
    "bis",
    "innerhalb",
    "von",
    "am",
    "um",
    "spatestens",
    "den",
    "der",
    "die",
    "nachsten",
    "kommenden",
    "avant",
    "d",
    "ici",
    "dans",
    "sous",
    "les",
    "le",
    "l",
    "a",
    "para",
    "antes",
    "de",
    "del",
    "el",
    "en",
    "dentro",
    "entro",
    "il",
    "per",
    "prima",
    "di",
    "ate",
    "o",
    "as",
    "em",
    "no",
    "na",
    "binnen",
    "voor",
    "op",
    "om",
    "tot",
    "uiterlijk",
];

const NUMBER_WORDS: &[&str] = &[
    "a", "an", "one", "two", "three", "four", "five", "ten", "few", "couple", "einem", "einer",
    "zwei", "drei", "vier", "funf", "zehn", "un", "une", "deux", "trois", "quatre", "cinq", "uno",
    "una", "dos", "tres", "cuatro", "cinco", "due", "tre", "quattro", "cinque", "um", "uma",
    "dois", "duas", "quatro", "een", "twee", "drie", "vijf", "tien", "business", "working",
];
