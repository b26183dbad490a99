//! Signing in: passwords, one-press links, and how often it may be tried.

pub mod actions;
mod pages;
pub mod password;
pub mod rules;
mod sql;

pub(crate) use pages::router;

pub use actions::{
    LinkUse, SignInError, SignedIn, end_everything_of, make_link, peek_link, sign_in,
    sign_in_by_link,
};
