//! What is allowed with promises. None is forgotten, and none is moved in silence.

use crate::message::rules::{Outgoing, sending};
use crate::refusal::refusals;
use domain::case::{Case, Conduct};
use domain::clock::ClockRules;
use domain::event::Event;
use domain::hours::Hours;
use domain::id::{PromiseId, StaffId};
use domain::permit::Permit;
use domain::promise::{Promise, PromiseState};
use domain::words::Words;
use jiff::{SignedDuration, Timestamp};

/// Longest promise, in characters.
pub const WORDS_MOST: usize = 300;

refusals! {
    /// Why something about a promise was refused.
    PromiseRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// The date is not in the future.
        InThePast = "due_past" at "/due_at", "A promise needs a date in the future.";
        /// Nobody works then.
        ClosedThen = "due_closed" at "/due_at", "We are closed then. Choose another time, or confirm it.";
        /// No such colleague, or they cannot see this case.
        NoSuchKeeper = "no_such_keeper" at "/keeper", "No such colleague can keep this promise.";
        /// No promise with this id is owed on this case.
        NotOwed = "promise_not_owed", "This promise is not open any more.";
        /// The old date has passed: it is broken, and only keeping it late helps.
        MovedTooLate = "promise_moved_too_late",
            "The promised time has passed, so it cannot be moved. Keep it late and say sorry.";
        /// The new date is the old one.
        SameDate = "promise_same_date" at "/due_at", "It is due then already.";
    }
}

/// Whether somebody has confirmed that a promise falls into closed hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedHours {
    /// A date in closed hours is refused.
    Refused,
    /// It is meant that way.
    Confirmed,
}

/// A promise to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPromise {
    /// Its id.
    pub id: PromiseId,
    /// The number people say.
    pub number: i64,
    /// What comes after "We will".
    pub words: Words,
    /// Who keeps it.
    pub keeper: StaffId,
    /// By when.
    pub due_at: Timestamp,
    /// Whether the customer sees it on the case page.
    pub visible: bool,
    /// Whether closed hours are meant.
    pub closed_hours: ClosedHours,
}

/// Makes a promise.
///
/// # Errors
/// When the case is over, the date is past or in closed hours.
pub fn make(
    case: &Case,
    _permit: &Permit,
    promise: NewPromise,
    hours: &Hours,
    now: Timestamp,
) -> Result<Vec<Event>, PromiseRefused> {
    if case.stage.is_closed() {
        return Err(PromiseRefused::Closed);
    }
    fits(promise.due_at, promise.closed_hours, hours, now)?;
    Ok(vec![promised(promise, now)])
}

/// The event of a promise whose date was checked or computed.
pub fn promised(promise: NewPromise, now: Timestamp) -> Event {
    let promise = Promise {
        id: promise.id,
        number: promise.number,
        words: promise.words.into_string(),
        keeper: promise.keeper,
        made_at: now,
        due_at: promise.due_at,
        visible: promise.visible,
        state: PromiseState::Open,
    };
    Event::PromiseMade { promise }
}

/// Whether a promise can fall due then.
pub(crate) fn fits(
    due_at: Timestamp,
    closed_hours: ClosedHours,
    hours: &Hours,
    now: Timestamp,
) -> Result<(), PromiseRefused> {
    if due_at <= now {
        return Err(PromiseRefused::InThePast);
    }
    // "By 17:00" is the end of a day that closes at 17:00, so the moment before it counts.
    let last_moment = due_at - SignedDuration::from_millis(1);
    if closed_hours == ClosedHours::Refused && !hours.is_open(last_moment) {
        return Err(PromiseRefused::ClosedThen);
    }
    Ok(())
}

/// The promise with this id that is still owed.
pub fn owed(case: &Case, promise: PromiseId) -> Result<&Promise, PromiseRefused> {
    let found = case.promises.iter().find(|p| p.id == promise && p.is_owed());
    found.ok_or(PromiseRefused::NotOwed)
}

/// Says that a promise was kept, with one line of what was done. The customer gets `letter` when
/// they know of the promise and may be written to.
///
/// # Errors
/// When it is not owed any more.
pub fn keep(
    case: &Case,
    _permit: &Permit,
    promise: PromiseId,
    done: &Words,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, PromiseRefused> {
    let promise = owed(case, promise)?;
    let in_time = promise.state == PromiseState::Open && now <= promise.due_at;
    let state = if in_time { PromiseState::Kept } else { PromiseState::KeptLate };
    let done = done.as_str().to_owned();
    let mut events = vec![Event::PromiseKept { promise: promise.id, done, state }];
    if promise.visible && case.conduct != Conduct::Ended {
        events.push(sending(case, letter, rules, now));
    }
    Ok(events)
}

/// Gives a promise a new date. The customer's sentence is written in the same act, before the
/// old date; after it there is nothing to move.
///
/// # Errors
/// When the old date has passed, the new one is past, the same, or in closed hours.
pub fn put_off(
    case: &Case,
    _permit: &Permit,
    promise: PromiseId,
    due_at: Timestamp,
    closed_hours: ClosedHours,
    told: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, PromiseRefused> {
    let promise = owed(case, promise)?;
    if promise.state == PromiseState::Broken || now >= promise.due_at {
        return Err(PromiseRefused::MovedTooLate);
    }
    if due_at == promise.due_at {
        return Err(PromiseRefused::SameDate);
    }
    fits(due_at, closed_hours, &rules.hours, now)?;
    let sentence = told.text.as_str().to_owned();
    let moved = Event::PromiseMoved { promise: promise.id, due_at, told: sentence };
    Ok(vec![sending(case, told, rules, now), moved])
}

/// Marks a promise as broken when the date `due_at`, for which a timer was set, still holds; a
/// case out of sight comes back.
pub fn break_by_timer(
    case: &Case,
    promise: PromiseId,
    due_at: Timestamp,
    now: Timestamp,
) -> Vec<Event> {
    let holds = |p: &&Promise| {
        p.id == promise && p.state == PromiseState::Open && p.due_at == due_at && due_at <= now
    };
    let Some(promise) = case.promises.iter().find(holds) else { return Vec::new() };
    let mut events = vec![Event::PromiseBroken { promise: promise.id }];
    if case.snoozed_until.is_some() {
        events.push(Event::Woken);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{
        HOUR, after, complaint, id, letter, office_hours, permit, rules, thursday, words,
    };
    use domain::message::Purpose;

    fn promised_in_an_hour() -> Case {
        let case = complaint();
        let promise = crate::told::promise(thursday() + HOUR);
        let events = make(&case, &permit(&case), promise, &rules().hours, thursday()).unwrap();
        after(case, &events)
    }

    #[test]
    fn a_promise_falls_due_in_the_future_and_in_open_hours_unless_confirmed() {
        let case = complaint();
        let hours = office_hours();
        let due = |at: &str| crate::told::promise(at.parse().unwrap());
        let made = |promise| make(&case, &permit(&case), promise, &hours, thursday());
        assert_eq!(made(crate::told::promise(thursday())), Err(PromiseRefused::InThePast));
        assert_eq!(made(due("2026-11-21T12:00:00Z")), Err(PromiseRefused::ClosedThen));
        assert!(made(due("2026-11-20T17:00:00Z")).is_ok(), "by closing time is in time");
        assert_eq!(made(due("2026-11-20T17:00:01Z")), Err(PromiseRefused::ClosedThen));
        let meant =
            NewPromise { closed_hours: ClosedHours::Confirmed, ..due("2026-11-21T12:00:00Z") };
        assert!(made(meant).is_ok());
    }

    #[test]
    fn a_promise_moves_only_before_its_date_and_never_without_a_letter() {
        let case = promised_in_an_hour();
        let moved = |at| {
            let (next, told) = (thursday() + HOUR * 5, letter(Purpose::Promise));
            put_off(&case, &permit(&case), id(88), next, ClosedHours::Refused, told, &rules(), at)
        };
        let events = moved(thursday()).unwrap();
        assert!(matches!(events[0], Event::Sent { .. }), "the sentence comes first");
        assert_eq!(moved(thursday() + HOUR), Err(PromiseRefused::MovedTooLate));
    }

    #[test]
    fn kept_on_the_minute_is_in_time_and_a_moment_later_is_late() {
        let case = promised_in_an_hour();
        let kept = |at| {
            let letter = letter(Purpose::Promise);
            let done = words("rang");
            let kept = keep(&case, &permit(&case), id(88), &done, letter, &rules(), at);
            match kept.unwrap().remove(0) {
                Event::PromiseKept { state, .. } => state,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(kept(thursday() + HOUR), PromiseState::Kept);
        assert_eq!(
            kept(thursday() + HOUR + SignedDuration::from_millis(1)),
            PromiseState::KeptLate
        );
    }

    #[test]
    fn a_timer_for_an_old_date_breaks_nothing() {
        let case = promised_in_an_hour();
        let late = thursday() + HOUR * 9;
        assert!(break_by_timer(&case, id(88), thursday() + HOUR * 2, late).is_empty());
        assert!(break_by_timer(&case, id(88), thursday() + HOUR, thursday()).is_empty());
        assert_eq!(break_by_timer(&case, id(88), thursday() + HOUR, late).len(), 1);
    }
}
