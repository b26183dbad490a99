//! The one projector: what an event changes in the tables that hang on a case. `rebuild` replays
//! the record through it, so it may look at nothing but the event.

use crate::{joiner, mention, merger, recipient};
use domain::case::Case;
use domain::event::{Actor, Entry, Event};
use domain::id::{CustomerId, MessageId};
use domain::message::{Delivery, PrivateNote, PublicMessage, ReceivedMessage};
use domain::offer::{Offer, OfferState};
use domain::promise::{Promise, PromiseState};
use store::{Doing, Sql, StoreError, Tx, Write, on};

/// Characters of the customer's last words that a queue row shows.
const SNIPPET_MOST: usize = 160;

/// Where the name of a new case's customer is found.
pub enum Named<'a> {
    /// It stands in the store.
    InTheStore,
    /// It is this one, as who calls has just read or written it.
    As(&'a str),
}

/// Writes what `entry` changes beside the row of the case. `case` stands after the entry. Gives
/// the words a queue row shows from now on, when they changed.
pub(crate) async fn project(
    tx: &mut Tx,
    case: &Case,
    entry: &Entry,
    customer: &Named<'_>,
) -> Result<Option<String>, StoreError> {
    match &entry.event {
        Event::Opened(opening) => {
            index_opening(tx, case, entry, customer).await?;
            let Some(message) = &opening.message else { return Ok(None) };
            received(tx, case, entry, message).await.map(Some)
        }
        Event::Received { message, .. } => received(tx, case, entry, message).await.map(Some),
        Event::Sent { message, .. } => sent(tx, entry, message).await.map(|()| None),
        Event::SendUndone { message, .. } => undone(tx, *message).await.map(|()| None),
        Event::DeliveryChanged { message, delivery: state, detail } => {
            delivery(tx, &message.to_string(), *state, detail).await.map(|()| None)
        }
        Event::Noted { note } => noted(tx, entry, note).await.map(|()| None),
        Event::ProblemStated { problem } => {
            let case = entry.case.to_string();
            tx.index(&case, "subject", &case, problem, entry.at).await.map(|()| None)
        }
        Event::PromiseMade { promise } => promise_made(tx, entry, promise).await.map(|()| None),
        Event::PromiseKept { .. } | Event::PromiseMoved { .. } | Event::PromiseBroken { .. } => {
            promise_changed(tx, entry).await.map(|()| None)
        }
        Event::Offered { offer } => offered(tx, entry, offer).await.map(|()| None),
        Event::JoinerWaits(_)
        | Event::JoinerAccepted { .. }
        | Event::JoinerSplit { .. }
        | Event::Merged(_)
        | Event::Separated(_)
        | Event::TookIn(_)
        | Event::GaveBack(_) => bounds(tx, entry).await.map(|()| None),
        Event::OfferChanged { offer, state, answer } => {
            offer_changed(tx, &offer.to_string(), *state, answer.as_deref()).await.map(|()| None)
        }
        // These change the row of the case alone.
        Event::Assigned { .. }
        | Event::Reread { .. }
        | Event::Snoozed { .. }
        | Event::Woken
        | Event::Transferred { .. }
        | Event::Escalated { .. }
        | Event::EscalationAnswered { .. }
        | Event::ClockMet { .. }
        | Event::ClockOver { .. }
        | Event::ClockSet { .. }
        | Event::Resolved { .. }
        | Event::SolvedAsked
        | Event::Closed { .. }
        | Event::Reopened
        | Event::SplitOff { .. }
        | Event::Labelled(_)
        | Event::TopicsCorrected(_)
        | Event::ConductStep { .. }
        | Event::CustomerAway { .. }
        | Event::Undelivered(_)
        | Event::UndeliveredSeenTo { .. }
        | Event::Suggested(_) => Ok(None),
        Event::Confirmed { words } | Event::Contested { words, .. } => {
            said(tx, case, entry, words).await
        }
    }
}

async fn promise_changed(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    match &entry.event {
        Event::PromiseKept { promise, done, state } => {
            promise_ended(tx, &promise.to_string(), *state, done, entry).await
        }
        Event::PromiseMoved { promise, due_at, .. } => {
            promise_moved(tx, &promise.to_string(), due_at.as_millisecond()).await
        }
        Event::PromiseBroken { promise } => promise_broken(tx, &promise.to_string()).await,
        _ => Ok(()),
    }
}

/// Who belongs to the case, and which cases are one.
async fn bounds(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    match &entry.event {
        Event::JoinerWaits(joiner) => joiner::sql::insert(tx, entry, joiner).await,
        Event::JoinerAccepted { message, part, .. } => {
            joiner::sql::decide(tx, *message, Some(*part)).await
        }
        Event::JoinerSplit { message, .. } => joiner::sql::decide(tx, *message, None).await,
        Event::Merged(how) => {
            merger::sql::insert(tx, entry, how).await?;
            merger::sql::forget_owed(tx, entry).await
        }
        Event::Separated(how) => {
            merger::sql::remove(tx, entry).await?;
            promises_made(tx, entry, &how.promises).await
        }
        Event::TookIn(other) => promises_made(tx, entry, &other.promises).await,
        Event::GaveBack(other) => merger::sql::forget(tx, &other.promises).await,
        _ => Ok(()),
    }
}

async fn index_opening(
    tx: &mut Tx,
    case: &Case,
    entry: &Entry,
    customer: &Named<'_>,
) -> Result<(), StoreError> {
    let key = case.id.to_string();
    let subject = format!("{} {} {}", case.number, case.subject, case.problem);
    tx.index(&key, "subject", &key, &subject, entry.at).await?;
    let name = match customer {
        Named::InTheStore => name_of(tx, case.customer).await?,
        Named::As(name) => (*name).to_owned(),
    };
    if name.is_empty() {
        return Ok(());
    }
    tx.index(&key, "person", &case.customer.to_string(), &name, entry.at).await
}

async fn name_of(tx: &mut Tx, customer: CustomerId) -> Result<String, StoreError> {
    const SQL: &str = "SELECT name FROM customer WHERE id = $1";
    let customer = customer.to_string();
    let name: Option<String> =
        on!(Tx tx, db => sqlx::query_scalar(SQL).bind(&customer).fetch_optional(db).await)
            .doing("reading a customer's name")?;
    Ok(name.unwrap_or_default())
}

async fn received(
    tx: &mut Tx,
    case: &Case,
    entry: &Entry,
    message: &ReceivedMessage,
) -> Result<String, StoreError> {
    const RECEIVED: Write = Write {
        doing: "writing a message",
        sql: Sql {
            sqlite: "
                INSERT INTO message (id, case_id, n, direction, channel, author, subject, text,
                    folded, feedback_id, at_ms)
                SELECT column1, column2, column3, 'in', column4, column5,
                    column6, column7, column8, column9, column10
                FROM rows",
            postgres: "
                INSERT INTO message (id, case_id, n, direction, channel, author, subject, text,
                    folded, feedback_id, at_ms)
                SELECT r ->> 0, r ->> 1, (r ->> 2)::bigint, 'in', r ->> 3, r ->> 4, r ->> 5,
                    r ->> 6, r ->> 7, r ->> 8, (r ->> 9)::bigint
                FROM jsonb_array_elements($1::jsonb) AS t (r)",
        },
    };
    let key = entry.case.to_string();
    let row = (
        message.id,
        &key,
        entry.n,
        message.channel.as_str(),
        &message.author,
        &case.subject,
        &message.text,
        &message.folded,
        message.feedback,
        message.at.as_millisecond(),
    );
    tx.later(RECEIVED, &row)?;
    tx.index(&key, "message", &message.id.to_string(), &message.text, entry.at).await?;
    Ok(snippet(&message.text))
}

/// Words given with an answer are part of the thread's text, so they are found like any other.
async fn said(
    tx: &mut Tx,
    case: &Case,
    entry: &Entry,
    words: &str,
) -> Result<Option<String>, StoreError> {
    if words.is_empty() {
        return Ok(None);
    }
    let key = case.id.to_string();
    tx.index(&key, "answer", &key, words, entry.at).await?;
    Ok(Some(snippet(words)))
}

/// The first words of a text on one line.
pub(crate) fn snippet(text: &str) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
        if short.chars().count() > SNIPPET_MOST {
            let cut: String = short.chars().take(SNIPPET_MOST).collect();
            return format!("{cut}…");
        }
    }
    short
}

/// The word kept for who wrote an outgoing message: the id of a person, or the name of a rule.
fn author_of(actor: &Actor) -> String {
    match actor {
        Actor::Staff(id) => id.to_string(),
        Actor::Customer(id) => id.to_string(),
        Actor::Rule(name) => format!("rule:{name}"),
    }
}

async fn sent(tx: &mut Tx, entry: &Entry, message: &PublicMessage) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO message (id, case_id, n, direction, channel, purpose, author, recipient,
            subject, text, automatic, delivery, at_ms, leaves_at_ms)
        VALUES ($1, $2, $3, 'out', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let key = entry.case.to_string();
    let delivery = if message.to.is_some() { Delivery::Held } else { Delivery::Shown };
    let to = message.to.as_deref().unwrap_or_default();
    on!(Tx tx, db => sqlx::query(SQL).bind(message.id.to_string()).bind(&key)
        .bind(entry.n.cast_signed()).bind(message.channel.as_str()).bind(message.purpose.as_str())
        .bind(author_of(&entry.actor)).bind(to).bind(&message.subject).bind(&message.text)
        .bind(i64::from(message.automatic)).bind(delivery.as_str())
        .bind(entry.at.as_millisecond()).bind(message.leaves_at.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("writing a message")?;
    recipient::sql::insert(tx, entry, message).await?;
    tx.index(&key, "message", &message.id.to_string(), &message.text, entry.at).await
}

/// Notes how far a letter has come; it is a message, or that of somebody who gets one too.
async fn delivery(
    tx: &mut Tx,
    message: &str,
    delivery: Delivery,
    detail: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE message SET delivery = $2, delivery_detail = $3 WHERE id = $1";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(message).bind(delivery.as_str())
        .bind(detail).execute(db).await.map(|done| done.rows_affected()))
    .doing("noting how far a message has come")?;
    match rows {
        0 => recipient::sql::delivery(tx, message, delivery, detail).await,
        _ => Ok(()),
    }
}

async fn undone(tx: &mut Tx, message: MessageId) -> Result<(), StoreError> {
    recipient::sql::undone(tx, message).await?;
    delivery(tx, &message.to_string(), Delivery::Undone, "").await
}

async fn noted(tx: &mut Tx, entry: &Entry, note: &PrivateNote) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO private_note (id, case_id, n, by_id, text, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let key = entry.case.to_string();
    on!(Tx tx, db => sqlx::query(SQL).bind(note.id.to_string()).bind(&key)
        .bind(entry.n.cast_signed()).bind(note.by.to_string()).bind(&note.text)
        .bind(entry.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("writing a private note")?;
    mention::sql::named(tx, entry, note).await?;
    tx.index(&key, "note", &note.id.to_string(), &note.text, entry.at).await
}

async fn promises_made(tx: &mut Tx, entry: &Entry, promises: &[Promise]) -> Result<(), StoreError> {
    for promise in promises {
        promise_made(tx, entry, promise).await?;
    }
    Ok(())
}

async fn promise_made(tx: &mut Tx, entry: &Entry, promise: &Promise) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO promise (id, case_id, number, keeper_id, words, made_at_ms, due_at_ms,
            visible, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(Tx tx, db => sqlx::query(SQL).bind(promise.id.to_string()).bind(entry.case.to_string())
        .bind(promise.number).bind(promise.keeper.to_string()).bind(&promise.words)
        .bind(promise.made_at.as_millisecond()).bind(promise.due_at.as_millisecond())
        .bind(i64::from(promise.visible)).bind(promise.state.as_str())
        .execute(db).await.map(|_| ()))
    .doing("writing a promise")
}

async fn promise_ended(
    tx: &mut Tx,
    promise: &str,
    state: PromiseState,
    done: &str,
    entry: &Entry,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE promise SET state = $2, done = $3, ended_at_ms = $4 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(promise).bind(state.as_str()).bind(done)
        .bind(entry.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping a promise")
}

async fn promise_moved(tx: &mut Tx, promise: &str, due_at_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE promise SET due_at_ms = $2, moved = moved + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(promise).bind(due_at_ms).execute(db).await.map(|_| ()))
        .doing("moving a promise")
}

async fn promise_broken(tx: &mut Tx, promise: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE promise SET state = 'broken' WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(promise).execute(db).await.map(|_| ()))
        .doing("marking a promise as broken")
}

async fn offered(tx: &mut Tx, entry: &Entry, offer: &Offer) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO offer (id, case_id, body, state, cost_minor, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let body = offer_body(offer)?;
    on!(Tx tx, db => sqlx::query(SQL).bind(offer.id.to_string()).bind(entry.case.to_string())
        .bind(&body).bind(offer.state.as_str()).bind(offer.cost_minor_most())
        .bind(offer.made_at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("writing an offer")
}

fn offer_body(offer: &Offer) -> Result<String, StoreError> {
    serde_json::to_string(offer).map_err(|error| StoreError::unreadable("writing an offer", error))
}

async fn offer_changed(
    tx: &mut Tx,
    offer: &str,
    state: OfferState,
    answer: Option<&str>,
) -> Result<(), StoreError> {
    const READ: &str = "SELECT body FROM offer WHERE id = $1";
    const SQL: &str = "UPDATE offer SET body = $2, state = $3 WHERE id = $1";
    let doing = "changing an offer";
    let body: String =
        on!(Tx tx, db => sqlx::query_scalar(READ).bind(offer).fetch_one(db).await).doing(doing)?;
    let mut changed: Offer =
        serde_json::from_str(&body).map_err(|error| StoreError::unreadable(doing, error))?;
    changed.state = state;
    changed.answer = answer.map(str::to_owned).or(changed.answer);
    let body = offer_body(&changed)?;
    on!(Tx tx, db => sqlx::query(SQL).bind(offer).bind(&body).bind(state.as_str())
        .execute(db).await.map(|_| ()))
    .doing(doing)
}
