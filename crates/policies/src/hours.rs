//! Hours: when we are open, written so that a person can read and change it.

mod pages;
pub mod rules;

pub(crate) use pages::router;
