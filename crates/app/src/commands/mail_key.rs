//! `redress mail key …`: which keys sign letters, and a new one.

use super::{Common, open, runtime, start_logging};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use hearing::mail::{Former, Rotated, SigningKey, rotate_keys, signing_keys};
use house::ChangeError;
use house::audit::What;
use house::change::{Begun, Change, command};
use jiff::SignedDuration;
use std::process::ExitCode;
use store::{Context, Press};

/// The keys that sign letters.
#[derive(Subcommand, Debug)]
pub enum Key {
    /// List them, the one that signs first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Sign with a new key from now on
    ///
    /// Every node knows it at once; nothing is restarted. Answers to letters of the former key
    /// find their case for `--former-days`.
    Rotate(Rotate),
}

/// Signs with a new key.
#[derive(Args, Debug)]
pub struct Rotate {
    /// Days for which answers to letters of the former key still find their case by it
    #[arg(long, value_name = "DAYS", default_value_t = 730, conflicts_with = "distrust_former",
          value_parser = clap::value_parser!(u16).range(1..=3650))]
    former_days: u16,
    /// Believe nothing that former keys signed, from now on: when somebody else may have them
    ///
    /// Answers to earlier letters are then placed by the weaker marks of a mail; where those do
    /// not suffice, they open a case of their own and say to which one they may belong.
    #[arg(long)]
    distrust_former: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs `redress mail key …`.
///
/// # Errors
/// When the store fails, or so many keys still prove that there is no id for another.
pub fn run(common: &Common, key: &Key) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let (keys, json) = match key {
            Key::List { json } => (signing_keys(&ctx).await?, *json),
            Key::Rotate(wish) => (rotate(&ctx, wish).await?, wish.json),
        };
        for (place, key) in keys.iter().enumerate() {
            if json {
                out!("{}", serde_json::to_string(key)?);
            } else {
                out!("{}", line(place == 0, key));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn rotate(ctx: &Context, wish: &Rotate) -> anyhow::Result<Vec<SigningKey>> {
    let former = if wish.distrust_former {
        Former::Distrusted
    } else {
        Former::Proves(SignedDuration::from_hours(24 * i64::from(wish.former_days)))
    };
    let mut change = begin(ctx).await.context("no key was changed")?;
    let now = change.now;
    let Rotated::To { before, after } = rotate_keys(&mut change.tx, ctx, former, now).await? else {
        bail!(
            "every id of a key is taken by one that still proves; wait until one ends, or \
             distrust the former ones"
        );
    };
    let told = |keys: &[SigningKey]| serde_json::to_value(keys);
    change.note(What::MailKeyRotated, after[0].id, told(&before)?, told(&after)?).await?;
    change.commit(&Press::none(), &()).await?;
    Ok(after)
}

async fn begin(ctx: &Context) -> Result<Change, ChangeError> {
    match Change::begin::<()>(ctx, command(), &Press::none(), ctx.now()).await? {
        Begun::New(change) => Ok(change),
        // Without a key no press is known.
        Begun::Done(()) => Err(ChangeError::OtherBody),
    }
}

fn line(signs: bool, key: &SigningKey) -> String {
    let since = key.from.map_or("the beginning".to_owned(), |from| from.to_string());
    let until = match (key.until, signs) {
        (None, true) => "signs".to_owned(),
        (None, false) => "proves".to_owned(),
        (Some(until), _) => format!("proves until {until}"),
    };
    format!("{}\tsince {since}\t{until}", key.id)
}
