//! What a letter said, and to whom; for sending it once more.

use crate::undelivered::rules::Written;
use domain::event::{Entry, Event};
use domain::id::MessageId;
use store::event::StoredEvent;
use store::{Doing, StoreError, Tx, on};

/// A letter as it was written: the customer's, or that of somebody who got the message too.
pub(crate) async fn written(tx: &mut Tx, letter: MessageId) -> Result<Option<Written>, StoreError> {
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
