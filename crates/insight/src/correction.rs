//! Corrections: what was read wrongly, what is right, who says so and why.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
pub(crate) mod view;

/// The job by which the desk hands a correction over.
pub const JOB: &str = "correction";
