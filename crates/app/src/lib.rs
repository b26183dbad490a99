//! The `redress` program: commands, settings, wiring, workers.
//!
//! It is a library so that the tests of the whole house can speak to it without a socket.

pub mod api;
mod arrivals;
pub mod cases;
mod commands;
pub mod health;
pub mod new_case;
mod opening;
pub mod router;
pub mod routes;
mod serve;
pub mod settings;
mod trial;
mod work;

use clap::Parser;
use std::process::ExitCode;

/// What mail servers read as "try again later" (sysexits.h).
const TRY_AGAIN: u8 = 75;

/// Reads the command line, does what it says, and tells what went wrong.
pub fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    if commands::is_mail_receive(&words) {
        // A panic, too, must leave the mail with whoever handed it to us.
        let done = std::panic::catch_unwind(|| commands::Line::try_parse().map(commands::run));
        return match done {
            Ok(Ok(Ok(code))) => code,
            Ok(Ok(Err(error))) => {
                commands::tell(&error);
                ExitCode::from(TRY_AGAIN)
            }
            Ok(Err(usage)) if !usage.use_stderr() => usage.exit(),
            Ok(Err(usage)) => {
                eprintln!("{usage}");
                ExitCode::from(TRY_AGAIN)
            }
            Err(_) => ExitCode::from(TRY_AGAIN),
        };
    }
    let line = commands::Line::parse();
    match commands::run(line) {
        Ok(code) => code,
        Err(error) => commands::tell(&error),
    }
}
