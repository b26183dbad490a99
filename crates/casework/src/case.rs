//! The case itself: opening, taking, putting aside, closing, and how it is kept.

pub mod actions;
pub(crate) mod effects;
pub mod jobs;
pub mod link;
pub mod new_link;
pub mod rebuild;
pub mod rules;
pub mod save;
pub mod sql;
pub mod take_in;
