//! What every page of the desk needs: who looks, in which zone, under which policy; and the words
//! for reasons, stages and refusals.

use crate::view::bell;
use crate::view::list::{CameFrom, List};
use casework::label::rules::Listed;
use casework::label::sql as label_sql;
use casework::policy::Policy;
use casework::view::recent;
use domain::case::{Case, Closing, Stage};
use domain::channel::Channel;
use domain::id::{CaseNumber, LabelId};
use domain::permit::Act;
use domain::urgency::Reason;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::scope::Reach;
use store::{Context, StoreError};
use web::frame::{Place, StaffFrame, Toast, Undo};
use web::time_words::{self, DueClock, Moment};
use web::{Problem, SignedIn, words};

/// How long a page offers to undo what was just done, in seconds.
const UNDO_SHOWN: i64 = 20;

/// A person before a page.
pub struct Screen {
    /// Who it is.
    pub signed: SignedIn,
    /// How far they see.
    pub reach: Reach,
    /// What was decided for cases.
    pub policy: Policy,
    /// The zone they read in.
    pub zone: TimeZone,
    /// The moment.
    pub now: Timestamp,
    /// The labels and causes of the house, ended ones included.
    pub labels: Vec<Listed>,
    /// The list that the person works through, where the page asks for it.
    pub list: Option<List>,
}

impl Screen {
    /// Reads what a page of `signed` needs.
    pub async fn of(ctx: &Context, signed: SignedIn) -> Result<Screen, Problem> {
        let read = async { tokio::try_join!(Policy::of(&ctx.store), label_sql::list(&ctx.store)) };
        let (policy, labels) = read.await.map_err(Problem::ours)?;
        let own = TimeZone::get(&signed.preferences.zone).ok();
        let own = own.filter(|_| !signed.preferences.zone.is_empty());
        let zone = own.unwrap_or_else(|| policy.clocks.hours.zone().clone());
        let reach = Reach::from(&signed.staff);
        Ok(Screen { reach, policy, zone, now: ctx.now(), labels, signed, list: None })
    }

    /// The same with the list that the browser came from.
    pub fn coming_from(self, list: CameFrom) -> Screen {
        Screen { list: list.0, ..self }
    }

    /// The frame of a page, with the bell and the undo of what was just done.
    pub async fn frame(
        &self,
        ctx: &Context,
        title: impl Into<String>,
        place: Place,
        scope: &'static str,
    ) -> Result<StaffFrame, Problem> {
        let mut frame = web::staff_frame(&self.signed, title, place);
        frame.scope = scope;
        let bell = bell::count(ctx, &self.reach, &self.signed.staff);
        let told = async { tokio::try_join!(bell, self.toast(ctx)) };
        (frame.bell, frame.toast) = told.await.map_err(Problem::ours)?;
        Ok(frame)
    }

    async fn toast(&self, ctx: &Context) -> Result<Option<Toast>, StoreError> {
        let done = recent::recent_actions(ctx, self.signed.staff.id).await?;
        let Some(last) = done.into_iter().find(|action| action.undone == 0) else {
            return Ok(None);
        };
        let left = UNDO_SHOWN - (self.now.as_millisecond() - last.at_ms) / 1_000;
        if left <= 0 {
            return Ok(None);
        }
        let seconds = u32::try_from(left).unwrap_or(1);
        let undo = Undo { action: "/me/undo".to_owned(), seconds };
        let words = match last.is_bulk() {
            true => last.says.clone(),
            false => format!("{} – {}", last.says, CaseNumber(last.number)),
        };
        Ok(Some(Toast { id: last.id, words, undo: Some(undo) }))
    }

    /// A moment as this person reads it.
    pub fn moment(&self, at: Timestamp) -> Moment {
        time_words::moment(self.now, at, &self.zone)
    }

    /// The day it is for this person.
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// How long is left, as this person reads it.
    pub fn due(&self, due: Timestamp, since: Timestamp) -> DueClock {
        time_words::due_clock(self.now, due, since, &self.zone)
    }

    /// The clock that runs out first on a case.
    pub fn next_due(&self, case: &Case) -> Option<DueClock> {
        let promises = case.promises.iter().filter(|promise| promise.is_owed());
        let promises = promises.map(|promise| (promise.due_at, promise.made_at));
        let clocks = case.clocks.iter().map(|clock| (clock.due_at, clock.set_at));
        promises.chain(clocks).min().map(|(due, since)| self.due(due, since))
    }

    /// The names of the labels that a case carries.
    pub fn label_names(&self, case: &Case) -> Vec<String> {
        let name = |id: &LabelId| self.labels.iter().find(|label| label.id == *id);
        case.labels.iter().filter_map(name).map(|label| label.name.clone()).collect()
    }

    /// Whether the person may do `act` at all.
    pub fn may(&self, act: Act) -> bool {
        self.signed.staff.has(act)
    }
}

/// The stage of a case for staff: "With Maya", "Put right – checking".
pub fn stage_words(case: &Case, owner: Option<&str>, team: &str, own: bool) -> String {
    let who = if own { "you" } else { owner.unwrap_or("somebody") };
    match &case.stage {
        Stage::New => "New".to_owned(),
        Stage::With { .. } => format!("With {who}"),
        Stage::WaitingForCustomer { .. } => "Waiting for customer".to_owned(),
        Stage::WaitingForUs { .. } => format!("Waiting for {team}"),
        Stage::OfferMade { .. } => "Offer made".to_owned(),
        Stage::Checking { .. } => "Put right – checking".to_owned(),
        Stage::Closed { because, .. } => format!("Closed: {}", closing_words(*because)),
    }
}

pub(crate) fn closing_words(because: Closing) -> &'static str {
    match because {
        Closing::Confirmed => "solved, they said so",
        Closing::Silence => "no answer after two asks",
        Closing::Merged => "part of another case",
        Closing::Spam => "not a person's matter",
        Closing::Withdrawn => "taken back by the customer",
        Closing::Answered => "answered",
        Closing::ContactEnded => "contact ended",
        Closing::Imported => "closed in the earlier system",
    }
}

/// The reason in the fixed words of the queue.
pub fn reason_words(reason: &Reason) -> String {
    match reason {
        Reason::PromiseBroken => "promise broken".to_owned(),
        Reason::Undelivered => "a letter did not arrive".to_owned(),
        Reason::PromiseDue => "promise due".to_owned(),
        Reason::SafetyWords => "safety words".to_owned(),
        Reason::LegalOrPress => "legal or press words".to_owned(),
        Reason::RegulatorDate => "regulator’s date".to_owned(),
        Reason::Public { seen_by } => format!("public, seen by about {}", words::about(*seen_by)),
        Reason::Reopened => "reopened by customer".to_owned(),
        Reason::Contact { n } => format!("{} contact", words::ordinal(*n)),
        Reason::Money => "money taken twice or wrongly".to_owned(),
        Reason::CutOff => "cut off".to_owned(),
        Reason::NeedsCare => "needs extra care".to_owned(),
        Reason::Transferred { n } => format!("transferred {n} times"),
        Reason::Waiting { hours } if *hours >= 48 => format!("waiting {} days", hours / 24),
        Reason::Waiting { hours } => format!("waiting {hours} h"),
        Reason::HighValue => "long-standing customer".to_owned(),
    }
}

/// Icon and words of a channel.
pub fn channel_words(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::Mail => ("mail", "e-mail"),
        Channel::Form => ("form", "web form"),
        Channel::Call => ("call", "call"),
        Channel::Letter => ("letter", "letter"),
        Channel::Visit => ("visit", "visit"),
        Channel::Chat => ("chat", "chat"),
        Channel::Survey => ("survey", "survey"),
        Channel::Review => ("review", "review"),
        Channel::Post => ("post", "public post"),
        Channel::Api => ("api", "another program"),
        Channel::Import => ("import", "earlier system"),
    }
}

/// A field's text as [`domain::words::Words`], or what to do about it.
pub fn words_of(
    field: &'static str,
    text: &str,
    most: usize,
    say: &str,
) -> Result<domain::words::Words, Problem> {
    domain::words::Words::new(text, most)
        .map_err(|_| Problem::refused("words_missing", say.to_owned()).at(format!("/{field}"), say))
}

/// Nine tomorrow morning, or the first opening after it.
pub fn tomorrow(screen: &Screen) -> jiff::Timestamp {
    let day = screen.now.to_zoned(screen.zone.clone()).tomorrow();
    let nine = day.and_then(|day| day.with().time(jiff::civil::time(9, 0, 0, 0)).build());
    let nine = nine.map_or(screen.now + SignedDuration::from_hours(20), |at| at.timestamp());
    let hours = &screen.policy.clocks.hours;
    if hours.is_open(nine) { nine } else { hours.next_opening(nine).unwrap_or(nine) }
}
