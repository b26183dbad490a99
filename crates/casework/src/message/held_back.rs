//! Letters that wait for a word: where the last one did not arrive, the next leaves only when
//! somebody says so.

use crate::message::sql;
use domain::id::{CustomerId, MessageId};
use domain::message::{PublicMessage, Purpose};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

/// The kind of the job that stops a letter once it cannot be taken back any more; its body is a
/// [`HeldBack`].
pub const HELD_BACK_JOB: &str = "letter_held_back";

/// Until when such a letter lies in the outbox: for ever, as far as a program sees.
pub(crate) const FOR_EVER: SignedDuration = SignedDuration::from_hours(24 * 36_500);

/// How the words begin by which a letter is held back. What went wrong there stands behind them.
pub(crate) const BECAUSE: &str = "The last letter there did not arrive.";

/// A letter that was held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Which: a message, or the letter of its own of somebody who gets it too.
    pub letter: MessageId,
    /// Why, in plain words.
    pub why: String,
}

/// Why a letter to this address is held back; `None` when it may leave. Our first word answers what
/// came from there, so it is never asked about.
pub(crate) async fn why(
    tx: &mut Tx,
    message: &PublicMessage,
    customer: CustomerId,
    address: &str,
) -> Result<Option<String>, StoreError> {
    if message.despite_failure || message.purpose == Purpose::Acknowledgement {
        return Ok(None);
    }
    let failed = sql::failed_at(tx, customer, address).await?;
    Ok(failed.map(|why| format!("{BECAUSE} {why}").trim().to_owned()))
}

/// Lays out that the letter is stopped, when the time to take it back is over.
pub(crate) async fn lay_out(
    tx: &mut Tx,
    held: &HeldBack,
    leaves_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(held)
        .map_err(|error| StoreError::unreadable("holding a letter back", error))?;
    let id = format!("{HELD_BACK_JOB}/{}", held.letter);
    tx.enqueue(&id, HELD_BACK_JOB, &body, leaves_at, now).await
}
