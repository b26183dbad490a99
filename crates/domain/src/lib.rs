//! The field's words as types: ids, words, money, moments, business time, permits, stages.
