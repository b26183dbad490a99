//! What is allowed with messages: replying, taking a reply back, noting, hearing.

use crate::case::rules::hearing_clocks;
use crate::refusal::refusals;
use domain::case::{Case, Conduct, Stage};
use domain::channel::{Channel, Kind};
use domain::clock::{ClockKind, ClockRules};
use domain::event::{BeforeSending, Event};
use domain::id::{MessageId, NoteId, StaffId};
use domain::message::{Delivery, PrivateNote, PublicMessage, Purpose, ReceivedMessage, Recipient};
use domain::permit::Permit;
use domain::urgency::Facts;
use domain::words::Words;
use jiff::Timestamp;
use jiff::civil::Date;

refusals! {
    /// Why something about a message was refused.
    MessageRefused {
        /// The case is over.
        Closed = "case_closed", "This case is closed. Reopen it first.";
        /// Contact was ended in the orderly way.
        ContactEnded = "contact_ended", "Contact with this customer was ended.";
        /// The customer wrote since the composer was opened.
        NewWords {
            /// The version to look at.
            version: u64,
        } = "new_message", "A new message came in. Read it, then send.";
        /// There is no such message of ours on this case.
        NoSuchMessage = "no_such_message", "There is no such message on this case.";
        /// It was taken back already.
        AlreadyUndone = "already_undone", "This message was already taken back.";
        /// It has left.
        TooLate = "undo_too_late", "This message has already left.";
        /// It holds a card or account number, or another secret.
        Stopped = "coach_stops" at "/text",
            "This holds a card, account or identity number, or a password. Take it out first.";
        /// Nobody was chosen who gets it.
        NoRecipient = "no_recipient" at "/recipients",
            "Choose at least one person who gets this letter.";
        /// Somebody was chosen who takes no part in the case.
        NotTakenIn = "not_taken_in" at "/recipients",
            "A letter goes to the customer and to who was taken in, and to nobody else.";
        /// What was last written to the address did not arrive.
        AddressFailed {
            /// The address.
            address: String,
            /// Why, in plain words; may be empty.
            why: String,
        } = "address_failed", "The last letter to {address} did not arrive. {why}";
        /// They wrote encrypted, and this would leave in clear.
        InClear = "in_clear", "Their last words came encrypted, and this leaves unencrypted.";
        /// A gap stands in it that nothing filled.
        GapLeft {
            /// Its name.
            name: String,
        } = "gap_left" at "/text",
            "{{{{{name}}}}} still stands in the text. Write what belongs there, or take it out.";
        /// Taking it back would leave the customer untold of something that holds.
        Bound = "message_bound", "This letter belongs to a change that holds. Change that instead.";
    }
}

/// What is to be written to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its id.
    pub id: MessageId,
    /// Why it is written.
    pub purpose: Purpose,
    /// The text.
    pub text: Words,
    /// The customer's address; `None` shows it to them on the case page only.
    pub to: Option<String>,
    /// Who else gets it.
    pub also: Vec<Recipient>,
    /// Whether a program wrote it without a person reading it first.
    pub automatic: bool,
    /// Whether somebody wants it sent although the last letter there did not arrive.
    pub despite_failure: bool,
    /// When it may leave.
    pub leaves_at: Timestamp,
}

/// What a sending from `case` would change, as it stands now.
pub fn snapshot(case: &Case) -> BeforeSending {
    BeforeSending {
        stage: case.stage.clone(),
        waiting_since: case.waiting_since,
        clocks: case.clocks.clone(),
        acknowledged_at: case.acknowledged_at,
        answered_at: case.answered_at,
    }
}

/// The sending itself. A person's reply to a complaint begins the clock of the next news.
pub fn sending(case: &Case, letter: Outgoing, rules: &ClockRules, now: Timestamp) -> Event {
    let owes_news = letter.purpose == Purpose::Reply
        && matches!(case.kind, Kind::Complaint | Kind::Cancellation)
        && !matches!(case.stage, Stage::Checking { .. } | Stage::Closed { .. });
    let clocks = match rules.begin(ClockKind::Update, case.severity, now) {
        Some(clock) if owes_news => vec![clock],
        _ => Vec::new(),
    };
    let leaves = letter.to.is_some() || !letter.also.is_empty();
    let channel = if leaves { Channel::Mail } else { case.channel };
    let message = PublicMessage {
        id: letter.id,
        purpose: letter.purpose,
        subject: case.subject.clone(),
        text: letter.text.into_string(),
        to: letter.to,
        also: letter.also,
        channel,
        automatic: letter.automatic,
        despite_failure: letter.despite_failure,
        leaves_at: letter.leaves_at,
    };
    Event::Sent { message, before: snapshot(case), clocks }
}

/// Whether anything may be written to the customer of this case.
pub(crate) fn may_write(case: &Case) -> Result<(), MessageRefused> {
    if case.conduct == Conduct::Ended {
        return Err(MessageRefused::ContactEnded);
    }
    if case.stage.is_closed() {
        return Err(MessageRefused::Closed);
    }
    Ok(())
}

/// Answers the customer.
///
/// - `read_up_to`: the version the writer had before their eyes, when a page told it.
/// - `heard_at`: the version at which the customer last said something.
///
/// # Errors
/// When the case is over, or the customer wrote since.
pub fn reply(
    case: &Case,
    _permit: &Permit,
    letter: Outgoing,
    read_up_to: Option<u64>,
    heard_at: u64,
    rules: &ClockRules,
    now: Timestamp,
) -> Result<Vec<Event>, MessageRefused> {
    may_write(case)?;
    if read_up_to.is_some_and(|read| read < heard_at) {
        return Err(MessageRefused::NewWords { version: case.version });
    }
    Ok(vec![sending(case, letter, rules, now)])
}

/// One of the last sendings of a case, as the record tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSending {
    /// Which message, why, and when it leaves.
    pub message: PublicMessage,
    /// When it was written.
    pub at: Timestamp,
    /// What it changed.
    pub before: BeforeSending,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Takes a sending back before it leaves: a reply, or the letter that says a case is put right.
///
/// `past` are the last sendings of the case, oldest first.
///
/// # Errors
/// When it is not there, has left, was taken back, or belongs to a change that holds.
pub fn undo_send(
    case: &Case,
    _permit: &Permit,
    message: MessageId,
    past: &[PastSending],
    now: Timestamp,
) -> Result<Vec<Event>, MessageRefused> {
    let place = past.iter().position(|sent| sent.message.id == message);
    let place = place.ok_or(MessageRefused::NoSuchMessage)?;
    let sent = &past[place];
    if sent.undone {
        return Err(MessageRefused::AlreadyUndone);
    }
    if now >= sent.message.leaves_at {
        return Err(MessageRefused::TooLate);
    }
    if case.stage.is_closed() {
        return Err(MessageRefused::Closed);
    }
    let checking = matches!(case.stage, Stage::Checking { .. });
    let before = match sent.message.purpose {
        Purpose::Verification if checking && !sent.message.automatic => sent.before.clone(),
        Purpose::Reply => restored(case, place, past),
        _ => return Err(MessageRefused::Bound),
    };
    Ok(vec![Event::SendUndone { message, before }])
}

/// How the case stands once the reply at `place` is taken back. Where a later letter stands, it
/// has done by itself what this one did; where earlier ones were taken back, they never counted.
fn restored(case: &Case, place: usize, past: &[PastSending]) -> BeforeSending {
    let now = snapshot(case);
    if past[place + 1..].iter().any(|later| !later.undone) {
        return now;
    }
    let first = past[..place].iter().rposition(|earlier| !earlier.undone).map_or(0, |p| p + 1);
    let (before, since) = (&past[first].before, past[first].at);
    let stage = match (&case.stage, &before.stage, case.owner) {
        (
            Stage::WaitingForCustomer { .. },
            Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. },
            Some(staff),
        ) => Stage::With { staff },
        (Stage::WaitingForCustomer { .. }, Stage::With { .. }, None) => Stage::New,
        (Stage::WaitingForCustomer { .. }, earlier, _) => earlier.clone(),
        (other, ..) => other.clone(),
    };
    let mut clocks = before.clocks.clone();
    for clock in now.clocks.iter().filter(|clock| clock.set_at > since) {
        if clocks.iter().all(|kept| kept.kind != clock.kind) {
            clocks.push(*clock);
        }
    }
    let waiting_since = match (before.waiting_since, now.waiting_since) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let (acknowledged_at, answered_at) = (before.acknowledged_at, before.answered_at);
    BeforeSending { stage, waiting_since, clocks, acknowledged_at, answered_at }
}

/// Writes a private note that names `mentions`. It may be written on any case at any time.
///
/// # Errors
/// Never today.
pub fn note(
    _case: &Case,
    permit: &Permit,
    id: NoteId,
    text: &Words,
    mut mentions: Vec<StaffId>,
) -> Result<Vec<Event>, MessageRefused> {
    // Who wrote it knows it.
    mentions.retain(|named| *named != permit.staff());
    let note = PrivateNote { id, by: permit.staff(), text: text.as_str().to_owned(), mentions };
    Ok(vec![Event::Noted { note }])
}

/// Hears the customer: facts only add up, and severity never falls by a later message.
pub fn receive(
    case: &Case,
    message: ReceivedMessage,
    facts: Facts,
    severity: u8,
    rules: &ClockRules,
    now: Timestamp,
) -> Vec<Event> {
    let severity = severity.min(4).max(case.severity);
    let clocks = hearing_clocks(case, severity, rules, now);
    vec![Event::Received { message, facts: both(case.facts, facts), severity, clocks }]
}

fn both(a: Facts, b: Facts) -> Facts {
    Facts {
        safety: a.safety || b.safety,
        legal: a.legal || b.legal,
        press: a.press || b.press,
        money: a.money || b.money,
        cut_off: a.cut_off || b.cut_off,
        needs_care: a.needs_care || b.needs_care,
        public: a.public || b.public,
        reach_known: a.reach_known.max(b.reach_known),
        high_value: a.high_value || b.high_value,
    }
}

/// Notes how far a letter has come, unless it is there already or was taken back. A report may
/// overtake the word that the relay took it: then that word tells nothing new.
pub fn delivered(
    message: MessageId,
    known: Delivery,
    delivery: Delivery,
    detail: &str,
) -> Vec<Event> {
    let overtaken = known.is_reported() || known == Delivery::Failed;
    if overtaken && matches!(delivery, Delivery::Sent | Delivery::Uncertain) {
        return Vec::new();
    }
    decided(message, known, delivery, detail)
}

/// Notes what a report of another system says of a letter. Reports come in any order and more than
/// once: none takes back what says more, and a failure stands until a person has seen to it.
pub fn reported(
    message: MessageId,
    known: Delivery,
    delivery: Delivery,
    detail: &str,
) -> Vec<Event> {
    let weight = |delivery| match delivery {
        Delivery::Held | Delivery::Sending | Delivery::Sent | Delivery::Uncertain => 0,
        Delivery::Delayed => 1,
        Delivery::Relayed => 2,
        Delivery::Delivered => 3,
        Delivery::Read => 4,
        Delivery::Failed => 5,
        Delivery::Complained => 6,
        Delivery::Undone | Delivery::Shown => 7,
    };
    if weight(delivery) <= weight(known) {
        return Vec::new();
    }
    decided(message, known, delivery, detail)
}

/// Notes until when who a letter went to is away, where that is news.
pub fn away(case: &Case, letter: MessageId, back_on: Option<Date>) -> Option<Event> {
    let back_on = back_on.filter(|day| case.back_on != Some(*day))?;
    Some(Event::CustomerAway { letter, back_on })
}

/// Notes what a person decided about a letter.
pub fn decided(
    message: MessageId,
    known: Delivery,
    delivery: Delivery,
    detail: &str,
) -> Vec<Event> {
    if known == delivery || known == Delivery::Undone {
        return Vec::new();
    }
    vec![Event::DeliveryChanged { message, delivery, detail: detail.to_owned() }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{after, complaint, letter, permit, rules, thursday, words};
    use domain::event::Event;

    fn sent(case: &Case, id: u8) -> (Case, PastSending) {
        let letter = Outgoing { id: crate::told::id(id), ..letter(Purpose::Reply) };
        let events = reply(case, &permit(case), letter, None, 0, &rules(), thursday()).unwrap();
        let Event::Sent { message, before, .. } = &events[0] else { panic!("{events:?}") };
        let past = PastSending {
            message: message.clone(),
            at: thursday(),
            before: before.clone(),
            undone: false,
        };
        (after(case.clone(), &events), past)
    }

    #[test]
    fn a_new_link_answers_nothing_and_meets_no_clock() {
        let case = complaint();
        let link = Outgoing { automatic: true, ..letter(Purpose::Link) };
        let sent = after(case.clone(), &[sending(&case, link, &rules(), thursday())]);
        assert_eq!((&sent.clocks, sent.acknowledged_at), (&case.clocks, None));
        assert_eq!((sent.stage, sent.waiting_since), (case.stage.clone(), case.waiting_since));
        let word = Outgoing { automatic: true, ..letter(Purpose::Acknowledgement) };
        let told = after(case.clone(), &[sending(&case, word, &rules(), thursday())]);
        assert!(told.acknowledged_at.is_some() && told.clocks.len() < case.clocks.len());
    }

    #[test]
    fn reports_come_in_any_order_and_the_one_that_says_most_stands() {
        use Delivery::{Complained, Delayed, Delivered, Failed, Read, Relayed, Sent, Undone};
        let id = MessageId::from(uuid::Uuid::from_u128(7));
        let notes = |known, says| !reported(id, known, says, "").is_empty();
        for says in [Delayed, Relayed, Delivered, Read, Failed, Complained] {
            assert!(notes(Sent, says) && notes(Delivery::Uncertain, says), "{says}");
            assert!(!notes(says, says) && !notes(Undone, says), "{says}");
        }
        assert!(notes(Delayed, Delivered) && !notes(Delivered, Delayed));
        assert!(notes(Delivered, Failed), "a server behind the mailbox gave it back");
        assert!(!notes(Failed, Delivered), "a person has to see to it first");
    }

    #[test]
    fn a_report_stands_when_the_word_of_the_relay_comes_after_it() {
        let id = MessageId::from(uuid::Uuid::from_u128(7));
        for reported in [Delivery::Failed, Delivery::Delayed, Delivery::Delivered] {
            assert!(delivered(id, reported, Delivery::Sent, "250 Taken").is_empty());
        }
        assert_eq!(delivered(id, Delivery::Held, Delivery::Sent, "250 Taken").len(), 1);
        assert_eq!(delivered(id, Delivery::Sent, Delivery::Failed, "5.1.1").len(), 1);
        assert_eq!(decided(id, Delivery::Failed, Delivery::Sent, "by a person").len(), 1);
    }

    #[test]
    fn a_reply_waits_when_the_customer_said_more_than_the_writer_read() {
        let case = complaint();
        let say = |read, heard| {
            reply(&case, &permit(&case), letter(Purpose::Reply), read, heard, &rules(), thursday())
        };
        assert_eq!(say(Some(3), 4), Err(MessageRefused::NewWords { version: 1 }));
        assert!(say(Some(4), 4).is_ok() && say(None, 4).is_ok());
    }

    #[test]
    fn two_replies_taken_back_in_either_order_leave_the_case_as_it_was() {
        let case = complaint();
        let (once, first) = sent(&case, 1);
        let (twice, second) = sent(&once, 2);
        for order in [[0, 1], [1, 0]] {
            let mut past = [first.clone(), second.clone()];
            let mut now_it_is = twice.clone();
            for place in order {
                let id = past[place].message.id;
                let undone = undo_send(&now_it_is, &permit(&case), id, &past, thursday()).unwrap();
                now_it_is = after(now_it_is, &undone);
                past[place].undone = true;
            }
            assert_eq!(now_it_is.stage, case.stage, "{order:?}");
            assert_eq!(now_it_is.answered_at, None, "{order:?}");
            assert!(now_it_is.clock(ClockKind::Answer).is_some(), "{order:?}");
        }
    }

    #[test]
    fn a_letter_that_belongs_to_a_change_is_not_taken_back_alone() {
        let case = complaint();
        let (once, mut past) = sent(&case, 1);
        past.message.purpose = Purpose::Transfer;
        let undone = undo_send(&once, &permit(&case), past.message.id, &[past.clone()], thursday());
        assert_eq!(undone, Err(MessageRefused::Bound));
    }

    #[test]
    fn severity_never_falls_by_a_later_message_and_facts_add_up() {
        let case = complaint();
        let message = ReceivedMessage {
            id: crate::told::id(9),
            feedback: None,
            channel: Channel::Mail,
            author: "Amara".to_owned(),
            text: words("It smells of gas.").into_string(),
            folded: None,
            at: thursday(),
            topics: Vec::new(),
            encrypted: false,
        };
        let facts = Facts { safety: true, ..Facts::default() };
        let calm = receive(&case, message.clone(), facts, 0, &rules(), thursday());
        let case = after(case, &calm);
        assert_eq!((case.severity, case.facts.safety), (2, true));
        let again = receive(&case, message, Facts::default(), 4, &rules(), thursday());
        let case = after(case, &again);
        assert_eq!((case.severity, case.facts.safety), (4, true));
    }
}
