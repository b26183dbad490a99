//! Drafts: what somebody is writing on a case. Not part of the record.

pub mod actions;
pub(crate) mod sql;

use serde::{Deserialize, Serialize};

/// What a draft is going to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// A reply to the customer.
    Reply,
    /// A private note.
    Note,
}

impl DraftKind {
    /// The one word for it: `reply` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            DraftKind::Reply => "reply",
            DraftKind::Note => "note",
        }
    }
}

/// A draft as those who see the case see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// Whose, as an id.
    pub staff_id: String,
    /// `reply` or `note`.
    pub kind: String,
    /// The text so far.
    pub text: String,
    /// When it was saved, in milliseconds.
    pub saved_at_ms: i64,
    /// The stamp of the last save.
    pub stamp: i64,
}
