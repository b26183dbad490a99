//! Escalations: asking more authority to decide.

pub mod actions;
pub(crate) mod api;
pub(crate) mod portal;
pub mod rules;
