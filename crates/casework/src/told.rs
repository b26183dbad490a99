//! What tests of rules share: one open complaint, a permit, letters and promises.

use crate::message::rules::Outgoing;
use crate::promise::rules::{ClosedHours, NewPromise};
use domain::case::Case;
use domain::channel::{Channel, Kind};
use domain::clock::{ClockPolicy, ClockRules};
use domain::event::{Event, Opening};
use domain::hours::Hours;
use domain::id::{CaseNumber, StaffId, uuid_v7};
use domain::message::Purpose;
use domain::permit::{Act, Permit, Role, Scope, Staff};
use domain::urgency::Facts;
use domain::words::Words;
use jiff::{SignedDuration, Timestamp};

/// An hour.
pub const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Thursday 19 November 2026, 13:08 UTC.
pub fn thursday() -> Timestamp {
    "2026-11-19T13:08:00Z".parse().expect("a moment")
}

/// The `n`-th id.
pub fn id<T: From<uuid::Uuid>>(n: u8) -> T {
    uuid_v7(1, [n; 10]).into()
}

/// Some words.
pub fn words(text: &str) -> Words {
    Words::new(text, 1_000).expect("some words")
}

/// Clocks as shipped, at all hours.
pub fn rules() -> ClockRules {
    ClockRules { policy: ClockPolicy::default(), hours: Hours::always() }
}

/// Open on working days from nine to five, in UTC.
pub fn office_hours() -> Hours {
    let opening = "09:00-17:00".parse().expect("an opening");
    let week = domain::hours::Week::working_days(&[opening]);
    Hours::new("UTC", week, Vec::new()).expect("hours")
}

/// An open complaint of severity 2.
pub fn complaint() -> Case {
    let opening = Opening {
        number: CaseNumber(10_001),
        unit: id(2),
        team: id(3),
        owner: None,
        customer: id(4),
        kind: Kind::Complaint,
        channel: Channel::Mail,
        subject: "No heating".to_owned(),
        problem: String::new(),
        language: "en".to_owned(),
        severity: 2,
        facts: Facts::default(),
        clocks: crate::case::rules::opening_clocks(Kind::Complaint, 2, &rules(), thursday()),
        message: None,
        linked_to: None,
    };
    Case::opened(id(5), thursday(), &opening)
}

/// The case after these events, all at once.
pub fn after(case: Case, events: &[Event]) -> Case {
    events.iter().fold(case, |case, event| case.after(event, thursday()))
}

/// Maya, who handles cases.
pub fn maya() -> StaffId {
    id(1)
}

/// What Maya may.
pub fn permit(case: &Case) -> Permit {
    permit_of(maya(), case)
}

/// What `staff` may do on `case`.
pub fn permit_of(staff: StaffId, case: &Case) -> Permit {
    let staff = Staff {
        id: staff,
        name: "Maya".to_owned(),
        roles: vec![Role::Lead],
        scope: Scope::All,
        units: Vec::new(),
        teams: Vec::new(),
        narrowed_to: None,
    };
    staff.permit(Act::HandleCase, case).expect("a lead may")
}

/// A letter of `purpose`.
pub fn letter(purpose: Purpose) -> Outgoing {
    Outgoing {
        id: id(77),
        purpose,
        text: words("We are on it."),
        to: Some("amara@example.org".to_owned()),
        also: Vec::new(),
        automatic: false,
        despite_failure: false,
        leaves_at: thursday() + SignedDuration::from_secs(15),
    }
}

/// A promise due then.
pub fn promise(due_at: Timestamp) -> NewPromise {
    NewPromise {
        id: id(88),
        number: 1_001,
        words: words("ring you"),
        keeper: maya(),
        due_at,
        visible: true,
        closed_hours: ClosedHours::Refused,
    }
}
