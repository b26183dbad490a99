//! Feedback: its table, and what people and programs read of it.

pub(crate) mod api;
pub(crate) mod original;
pub(crate) mod pages;
pub(crate) mod sql;
pub(crate) mod view;
