//! Drafts: what somebody is writing on a case. Not part of the record.

pub mod actions;
pub mod sql;

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

/// One page among those that one person writes on; see [`Stamp`].
pub const PAGES: i64 = 4_096;

/// What a page knows of the draft it saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Grows with each save of a page. What is left over of it when divided by 4096 is the page's
    /// own.
    pub n: i64,
    /// The stamp that the draft had when the page came; none where only the order counts.
    pub since: Option<i64>,
    /// Whether the person wants these words whatever another page of theirs saved.
    pub over: bool,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftSaved {
    /// It is kept.
    Kept,
    /// Newer words of the same page are kept.
    Older,
    /// Another page of the same person changed or sent the draft since this one came.
    Elsewhere,
}

impl Stamp {
    /// Under which stamp words are kept where `known` is the draft's; else why not.
    pub fn after(self, known: Option<i64>) -> Result<i64, DraftSaved> {
        let Some(known) = known else { return Ok(self.n) };
        let page = |stamp: i64| stamp.rem_euclid(PAGES);
        if self.over {
            return Ok(self.n.max(known - page(known) + PAGES + page(self.n)));
        }
        if self.since.is_some_and(|since| known != since && page(known) != page(self.n)) {
            return Err(DraftSaved::Elsewhere);
        }
        if known < self.n { Ok(self.n) } else { Err(DraftSaved::Older) }
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
