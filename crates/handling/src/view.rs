//! The screens that list: the queue and its filters, today, saved views; and undoing the last
//! action.

pub(crate) mod api;
pub(crate) mod filter_pages;
pub(crate) mod first_steps;
pub(crate) mod own_api;
pub(crate) mod pages;
pub(crate) mod peek;
pub mod saved;
pub(crate) mod saved_pages;
pub(crate) mod today;
pub mod undo;
