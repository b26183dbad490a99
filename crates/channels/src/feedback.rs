//! Feedback: its table, and what people and programs read of it.

pub(crate) mod api;
mod cards;
pub(crate) mod original;
pub(crate) mod pages;
pub(crate) mod preview;
pub(crate) mod sql;
pub(crate) mod view;

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
