//! What customers see and add with the link of their case: P5. No account, no script. GET changes
//! nothing, however often a mail scanner follows the links.

use crate::message::actions as messages;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use casework::case::new_link::{self as link, Asked};
use desk::api::Nothing;
use desk::case::public::{PublicPromise, PublicWords, Step};
use desk::view::old_link;
use desk::view::visit::{Visit, WORDS_MOST, waits_for_customer};
use domain::offer::Offer;
use domain::words::Words;
use serde::Deserialize;
use speech::Say;
use store::Context;
use web::frame::CustomerFrame;
use web::{Network, Path, Problem, PublicForm, Visitor, page_in};

/// The pages of this noun for customers.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/c/{token}", get(show))
        .route("/c/{token}/messages", post(add_words))
        .route("/c/{token}/new-link", post(new_link))
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

/// `POST /c/{token}/new-link`: asks for a new link with one that is too old.
async fn new_link(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    Network(network): Network,
    form: PublicForm<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    match link::ask(&ctx, &token, &network, &form.press).await? {
        Asked::Never => Err(old_link::refusal(&ctx, visitor, &token).await),
        Asked::Opens => Ok(visitor.go_to(&format!("/c/{token}"))),
        Asked::Taken => old_link::asked(&ctx, visitor, &token).await,
        Asked::TooOften => Err(Problem::too_often(3_600)),
    }
}
