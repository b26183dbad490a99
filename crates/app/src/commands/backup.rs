//! `redress backup` and `redress restore`.

use super::{Common, open, runtime, start_logging};
use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use store::dump;

/// Writes everything into one file, while the product goes on.
#[derive(Args, Debug)]
pub struct Backup {
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Puts a backup into a new store, SQLite or PostgreSQL, whichever it came from.
#[derive(Args, Debug)]
pub struct Restore {
    /// The file that `redress backup` wrote
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Only check that the file is whole
    #[arg(long)]
    dry_run: bool,
}

/// Rows done, rows a second; drawn on a terminal only.
pub fn counter(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {spinner} {human_pos} rows, {per_sec}");
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Runs `redress backup`.
///
/// # Errors
/// When the store or the file fails; then there is no file.
pub fn backup(common: &Common, command: &Backup) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let out = &command.out;
    if out.exists() {
        bail!("{} is there already; nothing was written", out.display());
    }
    // Written under another name first, so that a file of this name is always whole.
    let mut part = out.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let rows = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let file =
            File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        let bar = counter("backing up");
        let mut writer = BufWriter::new(&file);
        let done = dump::dump(&ctx.store, &mut writer, |rows| bar.set_position(rows)).await?;
        writer.flush()?;
        drop(writer);
        file.sync_all()?;
        bar.finish_and_clear();
        std::fs::rename(&part, out)?;
        if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        anyhow::Ok(done.rows)
    })?;
    out!("{}\t{rows} rows", out.display());
    Ok(ExitCode::SUCCESS)
}

/// Runs `redress restore`.
///
/// # Errors
/// When the file is not whole or the store is not empty; then nothing was restored.
pub fn restore(common: &Common, command: &Restore) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let from = &command.from;
    let file = || {
        File::open(from)
            .map(BufReader::new)
            .with_context(|| format!("cannot open {}", from.display()))
    };
    let checked = dump::check(file()?)?;
    eprintln!("{} is whole: {} rows", from.display(), checked.rows);
    if command.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if let store::Address::File(path) = settings.store()
        && let Some(folder) = path.parent()
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let file = file()?;
    runtime()?.block_on(async {
        let bar = counter("restoring");
        dump::load(&settings.store(), file, |rows| bar.set_position(rows)).await?;
        bar.finish_and_clear();
        let ctx = open(&settings).await?;
        super::audit::rebuild_with(&ctx).await?;
        super::audit::verify_with(&ctx).await.map(|_| ())
    })?;
    out!("{} rows restored and verified", checked.rows);
    Ok(ExitCode::SUCCESS)
}
