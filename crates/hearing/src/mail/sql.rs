//! What mail looks up: who takes part in a case, which mails are known. Reads only, for work.

use sqlx::FromRow;
use std::borrow::Cow;
use store::{Doing, Sql, StoreError, Tx, on};

/// Cases of the foreign mails that were named.
pub(crate) async fn cases_of_mails(
    tx: &mut Tx,
    ids: &[Cow<'_, str>],
) -> Result<Vec<(String, i64)>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT r.message_id, c.number FROM mail_reference r
            JOIN feedback f ON f.id = r.feedback_id JOIN \"case\" c ON c.id = f.case_id
            WHERE r.message_id IN (SELECT value FROM json_each($1))
            ORDER BY r.message_id, c.number LIMIT 200",
        postgres: "
            SELECT r.message_id, c.number FROM mail_reference r
            JOIN feedback f ON f.id = r.feedback_id JOIN \"case\" c ON c.id = f.case_id
            WHERE r.message_id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY r.message_id, c.number LIMIT 200",
    };
    let doing = "looking for the case of a mail";
    let ids = serde_json::to_string(ids).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = tx.text(SQL);
    on!(Tx tx, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)
}

/// Addresses of whoever takes part in a case, or was taken in on one that is part of it. In this
/// order from the case on: SQLite keeps that of CROSS JOIN, and would else read all addresses in
/// the order that is asked for.
pub(crate) async fn participants(tx: &mut Tx, number: i64) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        WITH RECURSIVE whole (id) AS (
            SELECT c.id FROM \"case\" c WHERE c.number = $1
            UNION SELECT m.case_id FROM merger m JOIN whole w ON m.into_id = w.id)
        SELECT i.value FROM \"case\" c CROSS JOIN identity i
        WHERE c.number = $1 AND i.customer_id = c.customer_id AND i.kind = 'email'
        UNION
        SELECT i.value FROM whole w CROSS JOIN joiner j CROSS JOIN identity i
        WHERE j.case_id = w.id AND j.state = 'accepted'
            AND i.customer_id = j.customer_id AND i.kind = 'email'
        ORDER BY 1 LIMIT 100";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(number).fetch_all(db).await)
        .doing("looking up who takes part in a case")
}

/// The member of staff who has this address: id and name.
pub(crate) async fn colleague(
    tx: &mut Tx,
    address: &str,
) -> Result<Option<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT id, name FROM staff WHERE LOWER(email) = $1 AND left_at_ms IS NULL
        ORDER BY id LIMIT 1";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(address).fetch_optional(db).await)
        .doing("looking for a colleague by their address")
}

/// Whether another mail has this id.
pub(crate) async fn is_used(tx: &mut Tx, id: &str, arrival: &str) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT 1 FROM mail_reference r JOIN feedback f ON f.id = r.feedback_id
        WHERE r.message_id = $1 AND f.arrival_id <> $2 LIMIT 1";
    let found: Option<i32> =
        on!(Tx tx, db => sqlx::query_scalar(SQL).bind(id).bind(arrival).fetch_optional(db).await)
            .doing("looking for a mail of the same id")?;
    Ok(found.is_some())
}

/// The last texts we sent on a case by mail, the newest first.
pub(crate) async fn sent_texts(tx: &mut Tx, number: i64) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT m.text FROM \"case\" c JOIN message m ON m.case_id = c.id
        WHERE c.number = $1 AND m.direction = 'out' AND m.channel = 'mail'
          AND m.delivery <> 'undone'
        ORDER BY m.n DESC LIMIT 5";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(number).fetch_all(db).await)
        .doing("reading what we sent on a case")
}

/// The case that a case is part of.
pub(crate) async fn merged_into(tx: &mut Tx, number: i64) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "
        SELECT m.into_number FROM \"case\" c JOIN merger m ON m.case_id = c.id
        WHERE c.number = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(number).fetch_optional(db).await)
        .doing("looking for a merger")
}

/// A case touched lately.
#[derive(FromRow)]
pub(crate) struct Recent {
    pub number: i64,
    pub subject: String,
    pub changed_at_ms: i64,
}

/// Who has this e-mail address: one customer of each unit that knows it.
pub(crate) async fn customers_at(tx: &mut Tx, address: &str) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT customer_id FROM identity WHERE kind = 'email' AND value = $1
        ORDER BY unit_id LIMIT 10";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(address).fetch_all(db).await)
        .doing("looking who has an address")
}

/// Cases of a customer touched since a moment, among the last they opened: a program may have
/// opened thousands, and each of its mails asks.
pub(crate) async fn recent_cases(
    tx: &mut Tx,
    customer: &str,
    since_ms: i64,
) -> Result<Vec<Recent>, StoreError> {
    const SQL: &str = "
        SELECT c.number, c.subject, c.changed_at_ms FROM (
            SELECT id, number, subject, changed_at_ms FROM \"case\" WHERE customer_id = $1
            ORDER BY opened_at_ms DESC LIMIT 100) AS c
        WHERE c.changed_at_ms >= $2 ORDER BY c.changed_at_ms DESC, c.id LIMIT 20";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(customer).bind(since_ms).fetch_all(db).await)
        .doing("looking for recent cases of a writer")
}

/// The last mails of a customer from an address: their words, and what was folded below them. Read
/// backwards along an index, however much they wrote.
pub(crate) async fn last_words(
    tx: &mut Tx,
    customer: &str,
    address: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT text, COALESCE(folded, '') FROM feedback
        WHERE customer_id = $1 AND channel = 'mail' AND address = $2
        ORDER BY said_at_ms DESC LIMIT 3";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(customer).bind(address).fetch_all(db).await)
        .doing("reading the last mails of a writer")
}

/// The unit of a case.
pub(crate) async fn unit_of_case(tx: &mut Tx, number: i64) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT unit_id FROM \"case\" WHERE number = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(number).fetch_optional(db).await)
        .doing("looking up the unit of a case")
}

/// The last letters of a case by mail, with where they went; the last first.
pub(crate) async fn last_letters(
    tx: &mut Tx,
    number: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT o.key, o.recipient FROM \"case\" c JOIN outbox o ON o.case_id = c.id
        WHERE c.number = $1 AND o.channel = 'mail' AND o.state IN ('sent', 'uncertain')
        ORDER BY o.leaves_at_ms DESC, o.key LIMIT 40";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(number).fetch_all(db).await)
        .doing("looking for the letter that a report means")
}
