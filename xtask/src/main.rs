//! Keeps the house in order: `cargo xtask tidy`, `check`, `demo-data`.

mod accuracy;
mod demo_data;
mod tidy;
mod train;

use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy                      what the compiler cannot see: sizes, directions, owners, names, papers
  check [--quick]           all that CI runs
  demo-data CSV [CSV …]     makes demo/complaints.jsonl.gz from the complaints of the U.S. CFPB
  train DATA                makes the models of crates/reading/models from the sets under DATA
  accuracy DATA [BESIDE]    measures the reading on the sets under DATA and writes docs/accuracy.md;
                            BESIDE is what `./bench reading` printed";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["tidy"] => tidy(),
        ["check", rest @ ..] => check(rest),
        ["demo-data", files @ ..] if !files.is_empty() => demo_data::make(&root(), files),
        ["accuracy", data] => accuracy::accuracy(&root(), Path::new(data), None),
        ["accuracy", data, beside] => {
            accuracy::accuracy(&root(), Path::new(data), Some(Path::new(beside)))
        }
        ["train", data] => train::train(&root(), Path::new(data)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The checkout this program was built from.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_owned()
}

fn tidy() -> anyhow::Result<bool> {
    let tree = tidy::Tree::read(&root())?;
    let findings = tidy::findings(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    println!("{}", tidy::sizes_in_words(&tree));
    if !findings.is_empty() {
        println!("{} to put in order", findings.len());
    }
    Ok(findings.is_empty())
}

fn check(arguments: &[&str]) -> anyhow::Result<bool> {
    let test = root().join("test");
    let status = Command::new(&test).args(arguments).status();
    Ok(status.with_context(|| format!("cannot run {}", test.display()))?.success())
}
