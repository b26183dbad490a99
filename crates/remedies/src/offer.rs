//! Offers: asking what would be fair, proposing, agreeing.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub(crate) mod portal;
pub mod rules;
