//! Judgements by rule from the phrases of the lexicons: the first reading, and what the trained
//! model is laid on.

use crate::facts::reason;
use crate::fold::{Folded, Sort};
use crate::lexicon::{Hit, Section};
use crate::{Feeling, Judged, Kind, Level, Reason, Signal, SignalKind};

/// Sums of what the lexicons found, each with its reasons.
pub(crate) struct Evidence {
    sums: Vec<f32>,
    reasons: Vec<Vec<Reason>>,
    words: f32,
    exclaimed: f32,
    shouted: f32,
    asked: bool,
    /// True if the text is written as one writes to a company: whole sentences, and nothing that
    /// belongs to talk among friends or before the public.
    pub(crate) prose: bool,
    /// True if it is that and short.
    pub(crate) plain: bool,
}

impl Evidence {
    pub(crate) fn gather(text: &str, folded: &Folded, hits: &[Hit]) -> Evidence {
        let mut evidence = Evidence::sums(folded, hits);
        for hit in hits {
            let (section, weight) = turned(hit);
            let reasons = &mut evidence.reasons[section as usize];
            if reasons.len() < 16 {
                reasons.push(reason(text, folded, hit, weight));
            }
        }
        evidence
    }

    /// The same without reasons.
    pub(crate) fn sums(folded: &Folded, hits: &[Hit]) -> Evidence {
        let n = Section::ALL.len();
        let shape = &folded.shape;
        let words = shape.words.max(1) as f32;
        let prose = is_prose(folded);
        let mut evidence = Evidence {
            sums: vec![0.0; n],
            reasons: vec![Vec::new(); n],
            words,
            exclaimed: (shape.exclamations as f32).min(6.0) / 6.0,
            shouted: (shape.shouts as f32 / words).min(1.0),
            asked: shape.questions > 0,
            prose,
            plain: prose && shape.words <= PLAIN_WORDS,
        };
        for hit in hits {
            let (section, weight) = turned(hit);
            evidence.sums[section as usize] += weight;
        }
        evidence
    }

    fn sum(&self, section: Section) -> f32 {
        self.sums[section as usize]
    }

    pub(crate) fn reasons(&self, sections: &[(Section, f32)]) -> Vec<Reason> {
        let signed = sections.iter().flat_map(|&(section, sign)| {
            let of = &self.reasons[section as usize];
            of.iter().map(move |r| Reason { weight: r.weight * sign, ..r.clone() })
        });
        signed.collect()
    }

    /// Grows with the sum, but ever more slowly: ten angry words are not ten times one.
    fn level(&self, section: Section) -> f32 {
        (1.0 + self.sum(section).max(0.0)).ln()
    }
}

/// Words of plain prose that is short.
const PLAIN_WORDS: u32 = 20;

/// Three words or more up to a full stop, without handles, links, smileys, drawn-out words and
/// more than one exclamation mark.
fn is_prose(folded: &Folded) -> bool {
    let shape = &folded.shape;
    let of_talk = shape.handles + shape.links + shape.smiles + shape.frowns + shape.drawn;
    let ended = folded.tokens.last().is_some_and(|token| token.sort == Sort::End);
    ended && of_talk == 0 && shape.exclamations <= 1 && shape.ellipses == 0 && shape.words >= 3
}

/// "not good" speaks for the other side, a little more weakly; most else is silenced by "not".
fn turned(hit: &Hit) -> (Section, f32) {
    match hit.section {
        _ if !hit.negated => (hit.section, hit.strength),
        Section::Positive | Section::Praise => (Section::Negative, 0.8 * hit.strength),
        Section::Negative | Section::Anger => (Section::Positive, 0.4 * hit.strength),
        Section::Thanks => (Section::Thanks, 0.2 * hit.strength),
        section => (section, 0.3 * hit.strength),
    }
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Probability of a bad, an even and a good feeling by the lexicons alone.
pub(crate) fn feelings(e: &Evidence) -> [f32; 3] {
    let bad = e.level(Section::Negative)
        + 1.2 * e.level(Section::Anger)
        + 0.6 * e.level(Section::Complaint)
        + 0.6 * e.level(Section::Attack)
        + 0.4 * e.level(Section::Effort);
    let good = e.level(Section::Positive)
        + 0.8 * e.level(Section::Praise)
        + 0.6 * e.level(Section::Thanks);
    let raised = [(1.2 * (bad - good)).exp(), 1.7, (1.2 * (good - bad)).exp()];
    let total: f32 = raised.iter().sum();
    raised.map(|r| r / total)
}

/// What in the lexicons spoke for a feeling.
pub(crate) fn because_of_feeling(e: &Evidence, feeling: Feeling) -> Vec<Reason> {
    let sign = match feeling {
        Feeling::Negative => 1.0,
        Feeling::Neutral => 0.0,
        Feeling::Positive => -1.0,
    };
    e.reasons(&[
        (Section::Negative, sign),
        (Section::Anger, sign),
        (Section::Complaint, 0.6 * sign),
        (Section::Positive, -sign),
        (Section::Praise, -sign),
        (Section::Thanks, -0.6 * sign),
    ])
}

/// What in the lexicons spoke for a kind.
pub(crate) fn because_of_kind(e: &Evidence, kind: Kind) -> Vec<Reason> {
    match kind {
        Kind::Complaint => e.reasons(&[
            (Section::Complaint, 1.3),
            (Section::Negative, 0.8),
            (Section::Anger, 0.8),
            (Section::Effort, 0.8),
            (Section::Praise, -0.8),
        ]),
        Kind::Question => e.reasons(&[(Section::Question, 1.2), (Section::Request, 0.3)]),
        Kind::Praise => e.reasons(&[
            (Section::Praise, 1.2),
            (Section::Positive, 0.8),
            (Section::Thanks, 0.8),
            (Section::Negative, -0.6),
        ]),
        Kind::Idea => e.reasons(&[(Section::Idea, 1.8)]),
        Kind::Cancellation => e.reasons(&[(Section::Cancellation, 2.6)]),
        Kind::Other => Vec::new(),
    }
}

/// How stirred up the writer is, 0 to 1.
pub(crate) fn arousal(e: &Evidence) -> Judged<f32> {
    let heat = 0.9 * e.level(Section::Anger)
        + 0.6 * e.level(Section::Insult)
        + 0.4 * e.level(Section::Attack)
        + 0.3 * e.level(Section::Urgency)
        + 1.2 * e.exclaimed
        + 2.0 * e.shouted
        - 0.4 * e.level(Section::Hedge);
    let value = (2.0 * (logistic(heat) - 0.5)).clamp(0.0, 1.0);
    let because = e.reasons(&[
        (Section::Anger, 1.0),
        (Section::Insult, 1.0),
        (Section::Attack, 0.5),
        (Section::Urgency, 0.3),
    ]);
    Judged::new(value, if e.words < 4.0 { 0.4 } else { 0.6 }, 0.5, because)
}

/// Probability of each kind, in the order of [`Kind::ALL`], by the lexicons alone.
pub(crate) fn kinds(e: &Evidence) -> [f32; 6] {
    let negative = e.level(Section::Negative) + e.level(Section::Anger);
    let positive = e.level(Section::Positive);
    let asked = if e.asked { 1.0 } else { 0.0 };
    let glad = positive > negative + 0.45;
    let scores = [
        1.3 * e.level(Section::Complaint)
            + 0.8 * negative
            + 0.8 * e.level(Section::Attack)
            + 0.8 * e.level(Section::Effort)
            + 0.4 * e.level(Section::Money)
            - if glad { 1.0 } else { 0.0 },
        1.2 * e.level(Section::Question) + 0.9 * asked + 0.3 * e.level(Section::Request),
        1.2 * e.level(Section::Praise) + 0.8 * positive + 0.8 * e.level(Section::Thanks)
            - 0.6 * negative
            - 0.8 * e.level(Section::Complaint),
        1.8 * e.level(Section::Idea) - 0.2 * negative,
        2.6 * e.level(Section::Cancellation),
        0.7,
    ];
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let raised = scores.map(|s| (1.3 * (s - top)).exp());
    let total: f32 = raised.iter().sum();
    raised.map(|r| r / total)
}

/// Whether the writer attacks or blames the company; `bad` is the probability that the writer
/// feels bad, without which hardly anybody attacks.
pub(crate) fn attack(e: &Evidence, bad: f32) -> Judged<bool> {
    let score = -1.8
        + 3.0 * (bad - 0.5)
        + 1.8 * e.level(Section::Attack)
        + 1.6 * e.level(Section::Insult)
        + 0.7 * e.level(Section::Anger)
        + 0.3 * e.level(Section::Negative)
        + e.shouted;
    let because =
        e.reasons(&[(Section::Attack, 1.8), (Section::Insult, 1.6), (Section::Anger, 0.7)]);
    yes_or_no(score, because)
}

/// Whether the writer thanks somebody and means it: "thanks" at the end of a request or as a
/// greeting is a form of words and not enough, "thank you so much for sorting this" is.
pub(crate) fn thanks(e: &Evidence, bad: f32) -> Judged<bool> {
    const GLAD: f32 = 0.9;
    const CROSS: f32 = 0.7;
    const BAD: f32 = 0.5;
    if e.sum(Section::Thanks) <= 0.0 {
        return yes_or_no(-4.0, Vec::new());
    }
    let glad = e.level(Section::Positive) + e.level(Section::Praise);
    let cross = e.level(Section::Negative) + e.level(Section::Complaint) + e.level(Section::Anger);
    let score = -4.55 + 2.2 * e.level(Section::Thanks) + GLAD * glad - CROSS * cross
        + 0.8 * e.exclaimed
        - BAD * (bad - 0.5)
        - if e.asked { 1.2 } else { 0.0 };
    let because = e.reasons(&[
        (Section::Thanks, 2.2),
        (Section::Positive, GLAD),
        (Section::Praise, GLAD),
        (Section::Negative, -CROSS),
        (Section::Complaint, -CROSS),
        (Section::Anger, -CROSS),
    ]);
    yes_or_no(score, because)
}

fn yes_or_no(score: f32, mut because: Vec<Reason>) -> Judged<bool> {
    let p = logistic(score);
    let value = p >= 0.5;
    if !value {
        because.iter_mut().for_each(|r| r.weight = -r.weight);
    }
    Judged::new(value, p.max(1.0 - p), 0.6, because)
}

/// Effort or urgency: none, some or high.
pub(crate) fn level(e: &Evidence, section: Section) -> Judged<Level> {
    let sum = e.sum(section);
    let (value, confidence) = match sum {
        s if s < 0.5 => (Level::None, 0.7),
        s if s < 2.5 => (Level::Some, 0.65),
        s => (Level::High, (0.6 + 0.05 * s).min(0.9)),
    };
    Judged::new(value, confidence, 0.5, e.reasons(&[(section, 1.0)]))
}

/// The signals whose words were found.
pub(crate) fn signals(e: &Evidence) -> Vec<Signal> {
    const SIGNALS: [(Section, SignalKind); 8] = [
        (Section::Safety, SignalKind::Safety),
        (Section::Legal, SignalKind::Legal),
        (Section::Press, SignalKind::Press),
        (Section::Regulator, SignalKind::Regulator),
        (Section::Churn, SignalKind::Churn),
        (Section::Vulnerability, SignalKind::Vulnerability),
        (Section::Money, SignalKind::Money),
        (Section::CutOff, SignalKind::CutOff),
    ];
    let churn = e.sum(Section::Cancellation);
    let found = SIGNALS.iter().filter_map(|&(section, kind)| {
        let extra = if section == Section::Churn { churn } else { 0.0 };
        let sum = e.sum(section) + extra;
        let mut because = e.reasons(&[(section, 1.0)]);
        if extra > 0.0 {
            because.extend(e.reasons(&[(Section::Cancellation, 1.0)]));
        }
        because.truncate(8);
        (sum >= 0.75).then(|| Signal { kind, confidence: 1.0 - (-0.7 * sum).exp(), because })
    });
    found.collect()
}
