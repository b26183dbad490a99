//! How a reply ends: C05 with an open door, C15 with a name and a way back to the person.

use super::Case;
use crate::concept::Concept;
use crate::draft::Kind;
use crate::slots::first_word;

/// The last sentences in which the door may be opened.
const LAST_SENTENCES: usize = 3;
/// A shorter word in passing needs no closing.
const FEW_WORDS: usize = 12;
/// Digits in a row that make a telephone number.
const TELEPHONE_DIGITS: usize = 6;

pub(super) fn check(case: &mut Case) {
    open_door(case);
    way_back(case);
}

/// C05.
fn open_door(case: &mut Case) {
    let asked_for = case.draft.kind == Kind::Reply && !case.context.is_praise();
    if !asked_for || case.text.count() < FEW_WORDS {
        return;
    }
    let body = case.text.body().len();
    let from = body.saturating_sub(LAST_SENTENCES);
    let inviting = case.text.sentences[from..].iter().any(|sentence| {
        sentence.asks
            || has_telephone(&case.draft.text[sentence.raw.clone()])
            || case.sentence_says(sentence, Concept::Invitation)
            || case.sentence_says(sentence, Concept::PrivateChannel)
    });
    if !inviting {
        let at = case.body_end();
        case.note("C05", "", at..at, None);
    }
}

/// C15.
fn way_back(case: &mut Case) {
    let Some(agent) = &case.context.agent_name else { return };
    if case.draft.public || case.draft.kind == Kind::Statement {
        return;
    }
    let end = case.draft.text.trim_end().len();
    let name = first_word(agent).to_lowercase();
    if !case.text.words().any(|(word, _)| word.split(['-', '\'']).any(|part| part == name)) {
        case.note("C15", "name", end..end, None);
    } else if !has_way_back(case) {
        case.note("C15", "way", end..end, None);
    }
}

fn has_way_back(case: &Case) -> bool {
    let named = case.context.agent_contact.as_deref();
    let body = case.text.body();
    // A question at the end asks for an answer to this message.
    let asks = body.iter().rev().take(LAST_SENTENCES).any(|sentence| sentence.asks);
    asks || has_telephone(&case.draft.text)
        || case.draft.text.contains('@')
        || named.is_some_and(|contact| case.draft.text.contains(contact))
        || case.says(Concept::Invitation)
}

fn has_telephone(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = match c {
            c if c.is_ascii_digit() => run + 1,
            ' ' | '-' | '/' | '(' | ')' => run,
            _ => 0,
        };
        run >= TELEPHONE_DIGITS
    })
}
