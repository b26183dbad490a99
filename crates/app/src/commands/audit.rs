//! `redress audit verify` and `redress rebuild`.

use super::backup::counter;
use super::{Common, open, runtime, start_logging};
use anyhow::bail;
use clap::Subcommand;
use std::collections::HashMap;
use std::process::ExitCode;
use store::Context;
use store::event::BEGINNING;

/// Works on the record.
#[derive(Subcommand, Debug)]
pub enum Audit {
    /// Check the hash chain of every case; names the first bad event
    Verify {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// What a verification went over.
#[derive(Debug, serde::Serialize)]
pub struct Verified {
    events: u64,
    cases: u64,
    /// Entries of the house's own record: who changed people, rights and policies.
    entries: u64,
    /// One hash over the ends of all chains: compare it with an earlier one to notice a cut tail.
    head: String,
}

/// Runs `redress audit …`.
///
/// # Errors
/// When the record was changed, or the store fails.
pub fn run(common: &Common, command: &Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify { json } = command;
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let verified = runtime()?.block_on(async { verify_with(&open(&settings).await?).await })?;
    if *json {
        out!("{}", serde_json::to_string(&verified)?);
    } else {
        let Verified { events, cases, entries, head } = verified;
        out!(
            "{events} events of {cases} cases and {entries} entries of the house are sound\t\
             head {head}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Goes over the whole record.
///
/// # Errors
/// Names the first event that is not what was written.
pub async fn verify_with(ctx: &Context) -> anyhow::Result<Verified> {
    let bar = counter("verifying");
    let mut ends: HashMap<String, (i64, String)> = HashMap::new();
    let (mut seq, mut events) = (0, 0);
    loop {
        let some = ctx.store.all_events_after(seq, 1_000).await?;
        let Some(last) = some.last() else { break };
        seq = last.seq;
        for event in &some {
            let end = ends.entry(event.case_id.clone()).or_insert((0, BEGINNING.to_owned()));
            if event.n != end.0 + 1 || !event.is_sound(&end.1) {
                bar.finish_and_clear();
                bail!(
                    "the record was changed: event {} of case {} (seq {}) does not follow from \
                     what stands before it",
                    event.n,
                    event.case_id,
                    event.seq
                );
            }
            *end = (event.n, event.hash.clone());
            events += 1;
        }
        bar.set_position(events);
    }
    bar.finish_and_clear();
    check_tails(ctx, &ends).await?;
    let house = house::audit::verify(&ctx.store).await?;
    if let Some(bad) = house.first_bad {
        bail!("the record of the house was changed: entry {bad} does not follow from those before");
    }
    let mut all: Vec<String> = ends.iter().map(|(case, end)| format!("{case} {}", end.1)).collect();
    all.push(format!("house {}", house.head));
    all.sort_unstable();
    let head = store::file::sha256_hex(all.join("\n").as_bytes());
    let entries = house.sound.unsigned_abs();
    Ok(Verified { events, cases: ends.len() as u64, entries, head })
}

/// A cut tail leaves a case whose version is higher than its record is long.
async fn check_tails(ctx: &Context, ends: &HashMap<String, (i64, String)>) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let some = versions(&ctx.store, &after).await?;
        let Some((last, _)) = some.last() else { return Ok(()) };
        after.clone_from(last);
        for (case, version) in &some {
            let n = ends.get(case).map_or(0, |end| end.0);
            if n != *version {
                bail!("the record was cut: case {case} has {version} events, {n} are there");
            }
        }
    }
}

/// Ids and versions of cases after `after`, by id.
async fn versions(store: &store::Store, after: &str) -> anyhow::Result<Vec<(String, i64)>> {
    use store::{Doing, on};
    const SQL: &str = "SELECT id, version FROM \"case\" WHERE id > $1 ORDER BY id LIMIT 1000";
    let rows = on!(Store store, db => sqlx::query_as(SQL).bind(after).fetch_all(db).await);
    Ok(rows.doing("reading versions")?)
}

/// Runs `redress rebuild`.
///
/// # Errors
/// When the store fails; then nothing was changed.
pub fn rebuild(common: &Common) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let events = runtime()?.block_on(async { rebuild_with(&open(&settings).await?).await })?;
    out!("made again from {events} events");
    Ok(ExitCode::SUCCESS)
}

/// Makes the state tables again.
///
/// # Errors
/// When the store fails.
pub async fn rebuild_with(ctx: &Context) -> anyhow::Result<u64> {
    let bar = counter("rebuilding");
    let rebuilt = casework::case::rebuild::rebuild(ctx).await?;
    bar.finish_and_clear();
    Ok(rebuilt.events)
}
