//! A13, the publicity check: a pause before something that could travel. Three questions with
//! suggested answers and their reasons; the person has the last word and says why.

use crate::message::actions::Checked;
use crate::message::coaching::Review;
use crate::message::pages::Composed;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use coach::Answer;
use desk::screen::Screen;
use desk::view::case::CaseView;
use store::Context;
use web::Problem;
use web::frame::{Place, StaffFrame};

/// Letters of a reason.
pub(crate) const WHY_MOST: usize = 1_000;

const SAY_WHY: &str = "Say why it is sent as it is.";

/// One question: field, words, suggested answer, reasons.
struct Question {
    id: &'static str,
    words: &'static str,
    yes: bool,
    reasons: Vec<String>,
}

#[derive(askama::Template)]
#[template(path = "case/publicity.html")]
struct CheckPage {
    frame: StaffFrame,
    press: String,
    here: String,
    problem: String,
    who: String,
    reach: String,
    words: String,
    read_up_to: String,
    stamp: String,
    to: Vec<String>,
    chosen: bool,
    used: Vec<String>,
    kept: Vec<String>,
    opens_because: Vec<String>,
    questions: Vec<Question>,
    why: String,
    why_error: &'static str,
    errors: Vec<(String, String)>,
    stops: bool,
    /// What follows when it is sent: `next`, or nothing.
    then: String,
}

/// The answers of the form; `None` when no check was made and none is needed. An error when it has
/// to be shown: it opens by itself and was not made, or why it is sent as it is was not said.
pub(crate) fn answered(sent: &Composed, said: &Review) -> Result<Option<Checked>, ()> {
    let opened = opened_because(said);
    if sent.checked.is_none() {
        return if opened.is_empty() { Ok(None) } else { Err(()) };
    }
    let check = Checked {
        opened_because: opened,
        embarrasses: sent.embarrasses == "yes",
        proud: sent.proud == "yes",
        held_against_us: sent.held_against_us == "yes",
        why: sent.why.trim().chars().take(WHY_MOST).collect(),
    };
    if check.lacks_why() { Err(()) } else { Ok(Some(check)) }
}

impl Checked {
    /// Whether it must be said why it is sent as it is, and was not.
    pub(crate) fn lacks_why(&self) -> bool {
        let speaks_against = self.embarrasses || !self.proud || self.held_against_us;
        self.why.is_empty() && (speaks_against || !self.opened_because.is_empty())
    }
}

/// Why the check opens by itself; empty when it does not.
pub(crate) fn opened_because(said: &Review) -> String {
    said.publicity.as_ref().map(|p| p.opens_because.join(" ")).unwrap_or_default()
}

/// The three questions: field, words, suggested answer.
pub(crate) fn questions(said: &Review) -> Vec<(&'static str, &'static str, Answer)> {
    let Some(check) = said.publicity.clone() else { return Vec::new() };
    vec![
        ("embarrasses", "Would it embarrass us?", check.embarrasses),
        ("proud", "Would we be proud of it?", check.proud),
        ("held_against_us", "Could a customer hold it against us?", check.held_against_us),
    ]
}

/// Shows the check. What was answered stays answered.
pub(crate) async fn show(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    sent: &Composed,
    said: &Review,
    status: StatusCode,
) -> Result<Response, Problem> {
    let here = view.case.number.to_string();
    let typed = |id: &str| match id {
        "embarrasses" => sent.embarrasses.as_str(),
        "proud" => &sent.proud,
        _ => &sent.held_against_us,
    };
    let question = |(id, words, answer): (&'static str, &'static str, Answer)| Question {
        id,
        words,
        yes: if sent.checked.is_some() { typed(id) == "yes" } else { answer.yes },
        reasons: answer.reasons,
    };
    let title = "If this were public tomorrow";
    let mut frame = screen.frame(ctx, title, Place::Queue, "case").await?;
    let mut errors = Vec::new();
    if sent.checked.is_some() {
        errors.push(("why".to_owned(), SAY_WHY.to_owned()));
        frame.has_errors = true;
    }
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let page = CheckPage {
        frame,
        press: web::new_press(ctx),
        problem: view.case.problem_line().to_owned(),
        who: view.customer.clone(),
        reach: web::words::count(domain::urgency::reach(view.case.facts.reach_known)),
        read_up_to: sent.read_up_to.map(|n| n.to_string()).unwrap_or_default(),
        stamp: number(sent.stamp),
        to: sent.to.clone(),
        chosen: sent.chosen.is_some(),
        used: sent.used.clone(),
        kept: sent.kept.clone(),
        opens_because: said.publicity.as_ref().map_or(Vec::new(), |p| p.opens_because.clone()),
        questions: questions(said).into_iter().map(question).collect(),
        why: sent.why.clone(),
        words: sent.words.clone(),
        stops: said.stops(),
        then: sent.then.clone().unwrap_or_default(),
        why_error: if errors.is_empty() { "" } else { SAY_WHY },
        errors,
        here,
    };
    Ok((status, web::page(&page)?).into_response())
}
