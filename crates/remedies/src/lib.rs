//! Make good, and verify: what was promised and offered, who decides, who takes over, and whether
//! the customer says that it is solved.
//!
//! What it must never know: how words are written to customers beyond the letters of its own rules.

pub mod conduct;
pub mod escalation;
pub mod offer;
pub mod promise;
pub mod resolution;
pub mod transfer;

use axum::Router;
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(escalation::portal::router())
        .merge(offer::pages::router())
        .merge(offer::portal::router())
        .merge(promise::pages::router())
        .merge(resolution::pages::router())
        .merge(resolution::portal::router())
        .merge(transfer::pages::router())
}

/// Every address for programs of this room, with its description (OpenAPI 3.1).
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(promise::api::router())
        .merge(transfer::api::router())
        .merge(escalation::api::router())
        .merge(offer::api::router())
        .merge(resolution::api::router())
        .merge(conduct::api::router())
}
