//! The case itself: opening, taking, putting aside, closing, and how it is kept.

pub mod actions;
pub(crate) mod api;
pub(crate) mod body;
pub(crate) mod effects;
pub(crate) mod expand;
pub(crate) mod forms;
pub mod jobs;
pub mod link;
pub mod new_case;
pub(crate) mod pages;
pub(crate) mod portal;
pub(crate) mod public;
pub mod rebuild;
pub mod rules;
pub(crate) mod save;
pub(crate) mod senders;
pub(crate) mod sql;
pub mod take_in;
pub(crate) mod thread;
pub mod undone;
