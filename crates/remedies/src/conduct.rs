//! Conduct: the orderly way of dealing with abuse, in stated steps.

pub mod actions;
pub(crate) mod api;
pub mod rules;
