//! Timers of the desk. Each looks again at the case when its moment comes, so one that is
//! doubled, late or no longer needed does no harm. Each finishes in the transaction of its effect.

use crate::automatic;
use crate::bulk::jobs as bulk_jobs;
use crate::case::rules as case_rules;
use crate::case::save::{By, save};
use crate::case::sql::{self, people};
use crate::joiner::jobs as joiner_jobs;
use crate::letter;
use crate::message::rules::Outgoing;
use crate::policy::{Policy, days};
use crate::promise::rules::{self as promise_rules, ClosedHours, NewPromise};
use crate::resolution::rules as resolution_rules;
use crate::topic::rules as topic_rules;
use anyhow::Context as _;
use domain::case::Case;
use domain::clock::{Clock, ClockKind};
use domain::event::{Actor, Event};
use domain::id::{CaseId, MessageId, PromiseId};
use domain::message::Purpose;
use domain::topic::Topic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::job::Job;
use store::number::Numbered;
use store::{Context, StoreError, Tx};

/// A promise falls due.
pub const PROMISE: &str = "promise";
/// A clock falls due.
pub const CLOCK: &str = "clock";
/// A case comes back from being put aside.
pub const WAKE: &str = "wake";
/// The customer is asked again whether it is solved.
pub const ASK: &str = "ask";
/// Silence closes a case.
pub const SILENCE: &str = "silence";
/// Nobody has decided about somebody who waits on a case.
pub const JOINER: &str = "joiner";
/// A topic that is new, or speaks with other words, was found in a case.
pub const TOPIC: &str = "topic_found";

/// The kinds of work that [`run`] does.
pub const KINDS: &[&str] = &[PROMISE, CLOCK, WAKE, ASK, SILENCE, JOINER, TOPIC, bulk_jobs::KIND];

/// What a timer needs to know. The moment must still be the one that holds when it rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "timer", rename_all = "snake_case", deny_unknown_fields)]
enum Timer {
    Promise { case: CaseId, promise: PromiseId, due_at: Timestamp },
    Clock { case: CaseId, clock: ClockKind, due_at: Timestamp },
    Wake { case: CaseId, until: Timestamp },
    Ask { case: CaseId, resolved_at: Timestamp, asked: u8 },
    Silence { case: CaseId, resolved_at: Timestamp },
    Joiner { case: CaseId, message: MessageId },
    Topic { case: CaseId, topic: Topic },
}

async fn set(
    tx: &mut Tx,
    id: &str,
    kind: &str,
    timer: &Timer,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(timer)
        .map_err(|error| StoreError::unreadable("setting a timer", error))?;
    tx.enqueue(id, kind, &body, due, now).await
}

pub(crate) async fn set_promise(
    tx: &mut Tx,
    case: CaseId,
    promise: PromiseId,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = format!("promise/{promise}/{}", due_at.as_millisecond());
    set(tx, &id, PROMISE, &Timer::Promise { case, promise, due_at }, due_at, now).await
}

pub(crate) async fn set_clock(
    tx: &mut Tx,
    case: CaseId,
    clock: &Clock,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, due_at) = (clock.kind, clock.due_at);
    let id = format!("clock/{case}/{kind}/{}", due_at.as_millisecond());
    set(tx, &id, CLOCK, &Timer::Clock { case, clock: kind, due_at }, due_at, now).await
}

pub(crate) async fn set_wake(
    tx: &mut Tx,
    case: CaseId,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = format!("wake/{case}/{}", until.as_millisecond());
    set(tx, &id, WAKE, &Timer::Wake { case, until }, until, now).await
}

pub(crate) async fn set_ask(
    tx: &mut Tx,
    case: CaseId,
    resolved_at: Timestamp,
    asked: u8,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (since, due_ms) = (resolved_at.as_millisecond(), due.as_millisecond());
    let id = format!("ask/{case}/{since}/{asked}/{due_ms}");
    set(tx, &id, ASK, &Timer::Ask { case, resolved_at, asked }, due, now).await
}

pub(crate) async fn set_silence(
    tx: &mut Tx,
    case: CaseId,
    resolved_at: Timestamp,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (since, due_ms) = (resolved_at.as_millisecond(), due.as_millisecond());
    let id = format!("silence/{case}/{since}/{due_ms}");
    set(tx, &id, SILENCE, &Timer::Silence { case, resolved_at }, due, now).await
}

pub(crate) async fn set_joiner(
    tx: &mut Tx,
    case: CaseId,
    message: MessageId,
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = format!("joiner/{case}/{message}");
    set(tx, &id, JOINER, &Timer::Joiner { case, message }, due, now).await
}

/// Does a job of the desk; `None` when the job is not one of [`KINDS`].
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    if !KINDS.contains(&job.kind.as_str()) {
        return None;
    }
    if job.kind == bulk_jobs::KIND {
        return Some(bulk_jobs::go_on(ctx, job).await);
    }
    Some(ring(ctx, job).await)
}

async fn ring(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let timer: Timer = serde_json::from_str(&job.body).context("reading a timer")?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let case = match &timer {
        Timer::Promise { case, .. }
        | Timer::Clock { case, .. }
        | Timer::Wake { case, .. }
        | Timer::Ask { case, .. }
        | Timer::Silence { case, .. }
        | Timer::Joiner { case, .. }
        | Timer::Topic { case, .. } => *case,
    };
    if let Some(case) = sql::load_by_id(&mut tx, case).await? {
        let policy = Policy::read(&mut tx).await?;
        let events = rung(ctx, &mut tx, &case, &timer, &policy, now).await?;
        if !events.is_empty() {
            let actor = Actor::Rule(job.kind.clone());
            let by = By { ctx, actor, name: &policy.organisation, policy: &policy, now };
            save(&mut tx, &by, &case, &events).await?;
        }
    }
    tx.finish(job).await?;
    tx.commit().await?;
    Ok(())
}

async fn rung(
    ctx: &Context,
    tx: &mut Tx,
    case: &Case,
    timer: &Timer,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    Ok(match timer {
        Timer::Promise { promise, due_at, .. } => {
            promise_rules::break_by_timer(case, *promise, *due_at, now)
        }
        Timer::Clock { clock, due_at, .. } => case_rules::run_over(case, *clock, *due_at, now),
        Timer::Wake { until, .. } => case_rules::wake_by_timer(case, *until, now),
        Timer::Joiner { message, .. } => {
            joiner_jobs::split_by_timer(tx, ctx, case, *message, policy, now).await?
        }
        Timer::Topic { topic, .. } => topic_rules::found_later(case, topic),
        Timer::Silence { resolved_at, .. } => {
            let events = resolution_rules::close_by_silence(case, *resolved_at);
            let asked = resolution_rules::ASKS_BEFORE_SILENCE;
            if events.is_empty() && resolution_rules::is_checking(case, *resolved_at, asked) {
                // Something is still owed. Silence waits until it is not.
                set_silence(tx, case.id, *resolved_at, now + days(1), now).await?;
            }
            events
        }
        Timer::Ask { resolved_at, asked, .. } => {
            let events = ask(ctx, tx, case, *resolved_at, *asked, policy, now).await?;
            if events.is_empty() && resolution_rules::is_checking(case, *resolved_at, *asked) {
                // Nobody can be asked, and nobody is there to call. Tomorrow somebody may be.
                set_ask(tx, case.id, *resolved_at, *asked, now + days(1), now).await?;
            }
            events
        }
    })
}

async fn ask(
    ctx: &Context,
    tx: &mut Tx,
    case: &Case,
    resolved_at: Timestamp,
    asked: u8,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let contact = people::contact(tx, case.customer).await?.unwrap_or_default();
    let keeper = match case.owner {
        Some(owner) => Some(owner),
        None => people::somebody_of(tx, case.team).await?.map(|somebody| somebody.id),
    };
    let say = letter::say(case, &contact);
    let clock = policy.clocks.begin(ClockKind::Answer, case.severity, now);
    let call = match (keeper, clock) {
        (Some(keeper), Some(clock)) if contact.email.is_none() => Some(NewPromise {
            id: ctx.id(now),
            number: tx.next_number(Numbered::Promise).await?,
            words: letter::call_to_ask(say),
            keeper,
            due_at: clock.due_at,
            visible: true,
            closed_hours: ClosedHours::Confirmed,
        }),
        _ => None,
    };
    let leaves_at = match &contact.email {
        Some(address) => automatic::not_before(tx, now, case.customer, address).await?,
        None => now,
    };
    let letter = Outgoing {
        id: ctx.id(now),
        purpose: Purpose::Verification,
        text: letter::solved_again(say, &contact.name, case, &policy.organisation),
        to: contact.email,
        also: Vec::new(),
        automatic: true,
        leaves_at,
    };
    let clocks = &policy.clocks;
    Ok(resolution_rules::ask_by_timer(case, resolved_at, asked, letter, call, clocks, now))
}
