//! Letters that did not arrive: their case comes back on top until somebody has seen to them.

pub mod sql;
