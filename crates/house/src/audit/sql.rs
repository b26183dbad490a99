//! Every statement on `house_event`.

use super::rules::{BEGINNING, End, Entry};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use store::file::hex;
use store::{Doing, Store, StoreError, Tx, on};

/// Changes to the house go one after the other: the lock is held until the transaction ends.
/// SQLite has one writer anyway.
const LOCK: i64 = 7_233_735;

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StoredEntry {
    /// 1 for the first.
    pub n: i64,
    /// When.
    pub at_ms: i64,
    /// Who, as JSON.
    pub actor: String,
    /// The canonical entry.
    pub event: String,
    /// The hash before.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

impl StoredEntry {
    /// The entry, read back.
    ///
    /// # Errors
    /// When it is not what this release writes.
    pub fn entry(&self) -> Result<Entry, StoreError> {
        serde_json::from_str(&self.event)
            .map_err(|error| StoreError::unreadable("reading the record of the house", error))
    }

    /// Whether this is entry `n` after `previous`, and the columns say what the entry says.
    pub(super) fn is_sound(&self, n: i64, previous: &str) -> bool {
        let Ok(entry) = self.entry() else { return false };
        self.previous == previous
            && self.hash == chain(previous, &self.event)
            && self.n == n
            && entry.n == n
            && entry.at.as_millisecond() == self.at_ms
            && serde_json::to_string(&entry.actor).is_ok_and(|actor| actor == self.actor)
    }
}

/// Holds the end of the chain until the transaction is over.
pub(crate) async fn hold_end(tx: &mut Tx) -> Result<End, StoreError> {
    const SQL: &str = "SELECT n, hash FROM house_event ORDER BY n DESC LIMIT 1";
    let doing = "finding the end of the house's record";
    if let Tx::Postgres(inner) = tx {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(inner.connection())
            .await
            .doing(doing)?;
    }
    let found: Option<(i64, String)> =
        on!(Tx tx, db => sqlx::query_as(SQL).fetch_optional(db).await).doing(doing)?;
    Ok(match found {
        Some((n, hash)) => End { n, hash },
        None => End { n: 0, hash: BEGINNING.to_owned() },
    })
}

/// Writes `entry` after `end` and gives the new end.
pub(crate) async fn append(tx: &mut Tx, end: &End, entry: &Entry) -> Result<End, StoreError> {
    const SQL: &str = "
        INSERT INTO house_event (n, at_ms, actor, event, previous, hash)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let doing = "writing the record of the house";
    let json = |error: serde_json::Error| StoreError::unreadable(doing, error);
    // Milliseconds are what the columns hold; the chain must be made of what comes back.
    let at = Timestamp::from_millisecond(entry.at.as_millisecond())
        .map_err(|error| StoreError::unreadable(doing, error))?;
    let entry = Entry { at, ..entry.clone() };
    let body = serde_json::to_string(&entry).map_err(json)?;
    let actor = serde_json::to_string(&entry.actor).map_err(json)?;
    let hash = chain(&end.hash, &body);
    on!(Tx tx, db => sqlx::query(SQL).bind(entry.n).bind(at.as_millisecond()).bind(&actor)
        .bind(&body).bind(&end.hash).bind(&hash).execute(db).await.map(|_| ()))
    .doing(doing)?;
    Ok(End { n: entry.n, hash })
}

/// Entries after `n`, oldest first, `most` at the most: for verifying.
pub(super) async fn all_after(
    store: &Store,
    n: i64,
    most: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    const SQL: &str = "
        SELECT n, at_ms, actor, event, previous, hash FROM house_event
        WHERE n > $1 ORDER BY n LIMIT $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(n).bind(most).fetch_all(db).await)
        .doing("reading the record of the house")
}

/// Entries before `n` (or the newest when `None`), newest first, `most` at the most. The caller
/// has checked that the reader may see the record.
///
/// # Errors
/// When the engine fails.
pub async fn latest(
    store: &Store,
    before: Option<i64>,
    most: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    const SQL: &str = "
        SELECT n, at_ms, actor, event, previous, hash FROM house_event
        WHERE n < $1 ORDER BY n DESC LIMIT $2";
    let before = before.unwrap_or(i64::MAX);
    on!(Store store, db => sqlx::query_as(SQL).bind(before).bind(most).fetch_all(db).await)
        .doing("reading the record of the house")
}

/// What the person with `id` is called; `None` when it is nobody's.
pub(super) async fn name_of_person(store: &Store, id: &str) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT name FROM staff WHERE id = $1";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(id).fetch_optional(db).await)
        .doing("reading who is in the record of the house")
}

/// The hash of `body` after `previous`.
fn chain(previous: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(body.as_bytes());
    hex(&hasher.finalize())
}
