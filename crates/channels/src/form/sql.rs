//! Every statement on drafts of the form, and what a receipt reads.

use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

/// A draft as it is kept.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub answers: String,
    pub arrival_id: Option<String>,
}

/// Begins a draft.
pub(crate) async fn insert(
    tx: &mut Tx,
    hash: &str,
    answers: &str,
    network: &str,
    now: Timestamp,
    ends: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO form_draft (hash, answers, network, made_at_ms, changed_at_ms, ends_at_ms)
        VALUES ($1, $2, $3, $4, $4, $5)";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(answers).bind(network)
        .bind(now.as_millisecond()).bind(ends.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("beginning a complaint")
}

/// The draft of a token; `None` when there is none or its days are over.
pub(crate) async fn load(
    store: &Store,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Row>, StoreError> {
    const SQL: &str = "
        SELECT answers, arrival_id FROM form_draft WHERE hash = $1 AND ends_at_ms > $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(hash).bind(now.as_millisecond())
        .fetch_optional(db).await)
    .doing("opening a complaint that was begun")
}

/// The same inside a transaction; on PostgreSQL it waits for whoever holds the row.
pub(crate) async fn hold(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Row>, StoreError> {
    const SQL: &str = "
        UPDATE form_draft SET changed_at_ms = $2 WHERE hash = $1 AND ends_at_ms > $2
        RETURNING answers, arrival_id";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(hash).bind(now.as_millisecond())
        .fetch_optional(db).await)
    .doing("opening a complaint that was begun")
}

pub(crate) async fn save(tx: &mut Tx, hash: &str, answers: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE form_draft SET answers = $2 WHERE hash = $1 AND arrival_id IS NULL";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(answers).execute(db).await.map(|_| ()))
        .doing("keeping answers")
}

pub(crate) async fn mark_sent(
    tx: &mut Tx,
    hash: &str,
    arrival: &str,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE form_draft SET arrival_id = $2, address = $3, sent_at_ms = $4 WHERE hash = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(hash).bind(arrival).bind(address)
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("noting that a complaint was sent")
}

/// What was sent since a moment from a network, and for an address: (network, address).
pub(crate) async fn sent_since(
    tx: &mut Tx,
    network: &str,
    address: &str,
    since: Timestamp,
) -> Result<(i64, i64), StoreError> {
    const SQL: &str = "
        SELECT (SELECT COUNT(*) FROM form_draft WHERE network = $1 AND sent_at_ms > $3),
               (SELECT COUNT(*) FROM form_draft
                WHERE address = $2 AND address <> '' AND sent_at_ms > $3)";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(network).bind(address)
        .bind(since.as_millisecond()).fetch_one(db).await)
    .doing("counting complaints of one hour")
}

/// Drafts begun by a network since a moment.
pub(crate) async fn begun_since(
    tx: &mut Tx,
    network: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM form_draft WHERE network = $1 AND made_at_ms > $2";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(network).bind(since.as_millisecond())
        .fetch_one(db).await)
    .doing("counting complaints that were begun")
}

/// Forgets drafts whose days are over; gives how many.
pub(crate) async fn forget(tx: &mut Tx, now: Timestamp, most: u32) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM form_draft WHERE hash IN (
            SELECT hash FROM form_draft WHERE ends_at_ms <= $1 ORDER BY ends_at_ms LIMIT $2)";
    on!(Tx tx, db => sqlx::query(SQL).bind(now.as_millisecond()).bind(i64::from(most))
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("forgetting complaints that were not sent")
}

/// What a receipt shows of the case.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct CaseRow {
    pub id: String,
    pub customer_id: String,
    pub number: i64,
    pub clocks: String,
    pub team: Option<String>,
    pub owner: Option<String>,
}

/// The case an arrival led to; for whoever holds the token of its draft.
pub(crate) async fn case_of(store: &Store, arrival: &str) -> Result<Option<CaseRow>, StoreError> {
    const SQL: &str = "
        SELECT c.id, c.customer_id, c.number, c.clocks, t.name AS team, s.name AS owner
        FROM arrival a JOIN \"case\" c ON c.id = a.case_id
        LEFT JOIN team t ON t.id = c.team_id LEFT JOIN staff s ON s.id = c.owner_id
        WHERE a.id = $1";
    on!(Store store, db => sqlx::query_as(SQL).bind(arrival).fetch_optional(db).await)
        .doing("looking for the case of a complaint")
}

/// Whose a case is, for what its customer adds to it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Whose {
    pub number: i64,
    pub name: String,
    /// The first address or telephone number we know, or empty.
    pub email: String,
    pub phone: String,
    /// The language of the case, ISO 639-1, or empty.
    pub language: String,
    /// The language of the customer, ISO 639-1, or empty.
    pub customer_language: String,
}

/// Whose the case is.
pub(crate) async fn whose(store: &Store, case: &str) -> Result<Option<Whose>, StoreError> {
    const SQL: &str = "
        SELECT c.number, u.name, c.language, u.language AS customer_language,
               COALESCE((SELECT MIN(i.value) FROM identity i
                         WHERE i.customer_id = u.id AND i.kind = 'email'), '') AS email,
               COALESCE((SELECT MIN(i.value) FROM identity i
                         WHERE i.customer_id = u.id AND i.kind = 'phone'), '') AS phone
        FROM \"case\" c JOIN customer u ON u.id = c.customer_id WHERE c.id = $1";
    on!(Store store, db => sqlx::query_as(SQL).bind(case).fetch_optional(db).await)
        .doing("reading whose a case is")
}
