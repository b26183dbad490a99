//! Transfers: handing over so that the customer reads why it is good for them.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub mod rules;
