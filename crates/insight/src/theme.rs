//! Themes: what people talk about, found in their words without anybody naming it first.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
pub mod rules;
pub(crate) mod sql;
