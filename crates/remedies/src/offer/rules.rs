//! What is allowed with offers (ui-spec A7, P6; mission M20).

use casework::message::rules::{Outgoing, sending};
use casework::promise::rules::{NewPromise, promised};
use casework::refusal::refusals;
use domain::case::{Case, Conduct};
use domain::clock::ClockRules;
use domain::event::Event;
use domain::id::{OfferId, StaffId};
use domain::offer::{Authority, AuthoritySays, Offer, OfferOption, OfferState};
use domain::permit::Permit;
use domain::words::Words;
use jiff::Timestamp;

/// Most options of one offer.
pub const OPTIONS_MOST: usize = 3;

refusals! {
    /// Why something about an offer was refused.
    OfferRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// Contact was ended.
        ContactEnded = "contact_ended", "Contact with this customer was ended.";
        /// One to three options.
        Options = "offer_options" at "/options", "Propose one to three options.";
        /// A cost below zero, or in another currency.
        Cost = "offer_cost" at "/options", "Give each cost in the company's currency, zero or more.";
        /// The last day lies in the past.
        InThePast = "offer_past" at "/expires_at", "Choose a last day in the future.";
        /// Within reach once a core value is named.
        NameAValue = "name_a_value" at "/value", "Name the value that supports this, and say why in one line.";
        /// Not one of the organisation's values, or no line why.
        NoSuchValue = "no_such_value" at "/value", "Choose one of the company's values and say why.";
        /// No such offer is open here.
        NotOpen = "offer_not_open", "This offer is not open any more.";
        /// It does not wait for anybody's decision.
        NotWaiting = "offer_not_waiting", "This offer does not wait for a decision.";
        /// Deciding on one's own offer, or above one's own authority.
        AboveAuthority = "above_authority", "This is above what you may decide. Ask for more authority.";
        /// No such option, or nothing to choose from.
        NoSuchOption = "no_such_option" at "/option", "Choose one of the options.";
        /// The time to choose is over.
        Expired = "offer_expired", "The time for this offer is over. Ask us for a new one.";
        /// Nobody could keep what was agreed.
        NobodyThere = "nobody_there", "Nobody has this case, so nobody could keep it. Take it first.";
    }
}

fn may_offer(case: &Case) -> Result<(), OfferRefused> {
    if case.conduct == Conduct::Ended {
        return Err(OfferRefused::ContactEnded);
    }
    if case.stage.is_closed() { Err(OfferRefused::Closed) } else { Ok(()) }
}

/// Asks the customer what would be fair.
///
/// # Errors
/// When the case is over.
pub fn ask(
    case: &Case,
    permit: &Permit,
    id: OfferId,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, OfferRefused> {
    may_offer(case)?;
    let offer = Offer {
        id,
        by: permit.staff(),
        finding: String::new(),
        options: Vec::new(),
        core_value: None,
        because: None,
        state: OfferState::Asked,
        answer: None,
        made_at: now,
        expires_at: None,
    };
    Ok(vec![sending(case, letter, rules, now), Event::Offered { offer }])
}

/// A proposal to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: OfferId,
    /// What we found, in plain words.
    pub finding: Words,
    /// One to three things to choose from.
    pub options: Vec<OfferOption>,
    /// The value that supports going beyond the usual, and why in one line.
    pub value: Option<(String, Words)>,
    /// Until when the customer can choose.
    pub expires_at: Option<Timestamp>,
}

/// What bears on how much somebody may decide alone on this case.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Their authority.
    pub authority: Authority,
    /// What was agreed on this case before, in minor units.
    pub agreed_minor: i64,
    /// The organisation's currency.
    pub currency: &'a str,
    /// The organisation's values.
    pub core_values: &'a [String],
}

/// Proposes a remedy: sent at once within one's authority, else laid before somebody with more.
///
/// # Errors
/// When the case is over, an option is not in order, or a value must be named first.
pub fn propose(
    case: &Case,
    permit: &Permit,
    proposal: Proposal,
    means: Means<'_>,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, OfferRefused> {
    may_offer(case)?;
    in_order(&proposal, means, now)?;
    let (core_value, because) = match proposal.value {
        Some((value, why)) => (Some(value), Some(why.into_string())),
        None => (None, None),
    };
    let mut offer = Offer {
        id: proposal.id,
        by: permit.staff(),
        finding: proposal.finding.into_string(),
        options: proposal.options,
        core_value,
        because,
        state: OfferState::Proposed,
        answer: None,
        made_at: now,
        expires_at: proposal.expires_at,
    };
    match covers(&offer, means) {
        AuthoritySays::NameAValue => Err(OfferRefused::NameAValue),
        AuthoritySays::AskForMore => {
            offer.state = OfferState::NeedsApproval;
            Ok(vec![Event::Offered { offer }])
        }
        AuthoritySays::Enough => {
            Ok(vec![sending(case, letter, rules, now), Event::Offered { offer }])
        }
    }
}

fn in_order(proposal: &Proposal, means: Means<'_>, now: Timestamp) -> Result<(), OfferRefused> {
    if proposal.options.is_empty() || proposal.options.len() > OPTIONS_MOST {
        return Err(OfferRefused::Options);
    }
    let fine = |o: &OfferOption| {
        o.cost_minor >= 0 && o.currency == means.currency && !o.words.trim().is_empty()
    };
    if !proposal.options.iter().all(fine) {
        return Err(OfferRefused::Cost);
    }
    if proposal.expires_at.is_some_and(|at| at <= now) {
        return Err(OfferRefused::InThePast);
    }
    match &proposal.value {
        Some((value, _)) if !means.core_values.contains(value) => Err(OfferRefused::NoSuchValue),
        _ => Ok(()),
    }
}

fn covers(offer: &Offer, means: Means<'_>) -> AuthoritySays {
    let cost = offer.cost_minor_most().saturating_add(means.agreed_minor);
    // What costs nothing needs nobody's leave, whatever was agreed before.
    if offer.cost_minor_most() == 0 {
        return AuthoritySays::Enough;
    }
    means.authority.covers(cost, offer.core_value.is_some())
}

fn open_offer(case: &Case, id: OfferId) -> Result<&Offer, OfferRefused> {
    case.offers.iter().find(|offer| offer.id == id).ok_or(OfferRefused::NotOpen)
}

fn change(offer: OfferId, state: OfferState, answer: Option<String>) -> Event {
    Event::OfferChanged { offer, state, answer }
}

/// Says yes to an offer above its maker's authority; it goes to the customer.
///
/// # Errors
/// When it does not wait, is one's own, or is above one's own authority too.
pub fn approve(
    case: &Case,
    permit: &Permit,
    id: OfferId,
    means: Means<'_>,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, OfferRefused> {
    may_offer(case)?;
    let offer = waiting(case, id)?;
    let own = offer.by == permit.staff();
    // The one who approves vouches for the value, so the wider limit counts.
    let cost = offer.cost_minor_most().saturating_add(means.agreed_minor);
    if own || means.authority.covers(cost, true) != AuthoritySays::Enough {
        return Err(OfferRefused::AboveAuthority);
    }
    Ok(vec![sending(case, letter, rules, now), change(id, OfferState::Proposed, None)])
}

/// Sends an offer back to its maker with a line why.
///
/// # Errors
/// When it does not wait for a decision.
pub fn send_back(
    case: &Case,
    _permit: &Permit,
    id: OfferId,
    why: &Words,
) -> Result<Vec<Event>, OfferRefused> {
    waiting(case, id)?;
    Ok(vec![change(id, OfferState::Withdrawn, Some(why.as_str().to_owned()))])
}

fn waiting(case: &Case, id: OfferId) -> Result<&Offer, OfferRefused> {
    let offer = open_offer(case, id)?;
    match offer.state {
        OfferState::NeedsApproval => Ok(offer),
        _ => Err(OfferRefused::NotWaiting),
    }
}

/// Takes an offer back.
///
/// # Errors
/// When it is not open any more.
pub fn withdraw(
    case: &Case,
    _permit: &Permit,
    id: OfferId,
    letter: Option<Outgoing>,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, OfferRefused> {
    let offer = open_offer(case, id)?;
    let known = matches!(offer.state, OfferState::Proposed | OfferState::Countered);
    let mut events = vec![change(id, OfferState::Withdrawn, None)];
    if known && case.conduct != Conduct::Ended {
        events.extend(letter.map(|letter| sending(case, letter, rules, now)));
    }
    Ok(events)
}

/// The customer chooses an option, by its place from 0; it turns into a promise with a date.
///
/// # Errors
/// When it is not proposed, has expired, or has no such option.
pub fn accept(
    case: &Case,
    id: OfferId,
    option: usize,
    promise: impl FnOnce(&str) -> NewPromise,
    now: Timestamp,
) -> Result<Vec<Event>, OfferRefused> {
    if case.stage.is_closed() {
        return Err(OfferRefused::Closed);
    }
    let offer = open_offer(case, id)?;
    if !matches!(offer.state, OfferState::Proposed | OfferState::Countered) {
        return Err(OfferRefused::NotOpen);
    }
    if offer.expires_at.is_some_and(|at| at < now) {
        return Err(OfferRefused::Expired);
    }
    let chosen = offer.options.get(option).ok_or(OfferRefused::NoSuchOption)?;
    Ok(vec![
        change(id, OfferState::Accepted, Some(chosen.words.clone())),
        promised(promise(chosen.words.trim()), now),
    ])
}

/// Who keeps what was agreed: the owner, else the maker of the offer.
pub fn keeper(case: &Case, id: OfferId) -> Result<StaffId, OfferRefused> {
    Ok(case.owner.unwrap_or(open_offer(case, id)?.by))
}

/// The customer asks for something else, or says what would be fair.
///
/// # Errors
/// When nothing was asked or proposed.
pub fn counter(case: &Case, id: OfferId, words: &Words) -> Result<Vec<Event>, OfferRefused> {
    if case.stage.is_closed() {
        return Err(OfferRefused::Closed);
    }
    match open_offer(case, id)?.state {
        OfferState::Asked | OfferState::Proposed | OfferState::Countered => {
            Ok(vec![change(id, OfferState::Countered, Some(words.as_str().to_owned()))])
        }
        OfferState::NeedsApproval | OfferState::Accepted | OfferState::Withdrawn => {
            Err(OfferRefused::NotOpen)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::told::{
        HOUR, after, complaint, id, letter, permit, permit_of, rules, thursday, words,
    };
    use domain::message::Purpose;
    use domain::offer::Remedy;

    fn proposal(cost_minor: i64) -> Proposal {
        Proposal {
            id: id(9),
            finding: words("The van was rerouted."),
            options: vec![OfferOption {
                remedy: Remedy::Refund,
                words: "Money back".to_owned(),
                cost_minor,
                currency: "EUR".to_owned(),
            }],
            value: Some(("Care".to_owned(), words("Three cold days."))),
            expires_at: Some(thursday() + HOUR),
        }
    }

    fn means(values: &[String]) -> Means<'_> {
        let authority = Authority { minor_most: 5_000, minor_most_with_value: 20_000 };
        Means { authority, agreed_minor: 0, currency: "EUR", core_values: values }
    }

    fn proposed(
        case: &Case,
        proposal: Proposal,
        means: Means<'_>,
    ) -> Result<Vec<Event>, OfferRefused> {
        let letter = letter(Purpose::Offer);
        propose(case, &permit(case), proposal, means, letter, &rules(), thursday())
    }

    #[test]
    fn what_was_agreed_before_counts_against_one_s_authority() {
        let (case, values) = (complaint(), ["Care".to_owned()]);
        let before = Means { agreed_minor: 16_000, ..means(&values) };
        let events = proposed(&case, proposal(5_000), before).unwrap();
        assert!(matches!(&events[..], [Event::Offered { offer }]
            if offer.state == OfferState::NeedsApproval));
        assert_eq!(proposed(&case, proposal(5_000), means(&values)).unwrap().len(), 2);
        assert_eq!(proposed(&case, proposal(0), before).unwrap().len(), 2, "sorry costs nothing");
    }

    #[test]
    fn nobody_approves_their_own_offer() {
        let (case, values) = (complaint(), ["Care".to_owned()]);
        let case = after(case.clone(), &proposed(&case, proposal(30_000), means(&values)).unwrap());
        let wide = Authority { minor_most: 90_000, minor_most_with_value: 90_000 };
        let wide = Means { authority: wide, ..means(&values) };
        let say_yes = |who, means| {
            let letter = letter(Purpose::Offer);
            approve(&case, &permit_of(who, &case), id(9), means, letter, &rules(), thursday())
        };
        assert_eq!(say_yes(casework::told::maya(), wide), Err(OfferRefused::AboveAuthority));
        assert_eq!(say_yes(id(6), means(&values)), Err(OfferRefused::AboveAuthority));
        assert!(say_yes(id(6), wide).is_ok());
    }

    #[test]
    fn an_offer_whose_time_is_over_cannot_be_chosen() {
        let (case, values) = (complaint(), ["Care".to_owned()]);
        let case = after(case.clone(), &proposed(&case, proposal(100), means(&values)).unwrap());
        let choose = |at| {
            let promise = |chosen: &str| NewPromise {
                words: casework::told::words(chosen),
                ..casework::told::promise(at + HOUR)
            };
            accept(&case, id(9), 0, promise, at)
        };
        assert_eq!(choose(thursday() + HOUR * 2), Err(OfferRefused::Expired));
        assert_eq!(choose(thursday()).unwrap().len(), 2);
    }
}
