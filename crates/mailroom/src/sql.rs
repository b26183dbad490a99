//! What a letter reads of its case.

use sqlx::FromRow;
use store::{Doing, Store, StoreError, on};

/// A message of a case: ours by its id and recipient, theirs by its Message-ID.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Earlier {
    pub id: String,
    pub direction: String,
    pub recipient: String,
    pub message_id: Option<String>,
    pub arrival_id: Option<String>,
}

/// Mails of a case before the letter `key`, as far as who gets it wrote or got them: ids of mails
/// between us and others are none of theirs.
pub(crate) async fn earlier(
    store: &Store,
    case_id: &str,
    key: &str,
) -> Result<Vec<Earlier>, StoreError> {
    const OF_THE_CUSTOMER: &str = "
        SELECT m.id, m.direction, m.recipient, r.message_id, f.arrival_id FROM message m
        LEFT JOIN mail_reference r ON r.feedback_id = m.feedback_id
        LEFT JOIN feedback f ON f.id = m.feedback_id
        WHERE m.case_id = $1 AND m.channel = 'mail'
          AND m.n < COALESCE((SELECT n FROM message WHERE id = $2), 0)
          AND (m.direction = 'in' OR m.recipient <> '')
          AND NOT EXISTS (SELECT 1 FROM joiner j
                          WHERE j.customer_id = f.customer_id AND j.state = 'accepted'
                          AND j.customer_id <> (SELECT c.customer_id FROM \"case\" c
                                                WHERE c.id = m.case_id))
        ORDER BY m.n DESC, r.message_id LIMIT 40";
    const OF_ANOTHER: &str = "
        SELECT COALESCE(x.letter_id, m.id) AS id, m.direction,
               COALESCE(x.address, '') AS recipient, r.message_id, f.arrival_id
        FROM recipient k JOIN message this ON this.id = k.message_id
        JOIN message m ON m.case_id = $1 AND m.channel = 'mail' AND m.n < this.n
        LEFT JOIN recipient x ON x.message_id = m.id AND x.customer_id = k.customer_id
        LEFT JOIN mail_reference r ON r.feedback_id = m.feedback_id
        LEFT JOIN feedback f ON f.id = m.feedback_id
        WHERE k.letter_id = $2
          AND (x.letter_id IS NOT NULL OR m.direction = 'in' AND f.customer_id = k.customer_id)
        ORDER BY m.n DESC, r.message_id LIMIT 40";
    const IS_OF_ANOTHER: &str = "SELECT 1 FROM recipient WHERE letter_id = $1";
    let doing = "reading the thread of a case";
    let other: Option<i32> = on!(Store store, db => sqlx::query_scalar(IS_OF_ANOTHER).bind(key)
        .fetch_optional(db).await)
    .doing(doing)?;
    let sql = if other.is_some() { OF_ANOTHER } else { OF_THE_CUSTOMER };
    let mut rows: Vec<Earlier> = on!(Store store, db => sqlx::query_as(sql).bind(case_id)
        .bind(key).fetch_all(db).await)
    .doing(doing)?;
    rows.reverse();
    Ok(rows)
}
