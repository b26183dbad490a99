//! Who we are: staff, teams and units, and how people and programs come in.
//!
//! What this room must never know: cases, messages, customers. It answers who may do what; what
//! they do is told elsewhere, and what we agreed on is told in `policies`.

mod failed_work;
pub mod opening;
pub mod preference;
pub mod secret;
pub mod session;
mod settings;
pub mod sign_in;
pub mod staff;
pub mod team;
pub mod token;
pub mod unit;

pub use opening::{InitCommand, InitError, Initialised, Opening};
pub use session::staff_by_session;
pub use token::staff_by_token;

use axum::Router;
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
        .merge(failed_work::router())
        .merge(settings::router())
}

/// JSON for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(staff::api())
        .merge(team::api())
        .merge(unit::api())
        .merge(token::api())
        .merge(session::api())
        .merge(preference::api())
}
