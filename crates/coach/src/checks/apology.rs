//! C02: a complaint answered without a plain apology, or with one that repairs nothing.

use super::{Case, overlap};
use crate::concept::Concept;
use crate::draft::Kind;
use crate::finding::{ApologyParts, Detail};
use crate::pack::Speech;
use crate::text::Text;

/// An apology that is all there is to a reply of fewer words is a thin one.
const FEW_WORDS: usize = 25;

pub(super) fn check(case: &mut Case) {
    let owed = case.answers_complaint() && case.draft.kind == Kind::Reply;
    if !owed || case.said_before(Concept::Apology) {
        return;
    }
    let parts = parts(case.speech, case.text);
    let at = case.opening();
    let detail = Some(Detail::Apology(parts));
    let said = case.speech.find_all(Concept::Apology, &case.text.plain);
    let blamed = |plain: &std::ops::Range<usize>| {
        let raw = case.text.raw_span(plain.clone());
        let mut others = case.findings.iter().filter(|finding| finding.rule == "C01");
        others.any(|finding| overlap(&finding.span, &raw))
    };
    if said.is_empty() {
        case.note("C02", "", at..at, detail);
    } else if !said.iter().all(blamed) && is_thin(case, &parts) {
        let raw = case.text.raw_span(said[0].clone());
        case.note("C02", "thin", raw, detail);
    }
}

/// Nothing but "sorry". A longer text says more than patterns can tell, and is left alone.
fn is_thin(case: &Case, parts: &ApologyParts) -> bool {
    let more = parts.responsibility || parts.repair || parts.explanation || parts.repentance;
    let goes_on = case.says(Concept::Commitment) || case.says(Concept::PrivateChannel);
    !more && !goes_on && case.text.count() < FEW_WORDS
}

/// Which parts of an apology a text has.
pub(crate) fn parts(speech: &Speech, text: &Text) -> ApologyParts {
    let says = |concept| speech.says(concept, &text.plain);
    ApologyParts {
        responsibility: says(Concept::Responsibility),
        repair: says(Concept::Repair),
        regret: says(Concept::Apology),
        explanation: says(Concept::Explanation) || says(Concept::Because),
        repentance: says(Concept::Repentance),
    }
}
