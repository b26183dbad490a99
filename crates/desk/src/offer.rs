//! Offers as programs read them.

pub mod body;
