//! Two cases that are one matter, and one case that is two.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
