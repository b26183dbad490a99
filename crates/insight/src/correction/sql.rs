//! Every statement on corrections.

use crate::correction::rules::{Label, Read};
use domain::id::{CaseId, StaffId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// A text that was read.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Source {
    pub id: String,
    pub case_id: Option<String>,
    pub unit_id: String,
    pub text: String,
    pub reading: String,
}

/// The first text of a case, by which its kind and severity were read, and its last, by which its
/// feeling is shown; both may be one.
pub(crate) async fn texts_of(
    tx: &mut Tx,
    case: CaseId,
) -> Result<Option<(Source, Source)>, StoreError> {
    const FIRST: &str = "
        SELECT id, case_id, unit_id, text, reading FROM feedback WHERE case_id = $1
        ORDER BY received_at_ms, id LIMIT 1";
    const LAST: &str = "
        SELECT id, case_id, unit_id, text, reading FROM feedback WHERE case_id = $1
        ORDER BY received_at_ms DESC, id LIMIT 1";
    let doing = "reading what a case was understood from";
    let case = case.to_string();
    let first: Option<Source> =
        on!(Tx tx, db => sqlx::query_as(FIRST).bind(&case).fetch_optional(db).await)
            .doing(doing)?;
    let last: Option<Source> =
        on!(Tx tx, db => sqlx::query_as(LAST).bind(&case).fetch_optional(db).await).doing(doing)?;
    Ok(first.zip(last))
}

/// One text that the reader may see.
pub(crate) async fn source(
    store: &Store,
    reach: &Reach,
    feedback: &str,
) -> Result<Option<Source>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.id, c.case_id, c.unit_id, c.text, c.reading FROM feedback c
         WHERE c.id = $3 AND ",
        store::visible_in_unit!()
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(feedback).fetch_optional(db).await)
    .doing("reading feedback to correct")
}

/// What somebody says of one thing that was read.
pub(crate) struct New<'a> {
    pub source: &'a Source,
    pub label: Label,
    pub read: &'a Read,
    pub is_right: &'a str,
    pub reason: &'a str,
    pub by: StaffId,
    pub at: Timestamp,
}

/// Keeps a correction; the last word on a thing counts.
pub(crate) async fn keep(tx: &mut Tx, new: &New<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO correction (feedback_id, label, case_id, unit_id, text_hash, was, was_sure,
            because, is_right, reason, by_id, model, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (feedback_id, label) DO UPDATE SET is_right = excluded.is_right,
            was = excluded.was, was_sure = excluded.was_sure, because = excluded.because,
            model = excluded.model, reason = excluded.reason, by_id = excluded.by_id,
            at_ms = excluded.at_ms";
    let source = new.source;
    let hash = store::file::sha256_hex(source.text.as_bytes());
    on!(Tx tx, db => sqlx::query(SQL).bind(&source.id).bind(new.label.word())
        .bind(&source.case_id).bind(&source.unit_id).bind(&hash).bind(&new.read.value)
        .bind(new.read.sure).bind(&new.read.because).bind(new.is_right).bind(new.reason)
        .bind(new.by.to_string()).bind(&new.read.model).bind(new.at.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("keeping a correction")
}

/// A correction as lists show it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub feedback_id: String,
    pub feedback_number: i64,
    pub label: String,
    pub case_number: Option<i64>,
    pub text: String,
    pub was: String,
    pub was_sure: f64,
    pub because: String,
    pub is_right: String,
    pub reason: String,
    pub by_name: Option<String>,
    pub model: String,
    pub at_ms: i64,
}

/// Where a list goes on: moment, feedback and label of the last row.
pub(crate) type After = (i64, String, String);

/// Corrections that the reader may see, newest first; confirmed readings are none.
pub(crate) async fn list(
    store: &Store,
    reach: &Reach,
    after: &After,
    most: u32,
) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = concat!(
        "SELECT k.feedback_id, c.number AS feedback_number, k.label, a.number AS case_number,
            c.text, k.was, k.was_sure, k.because, k.is_right, k.reason, s.name AS by_name,
            k.model, k.at_ms
         FROM correction k JOIN feedback c ON c.id = k.feedback_id
         LEFT JOIN \"case\" a ON a.id = k.case_id LEFT JOIN staff s ON s.id = k.by_id
         WHERE k.was <> k.is_right AND ",
        store::visible_in_unit!(),
        " AND (k.at_ms < $3 OR (k.at_ms = $3 AND (k.feedback_id, k.label) > ($4, $5)))
         ORDER BY k.at_ms DESC, k.feedback_id, k.label LIMIT $6"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(after.0).bind(&after.1).bind(&after.2).bind(i64::from(most)).fetch_all(db).await)
    .doing("listing corrections")
}

/// How many texts of cases came in each week since the text `from`, as far as the reader may see.
/// Weeks begin on Monday and are counted from the one of 29 December 1969.
pub(crate) async fn read_by_week(
    store: &Store,
    reach: &Reach,
    from: &str,
) -> Result<Vec<(i64, i64)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT (c.received_at_ms + 259200000) / 604800000 AS week, COUNT(*)
         FROM feedback c WHERE c.id >= $3 AND c.case_id IS NOT NULL AND ",
        store::visible_in_unit!(),
        " GROUP BY (c.received_at_ms + 259200000) / 604800000 ORDER BY week LIMIT 60"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(from)
        .fetch_all(db).await)
    .doing("counting what was read by week")
}

/// How many of them were corrected, by week and label.
pub(crate) async fn corrected_by_week(
    store: &Store,
    reach: &Reach,
    from: &str,
) -> Result<Vec<(i64, String, i64)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT (c.received_at_ms + 259200000) / 604800000 AS week, k.label, COUNT(*)
         FROM correction k JOIN feedback c ON c.id = k.feedback_id
         WHERE k.feedback_id >= $3 AND c.case_id IS NOT NULL AND k.was <> k.is_right AND ",
        store::visible_in_unit!(),
        " GROUP BY (c.received_at_ms + 259200000) / 604800000, k.label
          ORDER BY week, k.label LIMIT 200"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(from)
        .fetch_all(db).await)
    .doing("counting corrections by week")
}

/// What is taken for what most often: label, what was read, what is right, how often.
pub(crate) async fn mistaken(
    store: &Store,
    reach: &Reach,
    from: &str,
) -> Result<Vec<(String, String, String, i64)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT k.label, k.was, k.is_right, COUNT(*) AS n
         FROM correction k JOIN feedback c ON c.id = k.feedback_id
         WHERE k.feedback_id >= $3 AND k.was <> k.is_right AND ",
        store::visible_in_unit!(),
        " GROUP BY k.label, k.was, k.is_right ORDER BY n DESC, k.label, k.was, k.is_right
          LIMIT 20"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(from)
        .fetch_all(db).await)
    .doing("counting what is taken for what")
}
