//! What customers see and do with the link of their case: P5, P6, P7. No account, no script.
//! GET changes nothing, however often a mail scanner follows the links.

use crate::api::Nothing;
use crate::case::public::{PublicPromise, PublicWords, Step, Telling};
use crate::escalation::actions as escalation;
use crate::message::actions as messages;
use crate::offer::actions as offers;
use crate::policy::Policy;
use crate::refusal::ActError;
use crate::resolution::actions as resolution;
use crate::resolution::rules::Answer;
use crate::view::portal::{PortalCase, portal_case};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::case::{Closing, Stage};
use domain::id::OfferId;
use domain::offer::{Offer, OfferState};
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use web::frame::CustomerFrame;
use web::{Path, Problem, PublicForm, Query};

/// Letters of what a customer adds.
const WORDS_MOST: usize = 10_000;

/// The pages of this noun for customers.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/c/{token}", get(show))
        .route("/c/{token}/messages", post(add_words))
        .route("/c/{token}/solved", get(ask).post(answer))
        .route("/c/{token}/offers/{id}", get(choose).post(chosen))
        .route("/c/{token}/another-person", post(another_person))
}

/// A customer before their page.
struct Visit {
    token: String,
    portal: PortalCase,
    policy: Policy,
    now: Timestamp,
    contact: String,
}

impl Visit {
    async fn of(ctx: &Context, token: &str) -> Result<Visit, Problem> {
        let portal = portal_case(ctx, token).await?.ok_or_else(closed)?;
        let policy = Policy::of(&ctx.store).await?;
        let lines = ctx.store.setting("organisation/contact").await?;
        let lines: Vec<String> =
            lines.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let contact = match lines.join(" · ") {
            none if none.is_empty() => "Answer any of our letters.".to_owned(),
            lines => lines,
        };
        Ok(Visit { token: token.to_owned(), portal, policy, now: ctx.now(), contact })
    }

    fn telling(&self) -> Telling<'_> {
        let zone = self.policy.clocks.hours.zone();
        Telling { portal: &self.portal, now: self.now, zone }
    }

    fn frame(&self, title: &str) -> CustomerFrame {
        let mut frame = CustomerFrame::new(title, self.policy.organisation.clone());
        frame.home = "/start".to_owned();
        frame.another_way.clone_from(&self.contact);
        frame
    }

    fn home(&self) -> Response {
        Redirect::to(&format!("/c/{}", self.token)).into_response()
    }
}

fn closed() -> Problem {
    let says = "This link does not open a case, or not any more. Write to us, and we send a new one \
                to the address we know.";
    Problem::missing("link_closed", says)
}

#[derive(askama::Template)]
#[template(path = "portal/case.html")]
struct CasePage {
    frame: CustomerFrame,
    token: String,
    here: String,
    title: String,
    who: String,
    late: Option<String>,
    headline: String,
    steps: Vec<Step>,
    promises: Vec<PublicPromise>,
    messages: Vec<PublicWords>,
    offers: Vec<(String, String)>,
    is_closed: bool,
    words: String,
    error: String,
    errors: Vec<(String, String)>,
    press: String,
}

/// `GET /c/{token}`
async fn show(
    State(ctx): State<Context>,
    Path(token): Path<String>,
) -> Result<Html<String>, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    case_page(&ctx, &visit, String::new(), String::new())
}

fn case_page(
    ctx: &Context,
    visit: &Visit,
    words: String,
    error: String,
) -> Result<Html<String>, Problem> {
    let here = visit.portal.case.number.to_string();
    let mut frame = visit.frame(&format!("Your problem – {here}"));
    frame.has_errors = !error.is_empty();
    let is_closed = visit.portal.case.stage.is_closed();
    let open = visit.portal.offers.iter().filter(|offer| !is_closed && waits_for_customer(offer));
    let offers = open.map(|offer| (offer.id.to_string(), offer_words(offer))).collect();
    let errors = if error.is_empty() { vec![] } else { vec![("words".to_owned(), error.clone())] };
    let telling = visit.telling();
    web::page(&CasePage {
        frame,
        title: visit.portal.case.problem_line().to_owned(),
        is_closed,
        who: telling.who(),
        late: telling.late(),
        headline: telling.headline(),
        steps: telling.steps(),
        promises: telling.promises(),
        messages: telling.messages(),
        token: visit.token.clone(),
        here,
        offers,
        words,
        error,
        errors,
        press: web::new_press(ctx),
    })
}

fn waits_for_customer(offer: &Offer) -> bool {
    matches!(offer.state, OfferState::Proposed | OfferState::Asked)
}

fn offer_words(offer: &Offer) -> String {
    match offer.options.as_slice() {
        [] => "Tell us what would be fair".to_owned(),
        [one] => format!("Look at it: {}", one.words),
        several => format!("Choose one of {}", several.len()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    words: String,
}

/// `POST /c/{token}/messages`
async fn add_words(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    form: PublicForm<Added>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    let Ok(words) = Words::new(&form.value.words, WORDS_MOST) else {
        let says = "Write what you want to tell us, in up to 10,000 letters.".to_owned();
        let page = case_page(&ctx, &visit, form.value.words, says)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    messages::add_words(&ctx, &visit.portal.permit, words, &form.press).await?;
    Ok(visit.home())
}

#[derive(askama::Template)]
#[template(path = "portal/solved.html")]
struct SolvedPage {
    frame: CustomerFrame,
    token: String,
    what_we_did: String,
    /// They said yes before.
    said_yes: bool,
    choices: Vec<(&'static str, &'static str, bool)>,
    words: String,
    errors: Vec<(String, String)>,
    press: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    answer: String,
}

fn solved_page(
    ctx: &Context,
    visit: &Visit,
    chosen: &str,
    words: String,
    errors: Vec<(String, String)>,
) -> Result<Html<String>, Problem> {
    let choices = [("yes", "Yes"), ("partly", "Partly"), ("no", "No")];
    let what_we_did = match &visit.portal.case.stage {
        Stage::Checking { what_we_did, .. } => what_we_did.clone(),
        _ => String::new(),
    };
    let mut frame = visit.frame("Did this solve it?");
    frame.has_errors = !errors.is_empty();
    web::page(&SolvedPage {
        frame,
        token: visit.token.clone(),
        what_we_did,
        said_yes: matches!(
            visit.portal.case.stage,
            Stage::Closed { because: Closing::Confirmed, .. }
        ),
        choices: choices.map(|(value, says)| (value, says, value == chosen)).to_vec(),
        words,
        errors,
        press: web::new_press(ctx),
    })
}

/// `GET /c/{token}/solved?answer=yes`: only shows the question, with the answer chosen.
async fn ask(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    solved_page(&ctx, &visit, &asked.answer, String::new(), Vec::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    words: String,
}

#[derive(askama::Template)]
#[template(path = "portal/answered.html")]
struct AnsweredPage {
    frame: CustomerFrame,
    token: String,
    heading: String,
    says: String,
}

/// `POST /c/{token}/solved`
async fn answer(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    form: PublicForm<Answered>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    let answer = match form.value.answer.as_str() {
        "yes" => Answer::Yes,
        "partly" => Answer::Partly,
        "no" => Answer::No,
        _ => {
            let errors = vec![("answer".to_owned(), "Choose yes, partly or no.".to_owned())];
            let page = solved_page(&ctx, &visit, "", form.value.words, errors)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let cut: String = form.value.words.trim().chars().take(WORDS_MOST).collect();
    let words = Words::new(&cut, WORDS_MOST).ok();
    let permit = &visit.portal.permit;
    let done = resolution::answer(&ctx, permit, answer, words.as_ref(), &form.press).await;
    if let Err(error) = done
        && !matches!(&error, ActError::Refused(why) if why.code() == "already_said")
    {
        return Err(error.into());
    }
    let after = Visit::of(&ctx, &token).await?;
    let (heading, says) = match answer {
        Answer::Yes => ("Thank you for telling us.".to_owned(), "How else can we help?".to_owned()),
        Answer::Partly | Answer::No => {
            let telling = after.telling();
            let says = telling.late().unwrap_or_else(|| telling.headline());
            ("Sorry, then we’re not done.".to_owned(), says)
        }
    };
    let frame = after.frame(&heading);
    let page = web::page(&AnsweredPage { frame, token: after.token, heading, says })?;
    Ok(page.into_response())
}

#[derive(askama::Template)]
#[template(path = "portal/offer.html")]
struct OfferPage {
    frame: CustomerFrame,
    token: String,
    id: String,
    finding: String,
    choices: Vec<(String, String, bool)>,
    fair: String,
    fair_error: &'static str,
    errors: Vec<(&'static str, &'static str)>,
    press: String,
}

fn offer_page(
    ctx: &Context,
    visit: &Visit,
    offer: &Offer,
    typed: &Chosen,
    wrong: Option<(&'static str, &'static str)>,
) -> Result<Html<String>, Problem> {
    let mut choices: Vec<(String, String, bool)> = offer
        .options
        .iter()
        .enumerate()
        .map(|(place, option)| {
            let value = place.to_string();
            let chosen = typed.choice == value;
            (value, option.words.clone(), chosen)
        })
        .collect();
    let other = ("other".to_owned(), "Something else – what would be fair?".to_owned());
    choices.push((other.0, other.1, typed.choice == "other" || offer.options.is_empty()));
    let mut frame = visit.frame("What would be fair?");
    frame.has_errors = wrong.is_some();
    web::page(&OfferPage {
        frame,
        token: visit.token.clone(),
        id: offer.id.to_string(),
        finding: offer.finding.clone(),
        choices,
        fair: typed.fair.clone(),
        fair_error: wrong.filter(|wrong| wrong.0 == "fair").map_or("", |wrong| wrong.1),
        errors: wrong.into_iter().collect(),
        press: web::new_press(ctx),
    })
}

fn open_offer<'a>(visit: &'a Visit, id: &str) -> Result<&'a Offer, Problem> {
    let id: Option<OfferId> = id.parse().ok();
    let found = visit.portal.offers.iter().find(|offer| Some(offer.id) == id);
    found.filter(|offer| waits_for_customer(offer)).ok_or_else(|| {
        Problem::missing("offer_closed", "This suggestion is not open any more. Write to us.")
    })
}

/// `GET /c/{token}/offers/{id}`
async fn choose(
    State(ctx): State<Context>,
    Path((token, id)): Path<(String, String)>,
) -> Result<Html<String>, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    let offer = open_offer(&visit, &id)?;
    offer_page(&ctx, &visit, offer, &Chosen::default(), None)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Chosen {
    choice: String,
    fair: String,
}

/// `POST /c/{token}/offers/{id}`
async fn chosen(
    State(ctx): State<Context>,
    Path((token, id)): Path<(String, String)>,
    form: PublicForm<Chosen>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, &token).await?;
    let offer = open_offer(&visit, &id)?;
    let again = |wrong| {
        let page = offer_page(&ctx, &visit, offer, &form.value, Some(wrong))?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if form.value.choice == "other" {
        let Ok(words) = Words::new(&form.value.fair, 2_000) else {
            return again(("fair", "Write what you think would be fair."));
        };
        offers::counter(&ctx, &visit.portal.permit, offer.id, &words, &form.press).await?;
    } else {
        let Ok(place) = form.value.choice.parse::<usize>() else {
            return again(("choice", "Choose one, or say what would be fair."));
        };
        offers::accept(&ctx, &visit.portal.permit, offer.id, place, &form.press).await?;
    }
    Ok(visit.home())
}

/// `POST /c/{token}/another-person`: somebody else looks at it.
async fn another_person(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    form: PublicForm<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    let visit = Visit::of(&ctx, &token).await?;
    // Closed meanwhile, in another tab or by their own answer: the page says how to open it again.
    if visit.portal.case.stage.is_closed() {
        return Ok(visit.home());
    }
    escalation::ask_someone_else(&ctx, &visit.portal.permit, None, &form.press).await?;
    Ok(visit.home())
}
