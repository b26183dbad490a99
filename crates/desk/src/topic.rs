//! What a case is about, as its page tells it.

pub mod lines;
