//! Hear, and carry replies: the form, files, mail, the API; and the outbox on its way out.
//!
//! What it is for: whatever reaches us in any channel becomes feedback with its reading, exactly
//! once, or a stub that a person sees; and letters leave once. What it must never know: what a
//! case is beyond its number, and who may be whom; that belongs to `desk` and `customers`.

mod api_body;
mod feedback;
mod form;
mod handover;
pub mod import;
pub mod mail;
mod picture;
mod routes;
mod said;
mod understand;
mod understood;

pub use api_body::{ApiAuthor, ApiFeedback};
pub use feedback::belongs_to;
pub use form::forget_old_drafts;
pub use handover::hearing_team;
pub use routes::{CaseLinks, api, router};
pub use said::{Author, Envelope, Joins, Shape};
pub use understand::{
    ReadThrough, keep, read_through, stands_alone, understand, understand_many, understand_read,
};
pub use understood::{DeliveryReport, Feedback, KeptFile, KnownCustomer, Placed, Understood};
