//! Promises as programs read them.

pub mod body;
