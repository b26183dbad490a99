//! Statements of a rebuild.

use store::event::StoredEvent;
use store::{Doing, Sql, StoreError, Tx, on};

/// Keeps other nodes from writing cases until the transaction ends. On SQLite there is one
/// writer anyway.
pub(crate) async fn hold_others_off(tx: &mut Tx) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "SELECT 1",
        postgres: "LOCK TABLE \"case\", message, recipient, private_note, mention,
                   promise, offer, joiner, merger, event
                   IN SHARE ROW EXCLUSIVE MODE",
    };
    let text = tx.text(SQL);
    on!(Tx tx, db => sqlx::query(text).execute(db).await.map(|_| ()))
        .doing("holding others off for a rebuild")
}

/// Empties the state tables of cases.
pub(crate) async fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    const TABLES: [&str; 9] = [
        "DELETE FROM \"case\"",
        "DELETE FROM message",
        "DELETE FROM recipient",
        "DELETE FROM private_note",
        "DELETE FROM mention",
        "DELETE FROM promise",
        "DELETE FROM offer",
        "DELETE FROM joiner",
        "DELETE FROM merger",
    ];
    for sql in TABLES {
        on!(Tx tx, db => sqlx::query(sql).execute(db).await.map(|_| ()))
            .doing("clearing the state of cases")?;
    }
    tx.unindex_all().await
}

/// Ids of cases in the record after `after`, in order.
pub(crate) async fn cases_after(
    tx: &mut Tx,
    after: &str,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT case_id FROM event WHERE case_id > $1 AND n = 1 ORDER BY case_id LIMIT $2";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(after).bind(i64::from(most)).fetch_all(db).await)
        .doing("listing the cases of the record")
}

/// The record of one case.
pub(crate) async fn record(tx: &mut Tx, case: &str) -> Result<Vec<StoredEvent>, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 ORDER BY n LIMIT 100000";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(case).fetch_all(db).await)
        .doing("reading the record of a case")
}
