//! Every statement on models learnt from corrections.

use crate::correction::rules::Label;
use domain::id::StaffId;
use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

/// Texts that are learnt from at most: corrections, and as many others.
const EXAMPLES_MOST: i64 = 3_000;

/// A text of an example: text, what is right, whether it was read otherwise, hash.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct ExampleRow {
    pub text: String,
    pub is_right: String,
    pub corrected: i64,
    pub text_hash: String,
}

/// What people said of `label`, the newest first; for the job that learns.
pub(crate) async fn corrections_for_job(
    store: &Store,
    label: Label,
) -> Result<Vec<ExampleRow>, StoreError> {
    const SQL: &str = "
        SELECT f.text, k.is_right, CAST(CASE WHEN k.was = k.is_right THEN 0 ELSE 1 END AS BIGINT)
            AS corrected, k.text_hash
        FROM correction k JOIN feedback f ON f.id = k.feedback_id
        WHERE k.label = $1 ORDER BY k.at_ms DESC, k.feedback_id LIMIT $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(label.word()).bind(EXAMPLES_MOST)
        .fetch_all(db).await)
    .doing("reading corrections to learn from")
}

/// Texts of cases that somebody answered without correcting the reading, the newest first: text
/// and reading; for the job that learns.
pub(crate) async fn answered_for_job(
    store: &Store,
    label: Label,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT f.text, f.reading FROM feedback f JOIN \"case\" a ON a.id = f.case_id
        WHERE a.answered_at_ms IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM correction k WHERE k.feedback_id = f.id AND k.label = $1)
        ORDER BY f.id DESC LIMIT $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(label.word()).bind(EXAMPLES_MOST)
        .fetch_all(db).await)
    .doing("reading answered texts to learn from")
}

/// When somebody last said something of `label`, in milliseconds; 0 when nobody did.
pub(crate) async fn last_correction(store: &Store, label: Label) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COALESCE(MAX(at_ms), 0) FROM correction WHERE label = $1";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(label.word()).fetch_one(db).await)
        .doing("looking for the last correction")
}

/// Up to which correction was learnt for `label`, in milliseconds; 0 when never.
pub(crate) async fn learnt_until(store: &Store, label: Label) -> Result<i64, StoreError> {
    const SQL: &str =
        "SELECT COALESCE(MAX(learnt_until_ms), 0) FROM reading_model WHERE label = $1";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(label.word()).fetch_one(db).await)
        .doing("looking up to where was learnt")
}

/// A model as it is kept.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub label: String,
    pub state: String,
    pub version: String,
    pub figures: String,
    pub made_at_ms: i64,
    pub decided_at_ms: Option<i64>,
    pub decided_by: Option<String>,
}

/// A model that was just learnt.
pub(crate) struct New<'a> {
    pub id: &'a str,
    pub label: Label,
    pub state: &'a str,
    pub version: &'a str,
    pub file_sha256: &'a str,
    pub figures: &'a str,
    pub learnt_until_ms: i64,
    pub now: Timestamp,
}

/// Keeps a model that was learnt.
pub(crate) async fn keep(tx: &mut Tx, new: &New<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO reading_model (id, label, state, version, file_sha256, figures,
            learnt_until_ms, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(Tx tx, db => sqlx::query(SQL).bind(new.id).bind(new.label.word()).bind(new.state)
        .bind(new.version).bind(new.file_sha256).bind(new.figures).bind(new.learnt_until_ms)
        .bind(new.now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping a model")
}

/// Proposals of `label` that a newer one stands for.
pub(crate) async fn end_proposals(tx: &mut Tx, label: Label) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE reading_model SET state = 'replaced' WHERE label = $1 AND state = 'proposed'";
    on!(Tx tx, db => sqlx::query(SQL).bind(label.word()).execute(db).await.map(|_| ()))
        .doing("ending an older proposal")
}

/// The newest models, at most `most`.
pub(crate) async fn latest(store: &Store, most: u32) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = "
        SELECT m.id, m.label, m.state, m.version, m.figures, m.made_at_ms, m.decided_at_ms,
            s.name AS decided_by
        FROM reading_model m LEFT JOIN staff s ON s.id = m.decided_by
        ORDER BY m.made_at_ms DESC, m.id LIMIT $1";
    on!(Store store, db => sqlx::query_as(SQL).bind(i64::from(most)).fetch_all(db).await)
        .doing("listing models")
}

/// Label and state of a model.
pub(crate) async fn state(tx: &mut Tx, id: &str) -> Result<Option<(String, String)>, StoreError> {
    const SQL: &str = "SELECT label, state FROM reading_model WHERE id = $1";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)
        .doing("reading how a model stands")
}

/// Moves the model of `label` that is in use to `state`.
pub(crate) async fn end_use(
    tx: &mut Tx,
    label: &str,
    state: &str,
    by: StaffId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE reading_model SET state = $2, decided_by = $3, decided_at_ms = $4
        WHERE label = $1 AND state = 'adopted'";
    on!(Tx tx, db => sqlx::query(SQL).bind(label).bind(state).bind(by.to_string())
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("ending the use of a model")
}

/// Puts a model into use.
pub(crate) async fn put_in_use(
    tx: &mut Tx,
    id: &str,
    by: StaffId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE reading_model SET state = 'adopted', decided_by = $2, decided_at_ms = $3
        WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(by.to_string()).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("putting a model into use")
}

/// The model of `label` that was in use before, newest first.
pub(crate) async fn used_before(tx: &mut Tx, label: &str) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        SELECT id FROM reading_model
        WHERE label = $1 AND state = 'replaced' AND decided_at_ms IS NOT NULL
        ORDER BY decided_at_ms DESC, id LIMIT 1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(label).fetch_optional(db).await)
        .doing("looking for the model used before")
}

/// The models in use: label and hash of the file; for whoever reads.
pub(crate) async fn in_use(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT label, file_sha256 FROM reading_model WHERE state = 'adopted'
        ORDER BY label LIMIT 10";
    on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
        .doing("looking which models are in use")
}
