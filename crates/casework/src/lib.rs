//! The case itself, on which the rooms of the desk stand: its state and its record, every change to
//! it in one transaction, and the rules that more than one noun needs.
//!
//! Every action is the same five steps: load, permit, decide, save, tell ([`mod@handling`]). What
//! an action writes is events; one projector turns them into tables, and `rebuild` can do it again
//! from the record.
//!
//! What it must never know: a page, how mail is built or sent (it writes outbox rows), how a text
//! is read (it is handed plain values), who signs in how.

pub mod automatic;
pub mod case;
pub mod draft;
pub mod handling;
pub mod held;
pub mod joiner;
pub mod label;
pub mod letter;
pub mod mention;
pub mod merger;
pub mod message;
pub mod offer;
pub mod policy;
pub mod promise;
pub mod recipient;
pub mod refusal;
pub mod timers;
#[cfg(any(test, feature = "told"))]
pub mod told;
pub mod topic;
pub mod undelivered;
pub mod view;

pub use case::take_in::{Taken, Taking, Whose};
pub use handling::{Done, On};
pub use refusal::{ActError, Refused};
