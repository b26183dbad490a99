//! Messages in both directions, and private notes, which never become messages.

pub mod held_back;
pub mod rules;
pub mod sql;
pub mod stop;
pub mod undo;
