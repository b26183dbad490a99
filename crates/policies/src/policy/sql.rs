//! Every statement on `policy`; what holds now is kept with the settings too.

use super::rules::{Kind, Wish};
use jiff::Timestamp;
use sqlx::FromRow;
use std::collections::BTreeMap;
use store::{Doing, Store, StoreError, Tx, on};

/// One version of a policy.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Version {
    /// The setting it is kept under.
    pub kind: String,
    /// 1 for the first.
    pub version: i64,
    /// The text as it is kept.
    pub body: String,
    /// From when it holds.
    pub effective_at_ms: i64,
}

/// The settings of every kind that was ever set, and the version of each.
pub(super) async fn all(store: &Store) -> Result<BTreeMap<String, (String, i64)>, StoreError> {
    const SQL: &str = "
        SELECT s.name, s.value, COALESCE((SELECT MAX(p.version) FROM policy p
            WHERE p.kind = s.name), 0)
        FROM setting s
        WHERE (s.name >= 'policy/' AND s.name < 'policy0')
            OR (s.name >= 'organisation/' AND s.name < 'organisation0')
        ORDER BY s.name LIMIT 200";
    let rows: Vec<(String, String, i64)> =
        on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
            .doing("reading the policies")?;
    Ok(rows.into_iter().map(|(name, value, version)| (name, (value, version))).collect())
}

/// Versions of one policy, newest first.
///
/// # Errors
/// When the engine fails.
pub async fn history(store: &Store, kind: Kind, most: i64) -> Result<Vec<Version>, StoreError> {
    const SQL: &str = "
        SELECT kind, version, body, effective_at_ms FROM policy
        WHERE kind = $1 ORDER BY version DESC LIMIT $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(kind.setting()).bind(most).fetch_all(db).await)
        .doing("reading the history of a policy")
}

/// The newest version of a policy as this transaction sees it; 0 when it was never set.
pub(super) async fn version(tx: &mut Tx, kind: Kind) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COALESCE(MAX(version), 0) FROM policy WHERE kind = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(kind.setting()).fetch_one(db).await)
        .doing("reading the version of a policy")
}

/// Keeps a policy: as the setting that holds now, and as a version.
pub(super) async fn keep(
    tx: &mut Tx,
    id: &str,
    wish: &Wish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO policy (id, kind, version, body, effective_at_ms, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $5)";
    let doing = "keeping a policy";
    let kept = wish.kept().map_err(|error| StoreError::unreadable(doing, error))?;
    let kind = wish.kind();
    let version = version(tx, kind).await? + 1;
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(kind.setting()).bind(version).bind(&kept)
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing(doing)?;
    tx.set_setting(kind.setting(), &kept, now).await
}
