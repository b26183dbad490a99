//! What lists of feedback read.

use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, on};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub number: i64,
    pub channel: String,
    pub source: String,
    pub public: i64,
    pub kind: String,
    pub author: String,
    pub subject: String,
    pub text: String,
    pub language: String,
    pub rating: Option<i64>,
    pub reach_known: Option<i64>,
    pub url: String,
    pub said_at_ms: i64,
    pub received_at_ms: i64,
    pub reading: String,
    pub customer_number: Option<i64>,
    pub case_number: Option<i64>,
    pub explanation: String,
}

/// Which feedback is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    Public,
}

/// Feedback the reader may see, newest first by when it was said, after the row (`before_ms`,
/// `before_id`), `most` at the most. `source` is "" for every source.
pub(crate) async fn list(
    store: &Store,
    reach: &Reach,
    which: Which,
    source: &str,
    (before_ms, before_id): (i64, &str),
    most: u32,
) -> Result<Vec<Row>, StoreError> {
    const PUBLIC: &str = concat!(
        "SELECT c.id, c.number, c.channel, c.source, c.public, c.kind, c.author, c.subject,
            c.text, c.language, c.rating, c.reach_known, c.url, c.said_at_ms, c.received_at_ms,
            c.reading, p.number AS customer_number, k.number AS case_number, c.explanation
         FROM feedback c LEFT JOIN customer p ON p.id = c.customer_id
            LEFT JOIN \"case\" k ON k.id = c.case_id
         WHERE c.public = 1 AND ($3 = '' OR c.source = $3)
           AND (c.said_at_ms < $4 OR (c.said_at_ms = $4 AND c.id > $5)) AND ",
        store::visible_in_unit!(),
        " ORDER BY c.said_at_ms DESC, c.id LIMIT $6"
    );
    const ALL: &str = concat!(
        "SELECT c.id, c.number, c.channel, c.source, c.public, c.kind, c.author, c.subject,
            c.text, c.language, c.rating, c.reach_known, c.url, c.said_at_ms, c.received_at_ms,
            c.reading, p.number AS customer_number, k.number AS case_number, c.explanation
         FROM feedback c LEFT JOIN customer p ON p.id = c.customer_id
            LEFT JOIN \"case\" k ON k.id = c.case_id
         WHERE ($3 = '' OR c.source = $3)
           AND (c.said_at_ms < $4 OR (c.said_at_ms = $4 AND c.id > $5)) AND ",
        store::visible_in_unit!(),
        " ORDER BY c.said_at_ms DESC, c.id LIMIT $6"
    );
    let text = match which {
        Which::Public => PUBLIC,
        Which::All => ALL,
    };
    on!(Store store, db => sqlx::query_as(text).bind(&reach.scope).bind(&reach.staff)
        .bind(source).bind(before_ms).bind(before_id).bind(i64::from(most)).fetch_all(db).await)
    .doing("listing feedback")
}

/// Sources of public feedback with their counts, most first.
pub(crate) async fn sources(
    store: &Store,
    reach: &Reach,
) -> Result<Vec<(String, i64)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.source, COUNT(*) FROM feedback c WHERE c.public = 1 AND ",
        store::visible_in_unit!(),
        " GROUP BY c.source ORDER BY 2 DESC, 1 LIMIT 30"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .fetch_all(db).await)
    .doing("counting where public feedback comes from")
}
