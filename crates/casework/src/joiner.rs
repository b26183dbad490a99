//! Those who write on a case they take no part in: taken in, or given a case of their own.

pub mod jobs;
pub mod rules;
pub mod sql;

pub use jobs::{PLACED_JOB, Placing};
pub use sql::Waiting;
