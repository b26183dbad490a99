//! What would be fair: how customers choose with the link of their case: P7.

use super::actions;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::view::visit::{Visit, waits_for_customer};
use domain::id::OfferId;
use domain::offer::Offer;
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::frame::CustomerFrame;
use web::{Path, Problem, PublicForm, Visitor, page_in};

/// The pages of this noun for customers.
pub fn router() -> Router<Context> {
    Router::new().route("/c/{token}/offers/{id}", get(choose).post(chosen))
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
        let done = actions::counter(&ctx, permit, offer.id, &words, &form.press).await;
        done.map_err(|error| visit.tell(error))?;
    } else {
        let Ok(place) = form.value.choice.parse::<usize>() else {
            return again(("choice", say.offer_choice_missing()));
        };
        let done = actions::accept(&ctx, permit, offer.id, place, &form.press).await;
        done.map_err(|error| visit.tell(error))?;
    }
    Ok(visit.home())
}
