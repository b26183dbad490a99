//! The desk: handle, respond, make good, verify. Cases and what hangs on them.
//!
//! Each noun has a folder: its rules (pure), its statements, its actions. Every action is the
//! same five steps in one transaction: load, permit, decide, save, tell. What an action writes is
//! events; one projector turns them into tables, and `rebuild` can do it again from the record.
//!
//! What it must never know: how mail is built or sent (it writes outbox rows), how a text is read
//! (it is handed plain values), who signs in how.

pub mod api;
pub mod automatic;
pub mod bulk;
pub mod case;
pub mod conduct;
mod dialog;
pub mod draft;
pub mod escalation;
mod handling;
pub mod held;
pub mod joiner;
pub mod label;
pub mod letter;
pub mod mention;
pub mod merger;
pub mod message;
pub mod offer;
pub mod policy;
pub mod presence;
pub mod promise;
pub mod recipient;
mod refusal;
mod reply_text;
pub mod resolution;
mod screen;
pub mod search;
pub mod suggestion;
pub mod timers;
#[cfg(test)]
mod told;
pub mod topic;
pub mod transfer;
pub mod undelivered;
pub mod view;

pub use case::take_in::{Taken, Taking, Whose};
pub use handling::{Done, On};
pub use refusal::{ActError, Refused};
pub use view::portal::{PortalCase, portal_case};

use axum::Router;
use store::Context;

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(view::pages::router())
        .merge(bulk::pages::router())
        .merge(bulk::forms::router())
        .merge(case::pages::router())
        .merge(case::forms::router())
        .merge(case::new_case::router())
        .merge(case::portal::router())
        .merge(held::pages::router())
        .merge(joiner::pages::router())
        .merge(label::pages::router())
        .merge(topic::pages::router())
        .merge(mention::pages::router())
        .merge(merger::pages::router())
        .merge(message::pages::router())
        .merge(offer::pages::router())
        .merge(presence::pages::router())
        .merge(promise::pages::router())
        .merge(reply_text::pages::router())
        .merge(resolution::pages::router())
        .merge(search::pages::router())
        .merge(suggestion::pages::router())
        .merge(transfer::pages::router())
        .merge(undelivered::pages::router())
        .merge(view::today::router())
        .merge(view::bell::router())
        .merge(view::saved_pages::router())
        .merge(view::filter_pages::router())
        .merge(view::peek::router())
}
