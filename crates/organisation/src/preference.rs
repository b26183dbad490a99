//! Preferences: keys, light and dark, height of rows. They lie in the profile and follow a person
//! everywhere.

pub mod keys;
mod pages;

pub(crate) use pages::router;
