//! Preferences: keys, light and dark, height of rows. They lie in the profile and follow a person
//! everywhere.

mod actions;
mod api;
pub mod keys;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::router;
