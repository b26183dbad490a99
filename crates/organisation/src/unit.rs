//! Units: brands or branches that must not see each other.

pub mod actions;
pub mod rules;
pub mod sql;

pub use actions::{add, change, list};
pub use rules::Unit;
