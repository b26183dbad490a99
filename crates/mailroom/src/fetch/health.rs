//! How a mailbox fares, for people: `redress doctor`, `/readyz?verbose` and the page of channels.

use crate::fetch::imap::Looked;
use crate::fetch::{Account, Trouble, accounts};
use crate::plain::{Carries, in_plain_words};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Context, Store, StoreError, Tx};

/// A mailbox that was not reached for so long is in trouble.
const UNREACHED_MOST: SignedDuration = SignedDuration::from_mins(15);
/// How often a good state is written down when nothing else changes.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// How a mailbox fares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When it was last looked into without trouble.
    pub well_at: Option<Timestamp>,
    /// When a mail was last taken from it.
    pub mail_at: Option<Timestamp>,
    /// What is wrong now; empty when nothing is.
    pub trouble: String,
    /// Whether what is wrong is the password or the token.
    pub refused: bool,
    /// Mails that a look over the whole folder found missing, and took, since it was added.
    pub missed: u64,
    /// When this was written.
    pub at: Option<Timestamp>,
}

fn name(account: &str) -> String {
    format!("mail/health/{account}")
}

/// How a mailbox fares; nothing known is the default.
///
/// # Errors
/// When the store fails.
pub async fn health(store: &Store, account: &str) -> Result<Health, StoreError> {
    let text = store.setting(&name(account)).await?.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// Each mailbox with what a person should do something about, by name.
///
/// # Errors
/// When the store fails.
pub async fn alarms(
    store: &Store,
    now: Timestamp,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let mut alarms = Vec::new();
    for account in accounts(store).await? {
        let alarm = health(store, &account.name).await?.alarm(&account, now);
        alarms.push((account.name, alarm));
    }
    Ok(alarms)
}

impl Health {
    /// What a person should do something about; `None` when all is well.
    pub fn alarm(&self, account: &Account, now: Timestamp) -> Option<String> {
        if self.refused {
            let trouble = self.trouble.trim_end_matches('.');
            return Some(format!("{trouble}; give it a new password or token"));
        }
        let Some(well_at) = self.well_at else {
            let trouble =
                if self.trouble.is_empty() { "not looked into yet" } else { &self.trouble };
            return Some(trouble.to_owned());
        };
        if now.duration_since(well_at) > UNREACHED_MOST {
            let says = if self.trouble.is_empty() { "nobody looks into it" } else { &self.trouble };
            return Some(format!("not reached since {well_at}: {says}"));
        }
        let hours = i64::try_from(account.silence_hours).unwrap_or(i64::MAX / 3600).min(1_000_000);
        let quiet = SignedDuration::from_hours(hours);
        let last = self.mail_at.or(account.since)?;
        (now.duration_since(last) > quiet)
            .then(|| format!("no mail since {last}, which is unusually long"))
    }
}

/// Writes down how a look went.
pub(super) async fn note(
    ctx: &Context,
    account: &Account,
    looked: &Result<Looked, Trouble>,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let before = health(&ctx.store, &account.name).await?;
    let mut after = before.clone();
    match looked {
        Ok(Looked { new, missed }) => {
            after.well_at = Some(now);
            after.trouble.clear();
            after.refused = false;
            after.missed += missed;
            if *new > 0 {
                after.mail_at = Some(now);
            }
        }
        Err(trouble) => {
            let why = trouble.to_string();
            let says = in_plain_words(&why, Carries::Mailbox).unwrap_or(why);
            after.trouble = hearing::said::line(&says, 500);
            after.refused = matches!(trouble, Trouble::Refused(_));
        }
    }
    let same = Health { well_at: before.well_at, ..after.clone() } == before;
    if same && before.at.is_some_and(|at| now.duration_since(at) < WRITTEN_EVERY) {
        return Ok(());
    }
    after.at = Some(now);
    let text = serde_json::to_string(&after)
        .map_err(|error| StoreError::unreadable("noting how a mailbox fares", error))?;
    let mut tx = ctx.begin().await?;
    tx.set_setting(&name(&account.name), &text, now).await?;
    tx.commit().await
}

/// Forgets it with its account.
pub(super) async fn forget(tx: &mut Tx, account: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.set_setting(&name(account), "", now).await
}
