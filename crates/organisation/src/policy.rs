//! Policies: what the house decided about itself, versioned with the day each takes effect.

pub mod actions;
pub mod rules;
pub mod sql;

pub use actions::{Policies, organisation_name, read, set};
pub use rules::{Kind, Wish};
