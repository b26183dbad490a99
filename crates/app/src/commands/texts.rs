//! `redress read`: what the product understands of a text, for other programs.

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;
use std::io::{BufRead, Write};
use std::process::ExitCode;

/// Bytes of one line.
const LINE_MOST: usize = 8_388_608;

/// Reads texts.
#[derive(Args, Debug)]
pub struct Read {}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
}

/// Runs `redress read`. A line that cannot be read is told on stderr and in the exit code.
///
/// # Errors
/// When stdout is gone.
pub fn read(_: &Read) -> anyhow::Result<ExitCode> {
    let reader = reading::Reader::shipped();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut bad = 0_u64;
    for (n, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.context("cannot read stdin")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let parsed = if line.len() > LINE_MOST {
            Err(format!("it is longer than {LINE_MOST} bytes"))
        } else {
            serde_json::from_slice::<Line>(&line).map_err(|error| error.to_string())
        };
        match parsed {
            Ok(Line { id, text }) => {
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                serde_json::to_writer(&mut out, &reader.read(&text).to_json(&id))?;
                out.write_all(b"\n")?;
            }
            Err(why) => {
                bad += 1;
                eprintln!("warning: line {}: {why}", n + 1);
            }
        }
    }
    out.flush()?;
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}
