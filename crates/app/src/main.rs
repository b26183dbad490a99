//! The `redress` program: commands, settings, wiring, workers.

mod arrivals;
mod commands;
mod health;
mod router;
mod serve;
mod settings;
mod work;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let line = commands::Line::parse();
    match commands::run(line) {
        Ok(code) => code,
        Err(error) => commands::tell(&error),
    }
}
