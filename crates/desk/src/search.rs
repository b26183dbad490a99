//! Search over everything that was said, written and noted, with a few plain operators.

pub mod read;
pub mod rules;
