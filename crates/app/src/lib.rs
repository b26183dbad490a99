//! The `redress` program: commands, settings, wiring, workers.
//!
//! It is a library so that the tests of the whole house can speak to it without a socket.

pub mod api;
mod arrivals;
mod commands;
pub mod health;
pub mod new_case;
pub mod router;
pub mod routes;
mod serve;
pub mod settings;
mod work;

use clap::Parser;
use std::process::ExitCode;

/// Reads the command line, does what it says, and tells what went wrong.
pub fn main() -> ExitCode {
    let line = commands::Line::parse();
    match commands::run(line) {
        Ok(code) => code,
        Err(error) => commands::tell(&error),
    }
}
