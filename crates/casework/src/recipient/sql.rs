//! Statements on who gets a message beside the customer.

use crate::case::take_in::subject_of;
use crate::recipient::rules::Participant;
use domain::event::Entry;
use domain::id::{CaseId, MessageId};
use domain::joiner::{Joiner, Part};
use domain::message::{Delivery, PublicMessage};
use sqlx::FromRow;
use store::{Doing, Sql, Store, StoreError, Tx, on};

/// Those who were taken in on a case, or on one that is part of it, and can be written to; more are
/// not offered.
const TAKEN_IN: &str = "
    WITH RECURSIVE whole (id) AS (
        SELECT CAST($1 AS TEXT)
        UNION SELECT m.case_id FROM merger m JOIN whole w ON m.into_id = w.id)
    SELECT body, part FROM joiner
    WHERE case_id IN (SELECT id FROM whole) AND state = 'accepted' AND address LIKE '%_@_%'
    ORDER BY at_ms, message_id LIMIT 50";

type Row = (String, String);

fn participants(rows: Vec<Row>) -> Result<Vec<Participant>, StoreError> {
    let doing = "reading who was taken in";
    let read = |(body, part): Row| {
        let joiner: Joiner =
            serde_json::from_str(&body).map_err(|error| StoreError::unreadable(doing, error))?;
        let part = Part::from_word(&part).ok_or_else(|| StoreError::unreadable(doing, &part))?;
        Ok(Participant {
            customer: joiner.customer,
            subject: subject_of(&joiner.subject, &joiner.message.text),
            name: joiner.message.author,
            part,
            to: joiner.address,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Those who were taken in on a case.
pub async fn taken_in(tx: &mut Tx, case: CaseId) -> Result<Vec<Participant>, StoreError> {
    let rows = on!(Tx tx, db => sqlx::query_as(TAKEN_IN).bind(case.to_string())
        .fetch_all(db).await);
    participants(rows.doing("looking for who was taken in")?)
}

/// The same, for who was shown to see the case.
pub async fn taken_in_for_checked(
    store: &Store,
    case: CaseId,
) -> Result<Vec<Participant>, StoreError> {
    let rows = on!(Store store, db => sqlx::query_as(TAKEN_IN).bind(case.to_string())
        .fetch_all(db).await);
    participants(rows.doing("looking for who was taken in")?)
}

/// Writes who gets a message beside the customer.
pub(crate) async fn insert(
    tx: &mut Tx,
    entry: &Entry,
    message: &PublicMessage,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO recipient (letter_id, message_id, case_id, customer_id, name, part, address,
            delivery)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    for one in &message.also {
        on!(Tx tx, db => sqlx::query(SQL).bind(one.letter.to_string())
            .bind(message.id.to_string()).bind(entry.case.to_string())
            .bind(one.customer.to_string()).bind(&one.name).bind(one.part.as_str())
            .bind(&one.to).bind(Delivery::Held.as_str()).execute(db).await.map(|_| ()))
        .doing("writing who gets a message")?;
    }
    Ok(())
}

/// Notes how far the letter of one of them has come.
pub(crate) async fn delivery(
    tx: &mut Tx,
    letter: &str,
    delivery: Delivery,
    detail: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE recipient SET delivery = $2, delivery_detail = $3 WHERE letter_id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(letter).bind(delivery.as_str()).bind(detail)
        .execute(db).await.map(|_| ()))
    .doing("noting how far a letter has come")
}

/// Notes that a message was taken back, for all of them.
pub(crate) async fn undone(tx: &mut Tx, message: MessageId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE recipient SET delivery = 'undone' WHERE message_id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(message.to_string()).execute(db).await.map(|_| ()))
        .doing("taking letters back")
}

/// The letter of one of them, and how far it has come.
#[derive(Clone, Debug, FromRow)]
pub struct LetterRow {
    /// The id of the letter.
    pub letter_id: String,
    /// The message it is part of.
    pub message_id: String,
    /// Who got it.
    pub customer_id: String,
    /// As shown.
    pub name: String,
    /// `representative` or `affected`.
    pub part: String,
    /// The address it went to.
    pub address: String,
    /// How far it has come.
    pub delivery: String,
    /// What the other side said to it.
    pub delivery_detail: String,
    /// How it stands in the outbox, or empty.
    pub letter: String,
}

/// Who got these messages beside the customer; for who was shown to see their case.
pub async fn of_messages(store: &Store, messages: &[&str]) -> Result<Vec<LetterRow>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT r.letter_id, r.message_id, r.customer_id, r.name, r.part, r.address,
                r.delivery, r.delivery_detail, COALESCE(o.state, '') AS letter
            FROM recipient r LEFT JOIN outbox o ON o.key = r.letter_id
            WHERE r.message_id IN (SELECT value FROM json_each($1))
            ORDER BY r.message_id, r.letter_id LIMIT 5000",
        postgres: "
            SELECT r.letter_id, r.message_id, r.customer_id, r.name, r.part, r.address,
                r.delivery, r.delivery_detail, COALESCE(o.state, '') AS letter
            FROM recipient r LEFT JOIN outbox o ON o.key = r.letter_id
            WHERE r.message_id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY r.message_id, r.letter_id LIMIT 5000",
    };
    let doing = "reading who got messages";
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let ids = serde_json::to_string(messages).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = store.text(SQL);
    on!(Store store, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)
}
