//! `redress orders`: orders and contracts of customers, from which what they are worth is worked
//! out.

use super::import::unit_of;
use super::{Common, open, runtime, start_logging};
use anyhow::Context as _;
use clap::Args;
use customers::value::actions::AT_ONCE;
use customers::value::rules::{self, Row};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

/// Rows that cannot be taken which are told one by one; of the rest only how many.
const TOLD_MOST: usize = 20;

/// Takes orders and contracts in from a CSV file.
#[derive(Args, Debug)]
pub struct Orders {
    /// CSV with `order,customer,at,amount,currency`, or
    /// `contract,customer,since,margin,currency,retention[,ended]`; a customer is an e-mail address
    /// or your own number of them
    file: PathBuf,
    /// Only look: say what would come, what would not, and why
    #[arg(long)]
    dry_run: bool,
    /// Name of the unit they belong to; the first one when not said
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Default)]
struct Told {
    orders: usize,
    contracts: usize,
    bad: usize,
    valued: usize,
}

/// Runs `redress orders`. Exit 3 when some rows could not be taken; the same file again changes
/// nothing.
///
/// # Errors
/// When the file cannot be read or the store fails; what was committed stays.
pub fn run(common: &Common, command: &Orders) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let told = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let unit = unit_of(&ctx, command.unit.as_deref()).await?;
        let mut told = Told::default();
        let rows = read(command, &mut told)?;
        if command.dry_run {
            return anyhow::Ok(told);
        }
        for some in rows.chunks(AT_ONCE) {
            customers::keep_rows(&ctx, unit, some).await?;
        }
        told.valued = customers::work_out(&ctx).await?;
        anyhow::Ok(told)
    })?;
    let would = if command.dry_run { "would come in" } else { "came in" };
    if command.json {
        out!(
            "{}",
            serde_json::json!({"orders": told.orders, "contracts": told.contracts,
                "refused": told.bad, "valued": told.valued, "dry_run": command.dry_run})
        );
    } else {
        out!(
            "{} orders and {} contracts {would}, {} refused",
            told.orders,
            told.contracts,
            told.bad
        );
        if !command.dry_run {
            out!("{} customers were valued", told.valued);
        }
    }
    Ok(ExitCode::from(if told.bad == 0 { 0 } else { 3 }))
}

fn read(command: &Orders, told: &mut Told) -> anyhow::Result<Vec<Row>> {
    let name = command.file.display();
    let file = File::open(&command.file).with_context(|| format!("cannot open {name}"))?;
    let bar = ProgressBar::new(file.metadata()?.len())
        .with_style(ProgressStyle::with_template("reading {wide_bar} {percent}%, {eta} left")?);
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(bar.wrap_read(file));
    let headers = csv.byte_headers()?.clone();
    let column = |name: &str| {
        let of = |header: &[u8]| String::from_utf8_lossy(header).trim().to_lowercase() == name;
        headers.iter().position(of)
    };
    let mut rows = Vec::new();
    for (n, record) in csv.byte_records().enumerate() {
        let record = record.with_context(|| format!("row {} of {name}", n + 1))?;
        let cell = |name: &str| {
            let bytes = column(name).and_then(|at| record.get(at)).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        match rules::row(cell) {
            Ok(row) => {
                match row {
                    Row::Order(_) => told.orders += 1,
                    Row::Contract(_) => told.contracts += 1,
                }
                rows.push(row);
            }
            Err(why) => {
                told.bad += 1;
                if told.bad <= TOLD_MOST {
                    bar.suspend(|| eprintln!("warning: row {}: {why}", n + 1));
                }
            }
        }
    }
    bar.finish_and_clear();
    Ok(rows)
}
