//! A customer and the addresses we know them by.

pub mod actions;
pub mod api;
pub mod pages;
pub mod rules;
pub mod sql;
