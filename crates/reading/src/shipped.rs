//! The trained models that ship, and how their answers become judgements.

use std::sync::LazyLock;

use crate::fold::Folded;
use crate::judge::{self, Evidence};
use crate::learn::{Features, Model, Seen};
use crate::lexicon::Hit;
use crate::reader::Reader;
use crate::{Feeling, Judged, Kind, Reason};

/// Below these a judgement abstains. Chosen so that what is left is right about nine times in
/// ten on texts of the sources the models were trained on.
pub(crate) const KIND_FLOOR: f32 = 0.5;
pub(crate) const FEELING_FLOOR: f32 = 0.5;
pub(crate) const SEVERITY_FLOOR: f32 = 0.35;

/// The sources hold far more complaints than what people write to and about companies does, and
/// hardly any small talk; this takes that back, in the order of [`Kind::ALL`].
const KIND_LEAN: [f32; 6] = [0.18, 1.0, 0.7, 1.0, 1.0, 2.0];

/// Whole sentences without anything that belongs to talk are seldom small talk: of these, so much
/// of what [`KIND_LEAN`] takes from complaints is given back. Twice as much called more than one
/// in twenty of our plain texts a complaint that is none.
const PROSE_LEAN: f32 = 4.0;

/// Our short plain texts hold more complaints than not; this takes that back, so that at most one
/// in twenty of those held back is called a complaint and is none.
const PLAIN_LEAN: f32 = 0.6;

/// The share of texts without a severity among those that trained it.
const NONE_SHARE: f32 = 0.6;

/// The heads of the shipped model, as `cargo xtask train` orders them.
const KIND: usize = 0;
const FEELING: usize = 1;
const SEVERITY: usize = 2;
const PLAIN: usize = 3;

/// The file of the model.
pub(crate) static BYTES: &[u8] = include_bytes!("../models/shipped.bin");

static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::from_bytes(BYTES).expect("a test loads the shipped model"));

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
pub(crate) fn judge(
    reader: &Reader,
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    e: &Evidence,
) -> Said {
    let seen = Seen::of(&MODEL, reader, text, folded, hits);
    let of_all = kinds(&seen.probabilities(KIND), seen.probabilities(SEVERITY)[0], e);
    let (head, kinds) = if e.plain {
        (PLAIN, plain_kinds(&seen.probabilities(PLAIN), &of_all, e))
    } else {
        (KIND, of_all)
    };
    let kind = likeliest(&kinds);
    let sure = kinds[kind];
    let value = kind_of(head, kind);
    let because = together(seen.because(head, kind), judge::because_of_kind(e, value));
    let kind = Judged::new(value, sure, KIND_FLOOR, because);
    let feelings = feelings(&seen.probabilities(FEELING), e);
    let feeling = likeliest(&feelings);
    let sure = feelings[feeling];
    let value = [Feeling::Negative, Feeling::Neutral, Feeling::Positive][feeling];
    let because = together(seen.because(FEELING, feeling), judge::because_of_feeling(e, value));
    let feeling = Judged::new(value, sure, FEELING_FLOOR, because);
    let severity = severity(&seen, &kind);
    Said { kind, feeling, severity, bad: feelings[0] }
}

/// The probability of each label of kind, feeling and severity at first sight, for models that
/// are laid on it.
pub(crate) struct Impression {
    pub kind: Vec<f32>,
    pub feeling: Vec<f32>,
    pub severity: Vec<f32>,
}

/// What the reading makes of a text at first sight.
pub(crate) fn impression(features: &Features, folded: &Folded, hits: &[Hit]) -> Impression {
    let p = MODEL.probabilities(features);
    let (of_kind, rest) = p.split_at(MODEL.labels_of(KIND).len());
    let (of_feeling, rest) = rest.split_at(MODEL.labels_of(FEELING).len());
    let (of_severity, plain) = rest.split_at(MODEL.labels_of(SEVERITY).len());
    let e = Evidence::sums(folded, hits);
    let of_all = kinds(of_kind, of_severity[0], &e);
    let kind = if e.plain { plain_kinds(plain, &of_all, &e) } else { of_all };
    Impression { kind, feeling: feelings(of_feeling, &e), severity: of_severity.to_vec() }
}

/// The probability of each label of kind, by the model and by the lexicons; `none` is the
/// probability that there is no severity.
fn kinds(of_model: &[f32], none: f32, e: &Evidence) -> Vec<f32> {
    let by_lexicon = judge::kinds(e);
    let none = none.clamp(0.02, 0.98);
    product(of_model, |i| {
        let at = place(kind_of(KIND, i));
        let broken = matches!(Kind::ALL[at], Kind::Complaint | Kind::Cancellation);
        let by_severity =
            if broken { (1.0 - none) / (1.0 - NONE_SHARE) } else { none / NONE_SHARE };
        let prose = if e.prose && Kind::ALL[at] == Kind::Complaint { PROSE_LEAN } else { 1.0 };
        by_lexicon[at] * KIND_LEAN[at] * prose * by_severity
    })
}

/// The probability of each label of kind for short plain prose: by the head that learnt from such
/// texts alone, and a little by what all texts taught and by the lexicons.
fn plain_kinds(of_model: &[f32], of_all: &[f32], e: &Evidence) -> Vec<f32> {
    const SHARE: f32 = 0.2; // of each of the others
    let by_lexicon = judge::kinds(e);
    let both = |(i, p): (usize, &f32)| {
        let kind = kind_of(PLAIN, i);
        let lean = if kind == Kind::Complaint { PLAIN_LEAN } else { 1.0 };
        let others = of_all[i].max(1e-3) * by_lexicon[place(kind)].max(1e-4);
        p.max(1e-4) * others.powf(SHARE) * lean
    };
    let products: Vec<f32> = of_model.iter().enumerate().map(both).collect();
    let total: f32 = products.iter().sum();
    products.into_iter().map(|p| p / total).collect()
}

/// The kind that a label of a head names.
fn kind_of(head: usize, label: usize) -> Kind {
    let word = MODEL.labels_of(head)[label].as_str();
    Kind::ALL.into_iter().find(|k| k.word() == word).unwrap_or(Kind::Other)
}

/// Where a kind stands in [`Kind::ALL`].
fn place(kind: Kind) -> usize {
    Kind::ALL.iter().position(|&k| k == kind).unwrap_or(5)
}

/// The probability of each feeling, whose labels stand in the order of the enum.
fn feelings(of_model: &[f32], e: &Evidence) -> Vec<f32> {
    let by_lexicon = judge::feelings(e);
    product(of_model, |i| by_lexicon[i])
}

/// The probability of each label by the model and by another judge together.
fn product(of_model: &[f32], other: impl Fn(usize) -> f32) -> Vec<f32> {
    const SHARE: f32 = 0.7; // of each expert's say; 1 would count what they share twice
    let both = |(i, p): (usize, &f32)| (p.max(1e-4) * other(i).max(1e-4)).powf(SHARE);
    let products: Vec<f32> = of_model.iter().enumerate().map(both).collect();
    let total: f32 = products.iter().sum();
    products.into_iter().map(|p| p / total).collect()
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
        assert_eq!(MODEL.labels_of(PLAIN), MODEL.labels_of(KIND));
        assert_eq!(MODEL.labels_of(FEELING), ["negative", "neutral", "positive"]);
        assert_eq!(MODEL.labels_of(SEVERITY), ["0", "1", "2", "3", "4"]);
    }
}
