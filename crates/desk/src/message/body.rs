//! Messages and notes as programs read them.

use crate::api::at;
use crate::view::record::{MessageRow, NoteRow};
use casework::recipient::sql::LetterRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A message in either direction.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageBody {
    /// Its id.
    pub id: String,
    /// Its entry in the record of the case.
    pub n: i64,
    /// `in` from the customer, `out` from us.
    pub direction: String,
    /// The way it took: `mail`, `form`, `call` …
    pub channel: String,
    /// Why we wrote it: `reply`, `acknowledgement`, `transfer`, `escalation`, `offer`, `promise`,
    /// `verification`, `closing` or `link` (a new link to their page); empty for theirs.
    pub purpose: String,
    /// Who wrote it, as shown.
    pub author: String,
    /// The address it went to, or empty.
    pub recipient: String,
    /// Subject line, or empty.
    pub subject: String,
    /// What is new in it, as plain text.
    pub text: String,
    /// Quoted earlier text.
    pub folded: Option<String>,
    /// Whether a program wrote it without a person reading it first.
    pub automatic: bool,
    /// How far ours has come: `held`, `sending`, `sent`, `uncertain`, `failed`, `undone` or
    /// `shown`; by reports of other systems also `delayed`, `relayed`, `delivered`, `read` or
    /// `complained`; empty for theirs.
    pub delivery: String,
    /// What the other side said to it.
    pub delivery_detail: String,
    /// Who else got it, each in a letter of their own.
    pub also: Vec<AlsoBody>,
    /// The id of the feedback it came from.
    pub feedback: Option<String>,
    /// When it was written.
    pub at: String,
    /// When ours leaves; until then it can be taken back.
    pub leaves_at: Option<String>,
}

/// Somebody beside the customer who got a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlsoBody {
    /// The id of their letter; a decision about it names it.
    pub id: String,
    /// Their id.
    pub recipient: String,
    /// As shown.
    pub name: String,
    /// `representative` or `affected`.
    pub part: String,
    /// The address it went to.
    pub address: String,
    /// How far it has come, as for the message.
    pub delivery: String,
    /// What the other side said to it.
    pub delivery_detail: String,
}

impl From<LetterRow> for AlsoBody {
    fn from(row: LetterRow) -> AlsoBody {
        AlsoBody {
            id: row.letter_id,
            recipient: row.customer_id,
            name: row.name,
            part: row.part,
            address: row.address,
            delivery: row.delivery,
            delivery_detail: row.delivery_detail,
        }
    }
}

impl From<MessageRow> for MessageBody {
    fn from(row: MessageRow) -> MessageBody {
        MessageBody {
            id: row.id,
            n: row.n,
            direction: row.direction,
            channel: row.channel,
            purpose: row.purpose,
            author: row.author,
            recipient: row.recipient,
            subject: row.subject,
            text: row.text,
            folded: row.folded,
            automatic: row.automatic != 0,
            delivery: row.delivery,
            delivery_detail: row.delivery_detail,
            also: Vec::new(),
            feedback: row.feedback_id,
            at: at(row.at_ms),
            leaves_at: row.leaves_at_ms.map(at),
        }
    }
}

/// A private note. It never becomes a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteBody {
    /// Its id.
    pub id: String,
    /// Its entry in the record of the case.
    pub n: i64,
    /// The id of who wrote it.
    pub by: String,
    /// Their name.
    pub by_name: String,
    /// Plain text.
    pub text: String,
    /// When it was written.
    pub at: String,
}

impl From<NoteRow> for NoteBody {
    fn from(row: NoteRow) -> NoteBody {
        NoteBody {
            id: row.id,
            n: row.n,
            by: row.by_id,
            by_name: row.by_name.unwrap_or_default(),
            text: row.text,
            at: at(row.at_ms),
        }
    }
}
