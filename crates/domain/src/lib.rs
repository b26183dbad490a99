//! The field's words as types: ids, words, money, moments, business time, permits, stages.
//!
//! Everything here is a value or a function of values. This crate knows no SQL, no HTTP, no file
//! and no clock: the moment is always an argument. A type lives here once two rooms need it.

pub mod case;
pub mod channel;
pub mod clock;
pub mod email;
pub mod event;
pub mod feedback;
pub mod hours;
pub mod id;
pub mod joiner;
pub mod label;
pub mod language;
pub mod merger;
pub mod message;
pub mod money;
pub mod offer;
pub mod permit;
pub mod promise;
mod sending;
pub mod suggestion;
pub mod topic;
mod undelivered;
pub mod urgency;
pub mod variable;
pub mod words;
