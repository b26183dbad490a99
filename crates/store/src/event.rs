//! The record: append-only events, one hash chain a case, one feed over all.
//!
//! hash = SHA-256(previous hash ‖ canonical entry). The canonical entry is the JSON of
//! [`Entry`] with its fields in declared order, which is also what is stored, byte for byte.

use crate::error::{Doing, StoreError};
use crate::file::hex;
use crate::{Sql, Store, Tx, Write, on};
use domain::event::{Actor, Entry, Event};
use domain::id::CaseId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

/// What stands before the first event of every case.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StoredEvent {
    /// Running number over all cases.
    pub seq: i64,
    /// Orders the feed: the transaction it was written in, where the engine knows it.
    pub written_in: i64,
    /// Whose record.
    pub case_id: String,
    /// 1 for the first of the case.
    pub n: i64,
    /// When.
    pub at_ms: i64,
    /// Who, as JSON.
    pub actor: String,
    /// The event's word.
    pub name: String,
    /// The canonical entry.
    pub body: String,
    /// The hash before.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

impl StoredEvent {
    /// The entry, read back.
    ///
    /// # Errors
    /// When the body is not what this release writes.
    pub fn entry(&self) -> Result<Entry, StoreError> {
        serde_json::from_str(&self.body)
            .map_err(|error| StoreError::unreadable("reading an event", error))
    }

    /// Whether the hash is that of the body after `previous`, and the columns say what the body
    /// says.
    pub fn is_sound(&self, previous: &str) -> bool {
        let Ok(entry) = self.entry() else { return false };
        self.previous == previous
            && self.hash == chain(previous, &self.body)
            && entry.case.to_string() == self.case_id
            && i64::try_from(entry.n) == Ok(self.n)
            && entry.at.as_millisecond() == self.at_ms
            && entry.event.as_str() == self.name
            && serde_json::to_string(&entry.actor).is_ok_and(|actor| actor == self.actor)
    }
}

/// The hash of `body` after `previous`.
fn chain(previous: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(body.as_bytes());
    hex(&hasher.finalize())
}

/// The end of a case's chain: how many events, and the last hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEnd {
    /// Events so far.
    pub n: u64,
    /// The last hash, or [`BEGINNING`].
    pub hash: String,
}

impl Tx {
    /// Where the chain of `case` ends now.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn chain_end(&mut self, case: CaseId) -> Result<ChainEnd, StoreError> {
        const SQL: &str = "SELECT n, hash FROM event WHERE case_id = $1 ORDER BY n DESC LIMIT 1";
        let case = case.to_string();
        let found: Option<(i64, String)> =
            on!(Tx self, db => sqlx::query_as(SQL).bind(&case).fetch_optional(db).await)
                .doing("finding the end of a record")?;
        Ok(match found {
            Some((n, hash)) => ChainEnd { n: n.unsigned_abs(), hash },
            None => ChainEnd { n: 0, hash: BEGINNING.to_owned() },
        })
    }

    /// Appends an event after `end` and gives the new end. When somebody else appended in between,
    /// the commit fails with [`StoreError::Twice`].
    ///
    /// # Errors
    /// When the event cannot be written as JSON.
    pub fn append(
        &mut self,
        case: CaseId,
        end: &ChainEnd,
        actor: &Actor,
        event: &Event,
        at: Timestamp,
    ) -> Result<ChainEnd, StoreError> {
        const EVENT: Write = Write {
            doing: "writing an event",
            sql: Sql {
                sqlite: "
                    INSERT INTO event (case_id, n, at_ms, actor, name, body, previous, hash)
                    SELECT column1, column2, column3, column4, column5,
                        column6, column7, column8 FROM rows",
                postgres: "
                    INSERT INTO event (case_id, n, at_ms, actor, name, body, previous, hash)
                    SELECT r ->> 0, (r ->> 1)::bigint, (r ->> 2)::bigint, r ->> 3, r ->> 4,
                        r ->> 5, r ->> 6, r ->> 7
                    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (r, place)
                    ORDER BY place",
            },
        };
        let doing = EVENT.doing;
        let n = end.n + 1;
        // Milliseconds are what the columns hold; the chain must be made of what comes back.
        let at = Timestamp::from_millisecond(at.as_millisecond())
            .map_err(|error| StoreError::unreadable(doing, error))?;
        let name = event.as_str();
        let entry = Entry { case, n, at, actor: actor.clone(), event: event.clone() };
        let json = |error: serde_json::Error| StoreError::unreadable(doing, error);
        let body = serde_json::to_string(&entry).map_err(json)?;
        let actor = serde_json::to_string(actor).map_err(json)?;
        let hash = chain(&end.hash, &body);
        let n_stored = i64::try_from(n).unwrap_or(i64::MAX);
        let at = at.as_millisecond();
        self.later(EVENT, &(case, n_stored, at, &actor, name, &body, &end.hash, &hash))?;
        Ok(ChainEnd { n, hash })
    }
}

/// A place in the change feed. Opaque to callers: `written-seq`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeedPlace {
    written_in: i64,
    seq: i64,
}

impl FeedPlace {
    /// Reads a cursor that an earlier answer gave; `None` for anything else.
    pub fn read(cursor: &str) -> Option<FeedPlace> {
        let (written_in, seq) = cursor.split_once('-')?;
        Some(FeedPlace { written_in: written_in.parse().ok()?, seq: seq.parse().ok()? })
    }
}

impl std::fmt::Display for FeedPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.written_in, self.seq)
    }
}

impl StoredEvent {
    /// The place right after this event.
    pub fn place(&self) -> FeedPlace {
        FeedPlace { written_in: self.written_in, seq: self.seq }
    }
}

impl Store {
    /// Events after `after` in the order in which they became visible, `most` at the most, of
    /// cases the reader may see.
    ///
    /// On PostgreSQL an event becomes visible to the feed once no older transaction runs any
    /// more; so a reader who goes on from the last place never misses one that committed late.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn feed(
        &self,
        reach: &crate::scope::Reach,
        after: FeedPlace,
        most: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: concat!(
                "SELECT e.seq, e.written_in, e.case_id, e.n, e.at_ms, e.actor, e.name, e.body,
                        e.previous, e.hash
                 FROM event e JOIN \"case\" c ON c.id = e.case_id
                 WHERE ",
                crate::visible!(),
                " AND $3 = $3 AND e.seq > $4 ORDER BY e.seq LIMIT $5"
            ),
            postgres: concat!(
                "SELECT e.seq, e.written_in, e.case_id, e.n, e.at_ms, e.actor, e.name, e.body,
                        e.previous, e.hash
                 FROM event e JOIN \"case\" c ON c.id = e.case_id
                 WHERE ",
                crate::visible!(),
                " AND (e.written_in, e.seq) > ($3, $4)
                  AND e.written_in < txid_snapshot_xmin(txid_current_snapshot())
                 ORDER BY e.written_in, e.seq LIMIT $5"
            ),
        };
        let text = self.text(SQL);
        on!(Store self, db => sqlx::query_as(text).bind(&reach.scope).bind(&reach.staff)
            .bind(after.written_in).bind(after.seq).bind(i64::from(most)).fetch_all(db).await)
        .doing("reading the change feed")
    }

    /// The whole record of one case, for work that has already checked who asks.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn record_for_checked(&self, case: CaseId) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: &str = "
            SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash
            FROM event WHERE case_id = $1 ORDER BY n LIMIT 100000";
        let case = case.to_string();
        on!(Store self, db => sqlx::query_as(SQL).bind(&case).fetch_all(db).await)
            .doing("reading the record of a case")
    }

    /// Every event by running number after `seq`, `most` at the most: for jobs that go over the
    /// whole record, such as verifying and rebuilding.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn all_events_after(
        &self,
        seq: i64,
        most: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: &str = "
            SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash
            FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
        on!(Store self, db => sqlx::query_as(SQL).bind(seq).bind(i64::from(most))
            .fetch_all(db).await)
        .doing("reading the record")
    }
}
