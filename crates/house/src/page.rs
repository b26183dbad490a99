//! What the settings pages share: errors beside fields, and what a refusal becomes.

use crate::change::ChangeError;
use crate::wrong::Wrong;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use web::Problem;
use web::frame::{Place, StaffFrame};
use web::session::{SignedIn, staff_frame};

/// What is wrong with a form, as its page shows it: field and words.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    /// Each field that is wrong, and the words beside it.
    pub list: Vec<(String, String)>,
}

impl Errors {
    /// Every field that `wrong` names.
    pub fn of_all(wrong: Vec<Wrong>) -> Errors {
        Errors { list: wrong.into_iter().map(|w| (w.field.to_owned(), w.words)).collect() }
    }

    /// The words beside `field`; empty when nothing is wrong with it.
    pub fn of(&self, field: &str) -> &str {
        self.list.iter().find(|(name, _)| name == field).map_or("", |(_, words)| words)
    }
}

/// One thing to tick: value, words, whether it is ticked.
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub words: String,
    /// Whether it is ticked.
    pub on: bool,
}

/// The frame of a settings page, with "Error:" before its title when something is wrong.
pub fn frame(signed: &SignedIn, title: &str, errors: &Errors) -> StaffFrame {
    let mut frame = staff_frame(signed, title, Place::Settings);
    frame.has_errors = !errors.list.is_empty();
    frame
}

/// Answers a page: 422 when it shows errors, 200 otherwise.
///
/// # Errors
/// When the page cannot be made.
pub fn show(template: &impl askama::Template, errors: &Errors) -> Result<Response, Problem> {
    let status =
        if errors.list.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(template)?).into_response())
}

/// 303 to `path`.
pub fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// What is wrong, when that is why a change was refused; every other refusal is a problem.
///
/// # Errors
/// The refusal, where it is not about fields.
pub fn wrong_of(error: ChangeError) -> Result<Errors, Problem> {
    match error {
        ChangeError::Wrong(wrong) => Ok(Errors::of_all(wrong)),
        other => Err(other.into()),
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Problem {
        match error {
            ChangeError::Missing | ChangeError::NotPermitted(_) => {
                Problem::missing("nothing_here", "There is nothing at this address.")
            }
            ChangeError::Wrong(wrong) => {
                let says = "Some fields must be put right.";
                wrong
                    .into_iter()
                    .fold(Problem::refused("fields_refused", says), |problem, wrong| {
                        problem.at(format!("/{}", wrong.field), wrong.words)
                    })
            }
            ChangeError::Crossed { version } => Problem::changed_meanwhile(version.unsigned_abs()),
            ChangeError::OtherBody => Problem::refused(
                "key_used_otherwise",
                "This was sent before with something else in it. Reload the page, or use a new \
                 Idempotency-Key, and send it again.",
            ),
            ChangeError::Busy => Problem::unavailable(5),
            ChangeError::Store(error) => Problem::ours(error),
        }
    }
}

/// The version of an `If-Match`, as actions take it.
pub fn version(if_match: Option<u64>) -> Option<i64> {
    // No version of ours is that high: it can only be crossed.
    if_match.map(|version| i64::try_from(version).unwrap_or(i64::MAX))
}

/// The version a form was made from, in its hidden field. A form without it insists on none, as a
/// program without `If-Match`.
///
/// # Errors
/// When the field holds no number.
pub fn form_version(text: &str) -> Result<Option<i64>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        let says = "Reload the page and send the form as it is.";
        Problem::refused("form_unreadable", "The form's version cannot be read.")
            .at("/version", says)
    })
}

/// The rest of a short list after the row whose id is `cursor`; nothing for a cursor that is not
/// of this list.
pub fn after<T>(rows: Vec<T>, cursor: Option<&str>, id: impl Fn(&T) -> &String) -> Vec<T> {
    match cursor {
        None => rows,
        Some(cursor) => rows.into_iter().skip_while(|row| id(row) != cursor).skip(1).collect(),
    }
}
