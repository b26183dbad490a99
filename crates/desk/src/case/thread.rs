//! The thread as pages show it: messages, notes, and the rest as single lines.

use crate::recipient::view::RecipientFate;
use crate::screen::{Screen, channel_words, closing_words};
use crate::view::case::{Fate, ThreadEntry};
use casework::joiner::rules::is_held;
use casework::label::rules::says as label_says;
use casework::topic::rules::says as topic_says;
use domain::case::SeenTo;
use domain::clock::ClockKind;
use domain::event::{Actor, Event};
use domain::joiner::Part;
use domain::message::{Delivery, PublicMessage, Purpose, ReceivedMessage};
use domain::suggestion::{Suggested, SuggestionKind, SuggestionStep};
use web::time_words::Moment;

/// One entry, finished.
pub struct EntryView {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
    /// Who did it, as shown.
    pub who: String,
    /// When.
    pub when: Moment,
    /// The way it took.
    pub channel: &'static str,
    /// What it says.
    pub text: String,
    /// Quoted earlier text.
    pub folded: String,
    /// How a letter fares, when there is something to say.
    pub fares: String,
    /// `plain`, `promise`, `danger`, `ok`.
    pub tone: &'static str,
    /// Taken back before it left.
    pub undone: bool,
    /// The key of a letter that a person must decide about.
    pub decide: Option<String>,
    /// To whom it went and how each letter fares, where it went to others than the customer.
    pub letters: Vec<LetterView>,
    /// Where it lies as it came, with its files; empty where it came by no channel.
    pub original: String,
    /// One sentence on who stands behind a mail, and how it is shown; empty where nobody checked.
    pub sender: String,
    /// How it is coloured.
    pub sender_tone: &'static str,
    /// Whether it came with words that its reader does not see.
    pub hides_words: bool,
    /// The id of words that may become a case of their own.
    pub splits: Option<String>,
}

/// The letter of one who got a message.
pub struct LetterView {
    /// Who got it.
    pub name: String,
    /// What they are to the case.
    pub part: &'static str,
    /// The address it went to.
    pub to: String,
    /// How far it has come, in words.
    pub fares: String,
    /// The key of a letter that a person must decide about.
    pub decide: Option<String>,
}

/// What an entry looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The customer wrote it.
    FromCustomer,
    /// We wrote it.
    FromUs,
    /// A private note.
    Note,
    /// A line of the record.
    Line,
}

impl EntryView {
    /// An entry as `screen` shows it.
    pub fn of(screen: &Screen, entry: &ThreadEntry) -> EntryView {
        let n = entry.entry.n;
        let line = |text: String| EntryView {
            id: format!("e-{n}"),
            kind: EntryKind::Line,
            who: who(entry),
            when: screen.moment(entry.entry.at),
            channel: "",
            text,
            folded: String::new(),
            fares: String::new(),
            tone: tone(&entry.entry.event),
            undone: false,
            decide: None,
            letters: Vec::new(),
            original: String::new(),
            splits: None,
            sender: String::new(),
            sender_tone: "info",
            hides_words: false,
        };
        let words = |kind, id: &str, text: &str| EntryView {
            id: format!("{id}-{n}"),
            kind,
            text: text.to_owned(),
            ..line(String::new())
        };
        match &entry.entry.event {
            Event::Received { message, .. } => EntryView {
                who: message.author.clone(),
                channel: channel_words(message.channel).1,
                folded: message.folded.clone().unwrap_or_default(),
                original: original(message),
                when: screen.moment(message.at),
                splits: Some(message.id.to_string()),
                ..words(EntryKind::FromCustomer, "m", &message.text)
            },
            Event::Opened(opening) => match &opening.message {
                Some(message) => EntryView {
                    who: message.author.clone(),
                    channel: channel_words(message.channel).1,
                    folded: message.folded.clone().unwrap_or_default(),
                    original: original(message),
                    when: screen.moment(message.at),
                    ..words(EntryKind::FromCustomer, "m", &message.text)
                },
                None => line("opened the case".to_owned()),
            },
            Event::Sent { message, .. } => {
                let is_due = message.leaves_at <= screen.now;
                let id = message.id.to_string();
                let (fares, undone, decide) = entry
                    .delivery
                    .as_ref()
                    .map_or_else(Default::default, |fate| fares_of(fate, &id, is_due));
                EntryView {
                    letters: letters(entry, is_due),
                    channel: channel_words(message.channel).1,
                    who: writer(entry, message),
                    fares,
                    undone,
                    decide,
                    ..words(EntryKind::FromUs, "m", &message.text)
                }
            }
            Event::Noted { note } => words(EntryKind::Note, "n", &note.text),
            event => line(line_words(event, entry)),
        }
    }
}

fn original(message: &ReceivedMessage) -> String {
    message.feedback.map(|id| format!("/feedback/{id}")).unwrap_or_default()
}

fn who(entry: &ThreadEntry) -> String {
    match (&entry.entry.actor, &entry.entry.event, entry.who.as_str()) {
        // What happens by itself needs nobody who does it.
        (
            _,
            Event::ClockOver { .. }
            | Event::PromiseBroken { .. }
            | Event::Woken
            | Event::CustomerAway { .. }
            | Event::Undelivered(_)
            | Event::JoinerWaits(_),
            _,
        ) => String::new(),
        // A "no" of the customer makes a promise of ours.
        (Actor::Customer(_), Event::PromiseMade { .. }, _) => "We".to_owned(),
        (Actor::Rule(_), ..) => "Redress".to_owned(),
        (.., "") => "Somebody".to_owned(),
        (.., name) => name.to_owned(),
    }
}

/// Who wrote a letter of ours.
fn writer(entry: &ThreadEntry, message: &PublicMessage) -> String {
    match message.purpose {
        // The letter itself may be in a language that staff do not read.
        Purpose::Link => {
            "Automatic: somebody with a link that is too old asked for a new one".to_owned()
        }
        _ if message.automatic => "Automatic".to_owned(),
        _ => who(entry),
    }
}

fn letters(entry: &ThreadEntry, is_due: bool) -> Vec<LetterView> {
    let letter = |one: &RecipientFate| {
        let (fares, _, decide) = fares_of(&one.fate, &one.letter, is_due);
        LetterView { name: one.name.clone(), part: one.part, to: one.to.clone(), fares, decide }
    };
    entry.also.iter().map(letter).collect()
}

fn fares_of(fate: &Fate, id: &str, is_due: bool) -> (String, bool, Option<String>) {
    let Fate { delivery, detail, may_decide } = fate;
    let decide = may_decide.then(|| id.to_owned());
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    match delivery {
        Delivery::Held if is_due => ("Waits for the mail server".to_owned(), false, None),
        Delivery::Held => ("Leaves in a moment".to_owned(), false, None),
        Delivery::Sending => ("Being handed over".to_owned(), false, None),
        Delivery::Sent => ("Sent".to_owned(), false, None),
        Delivery::Uncertain => {
            let says = "The line broke while it was handed over. It may have arrived.";
            (format!("{says}{said}"), false, decide)
        }
        Delivery::Failed if *may_decide => (format!("Could not be sent{said}"), false, decide),
        Delivery::Failed => (format!("Did not arrive{said}"), false, None),
        Delivery::Delayed => (format!("Not there yet, they go on trying{said}"), false, None),
        Delivery::Relayed => {
            ("Passed on to a system that reports no further".to_owned(), false, None)
        }
        Delivery::Delivered => (format!("Arrived{said}"), false, None),
        Delivery::Read => ("Arrived and was opened".to_owned(), false, None),
        Delivery::Complained => ("Its recipient called it spam".to_owned(), false, None),
        Delivery::Undone => ("Taken back before it left".to_owned(), true, None),
        Delivery::Shown => ("Shown on the customer’s page".to_owned(), false, None),
    }
}

fn tone(event: &Event) -> &'static str {
    match event {
        Event::PromiseBroken { .. }
        | Event::ClockOver { .. }
        | Event::Contested { .. }
        | Event::Undelivered(_) => "danger",
        Event::PromiseMade { .. } | Event::PromiseMoved { .. } | Event::Offered { .. } => "promise",
        Event::PromiseKept { .. } | Event::Confirmed { .. } => "ok",
        Event::Escalated { .. } | Event::ConductStep { .. } | Event::JoinerWaits(_) => "warn",
        _ => "plain",
    }
}

/// The receiver's name, or "a colleague" where it is not known any more.
fn named(entry: &ThreadEntry) -> &str {
    if entry.whom.is_empty() { "a colleague" } else { &entry.whom }
}

fn over_words(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Acknowledge => "Our first word is late",
        ClockKind::Answer => "Our answer is late",
        ClockKind::Update => "Our next word is late",
        ClockKind::Resolve => "Putting it right is late",
        ClockKind::Regulator => "The regulator’s date has passed",
    }
}

fn line_words(event: &Event, entry: &ThreadEntry) -> String {
    match event {
        Event::SendUndone { .. } => "took the last letter back before it left".to_owned(),
        Event::Assigned { owner: Some(owner) } if entry.entry.actor == Actor::Staff(*owner) => {
            "took the case".to_owned()
        }
        Event::Assigned { owner: Some(_) } => format!("gave the case to {}", named(entry)),
        Event::Assigned { owner: None } => "put the case back to the team".to_owned(),
        Event::ProblemStated { problem } => format!("stated the problem: {problem}"),
        Event::Reread { kind, severity, .. } => {
            format!("corrected the reading: {kind}, severity {severity}")
        }
        Event::Snoozed { .. } => "put the case aside".to_owned(),
        Event::Woken => "The case came back".to_owned(),
        Event::PromiseMade { promise } => format!("promised: we will {}", promise.words),
        Event::PromiseKept { done, .. } => format!("kept a promise: {done}"),
        Event::PromiseMoved { told, .. } => format!("moved a promise and told them: {told}"),
        Event::PromiseBroken { .. } => "A promise was broken".to_owned(),
        Event::Transferred { reason, told, .. } => {
            let silent = if *told { "" } else { " (the customer was not told)" };
            format!("handed the case to {}: {reason}{silent}", named(entry))
        }
        Event::Escalated { question, .. } => format!("asked for a decision: {question}"),
        Event::EscalationAnswered { answer } => format!("decided: {answer}"),
        Event::Offered { offer } => match offer.options.is_empty() {
            true => "asked what would be fair".to_owned(),
            false => {
                let words: Vec<&str> = offer.options.iter().map(|o| o.words.as_str()).collect();
                format!("offered: {}", words.join(" · or · "))
            }
        },
        Event::OfferChanged { state, answer, .. } => {
            let state = state.as_str().replace('_', " ");
            match answer {
                Some(answer) => format!("offer {state}: {answer}"),
                None => format!("offer {state}"),
            }
        }
        Event::ClockOver { clock } => over_words(*clock).to_owned(),
        Event::Resolved { what_we_did } => format!("put right: {what_we_did}"),
        Event::SolvedAsked => "asked “Did this solve it?”".to_owned(),
        Event::Confirmed { words } if words.is_empty() => "said that it is solved".to_owned(),
        Event::Confirmed { words } => format!("said that it is solved: {words}"),
        Event::Contested { words, partly } => {
            let how = if *partly { "partly solved" } else { "not solved" };
            if words.is_empty() {
                format!("said: {how}")
            } else {
                format!("said: {how} – {words}")
            }
        }
        Event::Closed { because, reason } if reason.is_empty() => {
            format!("closed the case: {}", closing_words(*because))
        }
        Event::Closed { because, reason } => {
            format!("closed the case: {} ({reason})", closing_words(*because))
        }
        Event::Reopened => "opened the case again".to_owned(),
        Event::Labelled(how) => {
            let says = label_says(how);
            let mut letters = says.chars();
            let first = letters.next().map(char::to_lowercase);
            first.into_iter().flatten().chain(letters).collect()
        }
        Event::TopicsCorrected(how) => topic_says(how),
        Event::ConductStep { words, .. } => format!("conduct: {words}"),
        Event::ClockMet { .. } | Event::ClockSet { .. } => "changed a clock".to_owned(),
        others => bounds_words(others),
    }
}

/// Who belongs to the case, which cases are one, and what did not arrive.
fn bounds_words(event: &Event) -> String {
    match event {
        Event::CustomerAway { back_on, .. } => {
            let day = back_on.strftime("%-d %B %Y");
            format!("They are away, their program answers, and back on {day}")
        }
        Event::Undelivered(letter) => {
            format!("A letter could not be delivered to {}: {}", letter.to, letter.why)
        }
        Event::UndeliveredSeenTo { how, .. } => match how {
            SeenTo::Resent => "sent the letter again that did not arrive".to_owned(),
            SeenTo::NewAddress => "sent the letter to another address".to_owned(),
            SeenTo::FromNowOn => {
                "sent the letter to another address, where letters go from now on".to_owned()
            }
            SeenTo::SetAside => "set the letter aside that did not arrive".to_owned(),
        },
        Event::JoinerWaits(joiner) if is_held(joiner) => {
            format!(
                "{} wrote what is held until somebody has looked. It waits below",
                joiner.message.author
            )
        }
        Event::JoinerWaits(joiner) => format!(
            "{} wrote with this case’s own address and takes no part in it. They wait below",
            joiner.message.author
        ),
        Event::JoinerAccepted { part, .. } => match part {
            Part::Representative => "took them in: they speak for the customer".to_owned(),
            Part::Affected => "took them in: the same happened to them".to_owned(),
        },
        Event::JoinerSplit { into, .. } => format!("made {into} of what a stranger wrote"),
        Event::SplitOff { into, .. } => format!("made {into} of what they wrote here"),
        Event::Merged(how) => format!("made this case part of {}", how.into_number),
        Event::TookIn(other) => format!("made {} part of this case", other.from),
        Event::GaveBack(other) => format!("made {} a case of its own again", other.from),
        Event::Suggested(how) => suggestion_says(how),
        Event::Separated(how) => format!("took this case out of {} again", how.from),
        _ => String::new(),
    }
}

/// The line of the record.
fn suggestion_says(how: &Suggested) -> String {
    let what = match how.kind {
        SuggestionKind::Reply => "a reply",
        SuggestionKind::Summary => "a summary",
        SuggestionKind::MessageTranslation => "a translation of what the customer wrote",
        SuggestionKind::DraftTranslation => "a translation of a draft",
    };
    match how.step {
        SuggestionStep::Asked => format!(
            "asked the language model {} for {what}; personal data taken out before: {}",
            how.model, how.hidden
        ),
        SuggestionStep::Used => format!("took {what} suggested by {} as a draft", how.model),
    }
}
