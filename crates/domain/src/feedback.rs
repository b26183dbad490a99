//! Feedback as one room hands it to the next: plain values, already read and understood.

use crate::channel::{Channel, Kind};
use crate::id::{CaseNumber, FeedbackId, StaffId, TeamId, TopicId, UnitId};
use crate::urgency::Facts;
use jiff::Timestamp;

/// One thing said to us or about us, as far as deciding about a case needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackIn {
    /// Its id; the raw form is kept there.
    pub id: FeedbackId,
    /// The unit it was said to.
    pub unit: UnitId,
    /// The team that hears this channel.
    pub team: TeamId,
    /// The way it came.
    pub channel: Channel,
    /// Whether others can read it where it was said.
    pub public: bool,
    /// The writer as shown: a name, or an address where no name is known.
    pub author: String,
    /// The writer's address, or empty.
    pub address: String,
    /// Subject line, or empty.
    pub subject: String,
    /// What is new in it.
    pub text: String,
    /// Quoted earlier text.
    pub folded: Option<String>,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// What kind of matter it reads as.
    pub kind: Kind,
    /// 0 (slight) to 4 (danger or great harm).
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// What it is about, by the organisation's own tree.
    pub topics: Vec<TopicId>,
    /// When it was said as far as known, else when we received it.
    pub said_at: Timestamp,
    /// Whether it asks for somebody to look: false for automatic mail and noise.
    pub wants_case: bool,
    /// Whether a program may answer it at all: never what a machine wrote, what came from an
    /// address of ours, or what asks not to be answered.
    pub answerable: bool,
    /// What links it to a case and how far its sender can be believed, in words, or empty.
    pub because: String,
    /// Evidence that it belongs to a case we have.
    pub thread: Option<ThreadEvidence>,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// The colleague who passed it on, and what they wrote to it.
    pub passed_on: Option<PassedOn>,
    /// Where it was taken over from an earlier system.
    pub imported: Imported,
}

/// Who of the house passed a customer's words on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOn {
    /// Which colleague.
    pub by: StaffId,
    /// What they wrote to it, for colleagues only; may be empty.
    pub note: String,
}

/// Evidence that a message belongs to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadEvidence {
    /// Which case.
    pub case: CaseNumber,
    /// Whether the writer is somebody of that case. A right reply address in a stranger's hand
    /// proves nothing: such addresses are forwarded, quoted and leaked.
    pub trusted: bool,
}

/// Whether feedback is new or was taken over from an earlier system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Imported {
    /// It reached us just now.
    #[default]
    No,
    /// Taken over, and it was still open there. No mail, no timers.
    Open,
    /// Taken over, and it was already over there. No mail, no timers.
    Closed,
}
