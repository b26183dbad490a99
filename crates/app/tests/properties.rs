//! Whatever is commanded in whatever order: rules never panic, and what they let through keeps
//! the case in order. No store here; rules and the fold over events alone.

use casework::case::rules as on_case;
use casework::message::rules::{self as messages, Outgoing, PastSending};
use casework::promise::rules::{self as promises, ClosedHours, NewPromise};
use domain::case::{Case, Closing, Stage};
use domain::channel::{Channel, Kind};
use domain::clock::{ClockPolicy, ClockRules};
use domain::event::{Event, Opening};
use domain::hours::Hours;
use domain::id::{CaseNumber, uuid_v7};
use domain::message::{Purpose, ReceivedMessage};
use domain::permit::{Act, Permit, Role, Scope, Staff};
use domain::urgency::{self, Facts};
use domain::words::Words;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use remedies::resolution::rules::{self as resolutions, Answer, AskBack};

/// A case on a table, its events so far, and a clock.
struct Table {
    case: Case,
    events: Vec<(Timestamp, Event)>,
    opening: Opening,
    now: Timestamp,
    rules: ClockRules,
    staff: Staff,
    ids: u8,
    past: Vec<PastSending>,
}

fn words(text: &str) -> Words {
    Words::new(text, 500).expect("some words")
}

fn beginning() -> Timestamp {
    "2026-11-19T13:08:00Z".parse().expect("a moment")
}

impl Table {
    fn set(kind: Kind, severity: u8) -> Table {
        let now = beginning();
        let rules = ClockRules { policy: ClockPolicy::default(), hours: Hours::always() };
        let staff = Staff {
            id: uuid_v7(1, [1; 10]).into(),
            name: "Maya".to_owned(),
            roles: vec![Role::Lead],
            scope: Scope::All,
            units: Vec::new(),
            teams: Vec::new(),
            narrowed_to: None,
        };
        let opening = Opening {
            number: CaseNumber(10_001),
            unit: uuid_v7(1, [2; 10]).into(),
            team: uuid_v7(1, [3; 10]).into(),
            owner: None,
            customer: uuid_v7(1, [4; 10]).into(),
            kind,
            channel: Channel::Mail,
            subject: "No heating".to_owned(),
            problem: String::new(),
            language: "en".to_owned(),
            severity,
            facts: Facts::default(),
            clocks: on_case::opening_clocks(kind, severity, &rules, now),
            message: None,
            linked_to: None,
        };
        let case = Case::opened(uuid_v7(1, [5; 10]).into(), now, &opening);
        Table { case, events: Vec::new(), opening, now, rules, staff, ids: 10, past: Vec::new() }
    }

    fn id<T: From<uuid::Uuid>>(&mut self) -> T {
        self.ids = self.ids.wrapping_add(1);
        uuid_v7(self.now.as_millisecond(), [self.ids; 10]).into()
    }

    fn permit(&self) -> Permit {
        self.staff.permit(Act::HandleCase, &self.case).expect("a lead may")
    }

    fn letter(&mut self, purpose: Purpose) -> Outgoing {
        Outgoing {
            id: self.id(),
            purpose,
            text: words("We are on it."),
            to: Some("amara@example.org".to_owned()),
            also: Vec::new(),
            automatic: false,
            despite_failure: false,
            leaves_at: self.now + SignedDuration::from_secs(15),
        }
    }

    fn promise(&mut self, minutes: i64) -> NewPromise {
        NewPromise {
            id: self.id(),
            number: i64::from(self.ids),
            words: words("ring you"),
            keeper: self.staff.id,
            due_at: self.now + SignedDuration::from_mins(minutes),
            visible: true,
            closed_hours: ClosedHours::Refused,
        }
    }

    fn apply(&mut self, events: Vec<Event>) {
        for event in events {
            match &event {
                Event::Sent { message, before, .. } => {
                    let (message, before) = (message.clone(), before.clone());
                    self.past.push(PastSending { message, at: self.now, before, undone: false });
                }
                Event::SendUndone { message, .. } => {
                    let same = |p: &&mut PastSending| p.message.id == *message;
                    self.past.iter_mut().filter(same).for_each(|p| p.undone = true);
                }
                _ => {}
            }
            self.case = self.case.clone().after(&event, self.now);
            self.events.push((self.now, event));
        }
    }

    /// Gives what a command lets through; nothing when it is refused.
    fn decide(&mut self, command: u8, which: usize, minutes: i64) -> Option<Vec<Event>> {
        let (permit, now) = (self.permit(), self.now);
        let ahead = now + SignedDuration::from_mins(minutes);
        let nth = which % self.case.promises.len().max(1);
        let owed = self.case.promises.get(nth).map(|p| (p.id, p.due_at));
        match command {
            0 => on_case::take(&self.case, &permit, self.case.owner, "").ok(),
            1 => on_case::snooze(&self.case, &permit, ahead, now).ok(),
            2 => on_case::wake(&self.case, &permit).ok(),
            3 => {
                let letter = self.letter(Purpose::Reply);
                messages::reply(&self.case, &permit, letter, None, 0, &self.rules, now).ok()
            }
            4 => {
                let last = self.past.iter().rev().nth(which % 3)?.message.id;
                messages::undo_send(&self.case, &permit, last, &self.past, now).ok()
            }
            5 => Some(self.heard_again(which == 1)),
            6 => {
                let promise = self.promise(minutes - 60);
                promises::make(&self.case, &permit, promise, &self.rules.hours, now).ok()
            }
            7 => {
                let letter = self.letter(Purpose::Promise);
                let done = words("rang");
                let rules = &self.rules;
                promises::keep(&self.case, &permit, owed?.0, &done, letter, rules, now).ok()
            }
            8 => {
                let (letter, hours) = (self.letter(Purpose::Promise), ClosedHours::Refused);
                let (case, rules) = (&self.case, &self.rules);
                promises::put_off(case, &permit, owed?.0, ahead, hours, letter, rules, now).ok()
            }
            9 => Some(promises::break_by_timer(&self.case, owed?.0, owed?.1, now)),
            10 => {
                let letter = self.letter(Purpose::Verification);
                let ask = match which % 3 {
                    0 => AskBack::Now,
                    1 => AskBack::At(ahead),
                    _ => AskBack::ByPhone(self.promise(minutes)),
                };
                let did = words("we fixed it");
                resolutions::resolve(&self.case, &permit, &did, ask, letter, &self.rules, now).ok()
            }
            11 => {
                let answer = [Answer::Yes, Answer::Partly, Answer::No][which % 3];
                // The house makes it, of a day to come.
                let promise = Some(self.promise(minutes + 1));
                resolutions::answer(&self.case, answer, "", promise, &self.rules, now).ok()
            }
            12 => {
                let because = Closing::ALL[which % Closing::ALL.len()];
                resolutions::close(&self.case, &permit, because, &words("They said so.")).ok()
            }
            13 => resolutions::reopen(&self.case, &permit, &self.rules, now).ok(),
            _ => {
                let clock = *self.case.clocks.get(which % self.case.clocks.len().max(1))?;
                Some(on_case::run_over(&self.case, clock.kind, clock.due_at, now))
            }
        }
    }

    fn heard_again(&mut self, safety: bool) -> Vec<Event> {
        let message = ReceivedMessage {
            id: self.id(),
            feedback: None,
            channel: Channel::Mail,
            author: "Amara".to_owned(),
            text: "Still cold.".to_owned(),
            folded: None,
            at: self.now,
            topics: Vec::new(),
            encrypted: false,
        };
        let facts = Facts { safety, ..Facts::default() };
        messages::receive(&self.case, message, facts, 3, &self.rules, self.now)
    }

    fn holds(&self) {
        let case = &self.case;
        assert_eq!(case.version, self.events.len() as u64 + 1);
        let told = Case::opened(case.id, beginning(), &self.opening);
        let told = self.events.iter().fold(told, |case, (at, event)| case.after(event, *at));
        assert_eq!(&told, case, "the record tells the case");
        for promise in &case.promises {
            assert!(promise.is_owed() && promise.due_at > promise.made_at);
        }
        if let Stage::With { staff } = case.stage {
            assert_eq!(case.owner, Some(staff), "who has it owns it");
        }
        if case.stage.is_closed() {
            assert!(case.clocks.is_empty() && case.snoozed_until.is_none());
        }
        if matches!(case.stage, Stage::WaitingForCustomer { .. }) {
            let left = self
                .past
                .iter()
                .any(|sent| !sent.undone && matches!(sent.message.purpose, Purpose::Reply));
            assert!(left, "nobody waits for an answer to a letter that was taken back");
        }
        let mut kinds: Vec<_> = case.clocks.iter().map(|clock| clock.kind).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), case.clocks.len(), "one clock of a kind");
        assert!(urgency::order(case) >= 0);
        assert!(urgency::reasons(case, self.now).len() < 20);
    }
}

proptest! {
    #[test]
    fn any_sequence_of_commands_keeps_the_case_in_order(
        kind in 0_usize..6,
        severity in 0_u8..5,
        commands in prop::collection::vec((0_u8..15, 0_usize..8, 0_i64..5_000, 0_i64..90), 1..40),
    ) {
        let mut table = Table::set(Kind::ALL[kind], severity);
        for (command, which, minutes, seconds) in commands {
            // Often within the undo time, sometimes days later.
            let passed = if seconds < 60 { seconds } else { minutes * 60 };
            table.now += SignedDuration::from_secs(passed);
            let events = table.decide(command, which, minutes);
            table.apply(events.unwrap_or_default());
            table.holds();
        }
    }
}
