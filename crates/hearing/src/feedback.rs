//! Feedback: its table, and what becomes of a row once it is kept.

pub(crate) mod sql;

pub use sql::remove_loose_feedback;

use domain::id::{CaseId, FeedbackId};
use store::{StoreError, Tx};

/// Notes which case feedback belongs to, once a person or a timer has decided, and why.
///
/// # Errors
/// When the store fails.
pub async fn belongs_to(
    tx: &mut Tx,
    feedback: FeedbackId,
    case: CaseId,
    because: &str,
) -> Result<(), StoreError> {
    sql::set_case(tx, feedback, case, because).await
}
