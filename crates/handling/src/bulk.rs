//! Changes to many cases at once: jobs with progress, a result for every row, and one undo.

pub mod actions;
pub(crate) mod api;
pub(crate) mod forms;
pub mod jobs;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
