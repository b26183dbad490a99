//! What never leaves, wherever it was written.

use coach::{Coach, Draft, Severity};
use domain::case::Case;
use std::sync::{Arc, LazyLock};

/// Rules are compiled once.
pub static COACH: LazyLock<Arc<Coach>> = LazyLock::new(|| Arc::new(Coach::shipped()));

/// Whether something in `text` must not leave, wherever it was written: C13.
pub(crate) fn stops(case: &Case, text: &str) -> bool {
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    let case_number = Some(case.number.to_string());
    let context = coach::Context { case_number, ..coach::Context::default() };
    let found = COACH.review(&draft, &context);
    found.iter().any(|finding| finding.severity == Severity::Stop)
}
