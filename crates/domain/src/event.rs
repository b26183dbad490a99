//! Events: everything that ever happens to a case, in the past tense. They are the history, the
//! audit log, the change feed, the customer's timeline and the ground of every number.

use crate::case::{Case, Closing, Conduct, SeenTo, Stage, Undelivered};
use crate::channel::{Channel, Kind};
use crate::clock::{Clock, ClockKind};
use crate::id::{
    CaseId, CaseNumber, CustomerId, MessageId, OfferId, PromiseId, StaffId, TeamId, UnitId,
};
use crate::joiner::{Joiner, Part};
use crate::label::Labelled;
use crate::merger::{GaveBack, Merged, Separated, TookIn};
use crate::message::{Delivery, PrivateNote, PublicMessage, ReceivedMessage};
use crate::offer::{Offer, OfferState};
use crate::promise::{Promise, PromiseState};
use crate::suggestion::Suggested;
use crate::topic::TopicsCorrected;
use crate::urgency::Facts;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A member of staff.
    Staff(StaffId),
    /// The customer.
    Customer(CustomerId),
    /// A rule of the house, by its name: `clock`, `intake`, `outbox`.
    Rule(String),
}

/// One entry of the record of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whose record.
    pub case: CaseId,
    /// 1 for the first event of the case, then without a gap.
    pub n: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

/// What a sending changed, kept so that taking it back restores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeforeSending {
    /// The stage before.
    pub stage: Stage,
    /// Since when the customer was waiting.
    pub waiting_since: Option<Timestamp>,
    /// The clocks before.
    pub clocks: Vec<Clock>,
    /// When the first word had left.
    pub acknowledged_at: Option<Timestamp>,
    /// When a person had first answered.
    pub answered_at: Option<Timestamp>,
}

/// How a case begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The number people say.
    pub number: CaseNumber,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The team it lies with.
    pub team: TeamId,
    /// Who has it from the start, when it was logged by hand.
    pub owner: Option<StaffId>,
    /// Whose case it is.
    pub customer: CustomerId,
    /// What kind of matter.
    pub kind: Kind,
    /// The way it came.
    pub channel: Channel,
    /// Subject line.
    pub subject: String,
    /// Problem in one line, or empty.
    pub problem: String,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// 0 to 4.
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// Clocks that begin.
    pub clocks: Vec<Clock>,
    /// The customer's words, when there are any.
    pub message: Option<ReceivedMessage>,
    /// A case this one may belong to: it came with that case's reply address, from a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_to: Option<CaseNumber>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The case was opened.
    Opened(Box<Opening>),
    /// The customer wrote.
    Received {
        /// What they wrote.
        message: ReceivedMessage,
        /// Facts as they are now, the new words included.
        facts: Facts,
        /// Severity as it is now; it never falls by a later message.
        severity: u8,
        /// Clocks that begin.
        clocks: Vec<Clock>,
    },
    /// A person or a rule wrote to the customer; it leaves when the undo time is over.
    Sent {
        /// What was written.
        message: PublicMessage,
        /// What it changed.
        before: BeforeSending,
        /// Clocks that begin.
        clocks: Vec<Clock>,
    },
    /// A sending was taken back in time.
    SendUndone {
        /// Which message.
        message: MessageId,
        /// What is restored.
        before: BeforeSending,
    },
    /// A message came further on its way.
    DeliveryChanged {
        /// Which message.
        message: MessageId,
        /// How far it has come.
        delivery: Delivery,
        /// What the other side said, or the evidence.
        detail: String,
    },
    /// Who a letter went to is away, as an answer of their program says.
    CustomerAway {
        /// The letter it answers.
        letter: MessageId,
        /// The first day on which they are there again.
        back_on: Date,
    },
    /// A letter did not arrive, for good.
    Undelivered(Box<Undelivered>),
    /// Somebody saw to a letter that did not arrive.
    UndeliveredSeenTo {
        /// Which letter.
        letter: MessageId,
        /// How.
        how: SeenTo,
    },
    /// A private note was written.
    Noted {
        /// The note.
        note: PrivateNote,
    },
    /// Somebody took it or it was given to somebody.
    Assigned {
        /// To whom; `None` puts it back to the team.
        owner: Option<StaffId>,
    },
    /// The problem was put into one line.
    ProblemStated {
        /// The line.
        problem: String,
    },
    /// A person corrected what was understood.
    Reread {
        /// The kind as corrected.
        kind: Kind,
        /// The severity as corrected.
        severity: u8,
        /// The facts as corrected.
        facts: Facts,
    },
    /// It was put aside.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// It came back from being put aside.
    Woken,
    /// A promise was made.
    PromiseMade {
        /// The promise.
        promise: Promise,
    },
    /// A promise was kept.
    PromiseKept {
        /// Which.
        promise: PromiseId,
        /// One line of what was done.
        done: String,
        /// Kept, or kept late.
        state: PromiseState,
    },
    /// A promise got a new date, and the customer a sentence about it before the old one.
    PromiseMoved {
        /// Which.
        promise: PromiseId,
        /// The new date.
        due_at: Timestamp,
        /// What the customer was told.
        told: String,
    },
    /// A promise was not kept in time.
    PromiseBroken {
        /// Which.
        promise: PromiseId,
    },
    /// It was handed over, and the customer reads why that helps.
    Transferred {
        /// To which team.
        team: TeamId,
        /// To whom, when named.
        owner: Option<StaffId>,
        /// The benefit the customer reads.
        reason: String,
        /// Whether the customer was told; a wrong desk may be put right without.
        told: bool,
    },
    /// More authority was asked for.
    Escalated {
        /// What should be decided.
        question: String,
        /// To whom.
        to: StaffId,
    },
    /// The one who was asked decided.
    EscalationAnswered {
        /// What was decided.
        answer: String,
    },
    /// An offer was made, or the question what would be fair.
    Offered {
        /// The offer.
        offer: Offer,
    },
    /// An offer changed: approved, countered, accepted, withdrawn.
    OfferChanged {
        /// Which.
        offer: OfferId,
        /// How it stands now.
        state: OfferState,
        /// What was said or chosen.
        answer: Option<String>,
    },
    /// A clock was met.
    ClockMet {
        /// Which.
        clock: ClockKind,
    },
    /// A clock ran over.
    ClockOver {
        /// Which.
        clock: ClockKind,
    },
    /// A clock was set by hand or by a rule.
    ClockSet {
        /// The clock.
        clock: Clock,
    },
    /// We think it is put right.
    Resolved {
        /// What we did, as the customer reads it.
        what_we_did: String,
    },
    /// The customer was asked whether it is solved.
    SolvedAsked,
    /// The customer says that it is solved.
    Confirmed {
        /// Their words, or empty.
        words: String,
    },
    /// The customer says that it is not solved, or not wholly.
    Contested {
        /// What is still wrong.
        words: String,
        /// Whether a part is solved.
        partly: bool,
    },
    /// It was closed.
    Closed {
        /// Why.
        because: Closing,
        /// One line why, where the customer was not asked.
        reason: String,
    },
    /// It was opened again.
    Reopened,
    /// Somebody who takes no part in the case wrote on it. They wait for a person's decision.
    JoinerWaits(Box<Joiner>),
    /// A person took somebody in who waited; they may write on the case from now on.
    JoinerAccepted {
        /// What they wrote.
        message: MessageId,
        /// Who.
        customer: CustomerId,
        /// What they are to the case.
        part: Part,
    },
    /// The words of somebody who waited became a case of their own.
    JoinerSplit {
        /// What they wrote.
        message: MessageId,
        /// That case.
        into: CaseNumber,
    },
    /// Words on this case became a case of their own.
    SplitOff {
        /// Which.
        message: MessageId,
        /// That case.
        into: CaseNumber,
    },
    /// It became part of another case of the same customer.
    Merged(Box<Merged>),
    /// Another case of the same customer became part of this one.
    TookIn(Box<TookIn>),
    /// A case that was part of this one is one of its own again.
    GaveBack(Box<GaveBack>),
    /// It was part of another case and is one of its own again.
    Separated(Box<Separated>),
    /// Labels were put on or taken off.
    Labelled(Box<Labelled>),
    /// A person said what it is about and what it is not; or a topic that is new in the tree was
    /// found in it.
    TopicsCorrected(Box<TopicsCorrected>),
    /// A language model was asked for a suggestion, or one was taken.
    Suggested(Box<Suggested>),
    /// A conduct step was taken.
    ConductStep {
        /// Which.
        conduct: Conduct,
        /// What was said.
        words: String,
    },
}

impl Event {
    /// The one word for it in the API and the change feed: `promise_broken`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Event::Opened(_) => "opened",
            Event::Received { .. } => "received",
            Event::Sent { .. } => "sent",
            Event::SendUndone { .. } => "send_undone",
            Event::DeliveryChanged { .. } => "delivery_changed",
            Event::CustomerAway { .. } => "customer_away",
            Event::Undelivered(_) => "undelivered",
            Event::UndeliveredSeenTo { .. } => "undelivered_seen_to",
            Event::Noted { .. } => "noted",
            Event::Assigned { .. } => "assigned",
            Event::ProblemStated { .. } => "problem_stated",
            Event::Reread { .. } => "reread",
            Event::Snoozed { .. } => "snoozed",
            Event::Woken => "woken",
            Event::PromiseMade { .. } => "promise_made",
            Event::PromiseKept { .. } => "promise_kept",
            Event::PromiseMoved { .. } => "promise_moved",
            Event::PromiseBroken { .. } => "promise_broken",
            Event::Transferred { .. } => "transferred",
            Event::Escalated { .. } => "escalated",
            Event::EscalationAnswered { .. } => "escalation_answered",
            Event::Offered { .. } => "offered",
            Event::OfferChanged { .. } => "offer_changed",
            Event::ClockMet { .. } => "clock_met",
            Event::ClockOver { .. } => "clock_over",
            Event::ClockSet { .. } => "clock_set",
            Event::Resolved { .. } => "resolved",
            Event::SolvedAsked => "solved_asked",
            Event::Confirmed { .. } => "confirmed",
            Event::Contested { .. } => "contested",
            Event::Closed { .. } => "closed",
            Event::Reopened => "reopened",
            Event::JoinerWaits(_) => "joiner_waits",
            Event::JoinerAccepted { .. } => "joiner_accepted",
            Event::JoinerSplit { .. } => "joiner_split",
            Event::SplitOff { .. } => "split_off",
            Event::Merged(_) => "merged",
            Event::TookIn(_) => "took_in",
            Event::GaveBack(_) => "gave_back",
            Event::Separated(_) => "separated",
            Event::Labelled(_) => "labelled",
            Event::TopicsCorrected(_) => "topics_corrected",
            Event::Suggested(_) => "suggested",
            Event::ConductStep { .. } => "conduct_step",
        }
    }
}

impl Case {
    /// The case as it stands after its first event.
    pub fn opened(id: CaseId, at: Timestamp, opening: &Opening) -> Case {
        let stage = match opening.owner {
            Some(staff) => Stage::With { staff },
            None => Stage::New,
        };
        Case {
            id,
            number: opening.number,
            unit: opening.unit,
            team: opening.team,
            owner: opening.owner,
            customer: opening.customer,
            kind: opening.kind,
            channel: opening.channel,
            subject: opening.subject.clone(),
            problem: opening.problem.clone(),
            language: opening.language.clone(),
            stage,
            severity: opening.severity,
            facts: opening.facts,
            contacts: u32::from(opening.message.is_some()),
            reopened: 0,
            transfers: 0,
            escalated: false,
            conduct: Conduct::Fine,
            labels: Vec::new(),
            topics: opening.message.iter().flat_map(|said| said.topics.clone()).collect(),
            not_topics: Vec::new(),
            promises: Vec::new(),
            offers: Vec::new(),
            undelivered: Vec::new(),
            back_on: None,
            encrypted: opening.message.as_ref().is_some_and(|said| said.encrypted),
            clocks: opening.clocks.clone(),
            opened_at: at,
            acknowledged_at: None,
            answered_at: None,
            waiting_since: opening.message.as_ref().map(|_| at),
            snoozed_until: None,
            changed_at: at,
            version: 1,
        }
    }

    /// The case as it stands after `event` at `at`. Total: any event can follow any other, because
    /// rules have already refused what must not happen and the record is never argued with.
    #[must_use]
    pub fn after(mut self, event: &Event, at: Timestamp) -> Case {
        self.changed_at = at;
        self.version += 1;
        match event {
            Event::Opened(_) | Event::DeliveryChanged { .. } | Event::Noted { .. } => {}
            Event::Received { message, facts, severity, clocks } => {
                self.speaks_of(&message.topics);
                (self.facts, self.severity) = (*facts, *severity);
                self.encrypted = message.encrypted;
                self.heard(at, clocks);
            }
            Event::Sent { message, clocks, .. } => self.sent(message, clocks, at),
            Event::SendUndone { before, .. } => self.restore(before),
            Event::Assigned { owner } => self.assign(*owner),
            Event::ProblemStated { problem } => self.problem.clone_from(problem),
            Event::Reread { kind, severity, facts } => {
                (self.kind, self.severity, self.facts) = (*kind, *severity, *facts);
            }
            Event::Snoozed { until } => self.snoozed_until = Some(*until),
            Event::Woken => self.snoozed_until = None,
            Event::PromiseMade { promise } => self.promises.push(promise.clone()),
            Event::PromiseKept { promise, .. } => self.promises.retain(|p| p.id != *promise),
            Event::PromiseMoved { promise, due_at, .. } => {
                self.change_promise(*promise, |p| p.due_at = *due_at);
            }
            Event::PromiseBroken { promise } => {
                self.change_promise(*promise, |p| p.state = PromiseState::Broken);
            }
            Event::Transferred { team, owner, .. } => {
                self.team = *team;
                self.transfers += 1;
                self.owner = *owner;
                self.stage = match owner {
                    Some(staff) => Stage::With { staff: *staff },
                    None => Stage::WaitingForUs { team: *team },
                };
            }
            Event::Escalated { .. } => self.escalated = true,
            Event::EscalationAnswered { .. } => self.escalated = false,
            Event::Offered { offer } => self.offered(offer, at),
            Event::OfferChanged { offer, state, answer } => {
                self.change_offer(*offer, *state, answer.as_deref(), at);
            }
            Event::ClockMet { clock } => self.clocks.retain(|c| c.kind != *clock),
            Event::ClockOver { clock } => {
                self.clocks.iter_mut().filter(|c| c.kind == *clock).for_each(|c| c.over = true);
            }
            Event::ClockSet { clock } => self.set_clocks(std::slice::from_ref(clock)),
            Event::Resolved { what_we_did } => {
                self.stage = Stage::Checking { what_we_did: what_we_did.clone(), at, asked: 0 };
                self.waiting_since = None;
                self.clocks.retain(|c| c.kind == ClockKind::Regulator);
            }
            Event::SolvedAsked => {
                if let Stage::Checking { asked, .. } = &mut self.stage {
                    *asked = asked.saturating_add(1);
                }
            }
            Event::Confirmed { .. } => self.close(Closing::Confirmed, at),
            Event::Contested { .. } => {
                self.contacts += 1;
                self.come_back(at);
            }
            Event::Closed { because, .. } => self.close(*because, at),
            Event::Reopened => self.come_back(at),
            Event::ConductStep { conduct, .. } => self.conduct = *conduct,
            others => self.described(others, at),
        }
        self
    }

    fn heard(&mut self, at: Timestamp, clocks: &[Clock]) {
        self.contacts += 1;
        self.back_on = None;
        self.snoozed_until = None;
        self.waiting_since = self.waiting_since.or(Some(at));
        self.set_clocks(clocks);
        match self.stage {
            Stage::Closed { .. } => self.come_back(at),
            Stage::WaitingForCustomer { .. } | Stage::OfferMade { .. } | Stage::Checking { .. } => {
                self.stage = self.turn_is_ours();
            }
            Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. } => {}
        }
    }

    fn assign(&mut self, owner: Option<StaffId>) {
        self.owner = owner;
        if matches!(self.stage, Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. }) {
            self.stage = match owner {
                Some(staff) => Stage::With { staff },
                None => Stage::New,
            };
        }
    }

    fn offered(&mut self, offer: &Offer, at: Timestamp) {
        self.offers.push(offer.clone());
        if matches!(offer.state, OfferState::Proposed | OfferState::Asked) {
            self.stage = Stage::OfferMade { since: at };
            self.waiting_since = None;
            self.clocks.retain(|c| c.kind != ClockKind::Answer);
        }
    }

    fn change_offer(
        &mut self,
        id: OfferId,
        state: OfferState,
        answer: Option<&str>,
        at: Timestamp,
    ) {
        for offer in self.offers.iter_mut().filter(|offer| offer.id == id) {
            offer.state = state;
            offer.answer = answer.map(str::to_owned).or(offer.answer.take());
        }
        match state {
            OfferState::Proposed => self.stage = Stage::OfferMade { since: at },
            OfferState::Accepted | OfferState::Countered => {
                self.waiting_since = self.waiting_since.or(Some(at));
                self.stage = self.turn_is_ours();
            }
            OfferState::Withdrawn => self.stage = self.turn_is_ours(),
            OfferState::Asked | OfferState::NeedsApproval => {}
        }
        self.offers.retain(|offer| offer.state.is_open());
    }

    fn change_promise(&mut self, id: PromiseId, change: impl Fn(&mut Promise)) {
        self.promises.iter_mut().filter(|promise| promise.id == id).for_each(change);
    }

    fn close(&mut self, because: Closing, at: Timestamp) {
        self.stage = Stage::Closed { because, at };
        self.waiting_since = None;
        self.snoozed_until = None;
        self.undelivered.clear();
        self.clocks.clear();
    }

    fn come_back(&mut self, at: Timestamp) {
        self.reopened += 1;
        self.waiting_since = self.waiting_since.or(Some(at));
        self.snoozed_until = None;
        self.stage = self.turn_is_ours();
    }
}
