//! The words of the customer's page: headline, lateness first, steps, promises.

use crate::view::portal::{Happened, PortalCase};
use domain::case::{Closing, Stage};
use domain::clock::ClockKind;
use domain::promise::PromiseState;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use web::time_words::{customer_by, customer_date};

/// One step of the way.
pub(crate) struct Step {
    pub words: String,
    /// `done`, `late`, `now`, `next`.
    pub state: &'static str,
    pub when: String,
    pub datetime: String,
}

/// A promise that the customer may see.
pub(crate) struct PublicPromise {
    pub words: String,
    pub state: &'static str,
    pub when: String,
}

/// A message in either direction.
pub(crate) struct PublicWords {
    pub from_us: bool,
    pub who: String,
    pub when: String,
    /// Who else we wrote it to, or empty.
    pub also: String,
    pub text: String,
    /// The names of the files that came with it, or empty.
    pub files: String,
}

/// A customer's page is written for a moment and a zone.
pub(crate) struct Telling<'a> {
    pub portal: &'a PortalCase,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

/// The first of somebody's names: "Maya".
pub(crate) fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

impl Telling<'_> {
    /// The first name of whoever has it, or the organisation's name.
    pub fn who(&self) -> String {
        self.portal.owner.as_deref().map_or_else(|| self.portal.organisation.clone(), first_name)
    }

    /// The next moment at which the customer hears from us, as far as anything runs.
    fn next_word(&self) -> Option<Timestamp> {
        let promised = self.portal.promises.iter().map(|line| &line.promise);
        let promised = promised.filter(|promise| promise.is_owed()).map(|promise| promise.due_at);
        let ahead = |due: &Timestamp| *due > self.now;
        let word = promised.chain(self.due(&[ClockKind::Answer, ClockKind::Update]));
        word.filter(ahead).min().or_else(|| self.due(&[ClockKind::Resolve]).find(ahead))
    }

    /// When clocks of these kinds are due. Our first word comes by itself, and what an authority
    /// expects is no word to the customer: neither is ever among them.
    fn due(&self, kinds: &[ClockKind]) -> impl Iterator<Item = Timestamp> {
        kinds.iter().filter_map(|kind| self.portal.case.clock(*kind)).map(|clock| clock.due_at)
    }

    fn next_in_words(&self) -> Option<String> {
        self.next_word().map(|due| customer_by(self.now, due, self.zone))
    }

    /// Where it stands, in one or two sentences.
    pub fn headline(&self) -> String {
        let who = self.who();
        let by = self.next_in_words().map(|by| format!(" You will hear from us {by}."));
        let by = by.unwrap_or_default();
        match &self.portal.case.stage {
            Stage::New | Stage::WaitingForUs { .. } => format!("We have it.{by}"),
            Stage::With { .. } => format!("{who} is on it.{by}"),
            Stage::WaitingForCustomer { .. } => {
                format!("{who} has written to you. Write back here whenever you like.{by}")
            }
            Stage::OfferMade { .. } => format!("{who} has a suggestion for you. You choose."),
            Stage::Checking { .. } => {
                "We think it is put right. Is it? It is solved when you say so.".to_owned()
            }
            Stage::Closed { because: Closing::Confirmed, .. } => {
                "You told us it’s solved, so we’ve closed it. Write here any time to open it again."
                    .to_owned()
            }
            Stage::Closed { .. } => {
                "This is closed. Write here any time to open it again.".to_owned()
            }
        }
    }

    /// Lateness first: a broken promise, or an answer that should have come. Says who does what by
    /// when.
    pub fn late(&self) -> Option<String> {
        let case = &self.portal.case;
        if case.stage.is_closed() {
            return None;
        }
        let who = self.who();
        let then = match self.next_in_words() {
            Some(by) => format!("{who} will write to you {by}."),
            None => format!("{who} will write to you as the next thing."),
        };
        let mut owed = self.portal.promises.iter().map(|line| &line.promise);
        let broken = owed.find(|p| p.is_owed() && p.due_at <= self.now);
        if let Some(promise) = broken {
            let when = customer_date(self.now, promise.due_at, self.zone);
            let words = &promise.words;
            return Some(format!(
                "We said we would {words} by {when}. We didn’t, and we’re sorry. {then}"
            ));
        }
        let words = [ClockKind::Answer, ClockKind::Update, ClockKind::Resolve];
        let over = self.due(&words).any(|due| due < self.now);
        let waits = over && case.waiting_since.is_some();
        waits.then(|| format!("We should have written to you before now, and we’re sorry. {then}"))
    }

    /// What happened, and only the next step ahead.
    pub fn steps(&self) -> Vec<Step> {
        let step = |(at, what): &(Timestamp, Happened)| {
            let (words, state) = step_words(what)?;
            let when = customer_date(self.now, *at, self.zone);
            Some(Step { words, state, when, datetime: at.to_string() })
        };
        let mut steps: Vec<Step> = self.portal.history.iter().filter_map(step).collect();
        steps.dedup_by(|later, earlier| later.words == earlier.words);
        if self.portal.case.stage.is_closed() {
            return steps;
        }
        if let Some(last) = steps.last_mut()
            && last.state == "done"
        {
            last.state = "now";
        }
        if let Some(due) = self.next_word() {
            let words = format!("Next: a word from {}", self.who());
            let when = customer_by(self.now, due, self.zone);
            steps.push(Step { words, state: "next", when, datetime: due.to_string() });
        }
        steps
    }

    /// Every promise they know of.
    pub fn promises(&self) -> Vec<PublicPromise> {
        let view = |line: &crate::view::promises::PromiseLine| {
            let promise = &line.promise;
            let (state, when) = match promise.state {
                PromiseState::Open if promise.due_at > self.now => {
                    ("open", customer_by(self.now, promise.due_at, self.zone))
                }
                PromiseState::Open | PromiseState::Broken => {
                    ("broken", "not kept – see above".to_owned())
                }
                PromiseState::Kept => ("kept", "kept".to_owned()),
                PromiseState::KeptLate => ("kept", "kept, but late".to_owned()),
            };
            PublicPromise { words: promise.words.clone(), state, when }
        };
        self.portal.promises.iter().map(view).collect()
    }

    /// What was said.
    pub fn messages(&self) -> Vec<PublicWords> {
        let view = |said: &crate::view::portal::Said| PublicWords {
            from_us: !said.theirs,
            who: match (said.theirs, said.joined) {
                (true, false) => "You".to_owned(),
                (true, true) => said.by.clone(),
                (false, _) if said.by == self.portal.organisation => said.by.clone(),
                (false, _) => first_name(&said.by),
            },
            when: customer_date(self.now, said.at, self.zone),
            also: said.also.join(", "),
            text: said.text.clone(),
            files: said.files.join(", "),
        };
        self.portal.conversation.iter().map(view).collect()
    }
}

fn step_words(what: &Happened) -> Option<(String, &'static str)> {
    let done = |words: String| Some((words, "done"));
    match what {
        Happened::Opened => done("We have it".to_owned()),
        Happened::With { name } => done(format!("{} is on it", first_name(name))),
        Happened::HandedOver { because } => done(format!("Passed on, because: {because}")),
        Happened::PromiseBroken { words } => Some((format!("We missed this: {words}"), "late")),
        Happened::PromiseKept { words } => done(format!("Kept: {words}")),
        Happened::Answered { name } => done(format!("{} answered", first_name(name))),
        Happened::Proposed => done("We made a suggestion".to_owned()),
        Happened::PutRight { what_we_did } => done(format!("What we did: {what_we_did}")),
        Happened::Confirmed => done("You told us it’s solved".to_owned()),
        Happened::Contested => done("You told us it isn’t solved yet".to_owned()),
        Happened::Closed { .. } => done("Closed".to_owned()),
        Happened::Reopened => done("Opened again".to_owned()),
    }
}
