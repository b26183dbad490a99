//! What is allowed with merging two cases, taking it back, and making a case of words on another.

use crate::refusal::refusals;
use crate::topic::rules::MOST as TOPICS_MOST;
use domain::case::Case;
use domain::clock::{Clock, ClockKind};
use domain::event::Event;
use domain::id::{CaseNumber, MessageId, PromiseId, TopicId};
use domain::merger::{BeforeMerger, GaveBack, Merged, Separated, TookIn};
use domain::permit::Permit;
use domain::promise::Promise;

refusals! {
    /// Why a merger or a split was refused.
    MergerRefused {
        /// There is no such case among theirs.
        NoSuchCase = "no_such_case" at "/into", "There is no such case among yours.";
        /// A case cannot be part of itself.
        Itself = "merger_with_itself" at "/into", "That is this case itself.";
        /// Another customer's words must not reach them.
        OtherCustomer = "merger_other_customer" at "/into", "That case is another customer's. One would read the other's words; link them in a note instead.";
        /// It lies with another unit.
        OtherUnit = "merger_other_unit" at "/into", "That case belongs to another unit.";
        /// One of both is over.
        Closed = "merger_closed" at "/into", "One of both cases is closed. Reopen it first.";
        /// Something is offered or to be decided there.
        OfferOpen = "merger_offer_open", "An offer is open on this case. Settle or withdraw it first.";
        /// A lead was asked.
        Escalated = "merger_escalated", "A lead was asked to decide on this case. Wait for the decision.";
        /// Somebody waits to join.
        SomebodyWaits = "merger_somebody_waits", "Somebody waits to join this case. Decide about them first.";
        /// It is part of no other case.
        NotMerged = "not_merged", "This case is not part of another.";
        /// It is part of another.
        IsMerged {
            /// Of which.
            into: CaseNumber,
        } = "case_merged", "This case is part of {into}. Go on there, or make it one of its own again.";
        /// There are no such words of theirs.
        NoSuchMessage = "no_such_words", "There are no such words of theirs on this case.";
        /// They are what the case began with.
        FirstWords = "split_first_words", "The case began with these words. There is nothing to split them from.";
        /// It was done before.
        SplitAlready {
            /// Where they are.
            into: CaseNumber,
        } = "split_already", "These words are a case of their own already: {into}.";
    }
}

/// Makes `case` part of `into`: what is owed and what runs goes over, the higher severity counts.
/// Gives the events of both. `ids` are new ids for what is owed, `waiting` those who wait to join.
///
/// # Errors
/// When they are not one customer's of one unit, one is over, or something is undecided.
pub fn merge(
    case: &Case,
    into: &Case,
    _permits: (&Permit, &Permit),
    ids: &[PromiseId],
    waiting: i64,
) -> Result<(Event, Event), MergerRefused> {
    if case.id == into.id {
        return Err(MergerRefused::Itself);
    }
    if case.unit != into.unit {
        return Err(MergerRefused::OtherUnit);
    }
    if case.customer != into.customer {
        return Err(MergerRefused::OtherCustomer);
    }
    if case.stage.is_closed() || into.stage.is_closed() {
        return Err(MergerRefused::Closed);
    }
    if !case.offers.is_empty() {
        return Err(MergerRefused::OfferOpen);
    }
    if case.escalated {
        return Err(MergerRefused::Escalated);
    }
    if waiting > 0 {
        return Err(MergerRefused::SomebodyWaits);
    }
    let renamed = |(promise, id): (&Promise, &PromiseId)| Promise { id: *id, ..promise.clone() };
    let merged = Merged {
        into: into.id,
        into_number: into.number,
        promises: case.promises.clone(),
        before: BeforeMerger::of(case),
    };
    let took_in = TookIn {
        from: case.number,
        severity: case.severity.max(into.severity),
        waiting_since: [case.waiting_since, into.waiting_since].into_iter().flatten().min(),
        clocks: case.clocks.iter().filter(|clock| goes_over(clock, into)).copied().collect(),
        promises: case.promises.iter().zip(ids).map(renamed).collect(),
        topics: unknown_to(into, case),
        before: BeforeMerger::of(into),
    };
    Ok((Event::Merged(Box::new(merged)), Event::TookIn(Box::new(took_in))))
}

/// What `case` is about and `into` is not, unless a person said that it is not.
fn unknown_to(into: &Case, case: &Case) -> Vec<TopicId> {
    let is_known = |topic: &TopicId| into.topics.contains(topic) || into.not_topics.contains(topic);
    let new = case.topics.iter().copied().filter(|topic| !is_known(topic));
    new.take(TOPICS_MOST.saturating_sub(into.topics.len())).collect()
}

/// Whether a clock of the other case counts on `into` from now on.
fn goes_over(clock: &Clock, into: &Case) -> bool {
    if clock.kind == ClockKind::Acknowledge && into.acknowledged_at.is_some() {
        return false;
    }
    into.clock(clock.kind).is_none_or(|running| clock.due_at < running.due_at)
}

/// A merger as the records of both cases tell of it.
#[derive(Clone, Debug)]
pub struct Past {
    /// In the record of the case that is part of the other.
    pub merged: Merged,
    /// In the record of the other.
    pub took_in: TookIn,
    /// The version of the other right after it.
    pub version: u64,
}

/// Makes `case` one of its own again: it stands as before, what is still owed from it is owed
/// there again. `from` stands as before too, when nothing has happened on it since. Gives the
/// events of both.
pub fn separate(
    case: &Case,
    from: &Case,
    _permits: (&Permit, &Permit),
    past: Past,
) -> (Event, Event) {
    let Past { merged, took_in, version } = past;
    let mut theirs = Vec::new();
    let mut ours = Vec::new();
    for (before, renamed) in merged.promises.iter().zip(&took_in.promises) {
        let owed = from.promises.iter().find(|p| p.id == renamed.id && p.is_owed());
        if let Some(now) = owed {
            theirs.push(now.id);
            ours.push(Promise {
                id: before.id,
                due_at: now.due_at,
                state: now.state,
                ..before.clone()
            });
        }
    }
    // What happened since may have spoken of the same.
    let untouched = from.version == version;
    let gave_back = GaveBack {
        from: case.number,
        promises: theirs,
        topics: if untouched { took_in.topics } else { Vec::new() },
        before: untouched.then_some(took_in.before),
    };
    let separated = Separated { from: from.number, promises: ours, before: merged.before };
    (Event::Separated(Box::new(separated)), Event::GaveBack(Box::new(gave_back)))
}

/// Notes that words on `case` became a case of their own. `at` is their place in the record,
/// `before` where they went when that was done before.
///
/// # Errors
/// When the case began with them, or they were split off already.
pub fn split_off(
    _permit: &Permit,
    message: MessageId,
    at: u64,
    into: CaseNumber,
    before: Option<CaseNumber>,
) -> Result<Event, MergerRefused> {
    if at <= 1 {
        return Err(MergerRefused::FirstWords);
    }
    match before {
        Some(into) => Err(MergerRefused::SplitAlready { into }),
        None => Ok(Event::SplitOff { message, into }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{HOUR, after, complaint, id, permit, thursday};
    use domain::promise::PromiseState;

    fn owed(n: u8) -> Promise {
        Promise {
            id: id(n),
            number: i64::from(n),
            words: "call you".to_owned(),
            keeper: id(9),
            made_at: thursday(),
            due_at: thursday() + HOUR,
            visible: true,
            state: PromiseState::Open,
        }
    }

    fn two() -> (Case, Case) {
        let into = complaint();
        let case = Case { id: id(70), number: CaseNumber(10_002), severity: 4, ..complaint() };
        let case = Case { topics: vec![id(80), id(81), id(82)], ..case };
        let into = Case { topics: vec![id(81)], not_topics: vec![id(82)], ..into };
        (Case { promises: vec![owed(40)], ..case }, into)
    }

    #[test]
    fn a_merger_taken_back_leaves_both_cases_as_they_were() {
        let (case, into) = two();
        let permit = permit(&case);
        let (merged, took_in) = merge(&case, &into, (&permit, &permit), &[id(41)], 0).unwrap();
        let part = after(case.clone(), std::slice::from_ref(&merged));
        let whole = after(into.clone(), std::slice::from_ref(&took_in));
        assert!(part.promises.is_empty() && part.stage.is_closed());
        assert_eq!((whole.severity, whole.promises.len()), (4, 1));
        assert_eq!(whole.topics, [id(81), id(80)], "a person's word on the third stands");
        let (Event::Merged(merged), Event::TookIn(took_in)) = (merged, took_in) else { panic!() };
        let past = Past { merged: *merged, took_in: *took_in, version: whole.version };
        let (separated, gave_back) = separate(&part, &whole, (&permit, &permit), past);
        let part = after(part, &[separated]);
        let whole = after(whole, &[gave_back]);
        let as_it_was = |now: Case, was: &Case| Case {
            version: was.version,
            changed_at: was.changed_at,
            ..now
        };
        assert_eq!(as_it_was(part, &case), case);
        assert_eq!(as_it_was(whole, &into), into);
    }

    #[test]
    fn what_was_kept_meanwhile_is_not_owed_again() {
        let (case, into) = two();
        let permit = permit(&case);
        let (merged, took_in) = merge(&case, &into, (&permit, &permit), &[id(41)], 0).unwrap();
        let part = after(case, std::slice::from_ref(&merged));
        let mut whole = after(into, std::slice::from_ref(&took_in));
        let version = whole.version;
        let kept = Event::PromiseKept {
            promise: id(41),
            done: "called".to_owned(),
            state: PromiseState::Kept,
        };
        whole = after(whole, &[kept]);
        let (Event::Merged(merged), Event::TookIn(took_in)) = (merged, took_in) else { panic!() };
        let past = Past { merged: *merged, took_in: *took_in, version };
        let (separated, gave_back) = separate(&part, &whole, (&permit, &permit), past);
        assert!(after(part, &[separated]).promises.is_empty());
        assert_eq!(after(whole, &[gave_back]).severity, 4, "later work on it stays as it is");
    }

    #[test]
    fn only_open_cases_of_one_customer_become_one() {
        let (case, into) = two();
        let permit = permit(&case);
        let merge = |case: &Case, into: &Case| merge(case, into, (&permit, &permit), &[id(41)], 0);
        assert_eq!(merge(&into, &into).unwrap_err(), MergerRefused::Itself);
        let other = Case { customer: id(5), ..into.clone() };
        assert_eq!(merge(&case, &other).unwrap_err(), MergerRefused::OtherCustomer);
        let other = Case { unit: id(5), ..into.clone() };
        assert_eq!(merge(&case, &other).unwrap_err(), MergerRefused::OtherUnit);
        let asked = Case { escalated: true, ..case };
        assert_eq!(merge(&asked, &into).unwrap_err(), MergerRefused::Escalated);
    }
}
