//! What is allowed with somebody who waits to join a case.

use crate::case::rules::still_open;
use crate::message::rules::receive;
use crate::refusal::{ActError, refusals};
use domain::case::{Case, Conduct};
use domain::clock::ClockRules;
use domain::event::{Event, Opening};
use domain::feedback::{FeedbackIn, Imported};
use domain::id::{CaseNumber, CustomerId};
use domain::joiner::{Joiner, Part};
use domain::message::ReceivedMessage;
use domain::permit::Permit;
use jiff::Timestamp;

/// So many may wait on one case; who comes after them gets a case of their own at once.
pub const WAITING_MOST: i64 = 20;

refusals! {
    /// Why something about somebody who waits was refused.
    JoinerRefused {
        /// Nobody of that id waits.
        NoSuchJoiner = "no_such_joiner", "Nobody waits here with these words. Somebody may have decided already.";
    }
}

/// Whether these words may wait on the case they came to. A closed case has nobody who looks at
/// who waits, danger does not wait, and what nobody needs to look at needs no decision.
pub fn may_wait(case: &Case, feedback: &FeedbackIn, waiting: i64) -> bool {
    feedback.wants_case
        && feedback.imported == Imported::No
        && !feedback.facts.safety
        && !case.stage.is_closed()
        && case.conduct == Conduct::Fine
        && waiting < WAITING_MOST
}

/// Lets them wait. Nothing of the case changes by it.
pub fn wait(feedback: &FeedbackIn, message: ReceivedMessage, customer: CustomerId) -> Vec<Event> {
    let joiner = Joiner {
        message,
        customer,
        address: feedback.address.clone(),
        because: feedback.because.clone(),
        subject: feedback.subject.clone(),
        language: feedback.language.clone(),
        kind: feedback.kind,
        severity: feedback.severity.min(4),
        facts: feedback.facts,
        answerable: feedback.answerable,
    };
    vec![Event::JoinerWaits(Box::new(joiner))]
}

/// Takes somebody in: their words become words on the case, and they may go on. Letters go to the
/// customer as before, and nothing that was said earlier is sent to anybody.
///
/// # Errors
/// When the case is over.
pub fn accept(
    case: &Case,
    _permit: &Permit,
    joiner: &Joiner,
    part: Part,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ActError> {
    still_open(case)?;
    let message = joiner.message.clone();
    let accepted = Event::JoinerAccepted { message: message.id, customer: joiner.customer, part };
    let mut events = vec![accepted];
    events.extend(receive(case, message, joiner.facts, joiner.severity, rules, now));
    Ok(events)
}

/// How a case of their own begins; it lies with the same team.
pub fn own_case(
    case: &Case,
    joiner: &Joiner,
    number: CaseNumber,
    subject: String,
    rules: &ClockRules,
    now: Timestamp,
) -> Opening {
    Opening {
        number,
        unit: case.unit,
        team: case.team,
        owner: None,
        customer: joiner.customer,
        kind: joiner.kind,
        channel: joiner.message.channel,
        subject,
        problem: String::new(),
        language: joiner.language.clone(),
        severity: joiner.severity,
        facts: joiner.facts,
        clocks: crate::case::rules::opening_clocks(joiner.kind, joiner.severity, rules, now),
        message: Some(joiner.message.clone()),
        linked_to: Some(case.number),
    }
}

/// Whether words wait for what they say and not for who wrote them.
pub fn is_held(joiner: &Joiner) -> bool {
    joiner.because.contains(mail::verification::HELD_SAYS)
}
