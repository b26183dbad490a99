//! Two cases that are one matter, and one case that is two.

pub mod rules;
pub mod sql;
