//! The result: everything understood of one text.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Judged, KeyFact, Language, Outcome, PersonalData, Promise, Reason, TopicHit};

/// What was understood of one text. All spans are byte ranges of the text as given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which model and lexicons read it, so that a reading can be repeated or renewed.
    pub model: Cow<'static, str>,
    /// The language most of the text is written in.
    pub language: Judged<Language>,
    /// What the writer wants of us.
    pub kind: Judged<Kind>,
    /// How hard the complaint is put: 0 none, 1 no explicit reproach, 2 disapproval,
    /// 3 accusation, 4 blame (Jin & Aletras 2021). It ranks and suggests; it never gates.
    pub severity: Judged<u8>,
    /// Whether the writer feels bad, neither, or good.
    pub feeling: Judged<Feeling>,
    /// How stirred up the writer is, 0 calm to 1; anger and fear are high, disappointment low.
    pub arousal: Judged<f32>,
    /// Whether the writer attacks or blames the company.
    pub attack: Judged<bool>,
    /// Whether the writer thanks somebody.
    pub thanks: Judged<bool>,
    /// How much trouble the writer already had in getting this solved.
    pub effort: Judged<Level>,
    /// How soon the writer needs something to happen.
    pub urgency: Judged<Level>,
    /// What should make a person look at once, or look more carefully.
    pub signals: Vec<Signal>,
    /// What must not be shown or passed on: cards, accounts, addresses, keys.
    pub personal_data: Vec<PersonalData>,
    /// Promises made in the text, by us or by the customer.
    pub promises: Vec<Promise>,
    /// Topics of the organisation's own tree; empty if no tree was given.
    pub topics: Vec<TopicHit>,
    /// What the writer asks for, if it is said.
    pub desired_outcome: Option<Judged<Outcome>>,
    /// Amounts, dates, numbers and durations for restating the problem.
    pub key_facts: Vec<KeyFact>,
    /// What this reading could not tell, and why.
    pub notes: Vec<Note>,
}

/// What the writer wants of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An expectation was broken, whatever the tone.
    Complaint,
    /// Something is to be known.
    Question,
    /// Something was good.
    Praise,
    /// Something new or different is wished for.
    Idea,
    /// The relationship is to end.
    Cancellation,
    /// None of these: noise, small talk, news.
    Other,
}

impl Kind {
    /// All kinds, in the order of the enum.
    pub const ALL: [Kind; 6] = [
        Kind::Complaint,
        Kind::Question,
        Kind::Praise,
        Kind::Idea,
        Kind::Cancellation,
        Kind::Other,
    ];

    /// The word used in JSON, tables and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Complaint => "complaint",
            Kind::Question => "question",
            Kind::Praise => "praise",
            Kind::Idea => "idea",
            Kind::Cancellation => "cancellation",
            Kind::Other => "other",
        }
    }
}

/// Whether the writer feels bad, neither, or good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    /// Bad.
    Negative,
    /// Neither, or both alike.
    Neutral,
    /// Good.
    Positive,
}

impl Feeling {
    /// The word used in JSON, tables and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Feeling::Negative => "negative",
            Feeling::Neutral => "neutral",
            Feeling::Positive => "positive",
        }
    }
}

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No sign of it.
    None,
    /// Some.
    Some,
    /// Much.
    High,
}

/// Something that should make a person look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What it is about.
    pub kind: SignalKind,
    /// Probability that it is meant, 0 to 1.
    pub confidence: f32,
    /// The words that gave it.
    pub because: Vec<Reason>,
}

/// What a signal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Harm to body or life: fire, shock, allergy, injury.
    Safety,
    /// Lawyers, courts, law.
    Legal,
    /// Newspapers, television, going public.
    Press,
    /// Regulators, ombudsmen, authorities.
    Regulator,
    /// Leaving for somebody else.
    Churn,
    /// Age, illness, grief, hardship, disability.
    Vulnerability,
    /// Money lost, withheld or taken.
    Money,
    /// Heating, water, power, phone or account cut off.
    CutOff,
}

impl SignalKind {
    /// The word used in JSON, tables and lexicons.
    pub fn word(self) -> &'static str {
        match self {
            SignalKind::Safety => "safety",
            SignalKind::Legal => "legal",
            SignalKind::Press => "press",
            SignalKind::Regulator => "regulator",
            SignalKind::Churn => "churn",
            SignalKind::Vulnerability => "vulnerability",
            SignalKind::Money => "money",
            SignalKind::CutOff => "cut_off",
        }
    }
}

/// What a reading could not tell, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "note")]
pub enum Note {
    /// There were no words.
    Empty,
    /// Only the first part was read.
    CutShort {
        /// Bytes read.
        read_bytes: usize,
        /// Bytes given.
        given_bytes: usize,
    },
    /// There is no lexicon for this language: kind, severity and feeling are weak guesses.
    NoLexicon {
        /// The language found.
        language: Language,
    },
    /// The language could not be told.
    LanguageUnknown,
    /// Judgements that abstain because they were not sure enough.
    Unsure {
        /// Names of the fields: `kind`, `severity`, …
        fields: Vec<Cow<'static, str>>,
    },
}

impl Reading {
    /// The reading as one JSON object, with `id` first in sense: the form `redress read` prints.
    ///
    /// `feeling` is the bare word with its confidence; every judged value is an object with
    /// `value`, `confidence`, `abstains` and `because`; spans are `{start, end}` in bytes.
    pub fn to_json(&self, id: &str) -> Value {
        let mut object = json!(self);
        if let Some(fields) = object.as_object_mut() {
            fields.insert("id".to_owned(), Value::from(id));
        }
        object
    }

    /// True if the signal was found.
    pub fn has(&self, kind: SignalKind) -> bool {
        self.signals.iter().any(|signal| signal.kind == kind)
    }
}
