//! Taking a letter back before it leaves.

use super::{rules, sql};
use crate::draft;
use crate::handling::{Done, handling};
use crate::message::rules::MessageRefused;
use crate::refusal::ActError;
use crate::undelivered;
use domain::event::Event;
use domain::id::{CaseNumber, MessageId};
use domain::message::{PublicMessage, Purpose};
use domain::permit::{Act, Staff};
use store::{Context, Press};

/// Takes a letter back before it leaves; its text goes back into the draft.
///
/// # Errors
/// See [`ActError`]; refusals are [`MessageRefused`].
pub async fn undo_send(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    message: MessageId,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Reply, number, press);
    let past = sql::past_sendings(&mut work.tx, work.case.id).await?;
    let mut events = rules::undo_send(&work.case, &permit, message, &past, work.now)?;
    // What it was to put right is as it was: the letter before it did not arrive.
    let waits = undelivered::sql::sent_again_as(&mut work.tx, work.case.id, message).await?;
    events.extend(waits.map(|letter| Event::Undelivered(Box::new(letter))));
    // The outbox has the last word: a letter in somebody's hands has left, and with it the message.
    let posted = past.iter().find(|p| p.message.id == message).map(|p| &p.message);
    for letter in posted.map(letters_of).unwrap_or_default() {
        if !work.tx.unpost(&letter.to_string(), work.now).await? {
            return Err(MessageRefused::TooLate.into());
        }
    }
    if let Some(sent) = past.iter().find(|p| p.message.id == message)
        && sent.message.purpose == Purpose::Reply
    {
        let text = &sent.message.text;
        draft::sql::bring_back(&mut work.tx, work.case.id, staff.id, text, work.now).await?;
    }
    work.save(&events).await
}

/// The letters of a message in the outbox.
fn letters_of(message: &PublicMessage) -> Vec<MessageId> {
    let customer = message.to.as_ref().map(|_| message.id);
    customer.into_iter().chain(message.also.iter().map(|one| one.letter)).collect()
}
