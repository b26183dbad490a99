//! What a case is about, and "not right" beside it. The tree itself is kept under Settings.

pub(crate) mod api;
pub(crate) mod pages;
