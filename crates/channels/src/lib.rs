//! Hear: our form, files of earlier systems and feedback of programs on their way in; and all
//! feedback, however it came, as people and programs read it.
//!
//! What it must never know: how an arrival becomes feedback (`hearing`), how mail comes and goes
//! (`mailroom`), what a case is beyond its number, and who may be whom.

mod feedback;
mod form;
pub mod import;
mod picture;
mod routes;

pub use form::forget_old_drafts;
pub use routes::{CaseLinks, api, router};
