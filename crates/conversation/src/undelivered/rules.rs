//! When a letter that did not arrive brings its case back, and what sees to it.
//!
//! Only what the other side calls final counts: it refused the letter, or gave up trying. A delay
//! is noted on the message and changes nothing.

use casework::case::rules::hearing_clocks;
use casework::message::rules::Outgoing;
use casework::refusal::refusals;
use casework::undelivered::sql::Written;
use domain::case::{Case, Closing, Conduct, SeenTo, Stage, Undelivered};
use domain::clock::ClockRules;
use domain::email::one_email;
use domain::event::Event;
use domain::message::{Delivery, Purpose, Recipient};
use jiff::Timestamp;

refusals! {
    /// Why nothing was done about a letter that did not arrive.
    UndeliveredRefused {
        /// It is none of those, or no more.
        NotUndelivered = "not_undelivered",
            "No such letter waits here. Somebody may have seen to it already.";
        /// What was given as an address is none.
        NoAddress = "no_address" at "/to", "Give one e-mail address, such as amara@example.org.";
        /// The address belongs to somebody else, who would get the customer's letters.
        OtherCustomer = "address_of_another" at "/to", "That address is another customer's. Send this letter only, or look at who they are first.";
        /// Somebody taken in is written to where they wrote from.
        NotTheCustomer = "address_not_the_customers", "This letter is not the customer's. Send this letter only.";
    }
}

/// Whether a case is still ours to act on. One that the customer called solved, or that is part of
/// another, has nothing to gain by a letter of before.
fn may_come_back(case: &Case) -> bool {
    case.conduct != Conduct::Ended
        && match case.stage {
            Stage::Closed { because, .. } => {
                matches!(because, Closing::Silence | Closing::Answered)
            }
            _ => true,
        }
}

/// What follows when it becomes known how far a letter came: one that did not arrive brings its
/// case back, and whatever else is said of it sees to it.
pub fn follow(
    case: &Case,
    written: &Written,
    delivery: Delivery,
    why: &str,
    rules: &ClockRules,
    now: Timestamp,
) -> Vec<Event> {
    let letter = written.letter;
    let waits = case.undelivered.iter().any(|known| known.letter == letter);
    match delivery {
        Delivery::Failed if !waits && may_come_back(case) => {}
        Delivery::Held if waits => {
            return vec![Event::UndeliveredSeenTo { letter, how: SeenTo::Resent }];
        }
        Delivery::Sent if waits => {
            return vec![Event::UndeliveredSeenTo { letter, how: SeenTo::SetAside }];
        }
        _ => return Vec::new(),
    }
    // A question that a program asked is waited for all the same: its silence would close the case.
    let automatic = written.automatic && written.purpose != Purpose::Verification;
    let undelivered = Undelivered {
        letter,
        message: written.message,
        to: written.to.clone(),
        written_at: written.at,
        why: why.to_owned(),
        automatic,
        stage: case.stage.clone(),
        waiting_since: case.waiting_since,
        contacts: case.contacts,
    };
    let mut events = vec![Event::Undelivered(Box::new(undelivered))];
    if !automatic {
        let clocks = hearing_clocks(case, case.severity, rules, now);
        events.extend(clocks.into_iter().map(|clock| Event::ClockSet { clock }));
    }
    events
}

/// One e-mail address; anything else is none.
///
/// # Errors
/// When it is none.
pub fn one_address(text: &str) -> Result<String, UndeliveredRefused> {
    one_email(text).map(str::to_owned).ok_or(UndeliveredRefused::NoAddress)
}

/// The letter once more, as `base` addresses one to the customer: to `to`.
pub fn once_more(base: Outgoing, written: &Written, to: String) -> Outgoing {
    match &written.whom {
        None => Outgoing { to: Some(to), ..base },
        Some(whom) => {
            let letter = base.id;
            let also = vec![Recipient { letter, to, ..whom.clone() }];
            Outgoing { to: None, also, ..base }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::told::{after, complaint, id, letter, permit, rules, thursday};
    use domain::urgency::{Reason, order, reasons};

    fn written(automatic: bool) -> Written {
        Written {
            letter: id(77),
            message: id(77),
            purpose: Purpose::Reply,
            text: "We are on it.".to_owned(),
            to: "amara@example.org".to_owned(),
            whom: None,
            at: thursday(),
            automatic,
        }
    }

    fn answered() -> Case {
        let case = complaint();
        let (rules, now) = (rules(), thursday());
        let sent = casework::message::rules::reply(
            &case,
            &permit(&case),
            letter(Purpose::Reply),
            None,
            0,
            &rules,
            now,
        );
        after(case, &sent.unwrap())
    }

    fn told(case: &Case, delivery: Delivery, automatic: bool) -> Case {
        let events = follow(case, &written(automatic), delivery, "5.1.1", &rules(), thursday());
        after(case.clone(), &events)
    }

    #[test]
    fn a_letter_that_did_not_arrive_brings_its_case_back_on_top_with_its_reason() {
        let case = answered();
        let back = told(&case, Delivery::Failed, false);
        assert!(order(&back) < order(&case));
        assert_eq!(reasons(&back, thursday())[0], Reason::Undelivered);
        assert_eq!(back.stage, Stage::WaitingForUs { team: case.team });
        assert!(back.clocks.len() >= case.clocks.len(), "something is due again");
        assert_eq!(back.reopened, 0, "the customer said nothing");
    }

    #[test]
    fn a_delay_and_a_first_word_of_a_program_move_nothing() {
        let case = answered();
        assert_eq!(told(&case, Delivery::Delayed, false), case);
        let automatic = told(&case, Delivery::Failed, true);
        assert_eq!(order(&automatic), order(&case), "made-up addresses come first nowhere");
        assert_eq!(automatic.undelivered.len(), 1, "but it is told");
    }

    #[test]
    fn sent_again_the_case_stands_as_before_and_set_aside_it_stays_ours() {
        let case = answered();
        let back = told(&case, Delivery::Failed, false);
        let again = told(&back, Delivery::Held, false);
        assert_eq!((&again.stage, again.undelivered.len()), (&case.stage, 0));
        assert_eq!(again.waiting_since, case.waiting_since);
        let aside = told(&back, Delivery::Sent, false);
        assert_eq!((&aside.stage, aside.undelivered.len()), (&back.stage, 0));
    }

    #[test]
    fn a_case_that_is_solved_stays_closed_and_one_closed_by_silence_comes_back() {
        let closed = |because| {
            let event = Event::Closed { because, reason: String::new() };
            told(&after(answered(), &[event]), Delivery::Failed, false)
        };
        for because in [Closing::Confirmed, Closing::Merged, Closing::Spam] {
            assert!(closed(because).stage.is_closed(), "{because}");
        }
        assert!(!closed(Closing::Silence).stage.is_closed(), "they never read the question");
    }

    #[test]
    fn one_address_is_one_address() {
        assert_eq!(one_address(" amara@example.org "), Ok("amara@example.org".to_owned()));
        for text in ["", "amara", "a@b", "a@b.", "a@b.c, d@e.f", "A <a@b.c>", "a b@c.d", "a@b@c.d"]
        {
            assert!(one_address(text).is_err(), "{text}");
        }
    }
}
