//! `redress import`: files of earlier systems, surveys, reviews and mailboxes.

use super::{Common, open, runtime, start_logging};
use crate::arrivals;
use anyhow::{Context as _, bail};
use channels::import::{self, BadRow, ErrorFile, Limits, Options, Progress, Report};
use clap::Args;
use domain::id::{BatchId, UnitId};
use hearing::row::Mapping;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use reading::Reader;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Context, Doing, on};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Takes a file in, or takes an import back.
#[derive(Args, Debug)]
pub struct Import {
    /// CSV, JSONL, mbox or .eml
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Only look: say what would come, what would not, and why
    #[arg(long)]
    dry_run: bool,
    /// Which column is what: text=Verbatim (again for each)
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// Name of the unit it is for; the first one when not said
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// Where rows that cannot be taken are written; FILE.errors.csv when not said
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Take an import back, within seven days
    #[arg(long, value_name = "BATCH", conflicts_with = "file")]
    undo: Option<String>,
    /// Do not wait until every row was understood; the server goes on with it
    #[arg(long)]
    no_wait: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs `redress import`. Exit 3 when some rows could not be taken.
///
/// # Errors
/// When the file cannot be read or the store fails; what was committed stays, and the same command
/// goes on from there.
pub fn run(common: &Common, command: &Import) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    if let Some(batch) = &command.undo {
        let batch: BatchId = batch.parse().context("that is no id of an import")?;
        let undone = runtime()?.block_on(async {
            let ctx = open(&settings).await?;
            let undone = import::undo(&ctx, batch).await?;
            let (_, nothing_more) = watch::channel(false);
            understand_all(ctx, ProgressBar::hidden(), nothing_more).await?;
            anyhow::Ok(undone)
        })?;
        out!("{} rows taken back, {} cases to close", undone.arrivals, undone.cases);
        return Ok(ExitCode::SUCCESS);
    }
    let path = command.file.as_ref().context("name a file")?;
    let limits = Limits::default();
    let plan = import::plan(path, &limits);
    let mut plan = plan.with_context(|| format!("nothing was taken in of {}", path.display()))?;
    for words in &command.map {
        plan.mapping.set_from(words).map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    eprintln!("{}", plan.mapping.in_words());
    let errors = command.errors.clone().unwrap_or_else(|| {
        let mut name = path.clone().into_os_string();
        name.push(".errors.csv");
        PathBuf::from(name)
    });
    let report = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let unit = unit_of(&ctx, command.unit.as_deref()).await?;
        let options = Options { unit, dry_run: command.dry_run, limits };
        let bars = MultiProgress::new();
        let bar = bars.add(bar(plan.rows));
        // What is taken in is understood while more is taken in.
        let (taking_in, more) = watch::channel(true);
        let understanding = (!command.dry_run && !command.no_wait).then(|| {
            tokio::spawn(understand_all(ctx.clone(), bars.add(bar_understanding()), more))
        });
        let mut refused = RefusedRows { path: &errors, file: None, failed: None };
        let mut progress = |progress: Progress| match progress {
            Progress::Moved(report) => bar.set_position(report.done),
            Progress::Bad(bad) => {
                if !command.dry_run {
                    refused.write(&plan.mapping, &bad);
                }
                bar.suspend(|| {
                    eprintln!("warning: line {}: {}: {}", bad.line, bad.column, bad.why)
                });
            }
        };
        ctx.store.begin_bulk().await?;
        let report = import::run(&ctx, path, &plan, &options, &mut progress).await;
        bar.finish_and_clear();
        taking_in.send_replace(false);
        let understood = ended(understanding).await;
        // Whatever went wrong: what was kept is on the disk before anybody is told of it.
        ctx.store.end_bulk().await?;
        understood?;
        if let Some(error) = refused.failed {
            return Err(error).with_context(|| format!("cannot write {}", errors.display()));
        }
        anyhow::Ok(report?)
    })?;
    tell(&report, command)?;
    Ok(if report.bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

async fn ended(understanding: Option<JoinHandle<anyhow::Result<()>>>) -> anyhow::Result<()> {
    match understanding {
        Some(understanding) => understanding.await.context("understanding broke")?,
        None => Ok(()),
    }
}

/// Rows that could not be taken, beside the file they came from.
struct RefusedRows<'a> {
    path: &'a std::path::Path,
    file: Option<ErrorFile>,
    failed: Option<std::io::Error>,
}

impl RefusedRows<'_> {
    /// Writes one; the file is made with the first.
    fn write(&mut self, mapping: &Mapping, bad: &BadRow) {
        if self.file.is_none() {
            match ErrorFile::append(self.path, mapping) {
                Ok(file) => self.file = Some(file),
                Err(error) => self.failed = Some(error),
            }
        }
        if let Some(file) = &mut self.file
            && let Err(error) = file.write(bad)
        {
            self.failed = Some(error);
        }
    }
}

fn tell(report: &Report, command: &Import) -> anyhow::Result<()> {
    let Report { batch, rows, new, known, bad, public, closed, .. } = report;
    let batch = batch.map(|batch| batch.to_string());
    if command.json {
        let json = serde_json::json!({"batch": batch, "rows": rows, "new": new, "known": known,
            "bad": bad, "public": public, "closed": closed, "dry_run": command.dry_run});
        out!("{}", serde_json::to_string(&json)?);
        return Ok(());
    }
    let would = if command.dry_run { "would be " } else { "" };
    out!("{new} {would}new ({public} public, {closed} already closed), {known} known, {bad} bad");
    if let Some(batch) = batch {
        eprintln!("To take it back within seven days: redress import --undo {batch}");
    }
    Ok(())
}

pub(super) async fn unit_of(ctx: &Context, name: Option<&str>) -> anyhow::Result<UnitId> {
    const SQL: &str = "SELECT id, name FROM unit ORDER BY made_at_ms, id LIMIT 1000";
    let all: Vec<(String, String)> =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).fetch_all(db).await)
            .doing("listing units")?;
    let found = match name {
        None => all.first(),
        Some(name) => all.iter().find(|unit| unit.1.eq_ignore_ascii_case(name)),
    };
    match (found, name) {
        (Some(unit), _) => Ok(unit.0.parse()?),
        (None, Some(name)) => bail!("there is no unit called {name}"),
        (None, None) => bail!("the house is not open yet; run `redress init` first"),
    }
}

/// Understands what was taken in until `more` says that no more comes and all is done; a server
/// that runs beside does its share.
async fn understand_all(
    ctx: Context,
    bar: ProgressBar,
    mut more: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
    /// Groups in the hand; a group is written while the others are read.
    const AT_ONCE: usize = 3;
    const CLAIMED: u32 = 24;
    let reader = Reader::shipped();
    let rooms = crate::router::Rooms::with(reader);
    let mut news = ctx.store.listen();
    let (mut waiting, mut at_work) = (VecDeque::new(), JoinSet::new());
    loop {
        // Asked before the store is looked at: what was kept before the end is found then.
        let more_comes = *more.borrow();
        // Many are claimed before they are needed: a claim waits for the writer like any change.
        if waiting.len() < AT_ONCE {
            waiting.extend(ctx.store.claim_of(arrivals::KINDS, ctx.now(), LEASE, CLAIMED).await?);
        }
        while at_work.len() < AT_ONCE
            && let Some(job) = waiting.pop_front()
        {
            let (ctx, rooms) = (ctx.clone(), rooms.clone());
            at_work.spawn(async move { crate::work::one(&ctx, &rooms, &job).await });
        }
        match at_work.join_next().await {
            Some(done) => {
                done.context("a worker broke")?;
                bar.inc(1);
            }
            None if more_comes => {
                tokio::select! {
                    _ = news.next() => {}
                    // Only the end of the taking in changes it.
                    _ = more.changed() => {}
                }
            }
            None => {
                bar.finish_and_clear();
                return Ok(());
            }
        }
    }
}

fn bar(rows: u64) -> ProgressBar {
    let style = "taking in {wide_bar} {pos} of {len}, {per_sec}, {eta} left";
    match ProgressStyle::with_template(style) {
        Ok(style) => ProgressBar::new(rows).with_style(style),
        Err(_) => ProgressBar::new(rows),
    }
}

fn bar_understanding() -> ProgressBar {
    match ProgressStyle::with_template("understanding {spinner} {pos} groups, {elapsed}") {
        Ok(style) => ProgressBar::new_spinner().with_style(style),
        Err(_) => ProgressBar::new_spinner(),
    }
}
