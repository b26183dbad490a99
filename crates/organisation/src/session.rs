//! Sessions: that a browser is signed in, as whom, and until when.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub(crate) mod sql;

pub use actions::{end_one, list, staff_by_session};
pub(crate) use api::{api, whole};
pub(crate) use pages::router;
pub use rules::Session;
