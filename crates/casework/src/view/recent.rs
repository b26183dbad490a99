//! What somebody did last, so that `z` can undo it for 24 hours.

use crate::handling::Handling;
use crate::view::sql;
use domain::channel::Kind;
use domain::id::{MessageId, StaffId};
use domain::label::Labelled;
use domain::permit::Staff;
use domain::topic::TopicsCorrected;
use domain::urgency::Facts;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Context, StoreError};

/// How long something can be undone.
pub const UNDOABLE: SignedDuration = SignedDuration::from_hours(24);

/// What undoing takes: how it was before, and how we left it, so that nothing newer is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reverse", rename_all = "snake_case")]
pub enum Reverse {
    /// Who had it.
    Assign {
        /// Who had it before.
        owner: Option<StaffId>,
        /// As we left it.
        now: Option<StaffId>,
    },
    /// How the problem was stated.
    Problem {
        /// The words before.
        problem: String,
        /// As we left it.
        now: String,
    },
    /// What was understood.
    Reread {
        /// Before.
        before: (Kind, u8, Facts),
        /// As we left it.
        now: (Kind, u8, Facts),
    },
    /// Until when it was put aside.
    Snooze {
        /// Until when before.
        until: Option<Timestamp>,
        /// As we left it.
        now: Option<Timestamp>,
    },
    /// A letter to be taken back.
    Send {
        /// The letter.
        message: MessageId,
    },
    /// Labels that were put on or taken off.
    Label {
        /// What was changed.
        how: Labelled,
    },
    /// Topics that were corrected.
    Topics {
        /// What was changed.
        how: TopicsCorrected,
    },
    /// What somebody had read.
    Seen {
        /// The version before.
        was: u64,
        /// As we left it.
        now: u64,
    },
    /// The change to many cases that has the action's own id.
    Bulk,
}

/// Something somebody did.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RecentAction {
    /// Its id.
    pub id: String,
    /// The case's number; 0 where it was a change to many cases.
    pub number: i64,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// What, in words.
    pub says: String,
    /// 1 when it was undone.
    pub undone: i64,
    /// How to undo it, as JSON of ours.
    pub reverse: String,
}

impl RecentAction {
    /// Whether it was done to a row of a list, so that who takes it back stays there.
    pub fn is_of_list(&self) -> bool {
        matches!(serde_json::from_str(&self.reverse), Ok(Reverse::Seen { .. } | Reverse::Bulk))
    }

    /// Whether it was a change to many cases, which has its id.
    pub fn is_bulk(&self) -> bool {
        matches!(serde_json::from_str(&self.reverse), Ok(Reverse::Bulk))
    }
}

/// Remembers what is being done, in its transaction.
pub async fn remember(
    work: &mut Handling<'_>,
    staff: &Staff,
    says: &str,
    reverse: &Reverse,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(reverse)
        .map_err(|error| StoreError::unreadable("remembering an action", error))?;
    let id: uuid::Uuid = work.ctx.id(work.now);
    let case = work.case.id;
    let (id, now) = (id.to_string(), work.now);
    sql::remember(&mut work.tx, &id, staff.id, Some(case), says, &json, now).await
}

/// What this person did in the last 24 hours, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn recent_actions(
    ctx: &Context,
    staff: StaffId,
) -> Result<Vec<RecentAction>, StoreError> {
    sql::recent(&ctx.store, staff, ctx.now() - UNDOABLE).await
}
