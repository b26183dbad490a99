//! What is allowed with putting right and closing (ui-spec A8, P7).

use casework::case::rules::{ASKS_BEFORE_SILENCE, hearing_clocks};
use casework::message::rules::{Outgoing, sending};
use casework::promise::rules::{NewPromise, promised};
use casework::refusal::refusals;
use domain::case::{Case, Closing, Conduct, Stage};
use domain::channel::Kind;
use domain::clock::ClockRules;
use domain::event::Event;
use domain::permit::Permit;
use domain::promise::PromiseState;
use domain::words::Words;
use jiff::Timestamp;

refusals! {
    /// Why putting right or closing was refused.
    ResolutionRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// It is not over.
        NotClosed = "case_not_closed", "This case is open.";
        /// Contact was ended.
        ContactEnded = "contact_ended", "Contact with this customer was ended.";
        /// The customer is being asked already.
        AlreadyChecking = "already_checking", "The customer is already asked whether it is solved.";
        /// Promises are broken or fall due after the customer would be asked.
        PromisesOwed = "promises_owed", "Keep or move what was promised first.";
        /// The moment to ask lies in the past.
        InThePast = "ask_past" at "/ask_at", "Ask at a moment in the future.";
        /// Nobody can be asked by letter.
        NoAddress = "ask_by_phone" at "/ask",
            "We have no address to ask them. Ask by telephone, and say by when.";
        /// Only some reasons are a person's to choose.
        NotAReason = "closing_not_a_reason" at "/because", "Choose another reason for closing.";
        /// A complaint closes on the customer's word.
        AskTheCustomer = "ask_the_customer", "A complaint closes on the customer's word. Ask them.";
        /// They said so already.
        AlreadySaid = "already_said", "You already told us that.";
    }
}

/// When the customer is asked "Did this solve it?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskBack {
    /// In the letter that says what we did.
    Now,
    /// After the fix, by a letter then.
    At(Timestamp),
    /// By a call, which becomes a promise.
    ByPhone(NewPromise),
}

/// Says that it is put right. The letter tells the customer what we did.
///
/// # Errors
/// When the case is over or being checked, or promises are broken or due after the question.
pub fn resolve(
    case: &Case,
    _permit: &Permit,
    what_we_did: &Words,
    ask: AskBack,
    letter: Outgoing,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ResolutionRefused> {
    match case.stage {
        Stage::Closed { .. } => return Err(ResolutionRefused::Closed),
        Stage::Checking { .. } => return Err(ResolutionRefused::AlreadyChecking),
        _ => {}
    }
    if case.conduct == Conduct::Ended {
        return Err(ResolutionRefused::ContactEnded);
    }
    let asked_at = match &ask {
        AskBack::Now => now,
        AskBack::At(at) => *at,
        AskBack::ByPhone(promise) => promise.due_at,
    };
    if !matches!(ask, AskBack::Now) && asked_at <= now {
        return Err(ResolutionRefused::InThePast);
    }
    let owed = |p: &&domain::promise::Promise| {
        p.state == PromiseState::Broken || (p.is_owed() && p.due_at > asked_at)
    };
    if case.promises.iter().any(|p| owed(&p)) {
        return Err(ResolutionRefused::PromisesOwed);
    }
    // A letter that nobody can receive asks nobody, and a case nobody is asked about is lost.
    if letter.to.is_none() && !matches!(ask, AskBack::ByPhone(_)) {
        return Err(ResolutionRefused::NoAddress);
    }
    let asks_now = matches!(ask, AskBack::Now);
    let what_we_did = what_we_did.as_str().to_owned();
    let mut events = vec![sending(case, letter, rules, now), Event::Resolved { what_we_did }];
    if asks_now {
        events.push(Event::SolvedAsked);
    }
    if let AskBack::ByPhone(promise) = ask {
        events.push(promised(promise, now));
    }
    Ok(events)
}

/// Whether the case is still being checked since `resolved_at`, after `asked` asks.
pub fn is_checking(case: &Case, resolved_at: Timestamp, asked: u8) -> bool {
    matches!(case.stage, Stage::Checking { at, asked: so_far, .. }
        if at == resolved_at && so_far == asked)
}

/// Whether a case that was put right at `resolved_at` may still be checked: it would be, had a
/// letter arrived that somebody has to see to first. Then nobody was asked `asked` times.
pub fn waits_for_a_letter(case: &Case, resolved_at: Timestamp, asked: u8) -> bool {
    case.undelivered.iter().any(|letter| {
        matches!(letter.stage, Stage::Checking { at, asked: so_far, .. }
            if at == resolved_at && so_far == asked)
    })
}

/// Asks again by a timer that was set when the case was put right at `resolved_at` and had been
/// asked about `asked` times: by `letter` where there is an address, else by a call that
/// somebody promises. Nothing when the case has moved on, or nobody can be asked or ask.
pub fn ask_by_timer(
    case: &Case,
    resolved_at: Timestamp,
    asked: u8,
    letter: Outgoing,
    call: Option<NewPromise>,
    rules: &ClockRules,
    now: Timestamp,
) -> Vec<Event> {
    if asked >= ASKS_BEFORE_SILENCE || !is_checking(case, resolved_at, asked) {
        return Vec::new();
    }
    let asks = match call {
        _ if letter.to.is_some() => sending(case, letter, rules, now),
        Some(call) => promised(call, now),
        None => return Vec::new(),
    };
    vec![asks, Event::SolvedAsked]
}

/// Closes after two asks without an answer, by a timer set for `resolved_at`. Not while something
/// is still owed.
pub fn close_by_silence(case: &Case, resolved_at: Timestamp) -> Vec<Event> {
    match case.stage {
        Stage::Checking { at, asked, .. }
            if at == resolved_at && asked >= ASKS_BEFORE_SILENCE && case.promises.is_empty() =>
        {
            let reason = "No answer after two asks.".to_owned();
            vec![Event::Closed { because: Closing::Silence, reason }]
        }
        _ => Vec::new(),
    }
}

/// What the customer says to "Did this solve it?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is solved.
    Yes,
    /// A part of it is.
    Partly,
    /// It is not.
    No,
}

/// Takes the customer's answer. "No" and "partly" bring the case back on top with a promise, when
/// there is somebody to keep it.
///
/// # Errors
/// When they said yes already and say it again.
pub fn answer(
    case: &Case,
    answer: Answer,
    words: &str,
    promise: Option<NewPromise>,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ResolutionRefused> {
    let words = words.to_owned();
    if answer == Answer::Yes {
        if matches!(case.stage, Stage::Closed { because: Closing::Confirmed, .. }) {
            return Err(ResolutionRefused::AlreadySaid);
        }
        return Ok(vec![Event::Confirmed { words }]);
    }
    let mut events = vec![Event::Contested { words, partly: answer == Answer::Partly }];
    if case.snoozed_until.is_some() {
        events.push(Event::Woken);
    }
    events.extend(back_on_the_table(case, rules, now));
    events.extend(promise.map(|promise| promised(promise, now)));
    Ok(events)
}

/// The clocks that begin again when a case comes back.
fn back_on_the_table(
    case: &Case,
    rules: &ClockRules,
    now: Timestamp,
) -> impl Iterator<Item = Event> + use<> {
    let clocks = hearing_clocks(case, case.severity, rules, now);
    clocks.into_iter().map(|clock| Event::ClockSet { clock })
}

/// Closes without asking the customer, with a reason.
///
/// # Errors
/// When it is over, the reason is not a person's to choose, or something is owed.
pub fn close(
    case: &Case,
    _permit: &Permit,
    because: Closing,
    reason: &Words,
) -> Result<Vec<Event>, ResolutionRefused> {
    if case.stage.is_closed() {
        return Err(ResolutionRefused::Closed);
    }
    match because {
        Closing::Spam | Closing::Withdrawn | Closing::Merged => {}
        Closing::Answered => {
            if matches!(case.kind, Kind::Complaint | Kind::Cancellation) {
                return Err(ResolutionRefused::AskTheCustomer);
            }
        }
        Closing::Confirmed | Closing::Silence | Closing::ContactEnded | Closing::Imported => {
            return Err(ResolutionRefused::NotAReason);
        }
    }
    if case.promises.iter().any(|promise| promise.is_owed()) {
        return Err(ResolutionRefused::PromisesOwed);
    }
    Ok(vec![Event::Closed { because, reason: reason.as_str().to_owned() }])
}

/// Opens a closed case again.
///
/// # Errors
/// When it is not over, or contact was ended.
pub fn reopen(
    case: &Case,
    _permit: &Permit,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, ResolutionRefused> {
    if case.conduct == Conduct::Ended {
        return Err(ResolutionRefused::ContactEnded);
    }
    if !case.stage.is_closed() {
        return Err(ResolutionRefused::NotClosed);
    }
    let mut events = vec![Event::Reopened];
    events.extend(back_on_the_table(case, rules, now));
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::told::{HOUR, after, complaint, letter, permit, promise, rules, thursday, words};
    use domain::message::Purpose;

    fn resolved(case: &Case, ask: AskBack) -> Result<Vec<Event>, ResolutionRefused> {
        let letter = letter(Purpose::Verification);
        resolve(case, &permit(case), &words("we fixed it"), ask, letter, &rules(), thursday())
    }

    #[test]
    fn nobody_is_asked_whether_it_is_solved_before_what_was_promised_is_due() {
        let case = after(complaint(), &[promised(promise(thursday() + HOUR * 5), thursday())]);
        assert_eq!(resolved(&case, AskBack::Now), Err(ResolutionRefused::PromisesOwed));
        assert!(resolved(&case, AskBack::At(thursday() + HOUR * 6)).is_ok());
        let broken = Event::PromiseBroken { promise: case.promises[0].id };
        let case = after(case, &[broken]);
        let later = AskBack::At(thursday() + HOUR * 6);
        assert_eq!(resolved(&case, later), Err(ResolutionRefused::PromisesOwed));
    }

    #[test]
    fn silence_closes_only_after_two_asks() {
        let case = complaint();
        let case = after(case.clone(), &resolved(&case, AskBack::Now).unwrap());
        assert!(close_by_silence(&case, thursday()).is_empty());
        let letter = letter(Purpose::Verification);
        let again = ask_by_timer(&case, thursday(), 1, letter.clone(), None, &rules(), thursday());
        let case = after(case, &again);
        assert!(ask_by_timer(&case, thursday(), 2, letter, None, &rules(), thursday()).is_empty());
        assert_eq!(close_by_silence(&case, thursday()).len(), 1);
        assert!(
            close_by_silence(&case, thursday() - HOUR).is_empty(),
            "a timer of an earlier round"
        );
    }

    #[test]
    fn a_complaint_closes_on_the_customer_s_word_and_not_on_ours() {
        let case = complaint();
        let why = words("It was answered.");
        let closed = |because| close(&case, &permit(&case), because, &why);
        assert_eq!(closed(Closing::Answered), Err(ResolutionRefused::AskTheCustomer));
        assert_eq!(closed(Closing::Confirmed), Err(ResolutionRefused::NotAReason));
        assert!(closed(Closing::Withdrawn).is_ok());
    }
}
