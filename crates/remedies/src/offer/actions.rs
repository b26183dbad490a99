//! Asking what would be fair, proposing, approving, agreeing.

use crate::offer::rules::{self, Means, OfferRefused, Proposal};
use casework::handling::{Done, Handling, On, handling, handling_for_customer};
use casework::letter;
use casework::offer::sql;
use casework::policy::{Policy, days};
use casework::promise::rules::{ClosedHours, NewPromise};
use casework::refusal::ActError;
use domain::event::Event;
use domain::id::OfferId;
use domain::message::Purpose;
use domain::offer::{Offer, OfferOption};
use domain::permit::{Act, CustomerPermit, Staff};
use domain::words::Words;
use jiff::Timestamp;
use store::number::Numbered;
use store::{Context, Press};

/// Open days after the day of agreement by whose end an agreed remedy is promised.
const REMEDY_DAYS: u32 = 3;

/// Asks the customer what would be fair; `text` replaces the letter we compose.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn ask(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    text: Option<Words>,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Offer, on, press);
    let composed = || letter::what_would_be_fair(work.say(), &work.contact.name, work.name());
    let letter = work.letter(Purpose::Offer, text.unwrap_or_else(composed));
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::ask(&work.case, &permit, ctx.id(now), letter, clocks, now)?;
    work.save(&events).await
}

/// A remedy to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propose {
    /// What we found, in plain words.
    pub finding: Words,
    /// One to three things to choose from.
    pub options: Vec<OfferOption>,
    /// The organisation's value that supports it, and why in one line.
    pub value: Option<(String, Words)>,
    /// Until when the customer can choose.
    pub expires_at: Option<Timestamp>,
}

/// Proposes a remedy. Above one's authority it waits for approval: the answer then holds an offer
/// and no message.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn propose(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    propose: Propose,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Offer, on, press);
    let agreed_minor = sql::agreed_minor(&mut work.tx, &work.case).await?;
    let Propose { finding, options, value, expires_at } = propose;
    let proposal = Proposal { id: ctx.id(work.now), finding, options, value, expires_at };
    let zone = work.policy.clocks.hours.zone();
    let text = letter::proposal(
        work.say(),
        &work.contact.name,
        proposal.finding.as_str(),
        &proposal.options,
        proposal.expires_at.map(|until| work.say().moment(work.now, until, zone)),
        work.name(),
    );
    let letter = work.letter(Purpose::Offer, text);
    let means = means(&work.policy, staff, agreed_minor);
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::propose(&work.case, &permit, proposal, means, letter, clocks, now)?;
    work.save(&events).await
}

fn means<'a>(policy: &'a Policy, staff: &Staff, agreed_minor: i64) -> Means<'a> {
    Means {
        authority: policy.authority_of(staff),
        agreed_minor,
        currency: &policy.currency,
        core_values: &policy.core_values,
    }
}

fn offer<'a>(work: &'a Handling<'_>, id: OfferId) -> Result<&'a Offer, OfferRefused> {
    work.case.offers.iter().find(|offer| offer.id == id).ok_or(OfferRefused::NotOpen)
}

/// Says yes to an offer above its maker's authority; it goes to the customer.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn approve(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: OfferId,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::ApproveOffer, on, press);
    let agreed_minor = sql::agreed_minor(&mut work.tx, &work.case).await?;
    let zone = work.policy.clocks.hours.zone();
    let waiting = offer(&work, id)?;
    let text = letter::proposal(
        work.say(),
        &work.contact.name,
        &waiting.finding,
        &waiting.options,
        waiting.expires_at.map(|until| work.say().moment(work.now, until, zone)),
        work.name(),
    );
    let letter = work.letter(Purpose::Offer, text);
    let means = means(&work.policy, staff, agreed_minor);
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::approve(&work.case, &permit, id, means, letter, clocks, now)?;
    work.save(&events).await
}

/// Sends an offer back to its maker with a line why.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn send_back(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: OfferId,
    why: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::ApproveOffer, on, press);
    let events = rules::send_back(&work.case, &permit, id, why)?;
    work.save(&events).await
}

/// Takes an offer back; the customer is told when they knew of it.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn withdraw(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: OfferId,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Offer, on, press);
    let text = letter::offer_withdrawn(work.say(), &work.contact.name, work.name());
    let letter = Some(work.letter(Purpose::Offer, text));
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::withdraw(&work.case, &permit, id, letter, clocks, now)?;
    work.save(&events).await
}

/// The customer chooses an option, by its place from 0.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn accept(
    ctx: &Context,
    permit: &CustomerPermit,
    id: OfferId,
    option: usize,
    press: &Press,
) -> Result<Done, ActError> {
    let mut work = handling_for_customer!(ctx, permit, press);
    let events = accepted(&mut work, id, option).await?;
    work.save(&events).await
}

/// Chooses for the customer, on the telephone.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn accept_for_customer(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: OfferId,
    option: usize,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, _permit) = handling!(ctx, staff, Act::Offer, on, press);
    let events = accepted(&mut work, id, option).await?;
    work.save(&events).await
}

async fn accepted(
    work: &mut Handling<'_>,
    id: OfferId,
    option: usize,
) -> Result<Vec<Event>, ActError> {
    let keeper = rules::keeper(&work.case, id)?;
    let number = work.tx.next_number(Numbered::Promise).await?;
    let hours = &work.policy.clocks.hours;
    let due_at = hours.close_of_day(work.now, REMEDY_DAYS).unwrap_or(work.now + days(4));
    let promise = |chosen: &str| NewPromise {
        id: work.ctx.id(work.now),
        number,
        words: letter::give_the_chosen(work.say(), chosen),
        keeper,
        due_at,
        visible: true,
        closed_hours: ClosedHours::Confirmed,
    };
    Ok(rules::accept(&work.case, id, option, promise, work.now)?)
}

/// The customer asks for something else, or says what would be fair.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn counter(
    ctx: &Context,
    permit: &CustomerPermit,
    id: OfferId,
    words: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let work = handling_for_customer!(ctx, permit, press);
    let events = rules::counter(&work.case, id, words)?;
    work.save(&events).await
}

/// The same, as the customer said it on the telephone.
///
/// # Errors
/// See [`ActError`]; refusals are [`OfferRefused`].
pub async fn counter_for_customer(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: OfferId,
    words: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, _permit) = handling!(ctx, staff, Act::Offer, on, press);
    let events = rules::counter(&work.case, id, words)?;
    work.save(&events).await
}
