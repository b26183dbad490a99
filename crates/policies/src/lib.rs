//! What we agreed on: policies, when we are open, the words for cases, and the texts that teams
//! write often.
//!
//! What this room must never know: cases, messages, customers, and who signs in how. It keeps what
//! was decided, each version with the day it takes effect; what follows from it is told elsewhere.

pub mod hours;
pub mod label;
pub mod policy;
pub mod reply_text;

use axum::Router;
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// The pages of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(label::router())
        .merge(reply_text::router())
        .merge(hours::router())
        .merge(policy::router())
}

/// JSON for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().merge(label::api()).merge(reply_text::api()).merge(policy::api())
}
