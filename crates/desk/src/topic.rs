//! What a case is about, and "not right" beside it. The tree itself is kept under Settings.

pub mod actions;
pub(crate) mod api;
pub(crate) mod lines;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
