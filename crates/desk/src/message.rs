//! Messages and private notes as programs read them.

pub mod body;
