//! What the customer said comes back in the answer: C03 the problem, C21 each question, C22 one
//! detail of their praise.

use super::{Case, MOST_OF_A_MESSAGE, beginning, shared};
use crate::concept::Concept;
use crate::draft::Kind;
use crate::finding::Detail;
use crate::text::{Sentence, Text};

/// Questions of the customer that are looked at, newest messages last.
const MOST_QUESTIONS: usize = 12;
/// A question with fewer words of its own may be answered in any words.
const FEWEST_WORDS: usize = 2;

pub(super) fn check(case: &mut Case) {
    restated(case);
    answered(case);
    praise_by_name(case);
}

/// C03. The problem counts as restated when two words of its line come back, or one if the line
/// is short, or two words of what the customer wrote.
fn restated(case: &mut Case) {
    let Some(line) = &case.context.problem_line else { return };
    if case.draft.kind == Kind::Statement || case.context.is_praise() {
        return;
    }
    let problem = Text::read(line, case.splits());
    let wanted = case.content(&problem.plain);
    let needed = if wanted.len() >= 6 { 2 } else { 1 };
    if wanted.is_empty() || shared(&wanted, &case.content(&case.text.plain)) >= needed {
        return;
    }
    let theirs = case.context.unanswered().iter().rev().take(3);
    let in_their_words = theirs.into_iter().any(|message| {
        let text = Text::read(beginning(&message.text, MOST_OF_A_MESSAGE), case.splits());
        shared(&case.content(&text.plain), &case.content(&case.text.plain)) >= 2
    });
    if in_their_words {
        return;
    }
    let restates = |text: &Text| shared(&wanted, &case.content(&text.plain)) >= needed;
    let said_before = case.ours.iter().any(|said| restates(&said.text));
    if !said_before {
        let at = case.opening();
        case.note("C03", "", at..at, None);
    }
}

/// C21.
fn answered(case: &mut Case) {
    if case.draft.kind != Kind::Reply {
        return;
    }
    let mut left = MOST_QUESTIONS;
    let at = case.body_end();
    for message in case.context.unanswered() {
        let asked = Text::read(beginning(&message.text, MOST_OF_A_MESSAGE), case.splits());
        for question in asked.sentences.iter().filter(|sentence| sentence.asks) {
            if left == 0 {
                return;
            }
            left -= 1;
            if is_answered(case, &asked, question) {
                continue;
            }
            let text = message.text[question.raw.clone()].to_owned();
            let detail = Detail::Earlier { text: text.clone(), at: message.at };
            case.note_with("C21", "", at..at, Some(detail), &[("question", &text)]);
            return;
        }
    }
}

fn is_answered(case: &Case, asked: &Text, question: &Sentence) -> bool {
    let plain = asked.of(question);
    if case.speech.says(Concept::Rhetorical, plain) {
        return true;
    }
    if case.speech.says(Concept::AsksWhen, plain) {
        let body = case.text.sentences.iter();
        return body
            .filter(|s| !case.sentence_says(s, Concept::HandOver) || s.words > 3)
            .any(|s| case.sentence_says(s, Concept::Time));
    }
    if case.speech.says(Concept::AsksHowMuch, plain) {
        return case.draft.text.bytes().any(|b| b.is_ascii_digit());
    }
    let wanted = case.content(plain);
    let needed = if wanted.len() >= 5 { 2 } else { 1 };
    wanted.len() < FEWEST_WORDS || shared(&wanted, &case.content(&case.text.plain)) >= needed
}

/// C22. What everybody says in praise does not count as a detail.
fn praise_by_name(case: &mut Case) {
    if !case.context.is_praise() || case.draft.kind != Kind::Reply {
        return;
    }
    let Some(review) = case.context.earlier_messages.iter().rev().find(|m| !m.from_us) else {
        return;
    };
    let said = Text::read(&review.text, case.splits());
    let common = |word: &&str| case.speech.says(Concept::CommonPraise, &format!(" {word} "));
    let wanted: Vec<&str> = case.content(&said.plain).into_iter().filter(|w| !common(w)).collect();
    if wanted.is_empty() || shared(&wanted, &case.content(&case.text.plain)) > 0 {
        return;
    }
    let detail = Detail::Earlier { text: review.text.clone(), at: review.at };
    let at = case.body_end();
    case.note("C22", "", at..at, Some(detail));
}
