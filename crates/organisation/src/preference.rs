//! Preferences: keys, light and dark, height of rows. They lie in the profile and follow a person
//! everywhere.

mod pages;
pub mod rules;

pub(crate) use pages::router;
