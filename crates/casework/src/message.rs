//! Messages in both directions, and private notes, which never become messages.

pub mod rules;
pub mod sql;
pub mod stop;
pub mod undo;
