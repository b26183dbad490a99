//! Units: brands or branches that must not see each other.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod sql;

pub use actions::{add, change, list};
pub(crate) use api::api;
pub(crate) use pages::router;
pub use rules::Unit;
