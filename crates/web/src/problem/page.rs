//! The page of a problem: to customers in their language, to staff in English.

use super::{Asked, Problem};
use crate::frame::Language as Switch;
use crate::frame::languages;
use crate::visitor::{self, is_customers};
use askama::Template;
use askama::filters::Safe;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use speech::{HOLE, Language, Say, around};

#[derive(Template)]
#[template(path = "frame/problem.html")]
struct ProblemPage<'a> {
    say: Say,
    /// The page in other languages, for customers.
    languages: Vec<Switch>,
    globe: Safe<&'static str>,
    heading: String,
    detail: String,
    reference: &'a str,
    quote: (String, String),
    style: &'static str,
    is_ours: bool,
    is_clash: bool,
    home: String,
}

pub(super) fn tell(problem: &Problem, asked: &Asked) -> Response {
    let is_customers = is_customers(&asked.path);
    let say = match problem.language {
        Some(language) => asked.visitor.asked().unwrap_or(language).say(),
        None if is_customers => asked.visitor.say(&[]),
        None => Say::default(),
    };
    if let Some(page) = &problem.page {
        let mut answer = (problem.status, axum::response::Html(page.html.clone())).into_response();
        visitor::mark(&mut answer, say.language);
        return answer;
    }
    let is_ours = problem.status.is_server_error();
    let is_clash = matches!(problem.code, "changed_meanwhile" | "somebody_was_faster");
    let switch = asked.shown_at.as_deref().filter(|_| is_customers);
    let page = ProblemPage {
        say,
        languages: switch.map(languages).unwrap_or_default(),
        globe: Safe(crate::icons::svg("globe")),
        heading: heading(problem, say),
        detail: sentence(problem, &asked.path, say),
        reference: &asked.reference,
        quote: around(&say.problem_quote(HOLE, &problem.status.as_u16().to_string())),
        style: crate::assets::url("customer.css"),
        is_ours,
        is_clash,
        // Customers begin anew at the form, staff at their own work.
        home: if is_customers { asked.visitor.to("/start") } else { "/".to_owned() },
    };
    let mut answer = match page.render() {
        Ok(html) => (problem.status, axum::response::Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page for a problem cannot be written");
            (problem.status, page.detail.clone()).into_response()
        }
    };
    if is_customers {
        visitor::mark(&mut answer, say.language);
    }
    answer
}

fn heading(problem: &Problem, say: Say) -> String {
    match (problem.status, problem.code) {
        (StatusCode::NOT_FOUND, _) => say.problem_nothing_heading(),
        (_, "changed_meanwhile" | "somebody_was_faster") => say.problem_faster_heading(),
        (StatusCode::CONFLICT, _) => say.problem_not_now_heading(),
        (StatusCode::TOO_MANY_REQUESTS, _) => say.problem_moment_heading(),
        (status, _) if status.is_server_error() => say.problem_ours_heading(),
        _ => say.there_is_a_problem(),
    }
}

/// The sentence of a problem. In English it is what was told; in other languages it hangs on the
/// code, and a code that says nothing there gets a sentence for all.
fn sentence(problem: &Problem, path: &str, say: Say) -> String {
    if say.language == Language::ENGLISH {
        return problem.detail.clone();
    }
    match problem.code {
        "link_closed" => say.problem_link_closed(),
        "offer_closed" | "offer_not_open" => say.problem_offer_closed(),
        "offer_expired" => say.problem_offer_expired(),
        "no_such_option" => say.problem_no_such_option(),
        "case_closed" => say.problem_case_closed(),
        "already_escalated" => say.problem_already_escalated(),
        "too_often" => say.problem_too_often(problem.retry_after.unwrap_or(60).into()),
        "unavailable" => say.problem_unavailable(),
        "too_large" if path.ends_with("/files") => say.problem_files_too_large(),
        "too_large" => say.problem_too_large(),
        "our_fault" => say.problem_ours(),
        "somebody_was_faster" | "changed_meanwhile" => say.problem_faster(),
        "nothing_here" => say.problem_nothing_here(),
        "form_cut_off" | "body_cut_off" => say.problem_cut_off(),
        "form_unreadable" | "query_unreadable" | "not_text" | "bad_request" => {
            say.problem_unreadable()
        }
        "wrong_origin" => say.problem_wrong_origin(),
        _ => say.problem_other(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_to_customers_in_another_language_is_never_english() {
        let german = Language::of("de").expect("spoken").say();
        let english = Language::ENGLISH.say();
        for code in ["link_closed", "too_large", "nobody_has_heard_of_this"] {
            let problem = Problem::conflict(code, "In English.");
            assert_ne!(sentence(&problem, "/c/1/files", german), "In English.", "{code}");
            assert_eq!(sentence(&problem, "/c/1/files", english), "In English.", "{code}");
        }
    }
}
