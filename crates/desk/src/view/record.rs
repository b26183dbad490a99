//! What hangs on a case, page by page, for work that has already checked who asks.

use casework::case::sql::id;
use domain::id::{CaseId, CaseNumber};
use domain::offer::Offer;
use sqlx::FromRow;
use store::event::StoredEvent;
use store::scope::Reach;
use store::{Doing, Store, StoreError, on};

/// A message in either direction.
#[derive(Clone, Debug, FromRow)]
pub struct MessageRow {
    /// Its id.
    pub id: String,
    /// Its entry in the record of the case.
    pub n: i64,
    /// `in` or `out`.
    pub direction: String,
    /// The way it took.
    pub channel: String,
    /// Why we wrote it, or empty.
    pub purpose: String,
    /// Who wrote it, as shown.
    pub author: String,
    /// The address it went to, or empty.
    pub recipient: String,
    /// Subject line, or empty.
    pub subject: String,
    /// What is new in it.
    pub text: String,
    /// Quoted earlier text.
    pub folded: Option<String>,
    /// 1 when a program wrote it.
    pub automatic: i64,
    /// How far ours has come.
    pub delivery: String,
    /// What the other side said to it.
    pub delivery_detail: String,
    /// The feedback it came from.
    pub feedback_id: Option<String>,
    /// When it was written.
    pub at_ms: i64,
    /// When ours leaves.
    pub leaves_at_ms: Option<i64>,
}

/// A private note.
#[derive(Clone, Debug, FromRow)]
pub struct NoteRow {
    /// Its id.
    pub id: String,
    /// Its entry in the record of the case.
    pub n: i64,
    /// Who wrote it.
    pub by_id: String,
    /// Their name.
    pub by_name: Option<String>,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub at_ms: i64,
}

/// The id of the case with this number, when the reader may see it.
pub async fn case_id(
    store: &Store,
    reach: &Reach,
    number: CaseNumber,
) -> Result<Option<CaseId>, StoreError> {
    const SQL: &str =
        concat!("SELECT c.id FROM \"case\" c WHERE c.number = $3 AND ", store::visible!());
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(number.0).fetch_optional(db).await)
    .doing("reading a case")?;
    found.map(|case| id(&case)).transpose()
}

/// Messages after the event `after`, oldest first.
pub async fn messages_for_checked(
    store: &Store,
    case: CaseId,
    after: i64,
    most: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    const SQL: &str = "
        SELECT id, n, direction, channel, purpose, author, recipient, subject, text, folded,
            automatic, delivery, delivery_detail, feedback_id, at_ms, leaves_at_ms
        FROM message WHERE case_id = $1 AND n > $2 ORDER BY n, id LIMIT $3";
    on!(Store store, db => sqlx::query_as(SQL).bind(case.to_string()).bind(after)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("reading the messages of a case")
}

/// Private notes after the event `after`, oldest first.
pub async fn notes_for_checked(
    store: &Store,
    case: CaseId,
    after: i64,
    most: u32,
) -> Result<Vec<NoteRow>, StoreError> {
    const SQL: &str = "
        SELECT p.id, p.n, p.by_id, (SELECT s.name FROM staff s WHERE s.id = p.by_id) AS by_name,
            p.text, p.at_ms
        FROM private_note p WHERE p.case_id = $1 AND p.n > $2 ORDER BY p.n, p.id LIMIT $3";
    on!(Store store, db => sqlx::query_as(SQL).bind(case.to_string()).bind(after)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("reading the notes on a case")
}

/// Offers whatever their state, oldest first.
pub async fn offers_for_checked(store: &Store, case: CaseId) -> Result<Vec<Offer>, StoreError> {
    const SQL: &str = "SELECT body FROM offer WHERE case_id = $1 ORDER BY made_at_ms, id LIMIT 200";
    let doing = "reading the offers of a case";
    let bodies: Vec<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(case.to_string()).fetch_all(db).await)
    .doing(doing)?;
    let read = |body: &String| {
        serde_json::from_str(body).map_err(|error| StoreError::unreadable(doing, error))
    };
    bodies.iter().map(read).collect()
}

/// The record after entry `after`, in its order.
pub async fn events_for_checked(
    store: &Store,
    case: CaseId,
    after: i64,
    most: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND n > $2 ORDER BY n LIMIT $3";
    on!(Store store, db => sqlx::query_as(SQL).bind(case.to_string()).bind(after)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("reading the record of a case")
}

/// Numbers of cases by their ids, for work that has already checked who asks.
pub async fn number_for_checked(store: &Store, case: &str) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT number FROM \"case\" WHERE id = $1";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(case).fetch_optional(db).await)
        .doing("reading the number of a case")
}
