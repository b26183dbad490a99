//! Checking the record of the house.

use super::rules::BEGINNING;
use super::sql;
use store::{Store, StoreError};

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are sound, from the first on.
    pub sound: i64,
    /// The hash of the last sound entry; compare it with one noted earlier to see a cut tail.
    pub head: String,
    /// The first entry that is not what was written, if any.
    pub first_bad: Option<i64>,
}

/// Checks every entry of the house's record against the one before it.
///
/// # Errors
/// When the engine fails. An unsound record is an answer, not an error.
pub async fn verify(store: &Store) -> Result<Verified, StoreError> {
    const PAGE: i64 = 1_000;
    let mut verified = Verified { sound: 0, head: BEGINNING.to_owned(), first_bad: None };
    loop {
        let entries = sql::all_after(store, verified.sound, PAGE).await?;
        for entry in &entries {
            if !entry.is_sound(verified.sound + 1, &verified.head) {
                verified.first_bad = Some(verified.sound + 1);
                return Ok(verified);
            }
            verified.sound = entry.n;
            verified.head.clone_from(&entry.hash);
        }
        if entries.len() < PAGE as usize {
            return Ok(verified);
        }
    }
}
