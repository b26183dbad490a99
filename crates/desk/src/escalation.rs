//! Escalations: asking more authority to decide.

pub mod rules;
