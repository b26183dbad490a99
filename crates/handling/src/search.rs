//! Search over everything that was said, written and noted, with a few plain operators.

pub(crate) mod api;
pub(crate) mod pages;
