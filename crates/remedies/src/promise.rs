//! Promises: made with a name and a date, kept, moved in time, or broken in plain sight.

pub mod actions;
pub(crate) mod api;
pub(crate) mod pages;
