//! Promises: what we said we would do, by whom, by when. None is forgotten or moved in silence.

use crate::channel::worded;
use crate::id::{PromiseId, StaffId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A promise to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// The number people say: 2204 for `P-2204`.
    pub number: i64,
    /// What comes after "We will": `call you with the result`.
    pub words: String,
    /// Who keeps it.
    pub keeper: StaffId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it must be kept.
    pub due_at: Timestamp,
    /// Whether the customer sees it on the case page.
    pub visible: bool,
    /// How it stands.
    pub state: PromiseState,
}

worded! {
    /// How a promise stands.
    PromiseState {
        /// Due in the future, or due and not yet looked at.
        Open = "open",
        /// Kept in time.
        Kept = "kept",
        /// Kept after it was due.
        KeptLate = "kept_late",
        /// Due and not kept. It stays the customer's due until it is kept late.
        Broken = "broken",
    }
}

impl Promise {
    /// Whether it still has to be kept: open, or broken and not yet made up for.
    pub fn is_owed(&self) -> bool {
        matches!(self.state, PromiseState::Open | PromiseState::Broken)
    }
}
