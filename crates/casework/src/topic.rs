//! What a case is about, and "not right" beside it. The tree itself is kept under Settings.

pub mod actions;
pub mod rules;
pub mod sql;
