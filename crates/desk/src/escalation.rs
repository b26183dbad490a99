//! Escalations: asking more authority to decide.

pub mod actions;
pub(crate) mod api;
pub mod rules;
