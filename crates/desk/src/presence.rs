//! Who else has a case before their eyes, so that nobody talks past the other.

pub mod actions;
pub mod pages;
pub mod sql;
