//! The page of a case, for us and for its customer.

pub(crate) mod pages;
pub(crate) mod portal;
pub(crate) mod senders;
