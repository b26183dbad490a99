//! What a customer is worth: orders and contracts, and the value worked out of them.

pub mod actions;
pub(crate) mod api;
pub mod rules;
pub(crate) mod sql;
