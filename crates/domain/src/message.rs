//! Messages and private notes: two types that never convert, so that what was meant for
//! colleagues cannot be sent to a customer by any mistake of code.

use crate::channel::{Channel, worded};
use crate::id::{CustomerId, FeedbackId, MessageId, NoteId, StaffId, TopicId};
use crate::joiner::Part;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

worded! {
    /// Why an outgoing message was written.
    Purpose {
        /// An answer typed by a person.
        Reply = "reply",
        /// Our first word that we have it.
        Acknowledgement = "acknowledgement",
        /// The letter that tells of a transfer and its benefit.
        Transfer = "transfer",
        /// The letter that tells of an escalation.
        Escalation = "escalation",
        /// "What would be fair?" or a proposal.
        Offer = "offer",
        /// A promise was kept or given a new date.
        Promise = "promise",
        /// "Did this solve it?"
        Verification = "verification",
        /// A last word when the matter is closed.
        Closing = "closing",
        /// A new link to their page, because one that is too old was opened.
        Link = "link",
    }
}

/// A message that customers may read. The only thing the outbox takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicMessage {
    /// Its id.
    pub id: MessageId,
    /// Why it was written.
    pub purpose: Purpose,
    /// Subject line; the thread keeps one subject throughout.
    pub subject: String,
    /// Plain text, never blank.
    pub text: String,
    /// Where it goes: one address of the customer, or none when they find it on the case page only.
    pub to: Option<String>,
    /// Who else gets it, each in a letter of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Recipient>,
    /// The way it takes.
    pub channel: Channel,
    /// Whether a program wrote it without a person reading it first (RFC 3834).
    pub automatic: bool,
    /// Whether somebody wants it sent although the last letter there did not arrive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite_failure: bool,
    /// When it may leave: the undo time is over then.
    pub leaves_at: Timestamp,
}

/// Somebody beside the customer who gets a message, in a letter that nobody else gets. Only who
/// was taken in by a person becomes one, and only for the message they were chosen for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The id of their letter: the outbox and reports of other systems name it.
    pub letter: MessageId,
    /// Who.
    pub customer: CustomerId,
    /// As shown.
    pub name: String,
    /// What they are to the case.
    pub part: Part,
    /// One address.
    pub to: String,
    /// The subject line of what they wrote: the customer's own may say what is none of theirs.
    pub subject: String,
}

/// A message that came from a customer or from somebody for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedMessage {
    /// Its id.
    pub id: MessageId,
    /// The feedback it came from; the raw form is kept there.
    pub feedback: Option<FeedbackId>,
    /// The way it came.
    pub channel: Channel,
    /// The writer as shown: a name, or an address where no name is known.
    pub author: String,
    /// What is new in it.
    pub text: String,
    /// Quoted earlier text, shown folded.
    pub folded: Option<String>,
    /// When it was written as far as we know, else when we received it.
    pub at: Timestamp,
    /// What it is about, as it was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicId>,
    /// Whether it came encrypted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
}

/// What stays inside. It has no recipient, and nothing that sends takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateNote {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it.
    pub by: StaffId,
    /// Plain text, never blank.
    pub text: String,
    /// Colleagues it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<StaffId>,
}

worded! {
    /// How far an outgoing message has come.
    Delivery {
        /// Waiting for the end of the undo time.
        Held = "held",
        /// Handed to the channel right now.
        Sending = "sending",
        /// The channel took it.
        Sent = "sent",
        /// The line broke between hand-over and answer; a person decides.
        Uncertain = "uncertain",
        /// The channel refused it for good, or it came back as undeliverable.
        Failed = "failed",
        /// The other side goes on trying, a report says.
        Delayed = "delayed",
        /// It was handed on to a system that sends no reports, a report says.
        Relayed = "relayed",
        /// It lies in the mailbox, a report says.
        Delivered = "delivered",
        /// It was shown to its recipient, a report says (RFC 8098).
        Read = "read",
        /// Its recipient called it spam, a report says (RFC 5965).
        Complained = "complained",
        /// Taken back before it left.
        Undone = "undone",
        /// Shown on the case page only; there is nowhere to send it.
        Shown = "shown",
    }
}

impl Delivery {
    /// Whether only a report of another system can say this.
    pub fn is_reported(self) -> bool {
        use Delivery::{Complained, Delayed, Delivered, Read, Relayed};
        matches!(self, Delayed | Relayed | Delivered | Read | Complained)
    }
}
