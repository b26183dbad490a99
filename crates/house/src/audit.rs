//! The record of the house: who changed what in it, chained like the record of a case.
//!
//! hash = SHA-256(previous hash ‖ canonical entry). The canonical entry is the JSON of [`Entry`]
//! with its fields in declared order, which is also what is stored, byte for byte.

mod actions;
mod api;
mod pages;
mod rules;
mod sql;

pub use actions::{RECORD_JOB, Verified, keep, verify};
pub use api::api;
pub use pages::router;
pub(crate) use rules::End;
pub use rules::{BEGINNING, Entry, What};
pub use sql::{StoredEntry, latest};
pub(crate) use sql::{append, hold_end};
