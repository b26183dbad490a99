//! What is kept of people at work: what they did last, what they have read.

use crate::view::recent::RecentAction;
use domain::id::{CaseId, StaffId};
use jiff::Timestamp;
use store::{Doing, Store, StoreError, Tx, on};

/// Keeps what somebody did, with what undoing it takes.
pub async fn remember(
    tx: &mut Tx,
    id: &str,
    staff: StaffId,
    case: Option<CaseId>,
    says: &str,
    reverse: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO recent_action (id, staff_id, case_id, at_ms, says, reverse)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let case = case.map(|case| case.to_string()).unwrap_or_default();
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(staff.to_string()).bind(&case)
        .bind(now.as_millisecond()).bind(says).bind(reverse).execute(db).await.map(|_| ()))
    .doing("remembering an action")
}

pub(crate) async fn recent(
    store: &Store,
    staff: StaffId,
    since: Timestamp,
) -> Result<Vec<RecentAction>, StoreError> {
    const SQL: &str = "
        SELECT r.id, COALESCE(c.number, 0) AS number, r.at_ms, r.says, r.undone, r.reverse
        FROM recent_action r LEFT JOIN \"case\" c ON c.id = r.case_id
        WHERE r.staff_id = $1 AND r.at_ms > $2 ORDER BY r.at_ms DESC, r.id DESC LIMIT 100";
    on!(Store store, db => sqlx::query_as(SQL).bind(staff.to_string())
        .bind(since.as_millisecond()).fetch_all(db).await)
    .doing("reading what somebody did last")
}

/// Says anew what an action did: a change to many cases goes on after it was remembered.
pub async fn retell(tx: &mut Tx, action: &str, says: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE recent_action SET says = $2 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(action).bind(says).execute(db).await.map(|_| ()))
        .doing("remembering an action")
}

/// Says whether it was there and not undone before.
pub async fn mark_undone(tx: &mut Tx, action: &str, staff: StaffId) -> Result<bool, StoreError> {
    const SQL: &str =
        "UPDATE recent_action SET undone = 1 WHERE id = $1 AND staff_id = $2 AND undone = 0";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(action).bind(staff.to_string())
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("undoing an action")?;
    Ok(rows == 1)
}

/// Notes up to which version somebody has read a case; never backwards.
pub async fn see(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    version: u64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO case_seen AS s (case_id, staff_id, version) VALUES ($1, $2, $3)
        ON CONFLICT (case_id, staff_id) DO UPDATE SET version = excluded.version
        WHERE s.version < excluded.version";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(version.cast_signed()).execute(db).await.map(|_| ()))
    .doing("noting what somebody has read")
}

/// The version up to which somebody has read a case; 0 when they have not.
pub async fn seen(tx: &mut Tx, case: CaseId, staff: StaffId) -> Result<u64, StoreError> {
    const SQL: &str = "SELECT version FROM case_seen WHERE case_id = $1 AND staff_id = $2";
    let version: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .bind(staff.to_string()).fetch_optional(db).await)
    .doing("reading what somebody has read")?;
    Ok(version.unwrap_or_default().unsigned_abs())
}

/// Sets the version up to which somebody has read a case, backwards too.
pub async fn put_seen(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    version: u64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO case_seen (case_id, staff_id, version) VALUES ($1, $2, $3)
        ON CONFLICT (case_id, staff_id) DO UPDATE SET version = excluded.version";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(version.cast_signed()).execute(db).await.map(|_| ()))
    .doing("noting what somebody has read")
}
