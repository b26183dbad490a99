//! Naming a colleague in a private note, so that they are told.

pub mod rules;
pub mod sql;
