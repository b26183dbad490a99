//! A case: a matter we have taken on. Its state is a fold over its events and nothing else, which
//! is why the state tables can be made again from the record.

use crate::channel::{Channel, Kind, worded};
use crate::clock::{Clock, ClockKind};
use crate::id::{
    CaseId, CaseNumber, CustomerId, LabelId, MessageId, StaffId, TeamId, TopicId, UnitId,
};
use crate::offer::Offer;
use crate::permit::{Place, Placed};
use crate::promise::{Promise, PromiseState};
use crate::urgency::Facts;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How far a case has come. Each stage holds what that stage made known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// Nobody has it yet.
    New,
    /// Somebody has it and it is our turn.
    With {
        /// Who.
        staff: StaffId,
    },
    /// We wrote; it is the customer's turn.
    WaitingForCustomer {
        /// Since when.
        since: Timestamp,
    },
    /// It lies with a team that owes the customer a word.
    WaitingForUs {
        /// Which team.
        team: TeamId,
    },
    /// The customer has an offer to choose from.
    OfferMade {
        /// Since when.
        since: Timestamp,
    },
    /// Put right as we think; the customer is asked.
    Checking {
        /// What we did, as the customer reads it.
        what_we_did: String,
        /// When we said so; where the question had to be sent again, when it was.
        at: Timestamp,
        /// How often we have asked "Did this solve it?".
        asked: u8,
    },
    /// Over.
    Closed {
        /// Why; only the customer's word counts as solved.
        because: Closing,
        /// When.
        at: Timestamp,
    },
}

worded! {
    /// Why a case was closed.
    Closing {
        /// The customer said that it is solved. Only this counts as solved.
        Confirmed = "confirmed",
        /// No answer after two asks.
        Silence = "silence",
        /// Part of another case now.
        Merged = "merged",
        /// Not a person's matter.
        Spam = "spam",
        /// The customer took it back.
        Withdrawn = "withdrawn",
        /// Answered, nothing to put right: praise, a question, an idea.
        Answered = "answered",
        /// Contact was ended in the orderly way after abuse.
        ContactEnded = "contact_ended",
        /// Taken over from an earlier system where it was already over.
        Imported = "imported",
    }
}

impl Stage {
    /// The one word for the stage in the database, the API and addresses.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::With { .. } => "with",
            Stage::WaitingForCustomer { .. } => "waiting_for_customer",
            Stage::WaitingForUs { .. } => "waiting_for_us",
            Stage::OfferMade { .. } => "offer_made",
            Stage::Checking { .. } => "checking",
            Stage::Closed { .. } => "closed",
        }
    }
    /// Whether it is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Stage::Closed { .. })
    }
}

worded! {
    /// Which tray a case lies in.
    Tray {
        /// Somebody's work.
        Open = "open",
        /// Put aside until a moment.
        Snoozed = "snoozed",
        /// Wishes and ideas, apart from complaints.
        Ideas = "ideas",
        /// Over.
        Closed = "closed",
    }
}

worded! {
    /// How far the orderly way of ending abusive contact has gone (mission M21).
    Conduct {
        /// Nothing to say.
        Fine = "fine",
        /// The limit was stated to the customer.
        Warned = "warned",
        /// Contact was ended.
        Ended = "ended",
    }
}

/// A letter of ours that did not arrive, and how the case stood when we learnt of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undelivered {
    /// The letter, as the outbox names it.
    pub letter: MessageId,
    /// The message it carried; the letter itself where it went to the customer.
    pub message: MessageId,
    /// To which address.
    pub to: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Why it did not arrive, as the other side said it.
    pub why: String,
    /// Whether a program wrote it and nobody waits for an answer to it. One that asks whether it is
    /// solved is waited for, whoever wrote it.
    pub automatic: bool,
    /// The stage of the case until then.
    pub stage: Stage,
    /// Since when the customer waited.
    pub waiting_since: Option<Timestamp>,
    /// Messages from the customer until then.
    pub contacts: u32,
}

worded! {
    /// How somebody saw to a letter that did not arrive.
    SeenTo {
        /// It was sent again.
        Resent = "resent",
        /// It was sent to another address.
        NewAddress = "new_address",
        /// It was sent to another address, where the customer's letters go from then on.
        FromNowOn = "from_now_on",
        /// It needs nothing more.
        SetAside = "set_aside",
    }
}

/// A case as it stands after its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The number people say.
    pub number: CaseNumber,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The team it lies with.
    pub team: TeamId,
    /// The person who has it.
    pub owner: Option<StaffId>,
    /// Whose case it is.
    pub customer: CustomerId,
    /// What kind of matter it is.
    pub kind: Kind,
    /// The way it came.
    pub channel: Channel,
    /// Subject line, kept the same through the thread.
    pub subject: String,
    /// "Problem as we understand it": one editable sentence; empty until somebody wrote it.
    pub problem: String,
    /// ISO 639-1 code of the customer's language, or empty.
    pub language: String,
    /// How far it has come.
    pub stage: Stage,
    /// 0 (slight) to 4 (danger or great harm).
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// Messages from the customer so far.
    pub contacts: u32,
    /// How often the customer said "not solved" or came back after closing.
    pub reopened: u32,
    /// How often it was handed over.
    pub transfers: u32,
    /// Whether a lead was asked to decide and has not yet.
    pub escalated: bool,
    /// Conduct steps.
    pub conduct: Conduct,
    /// Labels and causes, in the order in which they were put on.
    pub labels: Vec<LabelId>,
    /// What it is about: as read in the customer's words, and as people said.
    #[serde(default)]
    pub topics: Vec<TopicId>,
    /// What it is not about, as people said.
    #[serde(default)]
    pub not_topics: Vec<TopicId>,
    /// Promises still owed.
    pub promises: Vec<Promise>,
    /// Offers still open.
    pub offers: Vec<Offer>,
    /// Letters that did not arrive and that nobody has seen to.
    #[serde(default)]
    pub undelivered: Vec<Undelivered>,
    /// The first day on which they are there again, as the answer of their absence says; `None`
    /// once they wrote themselves.
    #[serde(default)]
    pub back_on: Option<Date>,
    /// Whether their last words came encrypted: whoever answers in clear does it knowingly.
    #[serde(default)]
    pub encrypted: bool,
    /// Clocks that run.
    pub clocks: Vec<Clock>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When our first word left.
    pub acknowledged_at: Option<Timestamp>,
    /// When a person first answered.
    pub answered_at: Option<Timestamp>,
    /// Since when the customer waits for us; `None` when it is their turn or it is over.
    pub waiting_since: Option<Timestamp>,
    /// Until when it is put aside.
    pub snoozed_until: Option<Timestamp>,
    /// When anything last happened.
    pub changed_at: Timestamp,
    /// Counts events; the guard against two people at once.
    pub version: u64,
}

impl Placed for Case {
    fn place(&self) -> Place {
        Place { unit: self.unit, team: self.team, owner: self.owner }
    }
}

impl Case {
    pub(crate) fn set_clocks(&mut self, clocks: &[Clock]) {
        for clock in clocks {
            self.clocks.retain(|running| running.kind != clock.kind);
            self.clocks.push(*clock);
        }
    }

    /// Whether a promise to the customer lies broken.
    pub fn has_broken_promise(&self) -> bool {
        self.promises.iter().any(|promise| promise.state == PromiseState::Broken)
    }

    /// Whether somebody's words to the customer did not arrive and nobody has seen to it. What a
    /// program wrote does not count: whoever complains with made-up addresses would be first.
    pub fn has_undelivered_words(&self) -> bool {
        self.undelivered.iter().any(|letter| !letter.automatic)
    }

    /// The next moment at which something is due: an owed promise or a running clock.
    pub fn next_due(&self) -> Option<Timestamp> {
        let promises = self.promises.iter().filter(|p| p.is_owed()).map(|p| p.due_at);
        let clocks = self.clocks.iter().map(|c| c.due_at);
        promises.chain(clocks).min()
    }

    /// The running clock of `kind`.
    pub fn clock(&self, kind: ClockKind) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.kind == kind)
    }

    /// The tray it lies in.
    pub fn tray(&self) -> Tray {
        if self.stage.is_closed() {
            Tray::Closed
        } else if self.snoozed_until.is_some() {
            Tray::Snoozed
        } else if self.kind == Kind::Idea {
            Tray::Ideas
        } else {
            Tray::Open
        }
    }

    /// The stage of a case when it is our turn.
    pub(crate) fn turn_is_ours(&self) -> Stage {
        match self.owner {
            Some(staff) => Stage::With { staff },
            None => Stage::WaitingForUs { team: self.team },
        }
    }

    /// The problem in one line: as stated by a person, else the subject.
    pub fn problem_line(&self) -> &str {
        if self.problem.is_empty() { &self.subject } else { &self.problem }
    }
}
