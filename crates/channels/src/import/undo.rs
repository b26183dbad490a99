//! Taking an import back.

use crate::import::sql;
use domain::id::BatchId;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{Context, StoreError};

/// For so long an import can be undone (ui-spec S2).
pub const UNDO_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Arrivals undone in one transaction.
const AT_ONCE: u32 = 500;
/// The kind of the job that asks `handling` to close the cases of an import that was undone. A case
/// on which people have worked is kept, and listed for a person. Its body is an [`UndoneCases`].
pub const UNDONE_JOB: &str = "import_undone";

/// The body of a job of kind [`UNDONE_JOB`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoneCases {
    /// The import.
    pub batch: BatchId,
    /// Ids of cases that came from it.
    pub cases: Vec<String>,
}

/// What was undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Arrivals.
    pub arrivals: u64,
    /// Feedback that was taken away at once, because it belonged to no case.
    pub removed: u64,
    /// Cases that `handling` was asked to close.
    pub cases: u64,
}

/// Why an import cannot be undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is none.
    #[error("there is no such import")]
    Missing,
    /// It is too long ago.
    #[error("an import can be undone for seven days")]
    TooOld,
    /// The store failed; run it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes an import back: its arrivals are marked, loose feedback goes, `handling` is asked to close
/// the cases. Cut off, it is run again.
///
/// # Errors
/// As [`UndoError`] says.
pub async fn undo(ctx: &Context, batch: BatchId) -> Result<Undone, UndoError> {
    let mut undone = Undone::default();
    loop {
        let now = ctx.now();
        let mut tx = ctx.begin().await?;
        let known = sql::batch(&mut tx, batch).await?.ok_or(UndoError::Missing)?;
        if now.as_millisecond() - known.made_at_ms > UNDO_FOR.as_millis() as i64 {
            return Err(UndoError::TooOld);
        }
        sql::mark_undone(&mut tx, batch).await?;
        let rows = intake::undo_in(&mut tx, batch, AT_ONCE).await?;
        let Some(first) = rows.first() else {
            tx.commit().await?;
            return Ok(undone);
        };
        let feedback: Vec<String> = rows.iter().filter_map(|row| row.feedback_id.clone()).collect();
        undone.removed += hearing::remove_loose_feedback(&mut tx, &feedback).await?;
        let mut cases: Vec<String> = rows.iter().filter_map(|row| row.case_id.clone()).collect();
        cases.sort();
        cases.dedup();
        undone.arrivals += rows.len() as u64;
        undone.cases += cases.len() as u64;
        if !cases.is_empty() {
            let body = serde_json::to_string(&UndoneCases { batch, cases })
                .map_err(|error| StoreError::unreadable("undoing an import", error))?;
            let id = format!("import_undone/{}", first.id);
            tx.enqueue(&id, UNDONE_JOB, &body, now, now).await?;
        }
        tx.commit().await?;
    }
}
