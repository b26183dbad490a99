//! Putting right, asking whether it is, and closing. Solved is the customer's word.

pub mod actions;
pub(crate) mod api;
pub mod jobs;
pub(crate) mod pages;
pub(crate) mod portal;
pub mod rules;
