//! Policies: what the house decided about itself, versioned with the day each takes effect.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod sql;

pub use actions::{Policies, keep_as_shipped, read, set};
pub(crate) use api::api;
pub(crate) use pages::router;
pub use rules::{Kind, Wish};
