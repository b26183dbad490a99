//! Messages in both directions, and private notes, which never become messages.

pub mod actions;
pub mod rules;
pub(crate) mod sql;
