//! Work that failed for good: what nobody waits for, laid before a person.

mod pages;

pub(crate) use pages::router;
