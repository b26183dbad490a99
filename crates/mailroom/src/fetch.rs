//! Mailboxes elsewhere that are fetched: IMAP with IDLE, POP3. Nothing there is changed, moved or
//! deleted, and no flag is believed: which mails we have is a list of our own, kept in the
//! transaction that keeps the mails.

mod account;
mod health;
mod imap;
mod line;
mod oauth;
mod pop3;
mod position;
mod post;
mod presets;
pub(crate) mod seal;
mod watch;

pub use account::{Account, Secret, Store as Kind, accounts, forget_account, put_account};
pub(crate) use account::{Proof, account, forget_account_in, put_account_in};
pub use health::{Health, alarms, health};
pub(crate) use oauth::Consent;
pub use oauth::Grant;
pub use presets::{PRESETS, Preset};
pub use watch::{fetch_now, watch};

use store::StoreError;

/// Why a mailbox could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The server is away, or the line broke.
    #[error("{0}")]
    Away(String),
    /// The server does not take our name and password or token.
    #[error("the server does not let us in: {0}")]
    Refused(String),
    /// The server answers something that makes no sense, or refuses a command.
    #[error("the server answers oddly: {0}")]
    Odd(String),
    /// Our own store cannot keep it now.
    #[error("our store cannot keep it now: {0}")]
    Store(#[from] StoreError),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble::Away(error.to_string())
    }
}
