//! Labels and causes on cases. The list itself is kept under Settings; here they are put on.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
