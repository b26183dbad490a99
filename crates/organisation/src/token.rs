//! API tokens: programs that act for a person, within what that person may do.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod sql;

pub use actions::{Created, create, create_by_command, end, list, staff_by_token};
pub(crate) use api::api;
pub(crate) use pages::router;
pub use rules::{Token, TokenText};
