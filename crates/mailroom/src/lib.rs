//! The mailroom: mail on its way in and out. A listener and mailboxes that are fetched take it in;
//! letters of the outbox leave by a relay, once, and as fast as each domain likes; administrators
//! set mailboxes and the relay up and try them.
//!
//! What it must never know: what a mail means and which case it belongs to (`hearing`), and what a
//! case is beyond its number.

mod agreement;
mod api;
mod chosen;
mod deliver;
pub mod fetch;
mod line;
mod listen;
mod pages;
mod plain;
mod relay;
mod secured;
mod setup;
mod sql;
mod traffic;
mod trial;
mod wanted;
mod wording;

pub use ::mail::smtp::Protocol;
pub use chosen::trial::greet;
pub use chosen::{OwnRelay, PageLogin, PageRelay, page_relay};
pub use deliver::{deliver, deliver_due, settle_cut_off};
pub use listen::{ListenLimits, Listener, Mailboxes, listen, set_mailboxes};
pub use relay::{Relay, RelayLogin, Secure, Signer};
pub use secured::Certificate;
pub use setup::{MailDns, Record};
pub use traffic::Shaping;
pub use trial::{Trial, TrialStep, last_trial, try_out};
pub use wanted::{Wanted, records_wanted};

use axum::Router;
use axum::routing::{get, post};
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// The pages on which mail is set up.
pub fn router() -> Router<Context> {
    use chosen::pages as relay;
    Router::new()
        .route("/settings/mail", get(pages::list).post(pages::add))
        .route("/settings/mail/agreed", get(pages::back).post(pages::agreed))
        .route("/settings/mail/look", post(pages::look))
        .route("/settings/mail/try", post(pages::try_it))
        .route("/settings/mail/forget", post(pages::forget))
        .route("/settings/mail/relay", get(relay::show).post(relay::change))
        .route("/settings/mail/relay/try", post(relay::try_it))
        .route("/settings/mail/relay/forget", post(relay::forget))
}

/// JSON for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    api::router()
}
