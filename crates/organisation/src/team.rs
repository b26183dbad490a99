//! Teams: people who work on the same cases.

pub mod actions;
pub mod rules;
pub mod sql;

pub use actions::{add, change, list};
pub use rules::{Team, TeamText};
