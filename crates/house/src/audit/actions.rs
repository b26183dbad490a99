//! Checking the record of the house.

use super::rules::{BEGINNING, Entry, What};
use super::sql;
use domain::event::Actor;
use domain::id::StaffId;
use serde::Deserialize;
use serde_json::Value;
use store::job::Job;
use store::{Context, Store, StoreError};

/// The job by which another room tells of a change to the house.
pub const RECORD_JOB: &str = "house_record";

#[derive(Deserialize)]
struct Told {
    by: StaffId,
    what: What,
    thing: String,
    before: Value,
    after: Value,
}

/// Writes down what `job` tells, and finishes it.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub async fn keep(ctx: &Context, job: &Job) -> Result<(), StoreError> {
    let told: Told = serde_json::from_str(&job.body)
        .map_err(|error| StoreError::unreadable("reading what changed in the house", error))?;
    let mut tx = ctx.begin().await?;
    let end = sql::hold_end(&mut tx).await?;
    let entry = Entry {
        n: end.n + 1,
        at: ctx.now(),
        actor: Actor::Staff(told.by),
        what: told.what,
        thing: told.thing,
        before: told.before,
        after: told.after,
    };
    sql::append(&mut tx, &end, &entry).await?;
    tx.finish(job).await?;
    tx.commit().await
}

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
