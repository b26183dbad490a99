//! The coach: which advice helps, which rules are on, and rules of the organisation's own.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
pub(crate) mod view;

/// The job by which the desk tells what became of findings when a message left.
pub const JOB: &str = "coached";
