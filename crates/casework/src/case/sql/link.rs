//! Case links as they are kept: hashes only.

use domain::id::{CaseId, CustomerId};
use jiff::Timestamp;
use store::{Doing, Store, StoreError, Tx, on};

/// How many links the case ever had, and whether the newest still opens.
pub(crate) async fn of_case(
    tx: &mut Tx,
    case: CaseId,
    now: Timestamp,
) -> Result<(u64, bool), StoreError> {
    const SQL: &str = "
        SELECT COUNT(*),
               COALESCE(SUM(CASE WHEN ends_at_ms IS NULL OR ends_at_ms > $2 THEN 1 ELSE 0 END), 0)
        FROM link WHERE case_id = $1 AND purpose = 'case'";
    let (made, live): (i64, i64) = on!(Tx tx, db => sqlx::query_as(SQL).bind(case.to_string())
        .bind(now.as_millisecond()).fetch_one(db).await)
    .doing("looking for a case link")?;
    Ok((made.unsigned_abs(), live > 0))
}

pub(crate) async fn make(
    tx: &mut Tx,
    hash: &str,
    case: CaseId,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO link (hash, purpose, case_id, customer_id, made_at_ms)
        VALUES ($1, 'case', $2, $3, $4)";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(case.to_string())
        .bind(customer.to_string()).bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("making a case link")
}

/// Sets or lifts the end of the case's newest link.
pub(crate) async fn set_end(
    tx: &mut Tx,
    case: CaseId,
    ends_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE link SET ends_at_ms = $2 WHERE case_id = $1 AND purpose = 'case'
            AND made_at_ms = (SELECT MAX(made_at_ms) FROM link
                              WHERE case_id = $1 AND purpose = 'case')";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string())
        .bind(ends_at.map(Timestamp::as_millisecond)).execute(db).await.map(|_| ()))
    .doing("changing the end of a case link")
}

pub(crate) async fn case_of(
    store: &Store,
    hash: &str,
    now: Timestamp,
) -> Result<Option<CaseId>, StoreError> {
    const SQL: &str = "
        SELECT case_id FROM link WHERE hash = $1 AND purpose = 'case'
            AND (ends_at_ms IS NULL OR ends_at_ms > $2)";
    let doing = "looking up a case link";
    let case: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL).bind(hash)
        .bind(now.as_millisecond()).fetch_optional(db).await)
    .doing(doing)?;
    case.map(|case| case.parse().map_err(|error| StoreError::unreadable(doing, error))).transpose()
}

/// A link that we gave out, whether or not it still opens.
pub(crate) struct Given {
    /// The case it is or was for.
    pub case: CaseId,
    ends_at_ms: Option<i64>,
}

impl Given {
    /// Whether its time is over.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at_ms.is_some_and(|ends| ends <= now.as_millisecond())
    }
}

pub(crate) async fn given(store: &Store, hash: &str) -> Result<Option<Given>, StoreError> {
    const SQL: &str = "SELECT case_id, ends_at_ms FROM link WHERE hash = $1 AND purpose = 'case'";
    let doing = "looking up a link that was given out";
    let found: Option<(String, Option<i64>)> =
        on!(Store store, db => sqlx::query_as(SQL).bind(hash).fetch_optional(db).await)
            .doing(doing)?;
    let Some((case, ends_at_ms)) = found else { return Ok(None) };
    let case = case.parse().map_err(|error| StoreError::unreadable(doing, error))?;
    Ok(Some(Given { case, ends_at_ms }))
}
