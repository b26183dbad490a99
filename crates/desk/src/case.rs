//! A case as it is told: to people in its thread, to programs, to its customer.

pub mod body;
pub mod public;
pub mod thread;
