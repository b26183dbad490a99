//! Every statement on `session`.

use super::rules::{IDLE, MOST, Session};
use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

#[derive(FromRow)]
struct Row {
    hash: String,
    staff_id: String,
    made_at_ms: i64,
    seen_at_ms: i64,
    ends_at_ms: i64,
    agent: String,
}

impl Row {
    fn read(self) -> Result<(String, Session), StoreError> {
        let moment = |ms| {
            Timestamp::from_millisecond(ms)
                .map_err(|error| StoreError::unreadable("reading a session", error))
        };
        let session = Session {
            hash: self.hash,
            made_at: moment(self.made_at_ms)?,
            seen_at: moment(self.seen_at_ms)?,
            ends_at: moment(self.ends_at_ms)?,
            agent: self.agent,
        };
        Ok((self.staff_id, session))
    }
}

/// The session with `hash` and whose it is, whether it still holds or not.
pub(crate) async fn find(
    store: &Store,
    hash: &str,
) -> Result<Option<(String, Session)>, StoreError> {
    const SQL: &str = "
        SELECT hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms, agent FROM session
        WHERE hash = $1";
    let row: Option<Row> =
        on!(Store store, db => sqlx::query_as(SQL).bind(hash).fetch_optional(db).await)
            .doing("finding a session")?;
    row.map(Row::read).transpose()
}

/// Sessions of `staff` that still hold, latest use first.
pub(crate) async fn of(
    store: &Store,
    staff: &str,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    const SQL: &str = "
        SELECT hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms, agent FROM session
        WHERE staff_id = $1 AND ends_at_ms > $2 AND seen_at_ms > $3
        ORDER BY seen_at_ms DESC, hash LIMIT $4";
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(staff)
        .bind(now.as_millisecond()).bind((now - IDLE).as_millisecond()).bind(MOST)
        .fetch_all(db).await)
    .doing("listing sessions")?;
    rows.into_iter().map(|row| row.read().map(|(_, session)| session)).collect()
}

/// Begins a session; the oldest of too many ends.
pub(crate) async fn insert(tx: &mut Tx, staff: &str, session: &Session) -> Result<(), StoreError> {
    const INSERT: &str = "
        INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms, agent)
        VALUES ($1, $2, $3, $4, $5, $6)";
    const TRIM: &str = "
        DELETE FROM session WHERE staff_id = $1 AND hash NOT IN (
            SELECT hash FROM session WHERE staff_id = $1
            ORDER BY seen_at_ms DESC, hash LIMIT $2)";
    let doing = "beginning a session";
    on!(Tx tx, db => sqlx::query(INSERT).bind(&session.hash).bind(staff)
        .bind(session.made_at.as_millisecond()).bind(session.seen_at.as_millisecond())
        .bind(session.ends_at.as_millisecond()).bind(&session.agent).execute(db).await.map(|_| ()))
    .doing(doing)?;
    on!(Tx tx, db => sqlx::query(TRIM).bind(staff).bind(MOST).execute(db).await.map(|_| ()))
        .doing(doing)
}

/// Notes that a session was used.
pub(crate) async fn seen(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET seen_at_ms = $2 WHERE hash = $1 AND seen_at_ms < $2";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("noting that a session was used")
}

/// Ends sessions of `staff` whose hash begins with `handle`; all of them for an empty handle,
/// none whose hash is `but`. Gives how many.
pub(crate) async fn end(
    tx: &mut Tx,
    staff: &str,
    handle: &str,
    but: &str,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM session
        WHERE staff_id = $1 AND ($2 = '' OR SUBSTR(hash, 1, 16) = $2) AND hash <> $3";
    on!(Tx tx, db => sqlx::query(SQL).bind(staff).bind(handle).bind(but)
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("ending sessions")
}

/// Ends the session with `hash`; gives whose it was.
pub(crate) async fn end_by_hash(tx: &mut Tx, hash: &str) -> Result<Option<String>, StoreError> {
    const SQL: &str = "DELETE FROM session WHERE hash = $1 RETURNING staff_id";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(hash).fetch_optional(db).await)
        .doing("ending a session")
}

/// Forgets sessions that are over, `most` at a time.
pub(crate) async fn forget(tx: &mut Tx, now: Timestamp, most: i64) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM session WHERE hash IN (
            SELECT hash FROM session WHERE ends_at_ms <= $1 OR seen_at_ms <= $2
            ORDER BY ends_at_ms, hash LIMIT $3)";
    on!(Tx tx, db => sqlx::query(SQL).bind(now.as_millisecond())
        .bind((now - IDLE).as_millisecond()).bind(most).execute(db).await
        .map(|done| done.rows_affected()))
    .doing("forgetting sessions that are over")
}
