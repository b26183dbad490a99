//! Every statement on `sign_in_rate` and on the links of staff.

use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

/// Earlier tries of `who`, in milliseconds; nobody else counts for `who` until `tx` is over.
pub(super) async fn hold_tries(
    tx: &mut Tx,
    who: &str,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    const SQL: &str = "
        INSERT INTO sign_in_rate (who, tries, last_at_ms) VALUES ($1, '', $2)
        ON CONFLICT (who) DO UPDATE SET last_at_ms = excluded.last_at_ms RETURNING tries";
    let tries: String = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(who)
        .bind(now.as_millisecond()).fetch_one(db).await)
    .doing("counting tries to sign in")?;
    Ok(tries.split(' ').filter_map(|at| at.parse().ok()).collect())
}

/// Keeps the tries of `who`.
pub(super) async fn keep_tries(tx: &mut Tx, who: &str, tries: &[i64]) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE sign_in_rate SET tries = $2 WHERE who = $1";
    let tries: Vec<String> = tries.iter().map(i64::to_string).collect();
    on!(Tx tx, db => sqlx::query(SQL).bind(who).bind(tries.join(" ")).execute(db).await.map(|_| ()))
        .doing("counting tries to sign in")
}

/// Forgets counts that no longer matter, `most` at a time.
pub(super) async fn forget_tries(
    tx: &mut Tx,
    before: Timestamp,
    most: i64,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM sign_in_rate WHERE who IN (
            SELECT who FROM sign_in_rate WHERE last_at_ms < $1 ORDER BY last_at_ms LIMIT $2)";
    on!(Tx tx, db => sqlx::query(SQL).bind(before.as_millisecond()).bind(most)
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("forgetting old tries to sign in")
}

/// Id and password hash of whoever is here under `email`.
pub(super) async fn password_of(
    store: &Store,
    email: &str,
) -> Result<Option<(String, String)>, StoreError> {
    const SQL: &str = "SELECT id, password_hash FROM staff WHERE email = $1 AND left_at_ms IS NULL";
    on!(Store store, db => sqlx::query_as(SQL).bind(email).fetch_optional(db).await)
        .doing("finding who signs in")
}

/// A one-press link that can still be used.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct Link {
    pub(super) purpose: String,
    pub(super) staff_id: String,
    pub(super) multi_use: i64,
}

/// Keeps a link.
pub(super) async fn insert_link(
    tx: &mut Tx,
    hash: &str,
    link: &Link,
    now: Timestamp,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO link (hash, purpose, staff_id, made_at_ms, ends_at_ms, multi_use)
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(&link.purpose).bind(&link.staff_id)
        .bind(now.as_millisecond()).bind(ends_at.as_millisecond()).bind(link.multi_use)
        .execute(db).await.map(|_| ()))
    .doing("making a link to sign in")
}

/// The link with `hash` if it can be used at `now`; `purpose` is part of the question, so that a
/// customer's link never signs in.
pub(super) async fn usable_link(
    store: &Store,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    const SQL: &str = "
        SELECT purpose, staff_id, multi_use FROM link
        WHERE hash = $1 AND purpose IN ('sign_in', 'invitation') AND staff_id IS NOT NULL
            AND ends_at_ms > $2 AND (used_at_ms IS NULL OR multi_use = 1)";
    on!(Store store, db => sqlx::query_as(SQL).bind(hash).bind(now.as_millisecond())
        .fetch_optional(db).await)
    .doing("finding a link to sign in")
}

/// Uses the link up, unless it is for many presses. Gives it when it could be used.
pub(super) async fn use_link(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    const SQL: &str = "
        UPDATE link SET used_at_ms = $2
        WHERE hash = $1 AND purpose IN ('sign_in', 'invitation') AND staff_id IS NOT NULL
            AND ends_at_ms > $2 AND (used_at_ms IS NULL OR multi_use = 1)
        RETURNING purpose, staff_id, multi_use";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(hash).bind(now.as_millisecond())
        .fetch_optional(db).await)
    .doing("using a link to sign in")
}

/// Takes away every link of `staff` that is not used yet.
pub(super) async fn end_links(tx: &mut Tx, staff: &str) -> Result<(), StoreError> {
    const SQL: &str = "
        DELETE FROM link WHERE staff_id = $1 AND purpose IN ('sign_in', 'invitation')";
    on!(Tx tx, db => sqlx::query(SQL).bind(staff).execute(db).await.map(|_| ()))
        .doing("ending links to sign in")
}

/// Forgets links of staff that ended, `most` at a time.
pub(super) async fn forget_links(
    tx: &mut Tx,
    now: Timestamp,
    most: i64,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM link WHERE hash IN (
            SELECT hash FROM link
            WHERE purpose IN ('sign_in', 'invitation') AND ends_at_ms <= $1
            ORDER BY ends_at_ms, hash LIMIT $2)";
    on!(Tx tx, db => sqlx::query(SQL).bind(now.as_millisecond()).bind(most)
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("forgetting links that ended")
}
