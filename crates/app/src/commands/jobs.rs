//! `redress work`: what failed for good, and starting it again.

use super::{Common, open, runtime, start_logging};
use clap::Subcommand;
use std::process::ExitCode;

/// Work nobody waits for.
#[derive(Subcommand, Debug)]
pub enum Work {
    /// List work that failed for good
    Failed {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Give failed work all its tries again
    Replay {
        /// Its id, or `all`
        id: String,
    },
}

/// Rows listed at once.
const PAGE: u32 = 500;

/// Runs `redress work …`. `failed` exits 0 whether or not there is any: a list may be empty.
/// `replay ID` exits 5 when there is no such work that failed; `replay all` exits 0.
///
/// # Errors
/// When the store fails.
pub fn run(common: &Common, command: &Work) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let mut after = String::new();
        let mut all = Vec::new();
        loop {
            let page = ctx.store.dead_jobs(&after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            all.extend(page);
        }
        match command {
            Work::Failed { json } => {
                for job in &all {
                    if *json {
                        out!(
                            "{}",
                            serde_json::json!({"id": job.id, "kind": job.kind, "error": job.error,
                                "attempts": job.attempts, "made_at_ms": job.made_at_ms})
                        );
                    } else {
                        out!("{}\t{}\t{}", job.id, job.kind, job.error);
                    }
                }
                Ok(ExitCode::SUCCESS)
            }
            Work::Replay { id } => {
                let wanted = all.iter().filter(|job| id == "all" || job.id == *id);
                let mut n = 0;
                for job in wanted {
                    n += u64::from(ctx.store.replay(&job.id, ctx.now()).await?);
                }
                out!("{n} started again");
                Ok(if n > 0 || id == "all" { ExitCode::SUCCESS } else { ExitCode::from(5) })
            }
        }
    })
}
