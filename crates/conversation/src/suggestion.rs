//! Suggestions of a language model, where the operator has set one up: a draft of a reply, what
//! happened so far, a translation. Off by default. A suggestion is shown to who asked for it and to
//! nobody else; it becomes a draft when that person takes it, and passes the coach like any draft.

pub mod actions;
pub(crate) mod api;
pub mod endpoint;
pub(crate) mod pages;
pub mod rules;
pub mod sql;
mod told;

pub use rules::{SuggestionRefused, periods};

use domain::suggestion::SuggestionKind;

/// What a model said to somebody on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its id.
    pub id: String,
    /// What was asked for.
    pub kind: SuggestionKind,
    /// The model.
    pub model: String,
    /// What is left of its words.
    pub text: String,
    /// How many personal data were taken out before it was asked.
    pub hidden: u32,
    /// How many links were taken out of its words.
    pub links: u32,
    /// Whether it said more than is shown.
    pub is_cut: bool,
    /// When, in milliseconds.
    pub made_at_ms: i64,
}
