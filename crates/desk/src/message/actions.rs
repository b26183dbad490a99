//! Replying, taking a reply back, noting, hearing the customer on the case page, and noting how a
//! letter fared.

use crate::case::save::{By, save};
use crate::case::sql as case_sql;
use crate::draft;
use crate::handling::{Done, On, handling, handling_for_customer};
use crate::message::rules::{self, MessageRefused};
use crate::message::sql;
use crate::policy::Policy;
use crate::refusal::ActError;
use crate::view::recent::{self, Reverse};
use domain::channel::Channel;
use domain::event::Actor;
use domain::id::{CaseNumber, MessageId};
use domain::message::{Delivery, Purpose, ReceivedMessage};
use domain::permit::{Act, CustomerPermit, Staff};
use domain::urgency::Facts;
use domain::words::Words;
use store::{Context, Press, StoreError, Tx};

/// A reply to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the customer reads.
    pub text: Words,
    /// The version the writer had before their eyes; refuses with `new_message` when the customer
    /// wrote since. `None` does not ask.
    pub read_up_to: Option<u64>,
    /// The stamp of the draft this was typed in, so that a late save cannot bring it back.
    pub draft_stamp: Option<i64>,
}

/// Answers the customer. It leaves when the undo time is over.
///
/// # Errors
/// See [`ActError`]; refusals are [`MessageRefused`].
pub async fn reply(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    reply: Reply,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Reply, on, press);
    let heard_at = sql::heard_at(&mut work.tx, &work.case).await?;
    let letter = work.letter(Purpose::Reply, reply.text);
    let id = letter.id;
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events =
        rules::reply(&work.case, &permit, letter, reply.read_up_to, heard_at, clocks, now)?;
    draft::sql::end(&mut work.tx, work.case.id, staff.id, "reply", reply.draft_stamp).await?;
    let says = format!("Sent a reply to {}", work.contact.name);
    recent::remember(&mut work, staff, &says, &Reverse::Send { message: id }).await?;
    work.save(&events).await
}

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
    let events = rules::undo_send(&work.case, &permit, message, &past, work.now)?;
    // The outbox has the last word: a letter in somebody's hands has left.
    let posted = past.iter().any(|p| p.message.id == message && p.message.to.is_some());
    if posted && !work.tx.unpost(&message.to_string(), work.now).await? {
        return Err(MessageRefused::TooLate.into());
    }
    if let Some(sent) = past.iter().find(|p| p.message.id == message)
        && sent.message.purpose == Purpose::Reply
    {
        let text = &sent.message.text;
        draft::sql::bring_back(&mut work.tx, work.case.id, staff.id, text, work.now).await?;
    }
    work.save(&events).await
}

/// Writes a private note.
///
/// # Errors
/// See [`ActError`].
pub async fn note(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    text: Words,
    draft_stamp: Option<i64>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Note, on, press);
    let events = rules::note(&work.case, &permit, ctx.id(work.now), &text)?;
    draft::sql::end(&mut work.tx, work.case.id, staff.id, "note", draft_stamp).await?;
    work.save(&events).await
}

/// Hears what the customer adds on their case page.
///
/// # Errors
/// See [`ActError`].
pub async fn add_words(
    ctx: &Context,
    permit: &CustomerPermit,
    text: Words,
    press: &Press,
) -> Result<Done, ActError> {
    let work = handling_for_customer!(ctx, permit, press);
    if work.case.conduct == domain::case::Conduct::Ended {
        return Err(MessageRefused::ContactEnded.into());
    }
    let message = ReceivedMessage {
        id: ctx.id(work.now),
        feedback: None,
        channel: Channel::Form,
        author: work.contact.name.clone(),
        text: text.into_string(),
        folded: None,
        at: work.now,
    };
    let facts = Facts::default();
    let events = rules::receive(&work.case, message, facts, 0, &work.policy.clocks, work.now);
    work.save(&events).await
}

/// Notes how far a letter has come; for whoever delivers, in their transaction. Does nothing for
/// a message we do not know, or when it is noted already.
///
/// # Errors
/// When the engine fails.
pub async fn delivered(
    tx: &mut Tx,
    ctx: &Context,
    message: MessageId,
    delivery: Delivery,
    detail: &str,
) -> Result<(), StoreError> {
    let Some((case, _)) = sql::delivery(tx, message).await? else { return Ok(()) };
    let Some(case) = case_sql::load_by_id(tx, case).await? else { return Ok(()) };
    // Looked at again under the lock on the case.
    let Some((_, known)) = sql::delivery(tx, message).await? else { return Ok(()) };
    let events = rules::delivered(message, known, delivery, detail);
    if events.is_empty() {
        return Ok(());
    }
    let policy = Policy::read(tx).await?;
    let actor = Actor::Rule("outbox".to_owned());
    let now = ctx.now();
    let by = By { ctx, actor, name: &policy.organisation, policy: &policy, now };
    save(tx, &by, &case, &events).await.map(|_| ())
}
