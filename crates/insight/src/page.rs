//! What the pages of this room share, and the page that leads to them.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::permit::Act;
use store::Context;
use utoipa::IntoParams;
use web::frame::{Place, StaffFrame};
use web::{Problem, SignedIn, staff_frame};

use crate::refused::LearnError;

/// The page that leads to the others.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/insight", get(index))
}

/// The header of a request that changes something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; it is read by `web::Json`")]
pub(crate) struct PressHeader {
    /// Your own key of this request, 1 to 255 letters, kept for 24 hours: repeated with the same
    /// body, it answers the same and changes nothing twice.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// What is wrong with a form: field and words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors {
    pub list: Vec<(String, String)>,
}

impl Errors {
    /// What is wrong, when that is why something was not done; every other refusal is a problem.
    pub fn of_error(error: LearnError) -> Result<Errors, Problem> {
        match error {
            LearnError::Wrong(wrong) => {
                let list = wrong.into_iter().map(|(field, words)| (field.to_owned(), words));
                Ok(Errors { list: list.collect() })
            }
            other => Err(other.into()),
        }
    }

    /// The words beside `field`; empty when nothing is wrong with it.
    pub fn of(&self, field: &str) -> &str {
        self.list.iter().find(|(name, _)| name == field).map_or("", |(_, words)| words)
    }
}

/// The frame of a page under Insight.
pub(crate) fn frame(signed: &SignedIn, title: &str, errors: &Errors) -> StaffFrame {
    let mut frame = staff_frame(signed, title, Place::Insight);
    frame.has_errors = !errors.list.is_empty();
    frame
}

/// Answers a page: 422 when it shows errors, 200 otherwise.
pub(crate) fn show(template: &impl askama::Template, errors: &Errors) -> Result<Response, Problem> {
    let status =
        if errors.list.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, web::page(template)?).into_response())
}

/// 303 to `path`.
pub(crate) fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A share in words: "3 of 40, 7.5 %"; "none" where there is nothing to share.
pub(crate) fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".to_owned();
    }
    let per_cent = part as f64 * 100.0 / whole as f64;
    format!("{part} of {whole}, {per_cent:.1} %")
}

#[derive(askama::Template)]
#[template(path = "index.html")]
struct IndexPage {
    frame: StaffFrame,
}

/// `GET /insight`
async fn index(signed: SignedIn) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::Learn).map_err(LearnError::from)?;
    let errors = Errors::default();
    show(&IndexPage { frame: frame(&signed, "Insight", &errors) }, &errors)
}
