//! The field's words as types: ids, words, money, moments, business time, permits, stages.

pub mod hours;
pub mod money;
pub mod words;
