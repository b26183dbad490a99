//! The house itself, on which the rooms about it stand: every change to it is one transaction that
//! ends in its record, its forms say what is wrong in one way, and its settings pages look alike.
//!
//! What it must never know: who may be what, and what was decided; that belongs to `organisation`
//! and `policies`.

pub mod agreed;
pub mod audit;
pub mod change;
pub mod name;
pub mod page;
pub mod wrong;

pub use change::ChangeError;
pub use wrong::Wrong;

use axum::Router;
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// The pages of the house's record.
pub fn router() -> Router<Context> {
    audit::router()
}

/// The house's record for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    audit::api()
}
