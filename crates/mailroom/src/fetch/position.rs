//! How far a mailbox was fetched: a list of our own, kept in the transaction that keeps the
//! mails, so that neither a crash nor another program's flags can lose one.

use crate::fetch::account::Account;
use ::mail::imap::UidSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{Context, StoreError, Tx};

/// How far one folder was fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The UIDVALIDITY under which `taken` counts.
    pub validity: u32,
    /// UIDs that we have, in the writing of [`UidSet`].
    pub taken: String,
    /// When every message of the folder was last compared with what we have.
    pub whole_at: Option<Timestamp>,
    /// POP3: the unique ids that we have, as far as they are still there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unique: BTreeSet<String>,
}

impl Position {
    /// The UIDs that we have.
    pub fn taken(&self) -> UidSet {
        UidSet::from(self.taken.as_str())
    }
}

fn name(account: &Account, folder: &str) -> String {
    format!("mail/position/{}/{folder}", account.name)
}

/// How far a folder was fetched; `None` before the first look.
pub(super) async fn load(
    ctx: &Context,
    account: &Account,
    folder: &str,
) -> Result<Option<Position>, StoreError> {
    let text = ctx.store.setting(&name(account, folder)).await?;
    let text = text.filter(|text| !text.is_empty());
    let read = |text: String| serde_json::from_str(&text);
    text.map(read)
        .transpose()
        .map_err(|error| StoreError::unreadable("reading how far a mailbox was fetched", error))
}

/// Keeps it in the transaction of the mails it counts.
pub(super) async fn save(
    tx: &mut Tx,
    account: &Account,
    folder: &str,
    position: &Position,
    now: Timestamp,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(position)
        .map_err(|error| StoreError::unreadable("writing how far a mailbox was fetched", error))?;
    tx.set_setting(&name(account, folder), &text, now).await
}

/// Forgets it with its account.
pub(super) async fn forget(
    tx: &mut Tx,
    account: &Account,
    now: Timestamp,
) -> Result<(), StoreError> {
    for folder in account.folders.iter().map(String::as_str).chain([super::pop3::FOLDER]) {
        tx.set_setting(&name(account, folder), "", now).await?;
    }
    Ok(())
}
