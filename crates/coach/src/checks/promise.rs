//! C07: a promise says who and when. C10: the fix comes before the excuse.

use super::Case;
use crate::concept::Concept;
use crate::draft::Kind;
use crate::finding::Severity;

pub(super) fn check(case: &mut Case) {
    who_and_when(case);
    fix_before_excuse(case);
}

/// C07. A time in the sentence before or after counts for a promise without one of its own, but
/// not for one that says "soon".
fn who_and_when(case: &mut Case) {
    let text = case.text;
    for (n, sentence) in text.sentences.iter().enumerate() {
        let plain = text.of(sentence);
        let timed = case.speech.says(Concept::Time, plain);
        let conditional = case.speech.says(Concept::Conditional, plain);
        if timed || conditional || sentence.asks {
            continue;
        }
        let awaited = case.speech.says(Concept::Awaited, plain);
        let committed = awaited || case.speech.says(Concept::Commitment, plain);
        if committed && let Some(vague) = case.speech.find(Concept::VagueTime, plain) {
            let at = sentence.plain.start;
            let span = text.raw_span(at + vague.start..at + vague.end);
            case.note("C07", "", span, None);
            continue;
        }
        let near = [n.checked_sub(1), n.checked_add(1)];
        let timed_near = near.into_iter().flatten().any(|n| {
            let other = text.sentences.get(n);
            other.is_some_and(|other| case.sentence_says(other, Concept::Time))
        });
        if awaited && !timed_near {
            case.note("C07", "open", sentence.raw.clone(), None);
        }
    }
}

/// C10. With a *high roller* any reason given before the fix weighs, and weighs more.
fn fix_before_excuse(case: &mut Case) {
    let high = case.context.hint_high_roller;
    if !(case.context.is_complaint || high) || case.draft.kind == Kind::Statement {
        return;
    }
    let first = case.first_saying(Concept::Excuse);
    let first = match (first, high) {
        (None, true) => case.first_saying(Concept::Because),
        (first, _) => first,
    };
    let Some(first) = first else { return };
    if case.first_saying(Concept::Repair).is_some_and(|fix| fix <= first) {
        return;
    }
    let span = case.text.sentences[first].raw.clone();
    case.note("C10", "", span, None);
    if high && let Some(last) = case.findings.iter_mut().rfind(|finding| finding.rule == "C10") {
        last.severity = Severity::Strong;
    }
}
