//! What every page about cases shares: who looks and in which zone, a case as they may see it, the
//! lists they work through, forms about one case, and the shapes of what programs read.
//!
//! What it must never know: what is done to a case. It reads, and shows.

pub mod api;
pub mod case;
pub mod dialog;
pub mod message;
pub mod offer;
pub mod presence;
pub mod promise;
pub mod recipient;
pub mod screen;
pub mod search;
pub mod topic;
pub mod view;

pub use view::portal::{PortalCase, portal_case};

use axum::Router;
use store::Context;

/// The pages that stand beside every other.
pub fn router() -> Router<Context> {
    Router::new().merge(presence::pages::router()).merge(view::bell::router())
}
