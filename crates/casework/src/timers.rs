//! Timers of cases. Each looks again at the case when its moment comes, so one that is doubled,
//! late or no longer needed does no harm. Each finishes in the transaction of its effect.

use crate::case::save::{By, save};
use crate::case::sql;
use crate::policy::Policy;
use anyhow::Context as _;
use domain::case::Case;
use domain::clock::{Clock, ClockKind};
use domain::event::{Actor, Event};
use domain::id::{CaseId, MessageId, PromiseId};
use domain::topic::Topic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::job::Job;
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

/// What a timer needs to know. The moment must still be the one that holds when it rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "timer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Timer {
    /// A promise falls due.
    Promise {
        /// The case.
        case: CaseId,
        /// The promise.
        promise: PromiseId,
        /// When it was due as the timer was set.
        due_at: Timestamp,
    },
    /// A clock falls due.
    Clock {
        /// The case.
        case: CaseId,
        /// Which clock.
        clock: ClockKind,
        /// When it was due as the timer was set.
        due_at: Timestamp,
    },
    /// A case comes back from being put aside.
    Wake {
        /// The case.
        case: CaseId,
        /// Until when it was put aside.
        until: Timestamp,
    },
    /// The customer is asked again whether it is solved.
    Ask {
        /// The case.
        case: CaseId,
        /// When it was put right.
        resolved_at: Timestamp,
        /// How often the customer was asked before.
        asked: u8,
    },
    /// Silence closes a case.
    Silence {
        /// The case.
        case: CaseId,
        /// When it was put right.
        resolved_at: Timestamp,
    },
    /// Nobody has decided about somebody who waits on a case.
    Joiner {
        /// The case.
        case: CaseId,
        /// What they wrote.
        message: MessageId,
    },
    /// A topic was found in a case.
    Topic {
        /// The case.
        case: CaseId,
        /// The topic.
        topic: Topic,
    },
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

/// Sets when the customer is asked again.
pub async fn set_ask(
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

/// Sets when silence closes the case.
pub async fn set_silence(
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

/// A timer that rang, with its case as it is now.
pub struct Rung<'a> {
    /// Where it rang.
    pub ctx: &'a Context,
    /// The transaction in which the timer ends.
    pub tx: Tx,
    /// The moment.
    pub now: Timestamp,
    /// What it was set for.
    pub timer: Timer,
    /// The case it is about.
    pub case: Case,
    /// What was decided for cases.
    pub policy: Policy,
}

impl<'a> Rung<'a> {
    /// Looks at the case that `job` is about; `None` when there is none any more, and the timer has
    /// ended.
    ///
    /// # Errors
    /// When the store fails or the job cannot be read.
    pub async fn begin(ctx: &'a Context, job: &Job) -> anyhow::Result<Option<Rung<'a>>> {
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
        let Some(case) = sql::load_by_id(&mut tx, case).await? else {
            tx.finish(job).await?;
            tx.commit().await?;
            return Ok(None);
        };
        let policy = Policy::read(&mut tx).await?;
        Ok(Some(Rung { ctx, tx, now, timer, case, policy }))
    }

    /// Saves what follows, and ends the timer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end(mut self, job: &Job, events: &[Event]) -> anyhow::Result<()> {
        if !events.is_empty() {
            let (name, policy) = (&self.policy.organisation, &self.policy);
            let actor = Actor::Rule(job.kind.clone());
            let by = By { ctx: self.ctx, actor, name, policy, now: self.now };
            save(&mut self.tx, &by, &self.case, events).await?;
        }
        self.tx.finish(job).await?;
        self.tx.commit().await?;
        Ok(())
    }
}
