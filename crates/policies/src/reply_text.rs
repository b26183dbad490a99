//! Reply texts: what a team writes often, with gaps that are filled from the case.

pub mod actions;
mod api;
mod pages;
pub mod rules;
mod sql;

pub(crate) use api::api;
pub(crate) use pages::router;
