//! What is allowed with escalations.

use casework::message::rules::{Outgoing, sending};
use casework::refusal::refusals;
use domain::case::Case;
use domain::clock::ClockRules;
use domain::event::Event;
use domain::id::StaffId;
use domain::permit::Permit;
use domain::words::Words;
use jiff::Timestamp;

refusals! {
    /// Why an escalation was refused.
    EscalationRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// Somebody was asked already and has not answered.
        AlreadyAsked = "already_escalated", "Somebody was already asked to decide.";
        /// Nobody was asked.
        NotAsked = "not_escalated", "Nobody was asked to decide.";
        /// No such colleague, or they cannot see this case.
        NoSuchColleague = "no_such_colleague" at "/to", "No such colleague can decide this.";
        /// Asking oneself decides nothing.
        Oneself = "escalate_to_oneself" at "/to", "Ask somebody else to decide.";
    }
}

/// Asks somebody to decide; the customer is told when there is a letter.
///
/// # Errors
/// When the case is over, somebody was asked already, or it is oneself.
pub fn escalate(
    case: &Case,
    permit: &Permit,
    question: &Words,
    to: StaffId,
    told: Option<Outgoing>,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, EscalationRefused> {
    if to == permit.staff() {
        return Err(EscalationRefused::Oneself);
    }
    let mut events = asked(case, question, to)?;
    events.extend(told.map(|letter| sending(case, letter, rules, now)));
    Ok(events)
}

/// The customer asks that somebody else looks at it.
///
/// # Errors
/// When the case is over or somebody was asked already.
pub fn asked(case: &Case, question: &Words, to: StaffId) -> Result<Vec<Event>, EscalationRefused> {
    if case.stage.is_closed() {
        return Err(EscalationRefused::Closed);
    }
    if case.escalated {
        return Err(EscalationRefused::AlreadyAsked);
    }
    Ok(vec![Event::Escalated { question: question.as_str().to_owned(), to }])
}

/// Decides what was asked.
///
/// # Errors
/// When nobody was asked.
pub fn answer(
    case: &Case,
    _permit: &Permit,
    answer: &Words,
) -> Result<Vec<Event>, EscalationRefused> {
    if !case.escalated {
        return Err(EscalationRefused::NotAsked);
    }
    Ok(vec![Event::EscalationAnswered { answer: answer.as_str().to_owned() }])
}
