//! `redress export`: everything as JSONL, for other programs and for leaving.

use super::{Common, open, runtime, start_logging};
use clap::Args;
use flate2::read::GzDecoder;
use std::io::{BufRead, BufReader, Write};
use std::process::ExitCode;

/// Tables that concern only this installation: keys, sessions, work in progress.
const LEFT_OUT: &[&str] = &[
    "setting",
    "session",
    "api_token",
    "link",
    "job",
    "outbox",
    "request_key",
    "tally",
    "sign_in_rate",
];

/// Writes everything that was said and done, one JSON object a line: `{"t": table, "r": row}`.
#[derive(Args, Debug)]
pub struct Export {}

/// Runs `redress export`.
///
/// # Errors
/// When the store fails or stdout is gone.
pub fn run(common: &Common, _: &Export) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let mut packed = tempfile()?;
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        store::dump::dump(&ctx.store, &mut packed, |_| {}).await?;
        anyhow::Ok(())
    })?;
    std::io::Seek::rewind(&mut packed)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in BufReader::new(GzDecoder::new(packed)).lines() {
        let line = line?;
        let Some(rest) = line.strip_prefix("{\"t\":\"") else { continue };
        let table = rest.split('"').next().unwrap_or("");
        // Password hashes stay here even when the people are written down.
        if LEFT_OUT.contains(&table) {
            continue;
        }
        if table == "staff" {
            let mut row: serde_json::Value = serde_json::from_str(&line)?;
            row["r"]["password_hash"] = "".into();
            serde_json::to_writer(&mut out, &row)?;
        } else {
            out.write_all(line.as_bytes())?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A file without a name, gone when it is closed.
fn tempfile() -> anyhow::Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!("redress-export-{}", std::process::id()));
    let file = std::fs::OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
