//! What is allowed on a case itself: taking it, giving it away, putting it aside, correcting what
//! was understood, and when its clocks begin and run over.

use crate::refusal::refusals;
use domain::case::Case;
use domain::channel::Kind;
use domain::clock::{Clock, ClockKind, ClockRules};
use domain::event::Event;
use domain::id::StaffId;
use domain::permit::Permit;
use domain::urgency::Facts;
use domain::words::Words;
use jiff::Timestamp;

/// Asks that a silent customer gets before silence may close a case.
pub const ASKS_BEFORE_SILENCE: u8 = 2;

refusals! {
    /// Why something about the case itself was refused.
    CaseRefused {
        /// It is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// It is theirs already.
        AlreadyTheirs = "case_already_theirs", "They already have this case.";
        /// A colleague took it while the page was open.
        TakenMeanwhile {
            /// Their name.
            by: String,
        } = "case_taken", "{by} has this case now. Open it, and take it over there if you must.";
        /// No such colleague, or they cannot see this case.
        NoSuchColleague = "no_such_colleague" at "/owner", "No such colleague can see this case.";
        /// The moment lies in the past.
        InThePast = "moment_past" at "/until", "Choose a moment in the future.";
        /// Something falls due while it would be out of sight.
        DueBefore {
            /// When.
            due: Timestamp,
        } = "due_before" at "/until", "Something is due before then. Choose an earlier moment.";
        /// It is not put aside.
        NotSnoozed = "not_snoozed", "This case is not put aside.";
        /// Severity runs from 0 to 4.
        NoSuchSeverity = "no_such_severity" at "/severity", "Severity runs from 0 to 4.";
        /// There is no such clock running.
        NoSuchClock = "no_such_clock" at "/clock", "No such clock is running.";
        /// Somebody changed it since, so it cannot be undone.
        ChangedSince = "changed_since", "This was changed again since, so it cannot be undone.";
        /// Nothing of theirs can be undone.
        NothingToUndo = "nothing_to_undo", "There is nothing of yours to undo.";
    }
}

/// Whether the case is not over.
pub fn still_open(case: &Case) -> Result<(), CaseRefused> {
    if case.stage.is_closed() { Err(CaseRefused::Closed) } else { Ok(()) }
}

/// Takes the case oneself, from nobody or from whoever had it when one looked.
///
/// - `from`: who had it then; taking a case over is a choice, made knowing from whom.
/// - `holder`: the name of whoever has it now, for the refusal; empty when nobody does.
///
/// # Errors
/// When it is over, already theirs, or a colleague was faster.
pub fn take(
    case: &Case,
    permit: &Permit,
    from: Option<StaffId>,
    holder: &str,
) -> Result<Vec<Event>, CaseRefused> {
    let me = permit.staff();
    if case.owner.is_some_and(|owner| owner != me && from != Some(owner)) {
        still_open(case)?;
        return Err(CaseRefused::TakenMeanwhile { by: holder.to_owned() });
    }
    assign(case, permit, Some(me))
}

/// Gives the case to somebody of the same unit, or back to its team. The caller has looked up
/// that the colleague works here and can see the case.
///
/// # Errors
/// When it is over or nothing would change.
pub fn assign(
    case: &Case,
    _permit: &Permit,
    owner: Option<StaffId>,
) -> Result<Vec<Event>, CaseRefused> {
    still_open(case)?;
    if case.owner == owner {
        return Err(CaseRefused::AlreadyTheirs);
    }
    Ok(vec![Event::Assigned { owner }])
}

/// Puts the problem into one line. The same line again changes nothing.
///
/// # Errors
/// Never today; a closed case may still be described better.
pub fn state_problem(
    case: &Case,
    _permit: &Permit,
    problem: &Words,
) -> Result<Vec<Event>, CaseRefused> {
    if case.problem == problem.as_str() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ProblemStated { problem: problem.as_str().to_owned() }])
}

/// Corrects what was understood.
///
/// # Errors
/// When the severity is above 4.
pub fn reread(
    case: &Case,
    _permit: &Permit,
    kind: Kind,
    severity: u8,
    facts: Facts,
) -> Result<Vec<Event>, CaseRefused> {
    if severity > 4 {
        return Err(CaseRefused::NoSuchSeverity);
    }
    if (case.kind, case.severity, case.facts) == (kind, severity, facts) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Reread { kind, severity, facts }])
}

/// Puts the case aside until a moment. Nothing may fall due while it is out of sight.
///
/// # Errors
/// When it is over, the moment is past, or something is due before it.
pub fn snooze(
    case: &Case,
    _permit: &Permit,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, CaseRefused> {
    still_open(case)?;
    if until <= now {
        return Err(CaseRefused::InThePast);
    }
    let owed = case.promises.iter().filter(|promise| promise.is_owed()).map(|p| p.due_at);
    let running = case.clocks.iter().filter(|clock| !clock.over).map(|clock| clock.due_at);
    match owed.chain(running).min() {
        Some(due) if due < until => Err(CaseRefused::DueBefore { due }),
        _ => Ok(vec![Event::Snoozed { until }]),
    }
}

/// Takes the case back from being put aside.
///
/// # Errors
/// When it is not put aside.
pub fn wake(case: &Case, _permit: &Permit) -> Result<Vec<Event>, CaseRefused> {
    if case.snoozed_until.is_none() {
        return Err(CaseRefused::NotSnoozed);
    }
    Ok(vec![Event::Woken])
}

/// Wakes the case when the moment `until`, for which a timer was set, still holds.
pub fn wake_by_timer(case: &Case, until: Timestamp, now: Timestamp) -> Vec<Event> {
    if case.snoozed_until == Some(until) && until <= now { vec![Event::Woken] } else { Vec::new() }
}

/// Sets a date that a regulator gave; it counts calendar time.
///
/// # Errors
/// When it is over or the date is past.
pub fn set_regulator_date(
    case: &Case,
    _permit: &Permit,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, CaseRefused> {
    still_open(case)?;
    if due_at <= now {
        return Err(CaseRefused::InThePast);
    }
    let clock = Clock { kind: ClockKind::Regulator, set_at: now, due_at, over: false };
    Ok(vec![Event::ClockSet { clock }])
}

/// Says that what a clock waited for was done another way, for instance on the telephone.
///
/// # Errors
/// When no such clock runs.
pub fn meet_clock(
    case: &Case,
    _permit: &Permit,
    kind: ClockKind,
) -> Result<Vec<Event>, CaseRefused> {
    case.clock(kind).ok_or(CaseRefused::NoSuchClock)?;
    Ok(vec![Event::ClockMet { clock: kind }])
}

/// Marks the clock as over when the moment `due_at`, for which a timer was set, still holds; a
/// case out of sight comes back.
pub fn run_over(case: &Case, kind: ClockKind, due_at: Timestamp, now: Timestamp) -> Vec<Event> {
    let still = case.clock(kind).is_some_and(|clock| clock.due_at == due_at && !clock.over);
    if !still || now < due_at {
        return Vec::new();
    }
    let mut events = vec![Event::ClockOver { clock: kind }];
    if case.snoozed_until.is_some() {
        events.push(Event::Woken);
    }
    events
}

/// The clocks that begin when a case of `kind` is opened. Ideas have none: they are not a matter
/// somebody waits for.
pub fn opening_clocks(kind: Kind, severity: u8, rules: &ClockRules, now: Timestamp) -> Vec<Clock> {
    let kinds: &[ClockKind] = match kind {
        Kind::Complaint | Kind::Cancellation => {
            &[ClockKind::Acknowledge, ClockKind::Answer, ClockKind::Resolve]
        }
        Kind::Question | Kind::Praise | Kind::Other => &[ClockKind::Acknowledge, ClockKind::Answer],
        Kind::Idea => &[],
    };
    kinds.iter().filter_map(|kind| rules.begin(*kind, severity, now)).collect()
}

/// The clocks that begin when the customer says something on a case we have: an answer is due
/// again unless one already is, and putting right again if it had stopped.
pub fn hearing_clocks(case: &Case, severity: u8, rules: &ClockRules, now: Timestamp) -> Vec<Clock> {
    let mut kinds = vec![ClockKind::Answer];
    if matches!(case.kind, Kind::Complaint | Kind::Cancellation) {
        kinds.push(ClockKind::Resolve);
    }
    kinds
        .into_iter()
        .filter(|kind| case.clock(*kind).is_none())
        .filter_map(|kind| rules.begin(kind, severity, now))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{HOUR, after, complaint, permit, rules, thursday};
    use domain::case::Stage;

    #[test]
    fn taking_a_case_makes_it_one_s_own_and_taking_it_twice_is_refused() {
        let case = complaint();
        let case = after(case.clone(), &take(&case, &permit(&case), None, "").unwrap());
        assert_eq!(case.stage, Stage::With { staff: crate::told::maya() });
        assert_eq!(take(&case, &permit(&case), None, "Maya"), Err(CaseRefused::AlreadyTheirs));
    }

    #[test]
    fn a_colleague_s_case_is_taken_over_knowingly_and_never_by_being_second() {
        let case = complaint();
        let priya: StaffId = "0192f0c1-0000-7000-8000-00000000beef".parse().unwrap();
        let assigned = assign(&case, &permit(&case), Some(priya)).unwrap();
        let case = after(case, &assigned);
        let second = take(&case, &permit(&case), None, "Priya");
        assert_eq!(second, Err(CaseRefused::TakenMeanwhile { by: "Priya".to_owned() }));
        assert!(take(&case, &permit(&case), Some(priya), "Priya").is_ok());
    }

    #[test]
    fn a_case_is_not_put_aside_past_the_moment_something_is_due() {
        let case = complaint();
        let due = case.clocks.iter().map(|clock| clock.due_at).min().unwrap();
        let aside = |until| snooze(&case, &permit(&case), until, thursday());
        assert_eq!(aside(due + HOUR), Err(CaseRefused::DueBefore { due }));
        assert_eq!(aside(thursday()), Err(CaseRefused::InThePast));
        assert!(aside(due).is_ok());
    }

    #[test]
    fn a_clock_runs_over_once_and_only_at_its_own_moment() {
        let case = complaint();
        let clock = case.clocks[0];
        assert!(run_over(&case, clock.kind, clock.due_at, thursday()).is_empty());
        assert!(run_over(&case, clock.kind, clock.due_at - HOUR, clock.due_at).is_empty());
        let events = run_over(&case, clock.kind, clock.due_at, clock.due_at);
        let case = after(case, &events);
        assert!(run_over(&case, clock.kind, clock.due_at, clock.due_at).is_empty());
    }

    #[test]
    fn an_idea_sets_no_clock_and_a_complaint_waits_for_three_things() {
        assert!(opening_clocks(Kind::Idea, 4, &rules(), thursday()).is_empty());
        assert_eq!(opening_clocks(Kind::Complaint, 0, &rules(), thursday()).len(), 3);
    }
}
