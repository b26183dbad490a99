//! Hints on how a customer complains: from evidence over their history, with an end, and with a
//! person's "not right" above them. Shown to whoever answers; read by nothing that decides.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;

/// The job that looks at one customer's history.
pub const JOB: &str = "hints";
/// The job that works values out each night, and looks at whoever was heard that day.
pub const NIGHT_JOB: &str = "worth";
