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
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::case::{Closing, Stage};
use domain::id::OfferId;
use domain::offer::{Offer, OfferState};
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use speech::Say;
use store::Context;
use web::frame::CustomerFrame;
use web::{Path, Problem, PublicForm, Query, Visitor, page_in};

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
    visitor: Visitor,
    say: Say,
}

impl Visit {
    async fn of(ctx: &Context, visitor: Visitor, token: &str) -> Result<Visit, Problem> {
        let portal = portal_case(ctx, token).await?.ok_or_else(closed)?;
        let say = visitor.say(&[&portal.case.language, &portal.reads]);
        let policy = Policy::of(&ctx.store).await?;
        let lines = ctx.store.setting("organisation/contact").await?;
        let lines: Vec<String> =
            lines.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let contact = match lines.join(" · ") {
            none if none.is_empty() => say.answer_any_letter(),
            lines => lines,
        };
        let (token, now) = (token.to_owned(), ctx.now());
        Ok(Visit { token, portal, policy, now, contact, visitor, say })
    }

    fn telling(&self) -> Telling<'_> {
        let zone = self.policy.clocks.hours.zone();
        Telling { say: self.say, portal: &self.portal, now: self.now, zone }
    }

    /// The frame of a page of this case; `part` is what follows the case's own address.
    fn frame(&self, title: &str, part: &str) -> CustomerFrame {
        let here = format!("/c/{}{part}", self.token);
        let company = self.policy.organisation.clone();
        let mut frame = CustomerFrame::new(title, company).spoken(self.say, &here);
        frame.home = self.visitor.to("/start");
        frame.another_way.clone_from(&self.contact);
        frame
    }

    /// The address of a page of this case, in the language that was asked for.
    fn to(&self, part: &str) -> String {
        self.visitor.to(&format!("/c/{}{part}", self.token))
    }

    fn home(&self) -> Response {
        self.visitor.go_to(&format!("/c/{}", self.token))
    }

    /// A problem of this case, told in its customer's language.
    fn tell(&self, problem: impl Into<Problem>) -> Problem {
        problem.into().spoken(self.say.language)
    }
}

fn closed() -> Problem {
    let says = "This link does not open a case, or not any more. Write to us, and we send a new one \
                to the address we know.";
    Problem::missing("link_closed", says)
}

/// Where the links and forms of the case's page lead.
struct Links {
    messages: String,
    files: String,
    is_solved: String,
    is_not_right: String,
    another_person: String,
}

impl Links {
    fn of(visit: &Visit) -> Links {
        Links {
            messages: visit.to("/messages"),
            files: visit.to("/files"),
            is_solved: visit.to("/solved?answer=yes"),
            is_not_right: visit.to("/solved?answer=no"),
            another_person: visit.to("/another-person"),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "portal/case.html")]
struct CasePage {
    frame: CustomerFrame,
    links: Links,
    here: String,
    title: String,
    write_to: String,
    send_to: String,
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
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    case_page(&ctx, &visit, String::new(), String::new())
}

fn case_page(
    ctx: &Context,
    visit: &Visit,
    words: String,
    error: String,
) -> Result<Response, Problem> {
    let (here, say) = (visit.portal.case.number.to_string(), visit.say);
    let mut frame = visit.frame(&say.case_tab(&here), "");
    frame.has_errors = !error.is_empty();
    let is_closed = visit.portal.case.stage.is_closed();
    let open = visit.portal.offers.iter().filter(|offer| !is_closed && waits_for_customer(offer));
    let address = |offer: &Offer| visit.to(&format!("/offers/{}", offer.id));
    let offers = open.map(|offer| (address(offer), offer_words(offer, say))).collect();
    let errors = if error.is_empty() { vec![] } else { vec![("words".to_owned(), error.clone())] };
    let telling = visit.telling();
    let page = CasePage {
        frame,
        links: Links::of(visit),
        title: visit.portal.case.problem_line().to_owned(),
        is_closed,
        write_to: say.case_write_to(&telling.who()),
        send_to: say.case_send_to(&telling.who()),
        late: telling.late(),
        headline: telling.headline(),
        steps: telling.steps(),
        promises: telling.promises(),
        messages: telling.messages(),
        here,
        offers,
        words,
        error,
        errors,
        press: web::new_press(ctx),
    };
    page_in(&page, say)
}

fn waits_for_customer(offer: &Offer) -> bool {
    matches!(offer.state, OfferState::Proposed | OfferState::Asked)
}

fn offer_words(offer: &Offer, say: Say) -> String {
    match offer.options.as_slice() {
        [] => say.offer_say(),
        [one] => say.offer_look(&one.words),
        several => say.offer_choose(i64::try_from(several.len()).unwrap_or(i64::MAX)),
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
    visitor: Visitor,
    Path(token): Path<String>,
    form: PublicForm<Added>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    let Ok(words) = Words::new(&form.value.words, WORDS_MOST) else {
        let says = visit.say.case_words_wrong(i64::try_from(WORDS_MOST).unwrap_or(i64::MAX));
        let page = case_page(&ctx, &visit, form.value.words, says)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let added = messages::add_words(&ctx, &visit.portal.permit, words, &form.press).await;
    added.map_err(|error| visit.tell(error))?;
    Ok(visit.home())
}

#[derive(askama::Template)]
#[template(path = "portal/solved.html")]
struct SolvedPage {
    frame: CustomerFrame,
    action: String,
    whole: String,
    what_we_did: String,
    /// They said yes before.
    said_yes: bool,
    choices: Vec<(&'static str, String, bool)>,
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
) -> Result<Response, Problem> {
    let say = visit.say;
    let choices =
        [("yes", say.solved_yes()), ("partly", say.solved_partly()), ("no", say.solved_no())];
    let what_we_did = match &visit.portal.case.stage {
        Stage::Checking { what_we_did, .. } if !what_we_did.is_empty() => {
            say.solved_what_we_did(what_we_did)
        }
        _ => String::new(),
    };
    let known = choices.iter().find(|(value, _)| *value == chosen);
    let here = known.map_or("/solved".to_owned(), |(value, _)| format!("/solved?answer={value}"));
    let mut frame = visit.frame(&say.solved_title(), &here);
    frame.has_errors = !errors.is_empty();
    let page = SolvedPage {
        frame,
        action: visit.to("/solved"),
        whole: visit.to(""),
        what_we_did,
        said_yes: matches!(
            visit.portal.case.stage,
            Stage::Closed { because: Closing::Confirmed, .. }
        ),
        choices: choices.map(|(value, says)| (value, says, value == chosen)).to_vec(),
        words,
        errors,
        press: web::new_press(ctx),
    };
    page_in(&page, say)
}

/// `GET /c/{token}/solved?answer=yes`: only shows the question, with the answer chosen.
async fn ask(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
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
    back: String,
    heading: String,
    says: String,
}

/// `POST /c/{token}/solved`
async fn answer(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: PublicForm<Answered>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    let say = visit.say;
    let answer = match form.value.answer.as_str() {
        "yes" => Answer::Yes,
        "partly" => Answer::Partly,
        "no" => Answer::No,
        _ => {
            let errors = vec![("answer".to_owned(), say.solved_choose())];
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
        return Err(visit.tell(error));
    }
    let after = Visit::of(&ctx, visitor, &token).await?;
    let (heading, says) = match answer {
        Answer::Yes => (say.solved_thanks(), say.solved_how_else()),
        Answer::Partly | Answer::No => {
            let telling = after.telling();
            let says = telling.late().unwrap_or_else(|| telling.headline());
            (say.solved_sorry(), says)
        }
    };
    let frame = after.frame(&heading, "");
    page_in(&AnsweredPage { frame, back: after.to(""), heading, says }, say)
}

#[derive(askama::Template)]
#[template(path = "portal/offer.html")]
struct OfferPage {
    frame: CustomerFrame,
    action: String,
    back: String,
    finding: String,
    choices: Vec<(String, String, bool)>,
    fair: String,
    fair_error: String,
    errors: Vec<(&'static str, String)>,
    press: String,
}

fn offer_page(
    ctx: &Context,
    visit: &Visit,
    offer: &Offer,
    typed: &Chosen,
    wrong: Option<(&'static str, String)>,
) -> Result<Response, Problem> {
    let say = visit.say;
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
    let other = ("other".to_owned(), say.offer_other());
    choices.push((other.0, other.1, typed.choice == "other" || offer.options.is_empty()));
    let part = format!("/offers/{}", offer.id);
    let mut frame = visit.frame(&say.offer_tab(), &part);
    frame.has_errors = wrong.is_some();
    let fair_error = wrong.iter().find(|wrong| wrong.0 == "fair").map(|wrong| wrong.1.clone());
    let page = OfferPage {
        frame,
        action: visit.to(&part),
        back: visit.to(""),
        finding: offer.finding.clone(),
        choices,
        fair: typed.fair.clone(),
        fair_error: fair_error.unwrap_or_default(),
        errors: wrong.into_iter().collect(),
        press: web::new_press(ctx),
    };
    page_in(&page, say)
}

fn open_offer<'a>(visit: &'a Visit, id: &str) -> Result<&'a Offer, Problem> {
    let id: Option<OfferId> = id.parse().ok();
    let found = visit.portal.offers.iter().find(|offer| Some(offer.id) == id);
    found.filter(|offer| waits_for_customer(offer)).ok_or_else(|| {
        let says = "This suggestion is not open any more. Write to us.";
        visit.tell(Problem::missing("offer_closed", says))
    })
}

/// `GET /c/{token}/offers/{id}`
async fn choose(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path((token, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
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
    visitor: Visitor,
    Path((token, id)): Path<(String, String)>,
    form: PublicForm<Chosen>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor, &token).await?;
    let (say, permit) = (visit.say, &visit.portal.permit);
    let offer = open_offer(&visit, &id)?;
    let again = |wrong| {
        let page = offer_page(&ctx, &visit, offer, &form.value, Some(wrong))?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if form.value.choice == "other" {
        let Ok(words) = Words::new(&form.value.fair, 2_000) else {
            return again(("fair", say.offer_fair_missing()));
        };
        let done = offers::counter(&ctx, permit, offer.id, &words, &form.press).await;
        done.map_err(|error| visit.tell(error))?;
    } else {
        let Ok(place) = form.value.choice.parse::<usize>() else {
            return again(("choice", say.offer_choice_missing()));
        };
        let done = offers::accept(&ctx, permit, offer.id, place, &form.press).await;
        done.map_err(|error| visit.tell(error))?;
    }
    Ok(visit.home())
}

/// `POST /c/{token}/another-person`: somebody else looks at it.
async fn another_person(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: PublicForm<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    let visit = Visit::of(&ctx, visitor, &token).await?;
    // Closed meanwhile, in another tab or by their own answer: the page says how to open it again.
    if visit.portal.case.stage.is_closed() {
        return Ok(visit.home());
    }
    let permit = &visit.portal.permit;
    let asked = escalation::ask_someone_else(&ctx, permit, None, &form.press).await;
    asked.map_err(|error| visit.tell(error))?;
    Ok(visit.home())
}
