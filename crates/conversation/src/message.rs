//! Messages in both directions, and private notes, which never become messages.

pub mod actions;
pub(crate) mod api;
pub(crate) mod coaching;
pub(crate) mod letters;
pub(crate) mod pages;
pub(crate) mod publicity;
