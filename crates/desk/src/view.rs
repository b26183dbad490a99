//! What people look at: the queue, a case, promises, what one did last, and views one saved.

pub(crate) mod api;
pub(crate) mod bell;
pub mod case;
pub mod filter;
pub(crate) mod filter_pages;
pub mod filtered;
pub(crate) mod first_steps;
pub(crate) mod list;
pub(crate) mod own_api;
pub(crate) mod pages;
pub(crate) mod panel;
pub(crate) mod peek;
pub mod portal;
pub mod promises;
pub mod queue;
pub mod recent;
pub(crate) mod record;
pub(crate) mod row;
pub mod saved;
pub(crate) mod saved_pages;
pub mod seen;
pub(crate) mod sql;
pub(crate) mod today;
