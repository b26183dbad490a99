//! Who we are: staff, teams and units, when we are open, what we decided, how people and programs
//! come in, and the record of every change to it.
//!
//! What this room must never know: cases, messages, customers. It answers who may do what; what
//! they do is told elsewhere.

pub mod audit;
mod change;
mod failed_work;
pub mod hours;
pub mod label;
pub mod opening;
mod page;
pub mod policy;
pub mod preference;
pub mod reply_text;
pub mod secret;
pub mod session;
mod settings;
pub mod sign_in;
pub mod staff;
pub mod team;
pub mod token;
pub mod unit;
mod wrong;

pub use change::ChangeError;
pub use opening::{InitCommand, InitError, Initialised, init};
pub use session::staff_by_session;
pub use token::staff_by_token;
pub use wrong::Wrong;

use axum::Router;
use domain::event::Actor;
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// The pages of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(sign_in::router())
        .merge(session::router())
        .merge(preference::router())
        .merge(token::router())
        .merge(staff::router())
        .merge(team::router())
        .merge(unit::router())
        .merge(label::router())
        .merge(reply_text::router())
        .merge(hours::router())
        .merge(policy::router())
        .merge(audit::router())
        .merge(failed_work::router())
        .merge(settings::router())
}

/// JSON for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(staff::api())
        .merge(team::api())
        .merge(unit::api())
        .merge(label::api())
        .merge(reply_text::api())
        .merge(token::api())
        .merge(session::api())
        .merge(preference::api())
        .merge(policy::api())
        .merge(audit::api())
}

/// The actor of a command on the machine itself.
pub(crate) fn command() -> Actor {
    Actor::Rule("command".to_owned())
}
