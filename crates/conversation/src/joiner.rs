//! Those who write on a case they take no part in: taken in, or given a case of their own.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
