//! What the record and the tables tell of messages.

use crate::case::sql::id;
use crate::message::held_back;
use crate::message::rules::PastSending;
use domain::case::Case;
use domain::event::Event;
use domain::id::{CaseId, CustomerId, MessageId};
use domain::message::{Delivery, Purpose};
use store::event::StoredEvent;
use store::{Doing, StoreError, Tx, on};

/// Sendings looked back on for taking one back; more than fit into the longest undo time.
const LOOK_BACK: i64 = 40;

/// The last sendings of a case, oldest first.
pub(crate) async fn past_sendings(
    tx: &mut Tx,
    case: CaseId,
) -> Result<Vec<PastSending>, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND name IN ('sent', 'send_undone') ORDER BY n DESC LIMIT $2";
    let mut events: Vec<StoredEvent> = on!(Tx tx, db => sqlx::query_as(SQL)
        .bind(case.to_string()).bind(LOOK_BACK).fetch_all(db).await)
    .doing("reading what was sent")?;
    events.reverse();
    let mut past: Vec<PastSending> = Vec::new();
    for stored in &events {
        let entry = stored.entry()?;
        match entry.event {
            // A new link leaves at once and changes nothing: it is never taken back, and stands
            // in the way of no other that is.
            Event::Sent { message, .. } if message.purpose == Purpose::Link => {}
            Event::Sent { message, before, .. } => {
                past.push(PastSending { message, at: entry.at, before, undone: false });
            }
            Event::SendUndone { message, .. } => {
                past.iter_mut().filter(|p| p.message.id == message).for_each(|p| p.undone = true);
            }
            _ => {}
        }
    }
    Ok(past)
}

/// The version at which the customer last said something.
pub async fn heard_at(tx: &mut Tx, case: &Case) -> Result<u64, StoreError> {
    const SQL: &str = "
        SELECT n FROM event WHERE case_id = $1 AND name IN ('opened', 'received', 'contested')
        ORDER BY n DESC LIMIT 1";
    let n: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.id.to_string())
        .fetch_optional(db).await)
    .doing("looking for the customer's last words")?;
    Ok(n.unwrap_or_default().unsigned_abs())
}

/// Why the last letter to an address of a customer did not arrive; `None` when nothing failed
/// there, or when later letters arrived or the customer wrote since.
///
/// # Errors
/// When the engine fails.
pub async fn failed_at(
    tx: &mut Tx,
    customer: CustomerId,
    address: &str,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        WITH letter AS (
            SELECT m.at_ms, m.delivery, m.delivery_detail
            FROM \"case\" c JOIN message m ON m.case_id = c.id
            WHERE c.customer_id = $1 AND m.direction = 'out' AND m.recipient = $2
            UNION ALL
            SELECT m.at_ms, r.delivery, r.delivery_detail
            FROM recipient r JOIN message m ON m.id = r.message_id
            WHERE r.customer_id = $1 AND r.address = $2)
        SELECT delivery_detail FROM letter failed WHERE failed.delivery = 'failed'
          AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.at_ms > failed.at_ms
                AND letter.delivery IN ('delivered', 'read'))
          AND NOT EXISTS (SELECT 1 FROM \"case\" c JOIN message m ON m.case_id = c.id
                WHERE c.customer_id = $1 AND m.direction = 'in' AND m.channel = 'mail'
                AND m.at_ms > failed.at_ms)
        ORDER BY failed.at_ms DESC LIMIT 1";
    let why: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL)
        .bind(customer.to_string()).bind(address).fetch_optional(db).await)
    .doing("looking whether letters arrive there")?;
    // One that was held back tells what went wrong with the one before it.
    let told = why.map(|why| why.trim_start_matches(held_back::BECAUSE).trim_start().to_owned());
    Ok(told)
}

/// The case of a letter, which is an outgoing message or that of somebody who gets one too, and
/// how far it has come.
pub async fn delivery(
    tx: &mut Tx,
    message: MessageId,
) -> Result<Option<(CaseId, Delivery)>, StoreError> {
    const SQL: &str = "
        SELECT case_id, delivery FROM message WHERE id = $1 AND direction = 'out'
        UNION ALL SELECT case_id, delivery FROM recipient WHERE letter_id = $1 LIMIT 1";
    let found: Option<(String, String)> = on!(Tx tx, db => sqlx::query_as(SQL)
        .bind(message.to_string()).fetch_optional(db).await)
    .doing("looking how far a message has come")?;
    found
        .map(|(case, delivery)| {
            let delivery = Delivery::from_word(&delivery)
                .ok_or_else(|| StoreError::unreadable("reading a delivery", &delivery))?;
            Ok((id(&case)?, delivery))
        })
        .transpose()
}
