//! Timers of the case itself: clocks, waking, broken promises, who waits to join, topics found
//! later.

use super::rules;
use crate::joiner::jobs as joiner;
use crate::promise::rules as promise;
use crate::timers::{CLOCK, JOINER, PROMISE, Rung, TOPIC, Timer, WAKE};
use crate::topic::rules as topics;
use store::Context;
use store::job::Job;

/// The kinds of work that [`run`] does.
const KINDS: [&str; 5] = [PROMISE, CLOCK, WAKE, JOINER, TOPIC];

/// Does a job about a case itself; `None` when it is of another kind.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    if KINDS.contains(&job.kind.as_str()) { Some(ring(ctx, job).await) } else { None }
}

async fn ring(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let Some(mut rung) = Rung::begin(ctx, job).await? else { return Ok(()) };
    let (case, policy, now) = (&rung.case, &rung.policy, rung.now);
    let events = match &rung.timer {
        Timer::Promise { promise: id, due_at, .. } => {
            promise::break_by_timer(case, *id, *due_at, now)
        }
        Timer::Clock { clock, due_at, .. } => rules::run_over(case, *clock, *due_at, now),
        Timer::Wake { until, .. } => rules::wake_by_timer(case, *until, now),
        Timer::Joiner { message, .. } => {
            joiner::split_by_timer(&mut rung.tx, ctx, case, *message, policy, now).await?
        }
        Timer::Topic { topic, .. } => topics::found_later(case, topic),
        Timer::Ask { .. } | Timer::Silence { .. } => anyhow::bail!("a timer of another kind"),
    };
    rung.end(job, &events).await
}
