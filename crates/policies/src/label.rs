//! Labels and causes: the house's own words for cases, kept as one list.

pub mod actions;
mod api;
mod pages;
pub mod rules;
mod sql;

pub(crate) use api::api;
pub(crate) use pages::router;
