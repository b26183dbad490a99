//! A customer and the addresses we know them by.

pub mod actions;
pub mod api;
pub mod pages;
pub mod rules;
pub mod sql;

/// The job that notes where a customer is written to from now on.
pub(crate) const ADDRESS_JOB: &str = "customer_address";
