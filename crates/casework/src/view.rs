//! What is kept of people at work: what they did last, and what they have read.

pub mod recent;
pub mod sql;
