//! What follows from an event outside the record: a letter in the outbox, timers, counters, the
//! life of the case link. `rebuild` never comes here: letters and timers are not made again.

use crate::automatic;
use crate::case::link;
use crate::case::rules::ASKS_BEFORE_SILENCE;
use crate::case::save::By;
use crate::case::sql::people;
use crate::letter;
use crate::message::held_back::{self, FOR_EVER, HeldBack};
use crate::policy::days;
use crate::timers;
use domain::case::{Case, Stage, Tray};
use domain::clock::ClockKind;
use domain::event::Event;
use domain::id::{CustomerId, MessageId};
use domain::message::{PublicMessage, Purpose};
use domain::promise::Promise;
use jiff::Timestamp;
use serde::Serialize;
use speech::Language;
use std::collections::BTreeMap;
use store::course::Point;
use store::{StoreError, Tx};

/// One step: the case before and after an event.
pub(crate) struct Effects<'a> {
    pub by: &'a By<'a>,
    pub before: &'a Case,
    pub after: &'a Case,
}

/// Lays out what follows from `event`.
pub(crate) async fn of_event(
    tx: &mut Tx,
    step: &Effects<'_>,
    event: &Event,
) -> Result<(), StoreError> {
    let (case, now) = (step.after, step.by.now);
    let clocks = match event {
        Event::Opened(opening) => opening.clocks.as_slice(),
        Event::Received { clocks, .. } | Event::Sent { clocks, .. } => clocks,
        // Restored clocks may have lost their timers while they did not run.
        Event::SendUndone { before, .. } => &before.clocks,
        Event::ClockSet { clock } => std::slice::from_ref(clock),
        Event::TookIn(other) => &other.clocks,
        Event::Separated(how) => &how.before.clocks,
        _ => &[],
    };
    for clock in clocks {
        timers::set_clock(tx, case.id, clock, now).await?;
    }
    match event {
        Event::Sent { message, .. } => {
            post(tx, step, message).await?;
            // On a closed case a new link has its days too, or it would never end.
            if message.purpose == Purpose::Link && case.stage.is_closed() {
                link::end(tx, case.id, now + days(step.by.policy.link_days)).await?;
            }
        }
        Event::PromiseMade { promise } => {
            timers::set_promise(tx, case.id, promise.id, promise.due_at, now).await?;
        }
        Event::PromiseMoved { promise, due_at, .. } => {
            timers::set_promise(tx, case.id, *promise, *due_at, now).await?;
        }
        Event::Snoozed { until } => timers::set_wake(tx, case.id, *until, now).await?,
        Event::JoinerWaits(joiner) => {
            let rules = &step.by.policy.clocks;
            let first_word = rules.begin(ClockKind::Acknowledge, joiner.severity, now);
            let due = first_word.map_or(now, |clock| clock.due_at);
            timers::set_joiner(tx, case.id, joiner.message.id, due, now).await?;
        }
        Event::TookIn(other) => set_promises(tx, case, &other.promises, now).await?,
        Event::Separated(how) => set_promises(tx, case, &how.promises, now).await?,
        Event::SolvedAsked | Event::UndeliveredSeenTo { .. } => {
            if let Stage::Checking { at, asked: asked @ 1.., .. } = case.stage {
                let policy = step.by.policy;
                if asked < ASKS_BEFORE_SILENCE {
                    let due = now + days(policy.ask_again_days);
                    timers::set_ask(tx, case.id, at, asked, due, now).await?;
                } else {
                    let due = now + days(policy.silence_days);
                    timers::set_silence(tx, case.id, at, due, now).await?;
                }
            }
        }
        _ => {}
    }
    match (step.before.stage.is_closed(), case.stage.is_closed()) {
        // The link of a case that is part of another opens that one.
        (false, true) if matches!(event, Event::Merged(_)) => Ok(()),
        (false, true) => link::end(tx, case.id, now + days(step.by.policy.link_days)).await,
        (true, false) => link::revive(tx, case.id).await,
        _ => Ok(()),
    }
}

async fn set_promises(
    tx: &mut Tx,
    case: &Case,
    promises: &[Promise],
    now: Timestamp,
) -> Result<(), StoreError> {
    for promise in promises {
        timers::set_promise(tx, case.id, promise.id, promise.due_at, now).await?;
    }
    Ok(())
}

/// What a channel needs to send a letter. It builds the mail from this and from the case's
/// messages (for In-Reply-To and References).
#[derive(Serialize)]
struct Envelope<'a> {
    number: String,
    message: String,
    from_name: &'a str,
    to: &'a str,
    subject: &'a str,
    text: &'a str,
    automatic: bool,
    link: String,
    language: &'a str,
}

/// Lays out the letters of a message: the customer's, and one of their own for whoever gets it
/// too. Theirs hold no link: the page is the customer's, with all that was ever said.
async fn post(tx: &mut Tx, step: &Effects<'_>, message: &PublicMessage) -> Result<(), StoreError> {
    if let Some(to) = &message.to {
        let (by, case) = (step.by, step.after);
        let token = link::of_case(tx, by.ctx, case.id, case.customer, by.now).await?;
        let page = match message.purpose {
            Purpose::Verification => "/solved",
            _ => "",
        };
        let link = format!("{}/c/{token}{page}", by.ctx.base_url);
        let (subject, letter) = (&message.subject, message.id);
        let whose = case.customer;
        let leaves = post_one(tx, step, message, Post { letter, whose, to, subject, link }).await?;
        if message.automatic && leaves {
            automatic::count(tx, &message.id.to_string(), to, by.now);
        }
    }
    for one in &message.also {
        let (to, subject, letter, whose) = (&one.to, &one.subject, one.letter, one.customer);
        let link = String::new();
        post_one(tx, step, message, Post { letter, whose, to, subject, link }).await?;
    }
    Ok(())
}

/// What is particular to the letter of one who gets a message.
struct Post<'a> {
    letter: MessageId,
    whose: CustomerId,
    to: &'a str,
    subject: &'a str,
    link: String,
}

/// Says whether it leaves by itself: where the last one did not arrive, it waits for a word.
async fn post_one(
    tx: &mut Tx,
    step: &Effects<'_>,
    message: &PublicMessage,
    post: Post<'_>,
) -> Result<bool, StoreError> {
    let (by, case) = (step.by, step.after);
    let Post { letter, whose, to, subject, link } = post;
    let held = held_back::why(tx, message, whose, to).await?;
    let held = held.map(|why| HeldBack { letter, why });
    let language = match Language::of(&case.language) {
        Some(language) => language,
        None => {
            let contact = people::contact(tx, case.customer).await?.unwrap_or_default();
            letter::say(case, &contact).language
        }
    };
    let envelope = Envelope {
        number: case.number.to_string(),
        message: letter.to_string(),
        from_name: by.name,
        to,
        subject,
        text: &message.text,
        automatic: message.automatic,
        link,
        language: language.code(),
    };
    let envelope = serde_json::to_string(&envelope)
        .map_err(|error| StoreError::unreadable("writing an envelope", error))?;
    let (key, id) = (letter.to_string(), case.id.to_string());
    let channel = message.channel.as_str();
    let leaves_at = match &held {
        Some(held) => {
            held_back::lay_out(tx, held, message.leaves_at, by.now).await?;
            message.leaves_at + FOR_EVER
        }
        None => message.leaves_at,
    };
    tx.post(&key, &id, channel, to, &envelope, leaves_at, by.now).await?;
    by.ctx.passes(Point::LetterPosted);
    Ok(held.is_none())
}

/// The views in which a case is counted.
fn views_of(case: &Case) -> Vec<&'static str> {
    let tray = case.tray();
    let mut views = vec![tray.as_str()];
    if tray == Tray::Open {
        let mut also = |holds: bool, view| {
            if holds {
                views.push(view);
            }
        };
        also(case.promises.iter().any(domain::promise::Promise::is_owed), "promises");
        also(case.facts.public, "public");
        also(case.reopened > 0, "reopened");
        also(case.escalated, "escalated");
    }
    views
}

/// Counts the case into the views it came to and out of those it left.
pub(crate) fn count(tx: &mut Tx, before: Option<&Case>, after: &Case) {
    let mut changes: BTreeMap<String, i64> = BTreeMap::new();
    for (case, n) in before.map(|case| (case, -1)).into_iter().chain([(after, 1)]) {
        for view in views_of(case) {
            let team = format!("queue/team/{}/{}/{view}", case.unit, case.team);
            *changes.entry(team).or_default() += n;
            if let Some(owner) = case.owner {
                *changes.entry(format!("queue/owner/{owner}/{view}")).or_default() += n;
            }
        }
    }
    for (name, n) in changes.iter().filter(|(_, n)| **n != 0) {
        tx.count(&format!("{}/{}/{name}", after.id, after.version), name, *n);
    }
}
