//! Replying, taking a reply back, noting, hearing the customer on the case page, and noting how a
//! letter fared.

use crate::undelivered::rules as undelivered;
use anyhow::Context as _;
use casework::case::save::{By, save};
use casework::case::sql as case_sql;
use casework::draft;
use casework::handling::{Done, Handling, On, handling, handling_for_customer};
use casework::mention;
use casework::mention::rules::mentioned;
use casework::message::held_back::HeldBack;
use casework::message::rules::{self, MessageRefused, Outgoing};
use casework::message::sql;
use casework::policy::Policy;
use casework::recipient;
use casework::refusal::ActError;
use casework::topic::actions as topic;
use casework::undelivered::sql as undelivered_sql;
use casework::view::recent::{self, Reverse};
use domain::case::Case;
use domain::channel::Channel;
use domain::event::{Actor, Event};
use domain::id::{CustomerId, MessageId};
use domain::message::{Delivery, Purpose, ReceivedMessage};
use domain::permit::{Act, CustomerPermit, Staff};
use domain::urgency::Facts;
use domain::words::Words;
use jiff::civil::Date;
use serde::Serialize;
use store::job::Job;
use store::{Context, Press, StoreError, Tx};

/// A reply to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the customer reads.
    pub text: Words,
    /// The version the writer had before their eyes; refuses with `new_message` when the customer
    /// wrote since. `None` does not ask.
    pub read_up_to: Option<u64>,
    /// Who gets it: the customer and who was taken in, by their ids. `None` is the customer alone.
    pub to: Option<Vec<CustomerId>>,
    /// Send it also where the last letter did not arrive. Without it that is refused with
    /// `address_failed`.
    pub despite_failure: bool,
    /// Send it unencrypted although their last words came encrypted. Without it that is refused
    /// with `in_clear`.
    pub in_clear: bool,
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
    reply_coached(ctx, staff, on, reply, Coached::default(), press).await
}

/// What became of the coach's advice on a reply; for whoever learns which rules help.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coached {
    /// Language it was judged in, or empty.
    pub language: String,
    /// Rules whose better words were taken, each as often as they were.
    pub used: Vec<String>,
    /// Rules whose findings were waved away.
    pub kept: Vec<String>,
    /// Rules that still speak.
    pub sent_anyway: Vec<String>,
    /// The publicity check, when it was made.
    pub check: Option<Checked>,
}

/// The answers of a publicity check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Why it opened by itself; empty when somebody asked for it.
    pub opened_because: String,
    /// Would it embarrass us?
    pub embarrasses: bool,
    /// Would we be proud of it?
    pub proud: bool,
    /// Could a customer hold it against us?
    pub held_against_us: bool,
    /// Why it is sent as it is; may be empty where nothing speaks against it.
    pub why: String,
}

impl Checked {
    /// As colleagues read it on the case.
    fn in_words(&self) -> String {
        let says = |yes: bool| if yes { "yes" } else { "no" };
        let mut words = format!(
            "Publicity check. Would it embarrass us? {}. Would we be proud of it? {}. Could a \
             customer hold it against us? {}.",
            says(self.embarrasses),
            says(self.proud),
            says(self.held_against_us)
        );
        if !self.why.is_empty() {
            words = format!("{words} Sent because: {}", self.why);
        }
        words
    }
}

/// Answers the customer as [`reply`] does, and keeps what became of the coach's advice. A
/// publicity check stands as a private note on the case.
///
/// # Errors
/// See [`ActError`]; refusals are [`MessageRefused`].
pub async fn reply_coached(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    reply: Reply,
    coached: Coached,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Reply, on, press);
    let heard_at = sql::heard_at(&mut work.tx, &work.case).await?;
    let mut letter = addressed(&mut work, reply.text, reply.to.as_deref()).await?;
    if !reply.despite_failure {
        where_letters_arrive(&mut work, &letter).await?;
    }
    letter.despite_failure = reply.despite_failure;
    let leaves = letter.to.is_some() || !letter.also.is_empty();
    if work.case.encrypted && leaves && !reply.in_clear {
        return Err(MessageRefused::InClear.into());
    }
    let id = letter.id;
    let says = format!("Sent a reply to {}", names_of(&letter, &work.contact.name));
    let (clocks, now) = (&work.policy.clocks, work.now);
    let mut events =
        rules::reply(&work.case, &permit, letter, reply.read_up_to, heard_at, clocks, now)?;
    if let Some(check) = &coached.check
        && let Ok(words) = Words::new(&check.in_words(), 2_000)
    {
        // The note comes first, so that taking the reply back is still the last thing done.
        events.splice(..0, rules::note(&work.case, &permit, ctx.id(now), &words, Vec::new())?);
    }
    tell(&mut work, staff, id, &coached).await?;
    draft::sql::end(&mut work.tx, work.case.id, staff.id, "reply", reply.draft_stamp).await?;
    recent::remember(&mut work, staff, &says, &Reverse::Send { message: id }).await?;
    work.save(&events).await
}

/// A reply to those who were chosen.
async fn addressed(
    work: &mut Handling<'_>,
    text: Words,
    chosen: Option<&[CustomerId]>,
) -> Result<Outgoing, ActError> {
    let taken_in = match chosen {
        Some(_) => recipient::sql::taken_in(&mut work.tx, work.case.id).await?,
        None => Vec::new(),
    };
    let (ctx, now) = (work.ctx, work.now);
    let offered = recipient::rules::offered(&work.case, work.contact.email.as_deref(), taken_in);
    let letter = work.letter(Purpose::Reply, text);
    let addressed = recipient::rules::address(letter, &work.case, chosen, &offered, || ctx.id(now));
    Ok(addressed?)
}

/// Refuses a letter to an address where the last one did not arrive.
async fn where_letters_arrive(work: &mut Handling<'_>, letter: &Outgoing) -> Result<(), ActError> {
    let customer = letter.to.iter().map(|to| (work.case.customer, to));
    let others = letter.also.iter().map(|one| (one.customer, &one.to));
    for (whose, address) in customer.chain(others) {
        if let Some(why) = sql::failed_at(&mut work.tx, whose, address).await? {
            let address = address.clone();
            return Err(MessageRefused::AddressFailed { address, why }.into());
        }
    }
    Ok(())
}

/// Who gets a letter, as colleagues read it.
fn names_of(letter: &Outgoing, customer: &str) -> String {
    let customer = (letter.to.is_some() || letter.also.is_empty()).then_some(customer);
    let others = letter.also.iter().map(|one| one.name.as_str());
    customer.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

/// Tells whoever learns from it what became of advice, in this transaction.
async fn tell(
    work: &mut Handling<'_>,
    staff: &Staff,
    message: MessageId,
    coached: &Coached,
) -> Result<(), StoreError> {
    if *coached == Coached::default() {
        return Ok(());
    }
    let (case, now) = (&work.case, work.now);
    let mut body = serde_json::to_value(coached)
        .map_err(|error| StoreError::unreadable("telling what became of advice", error))?;
    body["message"] = serde_json::json!(message);
    body["case"] = serde_json::json!(case.id);
    body["unit"] = serde_json::json!(case.unit);
    body["team"] = serde_json::json!(case.team);
    body["by"] = serde_json::json!(staff.id);
    body["at"] = serde_json::json!(now);
    let id = format!("coached/{message}");
    work.tx.enqueue(&id, "coached", &body.to_string(), now, now).await
}

/// Writes a private note. Who can read the case and is named in it with an `@` is told.
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
    let readers = mention::sql::readers_in(&mut work.tx, &work.case).await?;
    let named = mentioned(text.as_str(), &readers);
    let events = rules::note(&work.case, &permit, ctx.id(work.now), &text, named)?;
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
    let mut work = handling_for_customer!(ctx, permit, press);
    if work.case.conduct == domain::case::Conduct::Ended {
        return Err(MessageRefused::ContactEnded.into());
    }
    let mut message = ReceivedMessage {
        id: ctx.id(work.now),
        feedback: None,
        channel: Channel::Form,
        author: work.contact.name.clone(),
        text: text.into_string(),
        folded: None,
        at: work.now,
        topics: Vec::new(),
        encrypted: false,
    };
    topic::hear(&mut work.tx, &mut message).await?;
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
    note_fate(tx, ctx, message, |_, known| rules::delivered(message, known, delivery, detail)).await
}

/// Notes what a report of another system says of a letter, in the caller's transaction; with
/// `back_on`, that its reader is away until then. Ends the doubt about one whose hand-over was cut
/// off.
///
/// # Errors
/// When the engine fails.
pub async fn reported(
    tx: &mut Tx,
    ctx: &Context,
    message: MessageId,
    (delivery, detail): (Delivery, &str),
    back_on: Option<Date>,
) -> Result<(), StoreError> {
    if delivery != Delivery::Delayed {
        let arrived = delivery != Delivery::Failed;
        tx.letter_reported(&message.to_string(), arrived, detail, ctx.now()).await?;
    }
    note_fate(tx, ctx, message, |case, known| {
        let mut events = rules::reported(message, known, delivery, detail);
        events.extend(rules::away(case, message, back_on));
        events
    })
    .await
}

/// Notes what a person decided about a letter, in the transaction of that decision.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn decided(
    tx: &mut Tx,
    ctx: &Context,
    message: MessageId,
    delivery: Delivery,
    detail: &str,
) -> Result<(), StoreError> {
    note_fate(tx, ctx, message, |_, known| rules::decided(message, known, delivery, detail)).await
}

async fn note_fate(
    tx: &mut Tx,
    ctx: &Context,
    message: MessageId,
    rule: impl FnOnce(&Case, Delivery) -> Vec<Event>,
) -> Result<(), StoreError> {
    let Some((case, _)) = sql::delivery(tx, message).await? else { return Ok(()) };
    let Some(case) = case_sql::load_by_id(tx, case).await? else { return Ok(()) };
    // Looked at again under the lock on the case.
    let Some((_, known)) = sql::delivery(tx, message).await? else { return Ok(()) };
    let mut events = rule(&case, known);
    if events.is_empty() {
        return Ok(());
    }
    let policy = Policy::read(tx).await?;
    let actor = Actor::Rule("outbox".to_owned());
    let now = ctx.now();
    if let Some(Event::DeliveryChanged { delivery, detail, .. }) = events.first().cloned()
        && (delivery == Delivery::Failed || !case.undelivered.is_empty())
    {
        let written = undelivered_sql::written(tx, message).await?;
        let (clocks, why) = (&policy.clocks, detail.as_str());
        let follow = |one| undelivered::follow(&case, &one, delivery, why, clocks, now);
        events.extend(written.map(follow).unwrap_or_default());
    }
    let by = By { ctx, actor, name: &policy.organisation, policy: &policy, now };
    save(tx, &by, &case, &events).await.map(|_| ())
}

/// Stops a letter to where the last one did not arrive, once it cannot be taken back any more: it
/// stands on its case like one that came back, until somebody sends it or sets it aside.
///
/// # Errors
/// When the engine fails, or the job's body is none of ours.
pub async fn hold_back(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let HeldBack { letter, why } =
        serde_json::from_str(&job.body).context("reading of a letter that is held back")?;
    let mut tx = ctx.begin().await?;
    if tx.stop_letter(&letter.to_string(), &why, ctx.now()).await? {
        decided(&mut tx, ctx, letter, Delivery::Failed, &why).await?;
    }
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}
