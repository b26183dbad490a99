//! Escalations: asking more authority to decide.

pub mod actions;
pub mod rules;
