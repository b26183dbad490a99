//! Statements on those who wait to join a case.

use crate::case::sql::moment;
use domain::event::Entry;
use domain::id::{CaseId, MessageId};
use domain::joiner::{Joiner, Part};
use jiff::Timestamp;
use store::{Doing, Store, StoreError, Tx, on};

/// Somebody who waits on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Who, and what.
    pub joiner: Joiner,
    /// Since when.
    pub since: Timestamp,
}

/// Those who wait on a case, longest first; for who was shown to see the case.
///
/// # Errors
/// When the engine fails.
pub async fn waiting_for_checked(store: &Store, case: CaseId) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = "
        SELECT body, at_ms FROM joiner WHERE case_id = $1 AND state = 'waits'
        ORDER BY at_ms, message_id LIMIT 100";
    let rows: Vec<(String, i64)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(case.to_string()).fetch_all(db).await)
    .doing("listing who waits on a case")?;
    let read =
        |(body, at_ms): (String, i64)| Ok(Waiting { joiner: read(&body)?, since: moment(at_ms)? });
    rows.into_iter().map(read).collect()
}

fn read(body: &str) -> Result<Joiner, StoreError> {
    serde_json::from_str(body)
        .map_err(|error| StoreError::unreadable("reading who waits on a case", error))
}

/// How many wait on a case.
pub async fn count(tx: &mut Tx, case: CaseId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM joiner WHERE case_id = $1 AND state = 'waits'";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string()).fetch_one(db).await)
        .doing("counting who waits on a case")
}

/// Who waits on a case with these words.
pub async fn find(
    tx: &mut Tx,
    case: CaseId,
    message: MessageId,
) -> Result<Option<Joiner>, StoreError> {
    const SQL: &str = "
        SELECT body FROM joiner WHERE case_id = $1 AND message_id = $2 AND state = 'waits'";
    let body: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .bind(message.to_string()).fetch_optional(db).await)
    .doing("looking for who waits on a case")?;
    body.map(|body| read(&body)).transpose()
}

/// Writes that somebody waits.
pub(crate) async fn insert(tx: &mut Tx, entry: &Entry, joiner: &Joiner) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO joiner (message_id, case_id, customer_id, author, address, state, body, at_ms)
        VALUES ($1, $2, $3, $4, $5, 'waits', $6, $7)";
    let doing = "writing who waits on a case";
    let body = serde_json::to_string(joiner).map_err(|e| StoreError::unreadable(doing, e))?;
    on!(Tx tx, db => sqlx::query(SQL).bind(joiner.message.id.to_string())
        .bind(entry.case.to_string()).bind(joiner.customer.to_string())
        .bind(&joiner.message.author).bind(&joiner.address).bind(&body)
        .bind(entry.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing(doing)
}

/// Writes what was decided: `part` when they were taken in.
pub(crate) async fn decide(
    tx: &mut Tx,
    message: MessageId,
    part: Option<Part>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE joiner SET state = $2, part = $3 WHERE message_id = $1";
    let state = if part.is_some() { "accepted" } else { "split" };
    let part = part.map_or("", Part::as_str);
    on!(Tx tx, db => sqlx::query(SQL).bind(message.to_string()).bind(state).bind(part)
        .execute(db).await.map(|_| ()))
    .doing("writing what was decided about who waits")
}
