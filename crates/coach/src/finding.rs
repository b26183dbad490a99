//! What the coach answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Something a reader of the draft may stumble over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule: `C01` to `C22`, or one of the organisation's own.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where in the draft, in bytes on character borders; empty where something is missing.
    pub span: Range<usize>,
    /// How it may come across, in one line.
    pub says: String,
    /// Why that matters, in one line.
    pub reason: String,
    /// What to put in place of the span; an empty text takes the span out.
    pub better: Option<String>,
    /// Where the rule comes from.
    pub source: String,
    /// What else was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a second look.
    Advice,
    /// Likely to hurt; a lead may want to see it.
    Strong,
    /// Must not leave the house.
    Stop,
}

/// What a finding rests on, where that helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    /// Which parts of an apology are there.
    Apology(ApologyParts),
    /// In which order a public reply takes its steps.
    PublicOrder(PublicOrder),
    /// What stands against the draft: a promise or an earlier message of ours.
    Conflict {
        /// The other words.
        with: String,
        /// When they were written, or when the promise is due.
        at: Timestamp,
    },
    /// A text of the case that the draft should look at: a question, an earlier message.
    Earlier {
        /// The words.
        text: String,
        /// When they were written.
        at: Timestamp,
    },
    /// What kind of personal data or secret was seen.
    Data {
        /// The kind: `card`, `iban`, `email`, …
        what: &'static str,
    },
    /// How hard the text is to read.
    Reading {
        /// Words counted.
        words: usize,
        /// School grade that reads it with ease.
        grade: u32,
    },
}

/// The parts of an apology, by their weight with people who received one.
///
/// Source: Lewicki, Polin and Lount, Negotiation and Conflict Management Research 9 (2016)
/// 177–196: responsibility weighs most, then repair; regret, explanation and repentance about
/// alike. The points are ours, in the order of the study; asking for forgiveness weighs least and
/// is not asked of staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ApologyParts {
    /// "It was our mistake."
    pub responsibility: bool,
    /// "I've booked a van for Thursday."
    pub repair: bool,
    /// "I'm sorry."
    pub regret: bool,
    /// "The order went to the wrong depot."
    pub explanation: bool,
    /// "We've changed the list so that it doesn't happen again."
    pub repentance: bool,
}

impl ApologyParts {
    /// 0 to 100.
    pub fn points(&self) -> u32 {
        [
            (self.responsibility, 32),
            (self.repair, 26),
            (self.regret, 14),
            (self.explanation, 14),
            (self.repentance, 14),
        ]
        .into_iter()
        .map(|(there, points)| if there { points } else { 0 })
        .sum()
    }
}

/// Whether a public reply takes the steps that calm a storm, in their order.
///
/// Source: Herhausen, Ludwig, Grewal, Wulf and Schoegel, Journal of Marketing 83 (2019) 1–21:
/// first empathy and explanation, then the change of channel; compensation named in public only
/// later, and the fix told to all at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PublicOrder {
    /// It acknowledges or explains.
    pub acknowledges: bool,
    /// It names a private channel.
    pub private_channel: bool,
    /// It names compensation in public.
    pub compensates: bool,
    /// Nothing comes before its turn.
    pub in_order: bool,
}
