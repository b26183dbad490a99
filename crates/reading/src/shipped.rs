//! The trained models that ship, and how their answers become judgements.

use std::sync::LazyLock;

use crate::fold::Folded;
use crate::judge::{self, Evidence};
use crate::learn::{Model, Seen};
use crate::lexicon::Hit;
use crate::{Feeling, Judged, Kind, Reason};

/// Below these a judgement abstains. Chosen so that what is left is right about nine times in
/// ten on texts of the sources the models were trained on.
pub(crate) const KIND_FLOOR: f32 = 0.5;
pub(crate) const FEELING_FLOOR: f32 = 0.5;
pub(crate) const SEVERITY_FLOOR: f32 = 0.35;

/// The sources hold far more complaints than what people write to and about companies does, and
/// hardly any small talk; this takes that back, in the order of [`Kind::ALL`].
const KIND_LEAN: [f32; 6] = [0.18, 1.0, 0.7, 1.0, 1.0, 2.0];

/// The share of texts without a severity among those that trained it.
const NONE_SHARE: f32 = 0.6;

/// The heads of the shipped model, as `cargo xtask train` orders them.
const KIND: usize = 0;
const FEELING: usize = 1;
const SEVERITY: usize = 2;

/// The file of the model.
pub(crate) static BYTES: &[u8] = include_bytes!("../models/shipped.bin");

static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::from_bytes(BYTES).expect("a test loads the shipped model"));

/// The model that ships: kind, feeling and severity.
pub(crate) fn model() -> &'static Model {
    &MODEL
}

/// What the models say of one text.
pub(crate) struct Said {
    pub kind: Judged<Kind>,
    pub feeling: Judged<Feeling>,
    pub severity: Judged<u8>,
    /// Probability that the writer feels bad.
    pub bad: f32,
}

/// Judges a text that is already folded and looked up.
///
/// Kind and feeling are the product of two experts: the model, which knows the wording of its
/// sources, and the lexicons, which know less but travel better. The kind hears a third: what has
/// no severity is hardly a complaint.
pub(crate) fn judge(text: &str, folded: &Folded, hits: &[Hit], e: &Evidence) -> Said {
    let seen = Seen::of(&MODEL, text, folded, hits);
    let by_lexicon = judge::kinds(e);
    let none = seen.probabilities(SEVERITY)[0].clamp(0.02, 0.98);
    let kinds = seen.both(KIND, |label| {
        let at = Kind::ALL.iter().position(|k| k.word() == label).unwrap_or(5);
        let broken = matches!(Kind::ALL[at], Kind::Complaint | Kind::Cancellation);
        let by_severity =
            if broken { (1.0 - none) / (1.0 - NONE_SHARE) } else { none / NONE_SHARE };
        by_lexicon[at] * KIND_LEAN[at] * by_severity
    });
    let kind = likeliest(&kinds);
    let sure = kinds[kind];
    let word = MODEL.labels_of(KIND)[kind].as_str();
    let value = Kind::ALL.into_iter().find(|k| k.word() == word).unwrap_or(Kind::Other);
    let because = together(seen.because(KIND, kind), judge::because_of_kind(e, value));
    let kind = Judged::new(value, sure, KIND_FLOOR, because);
    // The labels of feeling stand in the order of the enum.
    let by_lexicon = judge::feelings(e);
    let order = ["negative", "neutral", "positive"];
    let feelings =
        seen.both(FEELING, |label| by_lexicon[order.iter().position(|o| *o == label).unwrap_or(1)]);
    let feeling = likeliest(&feelings);
    let sure = feelings[feeling];
    let value = [Feeling::Negative, Feeling::Neutral, Feeling::Positive][feeling];
    let because = together(seen.because(FEELING, feeling), judge::because_of_feeling(e, value));
    let feeling = Judged::new(value, sure, FEELING_FLOOR, because);
    let severity = severity(&seen, &kind);
    Said { kind, feeling, severity, bad: feelings[0] }
}

/// The index of the greatest probability.
fn likeliest(of: &[f32]) -> usize {
    (0..of.len()).max_by(|&a, &b| of[a].total_cmp(&of[b])).unwrap_or(0)
}

/// The reasons of both experts; a phrase of a lexicon takes in what the model says of its words.
fn together(of_model: Vec<Reason>, mut of_lexicon: Vec<Reason>) -> Vec<Reason> {
    let phrases = of_lexicon.len(); // Only these are searched, so that long texts stay quick.
    for reason in of_model {
        let whole = |r: &&mut Reason| {
            !reason.span.is_empty()
                && r.span.start <= reason.span.start
                && reason.span.end <= r.span.end
        };
        match of_lexicon[..phrases].iter_mut().find(whole) {
            Some(phrase) => phrase.weight += reason.weight,
            None => of_lexicon.push(reason),
        }
    }
    of_lexicon
}

/// Severity among complaints: the level that is worth most, a step too far costing more than a
/// step too near. Nothing but a complaint has one above 0.
fn severity(seen: &Seen<'_>, kind: &Judged<Kind>) -> Judged<u8> {
    if !matches!(kind.value, Kind::Complaint | Kind::Cancellation) {
        return Judged::new(0, kind.confidence, SEVERITY_FLOOR, Vec::new());
    }
    let p = seen.probabilities(SEVERITY);
    let whole: f32 = p[1..].iter().sum::<f32>().max(1e-6);
    let level = seen.best_from(SEVERITY, 1, &p);
    let because = seen.because(SEVERITY, level);
    Judged::new(level as u8, kind.confidence * p[level] / whole, SEVERITY_FLOOR, because)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_knows_its_labels() {
        assert_eq!(MODEL.labels_of(KIND).len(), Kind::ALL.len());
        assert_eq!(MODEL.labels_of(FEELING), ["negative", "neutral", "positive"]);
        assert_eq!(MODEL.labels_of(SEVERITY), ["0", "1", "2", "3", "4"]);
    }
}
