//! Offers: asking what would be fair, proposing, agreeing.

pub mod rules;
