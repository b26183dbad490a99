//! `redress config`.

use super::{Common, runtime};
use crate::settings::Settings;
use clap::Subcommand;
use mailroom::PageRelay;
use std::process::ExitCode;
use store::Store;

/// Shows settings.
#[derive(Subcommand, Debug)]
pub enum Config {
    /// Every setting with its value
    Show {
        /// Say where each value came from
        #[arg(long)]
        origin: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The commented file with every default
    Default,
}

/// Runs it.
///
/// # Errors
/// When a settings file is wrong.
pub fn run(common: &Common, command: &Config) -> anyhow::Result<ExitCode> {
    match command {
        Config::Default => out!("{}", crate::settings::DEFAULTS.trim_end()),
        Config::Show { origin, json } => {
            let mut settings = common.settings(&[])?;
            // A house that is not there yet, or away, has no page that says anything.
            if let Some(relay) = runtime()?.block_on(page_relay(&settings)) {
                settings.with_page(&relay);
            }
            for (name, value, from) in settings.shown() {
                match (json, origin) {
                    (true, _) => out!(
                        "{}",
                        serde_json::json!({"name": name, "value": value, "origin": from.to_string()})
                    ),
                    (false, true) => out!("{name} = {value:?}\t({from})"),
                    (false, false) => out!("{name} = {value:?}"),
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn page_relay(settings: &Settings) -> Option<PageRelay> {
    if settings.store_is_file() && !settings.data().join("redress.db").exists() {
        return None;
    }
    // To look must not change anything: another program may be serving this house.
    let store = Store::open_as_it_is(&settings.store()).await.ok()?;
    mailroom::page_relay(&store).await.ok()?
}
