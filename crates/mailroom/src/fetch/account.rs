//! Which mailboxes are fetched, and how we sign in there.

use crate::fetch::oauth::{self, Grant, Token};
use crate::fetch::{Trouble, health, position, seal};
use crate::relay::{Secure, is_here};
use domain::id::UnitId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use store::{Context, StoreError};

/// The setting that lists the mailboxes as JSON.
const ACCOUNTS: &str = "mail/accounts";
/// A password or token file larger than this is none.
const SECRET_MOST: u64 = 65_536;

/// What a mailbox speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
}

/// How we prove who we are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// A password, sealed with the installation's key.
    Sealed(String),
    /// A file with the password, read at each sign-in.
    PasswordFile(PathBuf),
    /// A file with an OAuth 2 access token that something else renews, read at each sign-in.
    TokenFile(PathBuf),
    /// A refresh token that buys OAuth 2 access tokens.
    Grant(Grant),
}

/// A mailbox that is fetched.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What people call it; one of each name.
    pub name: String,
    /// What it speaks.
    pub kind: Store,
    /// Its server; certificates are checked against it.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// How the line is protected.
    pub secure: Secure,
    /// The name we sign in with.
    pub login: String,
    /// How we prove it.
    pub secret: Secret,
    /// The folders that are fetched; POP3 has none.
    pub folders: Vec<String>,
    /// Our address whose mail lies there.
    pub mailbox: String,
    /// The unit it is for; `None` is the first one.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Mail that came there before this moment is left alone: nobody wants an acknowledgement of
    /// a letter from last year. `None` takes everything.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Seconds between two looks where the server does not tell of new mail itself.
    pub every_seconds: u64,
    /// Hours without any new mail after which somebody should look.
    pub silence_hours: u64,
    /// A file with further authorities whose certificates are believed.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// Whether its server may be at a private address: where the operator named it on the command
    /// line. Of others the setting `private_hosts` decides.
    #[serde(default)]
    pub inside: bool,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// What is said at the sign-in.
pub(crate) enum Proof {
    Password(String),
    Token(String),
    /// A token that we had, which may have been ended before its time: a new one can be bought.
    KeptToken(String),
}

impl From<Token> for Proof {
    fn from(Token { words, is_kept }: Token) -> Proof {
        if is_kept { Proof::KeptToken(words) } else { Proof::Token(words) }
    }
}

impl Account {
    /// The password or token as it is now.
    pub(crate) async fn proof(&self, ctx: &Context) -> Result<Proof, Trouble> {
        if self.secure == Secure::Never && !is_here(&self.host) {
            let says = "a password is not sent over a line in the clear";
            return Err(Trouble::Refused(says.to_owned()));
        }
        match &self.secret {
            Secret::Sealed(sealed) => {
                let opened = seal::open(ctx, sealed);
                let says = "its password was sealed with another installation's key";
                opened.map(Proof::Password).ok_or_else(|| Trouble::Refused(says.to_owned()))
            }
            Secret::PasswordFile(path) => secret_in(path).await.map(Proof::Password),
            Secret::TokenFile(path) => secret_in(path).await.map(Proof::Token),
            Secret::Grant(grant) => oauth::token(ctx, self, grant).await.map(Proof::from),
        }
    }

    /// A proof in place of one that the server refused; `None` where there is no other.
    pub(crate) async fn next_proof(&self, ctx: &Context) -> Result<Option<Proof>, Trouble> {
        match &self.secret {
            Secret::Grant(grant) => Ok(Some(oauth::renew(ctx, self, grant).await?.into())),
            Secret::Sealed(_) | Secret::PasswordFile(_) | Secret::TokenFile(_) => Ok(None),
        }
    }

    /// With this password, sealed.
    #[must_use]
    pub fn with_password(mut self, ctx: &Context, password: &str) -> Account {
        self.secret = Secret::Sealed(seal::seal(ctx, password));
        self
    }
}

async fn secret_in(path: &PathBuf) -> Result<String, Trouble> {
    let refused = |why: String| Trouble::Refused(format!("{}: {why}", path.display()));
    let file = tokio::fs::metadata(path).await.map_err(|error| refused(error.to_string()))?;
    if file.len() > SECRET_MOST {
        return Err(refused("it is too large for a password or a token".to_owned()));
    }
    let text = tokio::fs::read_to_string(path).await;
    let text = text.map_err(|error| refused(error.to_string()))?.trim().to_owned();
    if text.is_empty() { Err(refused("it is empty".to_owned())) } else { Ok(text) }
}

/// The mailboxes that are fetched, by name.
///
/// # Errors
/// When the store fails.
pub async fn accounts(store: &store::Store) -> Result<Vec<Account>, StoreError> {
    read(store.setting(ACCOUNTS).await?)
}

/// The mailbox of this name.
pub(crate) async fn account(
    store: &store::Store,
    name: &str,
) -> Result<Option<Account>, StoreError> {
    Ok(accounts(store).await?.into_iter().find(|account| account.name == name))
}

fn read(text: Option<String>) -> Result<Vec<Account>, StoreError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(&text)
        .map_err(|error| StoreError::unreadable("reading which mailboxes are fetched", error))
}

/// Adds a mailbox, or changes the one of its name.
///
/// # Errors
/// When the store fails.
pub async fn put_account(ctx: &Context, account: Account) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    put_account_in(&mut tx, account, ctx.now()).await?;
    tx.commit().await
}

/// The same in the caller's transaction; gives the mailbox as it was before.
pub(crate) async fn put_account_in(
    tx: &mut store::Tx,
    account: Account,
    now: Timestamp,
) -> Result<Option<Account>, StoreError> {
    let mut all = read(tx.setting(ACCOUNTS).await?)?;
    let before: Vec<Account> = all.extract_if(.., |one| one.name == account.name).collect();
    all.push(account);
    all.sort_by(|one, other| one.name.cmp(&other.name));
    write(tx, &all, now).await?;
    Ok(before.into_iter().next())
}

/// Fetches a mailbox no longer; says whether it was there. What was taken from it stays.
///
/// # Errors
/// When the store fails.
pub async fn forget_account(ctx: &Context, name: &str) -> Result<bool, StoreError> {
    let mut tx = ctx.begin().await?;
    let gone = forget_account_in(&mut tx, name, ctx.now()).await?;
    tx.commit().await?;
    Ok(!gone.is_empty())
}

/// The same in the caller's transaction; gives what was forgotten.
pub(crate) async fn forget_account_in(
    tx: &mut store::Tx,
    name: &str,
    now: Timestamp,
) -> Result<Vec<Account>, StoreError> {
    let mut all = read(tx.setting(ACCOUNTS).await?)?;
    let gone: Vec<Account> = all.extract_if(.., |one| one.name == name).collect();
    if gone.is_empty() {
        return Ok(gone);
    }
    write(tx, &all, now).await?;
    for account in &gone {
        position::forget(tx, account, now).await?;
        health::forget(tx, &account.name, now).await?;
        oauth::forget(tx, &account.name, now).await?;
    }
    Ok(gone)
}

async fn write(tx: &mut store::Tx, all: &[Account], now: Timestamp) -> Result<(), StoreError> {
    let text = serde_json::to_string(all)
        .map_err(|error| StoreError::unreadable("writing which mailboxes are fetched", error))?;
    tx.set_setting(ACCOUNTS, &text, now).await
}
