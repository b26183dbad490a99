//! How fast a file comes in on SQLite, step by step: `import_speed FILE`.
//!
//! Prints rows a second for looking at the file, for keeping its rows, and for understanding them
//! with their reading. What `customers` and `casework` do with each row is not part of it.

use channels::import::{self, Limits, Options};
use domain::id::{UnitId, uuid_v7};
use hearing::{Placed, Understood};
use intake::{ArrivalsJob, Outcome};
use jiff::SignedDuration;
use std::path::PathBuf;
use std::time::Instant;
use store::{Address, Doing, StoreError, on};

#[tokio::main]
async fn main() {
    let path = PathBuf::from(std::env::args().nth(1).expect("usage: import_speed FILE"));
    let folder = tempfile::tempdir().expect("a folder");
    let world = testkit::world(&Address::File(folder.path().join("redress.db"))).await;
    let unit = UnitId::from(uuid_v7(1, [1; 10]));
    let mut tx = world.ctx.begin().await.expect("a transaction");
    on!(Tx &mut tx, db => sqlx::query("INSERT INTO unit (id, name, made_at_ms) VALUES ($1, 'One', 1)")
        .bind(unit.to_string()).execute(db).await.map(|_| ()))
    .doing("making a unit")
    .expect("a unit");
    tx.commit().await.expect("a commit");

    let began = Instant::now();
    let limits = Limits { rows: 10_000_000, ..Limits::default() };
    let plan = import::plan(&path, &limits).expect("a plan");
    told("looked at", plan.rows, began);
    print!("{}", plan.mapping.in_words());

    let began = Instant::now();
    let options = Options { unit, dry_run: false, limits };
    let report = import::run(&world.ctx, &path, &plan, &options, &mut |_| {}).await.expect("a run");
    told("kept", report.done, began);
    println!("{} new, {} known, {} bad", report.new, report.known, report.bad);

    let began = Instant::now();
    let rows = understand(&world.ctx).await.expect("understanding");
    told("understood", rows, began);
}

fn told(what: &str, rows: u64, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = rows as f64 / seconds;
    println!("{what} {rows} rows in {seconds:.2} s: {rate:.0} a second");
}

async fn understand(ctx: &store::Context) -> Result<u64, StoreError> {
    let reader = reading::Reader::shipped();
    let mut rows = 0;
    loop {
        let now = ctx.now();
        let jobs = ctx.store.claim(now, SignedDuration::from_mins(10), 1).await?;
        let Some(job) = jobs.first() else { return Ok(rows) };
        let body: ArrivalsJob = serde_json::from_str(&job.body).expect("a group of arrivals");
        let waiting = intake::waiting(&ctx.store, &body.arrivals).await?;
        let read = hearing::read_through(ctx, waiting, &reader, &hearing::mail::Senders::default())
            .await?;
        let mut tx = ctx.begin().await?;
        let all = hearing::understand_read(&mut tx, ctx, now, read).await?;
        let placed =
            |understood| Placed { understood, customer: None, case: None, explanation: "" };
        hearing::keep(&mut tx, &all.iter().map(placed).collect::<Vec<_>>()).await?;
        let outcome = |one: &Understood| Outcome {
            arrival: one.feedback.arrival,
            feedback: one.feedback.id,
            case: None,
            error: one.error.clone(),
        };
        intake::settle_many(&mut tx, &all.iter().map(outcome).collect::<Vec<_>>())?;
        tx.finish(job).await?;
        tx.commit().await?;
        rows += all.len() as u64;
    }
}
