//! Naming a colleague in a private note, so that they are told.

pub(crate) mod pages;
