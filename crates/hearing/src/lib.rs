//! Hearing: how what arrives in any channel becomes feedback with its reading, exactly once, or a
//! stub that a person sees. The rooms that take arrivals in open on to it.
//!
//! The readers of every shape lie here: answers of our form ([`form`]), bodies from programs
//! ([`api_body`]), rows of a file ([`row`]) and mails ([`mail`]: whose they are, which case they
//! name, who truly sent them).
//!
//! What it must never know: how anything comes to us or leaves, a page, what a case is beyond its
//! number, and who may be whom.

pub mod api_body;
mod feedback;
pub mod form;
mod handover;
pub mod mail;
pub mod row;
pub mod said;
mod understand;
mod understood;

pub use feedback::{belongs_to, remove_loose_feedback};
pub use handover::hearing_team;
pub use understand::{
    ReadThrough, keep, read_through, stands_alone, understand, understand_many, understand_read,
};
pub use understood::{DeliveryReport, Feedback, KeptFile, KnownCustomer, Placed, Understood};
