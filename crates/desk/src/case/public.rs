//! The words of the customer's page: headline, lateness first, steps, promises.

use crate::view::portal::{Happened, PortalCase};
use domain::case::{Closing, Stage};
use domain::clock::ClockKind;
use domain::promise::PromiseState;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use speech::Say;

/// One step of the way.
pub struct Step {
    /// What happens.
    pub words: String,
    /// `done`, `late`, `now`, `next`.
    pub state: &'static str,
    /// When, in words.
    pub when: String,
    /// When, for programs.
    pub datetime: String,
}

/// A promise that the customer may see.
pub struct PublicPromise {
    /// What comes after "We will".
    pub words: String,
    /// `open`, `kept` or `late`.
    pub state: &'static str,
    /// When, in words.
    pub when: String,
}

/// A message in either direction.
pub struct PublicWords {
    /// Whether we wrote it.
    pub from_us: bool,
    /// Who wrote it, as shown.
    pub who: String,
    /// When, in words.
    pub when: String,
    /// Who else we wrote it to, or empty.
    pub also: String,
    /// What it says.
    pub text: String,
    /// The names of the files that came with it, or empty.
    pub files: String,
}

/// A customer's page is written in a language, for a moment and a zone.
pub struct Telling<'a> {
    /// The language.
    pub say: Say,
    /// Their case, as far as it is theirs to see.
    pub portal: &'a PortalCase,
    /// The moment.
    pub now: Timestamp,
    /// The zone it is told in.
    pub zone: &'a TimeZone,
}

/// The first of somebody's names: "Maya".
pub fn first_name(name: &str) -> String {
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
        self.next_word().map(|due| self.say.by(self.now, due, self.zone))
    }

    /// Where it stands, in one or two sentences.
    pub fn headline(&self) -> String {
        let (say, who) = (self.say, self.who());
        let next = self.next_in_words().map(|when| format!(" {}", say.stands_hear(&when)));
        let next = next.unwrap_or_default();
        match &self.portal.case.stage {
            Stage::New | Stage::WaitingForUs { .. } => format!("{}{next}", say.stands_new()),
            Stage::With { .. } => format!("{}{next}", say.stands_with(&who)),
            Stage::WaitingForCustomer { .. } => format!("{}{next}", say.stands_waiting(&who)),
            Stage::OfferMade { .. } => say.stands_offer(&who),
            Stage::Checking { .. } => say.stands_checking(),
            Stage::Closed { because: Closing::Confirmed, .. } => say.stands_confirmed(),
            Stage::Closed { .. } => say.stands_closed(),
        }
    }

    /// Lateness first: a broken promise, or an answer that should have come. Says who does what by
    /// when.
    pub fn late(&self) -> Option<String> {
        let (case, say) = (&self.portal.case, self.say);
        if case.stage.is_closed() {
            return None;
        }
        let who = self.who();
        let then = match self.next_in_words() {
            Some(when) => say.late_then(&when, &who),
            None => say.late_then_next(&who),
        };
        let mut owed = self.portal.promises.iter().map(|line| &line.promise);
        let broken = owed.find(|p| p.is_owed() && p.due_at <= self.now);
        if let Some(promise) = broken {
            let when = say.moment(self.now, promise.due_at, self.zone);
            return Some(format!("{} {then}", say.late_promise(&when, &promise.words)));
        }
        let words = [ClockKind::Answer, ClockKind::Update, ClockKind::Resolve];
        let over = self.due(&words).any(|due| due < self.now);
        let waits = over && case.waiting_since.is_some();
        waits.then(|| format!("{} {then}", say.late_word()))
    }

    /// What happened, and only the next step ahead.
    pub fn steps(&self) -> Vec<Step> {
        let step = |(at, what): &(Timestamp, Happened)| {
            let (words, state) = step_words(what, self.say);
            let when = self.say.moment(self.now, *at, self.zone);
            Step { words, state, when, datetime: at.to_string() }
        };
        let mut steps: Vec<Step> = self.portal.history.iter().map(step).collect();
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
            let words = self.say.step_next(&self.who());
            let when = self.say.by(self.now, due, self.zone);
            steps.push(Step { words, state: "next", when, datetime: due.to_string() });
        }
        steps
    }

    /// Every promise they know of.
    pub fn promises(&self) -> Vec<PublicPromise> {
        let view = |line: &crate::view::promises::PromiseLine| {
            let (promise, say) = (&line.promise, self.say);
            let (state, when) = match promise.state {
                PromiseState::Open if promise.due_at > self.now => {
                    ("open", say.by(self.now, promise.due_at, self.zone))
                }
                PromiseState::Open | PromiseState::Broken => ("broken", say.promise_not_kept()),
                PromiseState::Kept => ("kept", say.promise_kept()),
                PromiseState::KeptLate => ("kept", say.promise_kept_late()),
            };
            PublicPromise { words: say.case_promise(&promise.words), state, when }
        };
        self.portal.promises.iter().map(view).collect()
    }

    /// What was said.
    pub fn messages(&self) -> Vec<PublicWords> {
        let view = |said: &crate::view::portal::Said| PublicWords {
            from_us: !said.theirs,
            who: match (said.theirs, said.joined) {
                (true, false) => self.say.case_you(),
                (true, true) => said.by.clone(),
                (false, _) if said.by == self.portal.organisation => said.by.clone(),
                (false, _) => first_name(&said.by),
            },
            when: self.say.moment(self.now, said.at, self.zone),
            also: told(&said.also, |names| self.say.case_also_to(names)),
            text: said.text.clone(),
            files: told(&said.files, |names| self.say.case_with_files(names)),
        };
        self.portal.conversation.iter().map(view).collect()
    }
}

/// A sentence about some names, or empty where there are none.
fn told(names: &[String], sentence: impl FnOnce(&str) -> String) -> String {
    if names.is_empty() { String::new() } else { sentence(&names.join(", ")) }
}

fn step_words(what: &Happened, say: Say) -> (String, &'static str) {
    let words = match what {
        Happened::Opened => say.step_opened(),
        Happened::With { name } => say.step_with(&first_name(name)),
        Happened::HandedOver { because } => say.step_handed_over(because),
        Happened::PromiseBroken { words } => return (say.step_missed(words), "late"),
        Happened::PromiseKept { words } => say.step_kept(words),
        Happened::Answered { name } => say.step_answered(&first_name(name)),
        Happened::Proposed => say.step_proposed(),
        Happened::PutRight { what_we_did } => say.step_put_right(what_we_did),
        Happened::Confirmed => say.step_confirmed(),
        Happened::Contested => say.step_contested(),
        Happened::Closed { .. } => say.step_closed(),
        Happened::Reopened => say.step_reopened(),
    };
    (words, "done")
}
