//! Models learnt from corrections: proposed, compared, adopted, taken back.

pub mod actions;
pub(crate) mod api;
pub(crate) mod jobs;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
pub(crate) mod view;

/// The job that learns.
pub const JOB: &str = "learn";
