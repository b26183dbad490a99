//! Feedback: what people and programs read of it.

pub(crate) mod api;
mod cards;
mod elsewhere;
pub(crate) mod original;
pub(crate) mod pages;
pub(crate) mod preview;
mod show;
mod sql;
pub(crate) mod view;
