//! Merging two cases of one customer, and undoing it. What each case was before is kept in the
//! event, so that undoing it restores both.

use crate::case::{Case, Closing, Stage};
use crate::clock::Clock;
use crate::event::Event;
use crate::id::{CaseId, CaseNumber, PromiseId, TopicId};
use crate::promise::Promise;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a merger changes in either case, as it stood before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeforeMerger {
    /// The stage.
    pub stage: Stage,
    /// Severity.
    pub severity: u8,
    /// Since when the customer waited.
    pub waiting_since: Option<Timestamp>,
    /// Until when it was put aside.
    pub snoozed_until: Option<Timestamp>,
    /// The clocks.
    pub clocks: Vec<Clock>,
}

impl BeforeMerger {
    /// What a merger would change in `case`, as it stands now.
    pub fn of(case: &Case) -> BeforeMerger {
        BeforeMerger {
            stage: case.stage.clone(),
            severity: case.severity,
            waiting_since: case.waiting_since,
            snoozed_until: case.snoozed_until,
            clocks: case.clocks.clone(),
        }
    }
}

/// A case that became part of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merged {
    /// The id of the case that goes on.
    pub into: CaseId,
    /// Its number.
    pub into_number: CaseNumber,
    /// What was owed here, and is owed there from now on.
    pub promises: Vec<Promise>,
    /// How this case stood.
    pub before: BeforeMerger,
}

/// A case that another became part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TookIn {
    /// The number of the other case.
    pub from: CaseNumber,
    /// Severity from now on: the higher of both.
    pub severity: u8,
    /// Since when the customer waits: the longer of both.
    pub waiting_since: Option<Timestamp>,
    /// Clocks that run here from now on, because they ran there and fall due first.
    pub clocks: Vec<Clock>,
    /// What is owed there, owed here from now on, each under an id of its own.
    pub promises: Vec<Promise>,
    /// What the customer spoke of there and had not here.
    #[serde(default)]
    pub topics: Vec<TopicId>,
    /// How this case stood.
    pub before: BeforeMerger,
}

/// The other case is one of its own again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaveBack {
    /// The number of the other case.
    pub from: CaseNumber,
    /// Promises that are owed there again.
    pub promises: Vec<PromiseId>,
    /// What they spoke of there alone.
    #[serde(default)]
    pub topics: Vec<TopicId>,
    /// How this case stood before the merger, when nothing has happened on it since.
    pub before: Option<BeforeMerger>,
}

/// A case of its own again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separated {
    /// The number of the case it was part of.
    pub from: CaseNumber,
    /// What is owed here again.
    pub promises: Vec<Promise>,
    /// How it stood before the merger.
    pub before: BeforeMerger,
}

impl Case {
    /// What an event about which cases are one changes, or one about letters that did not arrive;
    /// others, such as those about who waits to join, change nothing of the case itself.
    pub(crate) fn bound(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Merged(_) => self.merged(at),
            Event::TookIn(other) => self.took_in(other),
            Event::GaveBack(other) => self.gave_back(other),
            Event::Separated(how) => self.separated(how),
            others => self.unheard(others, at),
        }
    }

    fn merged(&mut self, at: Timestamp) {
        self.stage = Stage::Closed { because: Closing::Merged, at };
        self.waiting_since = None;
        self.snoozed_until = None;
        self.clocks.clear();
        self.promises.clear();
    }

    fn took_in(&mut self, other: &TookIn) {
        self.severity = other.severity;
        self.waiting_since = other.waiting_since;
        self.set_clocks(&other.clocks);
        self.promises.extend_from_slice(&other.promises);
        self.speaks_of(&other.topics);
        if other.waiting_since.is_some() {
            self.snoozed_until = None;
            if matches!(self.stage, Stage::WaitingForCustomer { .. } | Stage::Checking { .. }) {
                self.stage = self.turn_is_ours();
            }
        }
    }

    fn gave_back(&mut self, other: &GaveBack) {
        self.promises.retain(|promise| !other.promises.contains(&promise.id));
        self.topics.retain(|topic| !other.topics.contains(topic));
        if let Some(before) = &other.before {
            self.stand_as(before);
        }
    }

    fn separated(&mut self, how: &Separated) {
        self.promises.clone_from(&how.promises);
        self.stand_as(&how.before);
    }

    fn stand_as(&mut self, before: &BeforeMerger) {
        self.stage = before.stage.clone();
        self.severity = before.severity;
        self.waiting_since = before.waiting_since;
        self.snoozed_until = before.snoozed_until;
        self.clocks.clone_from(&before.clocks);
    }
}
