//! Offers for programs: asking what would be fair, proposing, deciding, agreeing.

use crate::offer::actions::{self, Propose};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use casework::handling::On;
use desk::api::{
    self, CasePath, DoneBody, Nothing, ReadProblems, ThingPath, WriteHeaders, WriteProblems,
    at_most,
};
use desk::offer::body::{OfferBody, OptionBody};
use desk::view::case::missing;
use desk::view::record;
use domain::id::OfferId;
use domain::offer::OfferOption;
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, Path, Problem};

/// Characters of a finding.
const FINDING_MOST: usize = 4_000;
/// Characters of an option.
const OPTION_MOST: usize = 500;
/// Characters of the line why a value supports it, and of why an offer goes back.
const BECAUSE_MOST: usize = 240;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_offers, make_offer))
        .routes(routes!(approve_offer))
        .routes(routes!(send_offer_back))
        .routes(routes!(withdraw_offer))
        .routes(routes!(accept_offer))
        .routes(routes!(counter_offer))
}

/// Lists the offers on a case, oldest first; at most 200, on one page.
#[utoipa::path(get, path = "/api/v1/cases/{number}/offers", tag = "offers", params(CasePath),
    responses((status = 200, body = Page<OfferBody>), ReadProblems), security(("token" = [])))]
async fn list_offers(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let (reach, number) = (api::reach_of_one(&by)?, api::number(&number)?);
    let case = record::case_id(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let offers = record::offers_for_checked(&ctx.store, case).await?;
    let data: Vec<OfferBody> = offers.into_iter().map(OfferBody::from).collect();
    Ok(api::page(&headers, &uri, &Page { data, next: None, has_more: false }))
}

/// An offer to be made. Without `options` the customer is asked what would be fair.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOfferBody {
    /// The letter that asks what would be fair; composed when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    letter: Option<Words>,
    /// What we found, in plain words; needed with `options`. At most 4,000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    finding: Option<Words>,
    /// One to three things to choose from.
    #[serde(default)]
    options: Vec<OptionBody>,
    /// The company's value that supports it.
    #[serde(default)]
    value: Option<ValueBody>,
    /// Until when the customer can choose.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A value of the company, and why it supports an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ValueBody {
    /// One of the company's values.
    #[schema(example = "Care")]
    name: String,
    /// Why, in one line of at most 240 characters.
    #[schema(value_type = String)]
    because: Words,
}

impl NewOfferBody {
    fn proposal(self) -> Result<Propose, Problem> {
        let refused = |pointer: String, says: &str| {
            Problem::refused("body_refused", "The body has something we do not take.")
                .at(pointer, says)
        };
        if self.letter.is_some() {
            let says = "The letter of a proposal is made from its finding and options.";
            return Err(refused("/letter".to_owned(), says));
        }
        let says = "Say in two or three sentences what we found.";
        let finding = self.finding.ok_or_else(|| refused("/finding".to_owned(), says))?;
        at_most("/finding", &finding, FINDING_MOST)?;
        let mut options = Vec::new();
        for (place, option) in self.options.into_iter().enumerate() {
            let words = Words::new(&option.words, OPTION_MOST)
                .map_err(|why| refused(format!("/options/{place}/words"), &why.to_string()))?;
            options.push(OfferOption {
                remedy: option.remedy,
                words: words.into_string(),
                cost_minor: option.cost_minor,
                currency: option.currency,
            });
        }
        if let Some(value) = &self.value {
            at_most("/value/because", &value.because, BECAUSE_MOST)?;
        }
        let value = self.value.map(|value| (value.name, value.because));
        Ok(Propose { finding, options, value, expires_at: self.expires_at })
    }
}

/// Proposes a remedy, or asks what would be fair. Above your authority it waits for approval: the
/// answer then holds an offer and no message.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers", tag = "offers",
    request_body = NewOfferBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn make_offer(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<NewOfferBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let (staff, press, new) = (&by.staff, &body.press, body.value);
    let only_asks = new.options.is_empty()
        && new.finding.is_none()
        && new.value.is_none()
        && new.expires_at.is_none();
    let done = if only_asks {
        actions::ask(&ctx, staff, on, new.letter, press).await?
    } else {
        actions::propose(&ctx, staff, on, new.proposal()?, press).await?
    };
    Ok(api::made(done))
}

/// The offer of an address, when it was ever made on this case.
async fn offer_of(ctx: &Context, by: &Bearer, on: On, id: &str) -> Result<OfferId, Problem> {
    let none = || Problem::missing("offer_missing", "There is no such offer on this case.");
    let id: OfferId = id.parse().map_err(|_| none())?;
    let reach = api::reach_of_one(by)?;
    let case = record::case_id(&ctx.store, &reach, on.number).await?.ok_or_else(missing)?;
    let offers = record::offers_for_checked(&ctx.store, case).await?;
    if offers.iter().any(|offer| offer.id == id) { Ok(id) } else { Err(none()) }
}

/// Says yes to an offer above its maker's authority; it goes to the customer.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers/{id}/approvals", tag = "offers",
    request_body = Nothing, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn approve_offer(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = offer_of(&ctx, &by, on, &id).await?;
    Ok(api::made(actions::approve(&ctx, &by.staff, on, id, &body.press).await?))
}

/// Why an offer goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SentBackBody {
    /// Why, in one line of at most 240 characters.
    #[schema(value_type = String)]
    why: Words,
}

/// Sends an offer that waits for approval back to its maker.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers/{id}/returns", tag = "offers",
    request_body = SentBackBody, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn send_offer_back(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<SentBackBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = offer_of(&ctx, &by, on, &id).await?;
    at_most("/why", &body.value.why, BECAUSE_MOST)?;
    let (staff, press) = (&by.staff, &body.press);
    Ok(api::made(actions::send_back(&ctx, staff, on, id, &body.value.why, press).await?))
}

/// Takes an offer back; the customer is told when they knew of it.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers/{id}/withdrawals", tag = "offers",
    request_body = Nothing, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn withdraw_offer(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = offer_of(&ctx, &by, on, &id).await?;
    Ok(api::made(actions::withdraw(&ctx, &by.staff, on, id, &body.press).await?))
}

/// What the customer chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedBody {
    /// The option, by its place from 0.
    option: usize,
}

/// Notes what the customer chose on the telephone; it becomes a promise.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers/{id}/acceptances", tag = "offers",
    request_body = AcceptedBody, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn accept_offer(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<AcceptedBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = offer_of(&ctx, &by, on, &id).await?;
    let (staff, press, option) = (&by.staff, &body.press, body.value.option);
    Ok(api::made(actions::accept_for_customer(&ctx, staff, on, id, option, press).await?))
}

/// What the customer asks for instead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CounterBody {
    /// In their words, at most 4,000 characters.
    #[schema(value_type = String)]
    words: Words,
}

/// Notes what the customer asked for instead on the telephone.
#[utoipa::path(post, path = "/api/v1/cases/{number}/offers/{id}/counters", tag = "offers",
    request_body = CounterBody, params(ThingPath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn counter_offer(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<CounterBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let id = offer_of(&ctx, &by, on, &id).await?;
    at_most("/words", &body.value.words, FINDING_MOST)?;
    let (staff, press, words) = (&by.staff, &body.press, &body.value.words);
    Ok(api::made(actions::counter_for_customer(&ctx, staff, on, id, words, press).await?))
}
