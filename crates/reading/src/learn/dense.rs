//! Features that are not n-grams: sums of what the lexicons found, properties of the whole text,
//! and what the shipped models make of it.

use crate::fold::Folded;
use crate::lexicon::{Hit, Section};

/// Sections of the lexicons that are features; each twice, plain and negated.
const SECTIONS: [Section; 32] = [
    Section::Positive,
    Section::Negative,
    Section::Anger,
    Section::Negator,
    Section::Intensifier,
    Section::Diminisher,
    Section::Complaint,
    Section::Question,
    Section::Praise,
    Section::Idea,
    Section::Cancellation,
    Section::Request,
    Section::Attack,
    Section::Insult,
    Section::Thanks,
    Section::Effort,
    Section::Urgency,
    Section::Hedge,
    Section::Safety,
    Section::Legal,
    Section::Press,
    Section::Regulator,
    Section::Churn,
    Section::Vulnerability,
    Section::Money,
    Section::CutOff,
    Section::Refund,
    Section::Repair,
    Section::Contact,
    Section::Stop,
    Section::PromiseWriter,
    Section::PromiseOther,
];

/// Properties of the whole text that are features.
const SHAPES: [&str; 14] = [
    "exclamation marks",
    "question marks",
    "dots…",
    "capitals",
    "drawn-out words",
    "addressed to somebody",
    "links",
    "smileys",
    "frowns",
    "length",
    "very short",
    "numbers",
    "ends with a question",
    "feeling balance",
];

/// Answers of the shipped models that are features of a model trained at home: each kind, each
/// feeling, each severity.
const SHIPPED: [&str; 14] = [
    "cancellation",
    "complaint",
    "idea",
    "other",
    "praise",
    "question",
    "negative",
    "neutral",
    "positive",
    "severity 0",
    "severity 1",
    "severity 2",
    "severity 3",
    "severity 4",
];

/// Where the answers of the shipped models begin.
pub(super) const SHIPPED_FROM: usize = SECTIONS.len() * 2 + SHAPES.len();

/// How many features are not n-grams.
pub(super) const DENSE: usize = SHIPPED_FROM + SHIPPED.len();

/// The name of a feature that is not an n-gram, as a person may read it.
pub(super) fn dense_name(at: usize) -> String {
    if let Some(shipped) = at.checked_sub(SHIPPED_FROM) {
        return format!("first impression: {}", SHIPPED[shipped]);
    }
    match at.checked_sub(SECTIONS.len() * 2) {
        Some(shape) => SHAPES[shape].to_owned(),
        None if at.is_multiple_of(2) => format!("words of {}", SECTIONS[at / 2].word()),
        None => format!("negated words of {}", SECTIONS[at / 2].word()),
    }
}

/// Sums and properties; the answers of the shipped models are 0 until [`lay_on`] fills them in.
pub(super) fn dense(folded: &Folded, hits: &[Hit]) -> [f32; DENSE] {
    let mut sums = [0.0f32; Section::ALL.len() * 2];
    for hit in hits {
        sums[hit.section as usize * 2 + usize::from(hit.negated)] += hit.strength;
    }
    let mut out = [0.0; DENSE];
    for (at, section) in SECTIONS.into_iter().enumerate() {
        out[at * 2] = log(sums[section as usize * 2]);
        out[at * 2 + 1] = log(sums[section as usize * 2 + 1]);
    }
    let sum = |section: Section| sums[section as usize * 2];
    let shape = &folded.shape;
    let words = shape.words as f32;
    let share = |n: u32| n as f32 / (words + 1.0);
    let shapes = [
        log(shape.exclamations.min(20) as f32),
        log(shape.questions.min(20) as f32),
        log(shape.ellipses.min(20) as f32),
        share(shape.shouts),
        log(shape.drawn as f32),
        log(shape.handles.min(10) as f32),
        log(shape.links.min(10) as f32),
        log(shape.smiles as f32),
        log(shape.frowns as f32),
        log(words) * 0.5,
        if words < 6.0 { 1.0 } else { 0.0 },
        log(shape.digits as f32) * 0.5,
        if folded.asks_last { 1.0 } else { 0.0 },
        ((sum(Section::Positive) - sum(Section::Negative)) / (words.sqrt() + 1.0)).clamp(-3.0, 3.0),
    ];
    out[SECTIONS.len() * 2..SHIPPED_FROM].copy_from_slice(&shapes);
    out
}

/// Fills in the probabilities that the shipped models give to their labels.
pub(super) fn lay_on(dense: &mut [f32; DENSE], probabilities: &[f32]) {
    for (feature, p) in dense[SHIPPED_FROM..].iter_mut().zip(probabilities) {
        *feature = (p.max(0.01) * 10.0).ln();
    }
}

/// Grows ever more slowly, to both sides of 0.
fn log(x: f32) -> f32 {
    if x == 0.0 { 0.0 } else { x.signum() * (1.0 + x.abs()).ln() }
}
