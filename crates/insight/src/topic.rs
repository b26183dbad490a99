//! Topics: what customers talk about, as a tree of the house's own, and what people said of it.

pub mod actions;
pub(crate) mod api;
pub mod jobs;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;

/// The job by which the desk hands over what a case is about and what it is not.
pub const JOB: &str = "topics_corrected";

/// The job that looks for a topic, new or changed, in what came in before.
pub const READ_AGAIN_JOB: &str = "topic_read_again";
