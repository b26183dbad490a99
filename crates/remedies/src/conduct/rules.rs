//! What is allowed about conduct (mission M21): first the limit is stated, then contact may end.

use casework::message::rules::{Outgoing, sending};
use casework::refusal::refusals;
use domain::case::{Case, Closing, Conduct};
use domain::clock::ClockRules;
use domain::event::Event;
use domain::permit::Permit;
use jiff::Timestamp;

refusals! {
    /// Why a conduct step was refused.
    ConductRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed.";
        /// The limit was stated already.
        AlreadyWarned = "already_warned", "The limit was already stated on this case.";
        /// Contact ends only after the limit was stated.
        WarnFirst = "warn_first", "State the limit first; contact may end only after that.";
        /// Danger comes before conduct.
        Danger = "danger_first", "Somebody may be hurt. Deal with that before ending contact.";
    }
}

/// States the limit to the customer, in a letter.
///
/// # Errors
/// When the case is over or the limit was stated already.
pub fn warn(
    case: &Case,
    _permit: &Permit,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ConductRefused> {
    if case.stage.is_closed() {
        return Err(ConductRefused::Closed);
    }
    if case.conduct != Conduct::Fine {
        return Err(ConductRefused::AlreadyWarned);
    }
    let words = letter.text.as_str().to_owned();
    let step = Event::ConductStep { conduct: Conduct::Warned, words };
    Ok(vec![sending(case, letter, rules, now), step])
}

/// Ends contact after the limit was stated and passed again, with a last letter.
///
/// # Errors
/// When the limit was not stated, or words of danger stand in the case.
pub fn end_contact(
    case: &Case,
    _permit: &Permit,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ConductRefused> {
    if case.stage.is_closed() {
        return Err(ConductRefused::Closed);
    }
    if case.conduct != Conduct::Warned {
        return Err(ConductRefused::WarnFirst);
    }
    if case.facts.safety {
        return Err(ConductRefused::Danger);
    }
    let words = letter.text.as_str().to_owned();
    let reason = "Contact was ended after the limit was stated.".to_owned();
    Ok(vec![
        sending(case, letter, rules, now),
        Event::ConductStep { conduct: Conduct::Ended, words },
        Event::Closed { because: Closing::ContactEnded, reason },
    ])
}
