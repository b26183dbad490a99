//! Offers, as they are kept.

pub mod sql;
