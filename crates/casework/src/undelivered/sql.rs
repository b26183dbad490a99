//! What a letter said, and to whom; for sending it once more. And which letter that did not arrive
//! a message took the place of.

use domain::case::{SeenTo, Undelivered};
use domain::event::{Actor, Entry, Event};
use domain::id::{CaseId, CustomerId, MessageId, UnitId};
use domain::message::{Purpose, Recipient};
use jiff::Timestamp;
use store::event::StoredEvent;
use store::{Doing, StoreError, Tx, on};

/// A letter as it was written: the customer's, or that of somebody who got the message too.
pub async fn written(tx: &mut Tx, letter: MessageId) -> Result<Option<Written>, StoreError> {
    const SQL: &str = "
        SELECT e.seq, e.written_in, e.case_id, e.n, e.at_ms, e.actor, e.name, e.body, e.previous,
            e.hash
        FROM message m JOIN event e ON e.case_id = m.case_id AND e.n = m.n
        WHERE m.id = COALESCE((SELECT r.message_id FROM recipient r WHERE r.letter_id = $1), $1)
          AND m.direction = 'out'";
    let doing = "reading what a letter said";
    let stored: Option<StoredEvent> = on!(Tx tx, db => sqlx::query_as(SQL)
        .bind(letter.to_string()).fetch_optional(db).await)
    .doing(doing)?;
    let Some(stored) = stored else { return Ok(None) };
    let entry = stored.entry()?;
    let Entry { event: Event::Sent { message, .. }, at, .. } = entry else { return Ok(None) };
    let whom = message.also.iter().find(|one| one.letter == letter).cloned();
    let to = whom.as_ref().map(|one| one.to.clone()).or(message.to);
    Ok(to.map(|to| Written {
        letter,
        message: message.id,
        purpose: message.purpose,
        text: message.text,
        to,
        whom,
        at,
        automatic: message.automatic,
    }))
}

/// Whether an e-mail address belongs to another customer of the unit.
pub async fn is_of_another(
    tx: &mut Tx,
    unit: UnitId,
    customer: CustomerId,
    email: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT customer_id FROM identity
        WHERE unit_id = $1 AND kind = 'email' AND value = $2 AND customer_id <> $3";
    let found: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(unit.to_string())
        .bind(email.to_lowercase()).bind(customer.to_string()).fetch_optional(db).await)
    .doing("looking whose address that is")?;
    Ok(found.is_some())
}

/// The letter that did not arrive and that somebody sent once more as this message; `None` for any
/// other message. The record has both of it next to each other.
pub(crate) async fn sent_again_as(
    tx: &mut Tx,
    case: CaseId,
    message: MessageId,
) -> Result<Option<Undelivered>, StoreError> {
    const BEFORE: &str = "
        SELECT e.seq, e.written_in, e.case_id, e.n, e.at_ms, e.actor, e.name, e.body, e.previous,
            e.hash
        FROM message m JOIN event e ON e.case_id = m.case_id AND e.n = m.n - 1
        WHERE m.id = $1 AND m.case_id = $2 AND e.name = 'undelivered_seen_to'";
    const ALL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND name = 'undelivered' ORDER BY n DESC LIMIT 100";
    let doing = "looking for the letter that was sent again";
    let before: Option<StoredEvent> = on!(Tx &mut *tx, db => sqlx::query_as(BEFORE)
        .bind(message.to_string()).bind(case.to_string()).fetch_optional(db).await)
    .doing(doing)?;
    let Some(before) = before else { return Ok(None) };
    let Entry { event: Event::UndeliveredSeenTo { letter, how }, actor: Actor::Staff(_), .. } =
        before.entry()?
    else {
        return Ok(None);
    };
    if how == SeenTo::SetAside {
        return Ok(None);
    }
    let all: Vec<StoredEvent> = on!(Tx tx, db => sqlx::query_as(ALL).bind(case.to_string())
        .fetch_all(db).await)
    .doing(doing)?;
    for stored in &all {
        if let Event::Undelivered(known) = stored.entry()?.event
            && known.letter == letter
        {
            return Ok(Some(*known));
        }
    }
    Ok(None)
}

/// A letter as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The letter, as the outbox names it.
    pub letter: MessageId,
    /// The message it carries.
    pub message: MessageId,
    /// Why it was written.
    pub purpose: Purpose,
    /// Its text.
    pub text: String,
    /// To which address.
    pub to: String,
    /// Who it went to, where that is not the customer.
    pub whom: Option<Recipient>,
    /// When.
    pub at: Timestamp,
    /// Whether a program wrote it.
    pub automatic: bool,
}
