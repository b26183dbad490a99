//! Prints one JSON object for each mail named on the command line:
//! `cargo run -p mail --example parse -- letter.eml`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    for name in std::env::args().skip(1) {
        match std::fs::read(&name) {
            Ok(bytes) => println!("{}", mail::parse(&bytes).to_json()),
            Err(error) => {
                eprintln!("error: cannot read {name}: {error}");
                status = ExitCode::from(1);
            }
        }
    }
    status
}
