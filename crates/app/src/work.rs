//! Workers: they take up what is due, each piece under a lease, and sleep until the next.

use crate::arrivals;
use crate::router::Rooms;
use jiff::SignedDuration;
use std::time::{Duration, Instant};
use store::course::Point;
use store::fact::{Fact, Heard, Listener};
use store::job::{self, Job};
use store::{Context, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a worker holds a job before another may take it: so long the work of a node that died
/// waits. A worker that lives holds on to it …
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// … so often.
const HOLD_ON_EVERY: Duration = Duration::from_secs(10);
/// Jobs taken at once.
const AT_ONCE: u32 = 50;
/// Single arrivals that are understood with one commit. More would be cheaper by the piece, but
/// whoever hands something in waits for the writer that long.
const TOGETHER: usize = 25;
/// While more is handed in, understanding rests for so many times as long as it took …
const REST: u32 = 15;
/// … and at most this long.
const REST_MOST: Duration = Duration::from_millis(500);
/// Longest sleep: other nodes may have laid out work that this one was not told of.
const SLEEP_MOST: Duration = Duration::from_secs(1);

/// Takes up jobs until `ending` says so; what was begun is finished.
pub async fn jobs(ctx: Context, rooms: Rooms, mut ending: watch::Receiver<bool>) {
    let mut news = ctx.store.listen();
    while !*ending.borrow() {
        let mut began = Instant::now();
        match ctx.store.claim(ctx.now(), LEASE, AT_ONCE).await {
            Ok(taken) if !taken.is_empty() => {
                ctx.passes(Point::WorkClaimed);
                // Ends with this round.
                let mut holding = JoinSet::new();
                holding.spawn(hold_on(ctx.clone(), taken.clone()));
                let single = |job: &Job| job.kind == arrivals::KINDS.0;
                let (arrived, others): (Vec<Job>, Vec<Job>) = taken.into_iter().partition(single);
                for some in arrived.chunks(TOGETHER) {
                    together(&ctx, &rooms, some).await;
                    give_way(&mut news, began.elapsed()).await;
                    began = Instant::now();
                }
                for job in &others {
                    one(&ctx, &rooms, job).await;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot look for work now"),
        }
        tokio::select! {
            () = told_of_work(&mut news) => {}
            () = tokio::time::sleep(sleep(&ctx).await) => {}
            _ = ending.changed() => {}
        }
    }
}

/// Keeps work that takes long in the hands of who does it.
async fn hold_on(ctx: Context, jobs: Vec<Job>) {
    loop {
        tokio::time::sleep(HOLD_ON_EVERY).await;
        if let Err(error) = ctx.store.hold_on(&jobs, ctx.now() + LEASE).await {
            tracing::warn!(%error, "cannot hold on to work; another may take it over");
        }
    }
}

/// Understands single arrivals with one commit; what cannot be taken in with the others goes by
/// itself.
pub async fn together(ctx: &Context, rooms: &Rooms, arrived: &[Job]) {
    if arrived.len() > 1 {
        let (inner, held, rooms) = (ctx.clone(), arrived.to_vec(), rooms.clone());
        let done = tokio::spawn(async move { rooms.run_together(&inner, &held).await }).await;
        if matches!(done, Ok(Ok(()))) {
            let kind = arrivals::KINDS.0;
            metrics::counter!("redress_jobs_done", "kind" => kind).increment(arrived.len() as u64);
            return;
        }
        tracing::warn!(arrivals = arrived.len(), "not taken in together; they go one by one");
    }
    for job in arrived {
        one(ctx, rooms, job).await;
    }
}

/// Keeping what arrives comes before understanding it: while more is handed in, the writer is
/// left to those who wait for their acknowledgement most of the time.
async fn give_way(news: &mut Listener, took: Duration) {
    let mut busy = false;
    while let Some(heard) = news.try_next() {
        busy |= matches!(heard, Heard::Fact(Fact::Job) | Heard::Missed);
    }
    if busy {
        tokio::time::sleep((took * REST).min(REST_MOST)).await;
    }
}

async fn told_of_work(news: &mut Listener) {
    loop {
        match news.next().await {
            Heard::Fact(Fact::Job) | Heard::Missed => return,
            Heard::Fact(_) => {}
            Heard::Closed => return std::future::pending().await,
        }
    }
}

async fn sleep(ctx: &Context) -> Duration {
    match ctx.store.next_job_at().await {
        Ok(Some(at)) => {
            let ms = at.as_millisecond() - ctx.now().as_millisecond();
            let most = SLEEP_MOST.as_millis() as i64;
            Duration::from_millis(ms.clamp(20, most).unsigned_abs())
        }
        _ => SLEEP_MOST,
    }
}

/// Does one job. What fails or panics is tried again later and ends where a person sees it.
pub async fn one(ctx: &Context, rooms: &Rooms, job: &Job) {
    let (inner, held) = (ctx.clone(), job.clone());
    let rooms = rooms.clone();
    // A task of its own, so that a panic over one poisoned input ends that job and nothing else.
    let done = tokio::spawn(async move { rooms.run(&inner, &held).await }).await;
    let error = match done {
        Ok(Ok(())) => {
            metrics::counter!("redress_jobs_done", "kind" => job.kind.clone()).increment(1);
            return;
        }
        Ok(Err(error)) => {
            if let Some(StoreError::Conflict { .. }) = error.downcast_ref() {
                tracing::debug!(job.id, "somebody else finished this work");
                return;
            }
            format!("{error:#}")
        }
        Err(panicked) => format!("it broke: {panicked}"),
    };
    tracing::warn!(job.id, job.kind, job.attempts, error, "work failed; it is tried again");
    metrics::counter!("redress_jobs_failed", "kind" => job.kind.clone()).increment(1);
    let [chance] = ctx.chance::<1>();
    let again = job::again_at(ctx.now(), job.attempts, chance);
    if let Err(error) = ctx.store.fail(job, &error, again).await {
        tracing::warn!(job.id, %error, "cannot note a failure; the lease will run out");
    }
}

/// Small duties of every node: folding counters, forgetting old request keys.
pub async fn duties(ctx: Context, mut ending: watch::Receiver<bool>) {
    while !*ending.borrow() {
        if let Err(error) = duty(&ctx).await {
            tracing::warn!(%error, "housekeeping failed; it is tried again in a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
            _ = ending.changed() => {}
        }
    }
}

async fn duty(ctx: &Context) -> Result<(), StoreError> {
    const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(48);
    let now = ctx.now();
    ctx.store.forget_request_keys(now - KEYS_KEPT, 10_000).await?;
    let mut tx = ctx.begin().await?;
    let id: uuid::Uuid = ctx.id(now);
    tx.fold_tallies(&id.to_string(), 64, 200).await?;
    insight::lay_out(&mut tx, now).await?;
    customers::lay_out(&mut tx, now).await?;
    tx.commit().await?;
    desk::presence::actions::forget_old(ctx, now).await?;
    conversation::suggestion::actions::forget_old(ctx, now).await?;
    handling::bulk::actions::forget_old(ctx, now).await?;
    casework::automatic::forget_old(ctx, now).await
}
