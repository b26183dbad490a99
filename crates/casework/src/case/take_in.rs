//! Taking feedback in: it joins a case, opens one, or stays feedback, each with its explanation.
//! The arrival pipeline calls this inside its own transaction.

use crate::automatic;
use crate::case::rules::opening_clocks;
use crate::case::save::{By, open, save};
use crate::case::sql::project::Named;
use crate::case::sql::{self, people};
use crate::joiner::{self, rules as joiner_rules};
use crate::letter;
use crate::merger::sql::survivor;
use crate::message::rules::{Outgoing, receive, sending};
use crate::policy::Policy;
use domain::case::{Case, Closing, Conduct};
use domain::channel::Kind;
use domain::event::{Actor, Event, Opening};
use domain::feedback::{FeedbackIn, Imported, PassedOn};
use domain::id::{CaseId, CaseNumber, CustomerId};
use domain::message::{PrivateNote, Purpose, ReceivedMessage};
use jiff::Timestamp;
use store::number::Numbered;
use store::{Context, StoreError, Tx};

/// Longest subject line made from the first words.
const SUBJECT_MOST: usize = 80;
/// Characters of what a colleague wrote to a mail that they passed on.
const NOTE_MOST: usize = 20_000;

/// What became of feedback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is a message on a case we had.
    Joined {
        /// Which.
        case: CaseId,
        /// Its number.
        number: CaseNumber,
    },
    /// It opened a case.
    Opened {
        /// Which.
        case: CaseId,
        /// Its number.
        number: CaseNumber,
        /// The case it may belong to: it came with that case's reply address, from a stranger.
        linked_to: Option<CaseNumber>,
    },
    /// Its writer takes no part in the case it came to, and waits there for a decision.
    Waits {
        /// Which case.
        on: CaseNumber,
    },
    /// It stays feedback.
    Left {
        /// Why, as a person may read it.
        explanation: String,
    },
}

impl Taken {
    /// The case it is part of now.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Taken::Joined { case, .. } | Taken::Opened { case, .. } => Some(*case),
            Taken::Waits { .. } | Taken::Left { .. } => None,
        }
    }
}

fn left(explanation: impl Into<String>) -> Result<Taken, StoreError> {
    Ok(Taken::Left { explanation: explanation.into() })
}

/// Whose words they are.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// Which customer.
    pub customer: CustomerId,
    /// Their name, where who calls knows it already.
    pub name: Option<&'a str>,
}

/// Takes feedback in, one after the other, in one transaction.
#[derive(Debug)]
pub struct Taking<'a> {
    ctx: &'a Context,
    now: Timestamp,
    policy: Policy,
}

impl<'a> Taking<'a> {
    /// Gets ready for `count` of them: what each needs alike is looked up once.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn begin(
        tx: &mut Tx,
        ctx: &'a Context,
        now: Timestamp,
        count: usize,
    ) -> Result<Taking<'a>, StoreError> {
        let policy = Policy::read(tx).await?;
        if count > 1 {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            tx.put_by_numbers(Numbered::Case, count).await?;
            // The subject, the person and the words of each.
            tx.put_by_numbers(Numbered::Search, count.saturating_mul(3)).await?;
        }
        Ok(Taking { ctx, now, policy })
    }

    /// Decides what becomes of feedback and does it. `whose` is who said it, as recognised in the
    /// same transaction.
    ///
    /// # Errors
    /// When the engine fails or somebody else changed the case; the caller's job tries again.
    pub async fn take_in(
        &self,
        tx: &mut Tx,
        feedback: &FeedbackIn,
        whose: Whose<'_>,
    ) -> Result<Taken, StoreError> {
        if feedback.public {
            return left("Others can read it where it was said; it is answered there.");
        }
        let mut linked_to = None;
        let named = match feedback.thread {
            Some(thread) => Some(survivor(tx, thread.case).await?),
            None => None,
        };
        if let (Some(thread), Some(number)) = (feedback.thread, named)
            && let Some(case) = sql::load(tx, number).await?
            && case.unit == feedback.unit
        {
            if thread.trusted {
                if let Some(taken) = self.join(tx, feedback, &case).await? {
                    return Ok(taken);
                }
            } else if let Some(taken) = self.wait(tx, feedback, &case, whose).await? {
                return Ok(taken);
            } else {
                linked_to = Some(case.number);
            }
        }
        if !feedback.wants_case {
            return left("Nothing in it asks for an answer.");
        }
        self.open_for(tx, feedback, whose, linked_to).await
    }

    /// Adds it to its case; `None` when it needs a case of its own.
    async fn join(
        &self,
        tx: &mut Tx,
        feedback: &FeedbackIn,
        case: &Case,
    ) -> Result<Option<Taken>, StoreError> {
        if !feedback.wants_case {
            return left(format!("An automatic answer in the thread of {}.", case.number))
                .map(Some);
        }
        if case.conduct == Conduct::Ended {
            if feedback.facts.safety {
                return Ok(None);
            }
            return left(format!("Contact was ended on {}.", case.number)).map(Some);
        }
        if case.stage.is_closed() && feedback.kind == Kind::Praise {
            return left(format!("Thanks after {} was closed.", case.number)).map(Some);
        }
        let Taking { ctx, now, policy } = self;
        let message = message_of(ctx, *now, feedback);
        let clocks = &policy.clocks;
        let mut events = receive(case, message, feedback.facts, feedback.severity, clocks, *now);
        events.extend(note_of(ctx, *now, feedback));
        let by = by_intake(ctx, policy, *now);
        save(tx, &by, case, &events).await?;
        Ok(Some(Taken::Joined { case: case.id, number: case.number }))
    }

    /// Lets them wait on the case; `None` when they need a case of their own at once.
    async fn wait(
        &self,
        tx: &mut Tx,
        feedback: &FeedbackIn,
        case: &Case,
        whose: Whose<'_>,
    ) -> Result<Option<Taken>, StoreError> {
        let waiting = joiner::sql::count(tx, case.id).await?;
        if !joiner_rules::may_wait(case, feedback, waiting) {
            return Ok(None);
        }
        let Taking { ctx, now, policy } = self;
        let message = message_of(ctx, *now, feedback);
        let events = joiner_rules::wait(feedback, message, whose.customer);
        save(tx, &by_intake(ctx, policy, *now), case, &events).await?;
        Ok(Some(Taken::Waits { on: case.number }))
    }

    async fn open_for(
        &self,
        tx: &mut Tx,
        feedback: &FeedbackIn,
        whose: Whose<'_>,
        linked_to: Option<CaseNumber>,
    ) -> Result<Taken, StoreError> {
        let Taking { ctx, policy, .. } = self;
        let now = self.now;
        let severity = feedback.severity.min(4);
        let clocks = match feedback.imported {
            Imported::No => opening_clocks(feedback.kind, severity, &policy.clocks, now),
            Imported::Open | Imported::Closed => Vec::new(),
        };
        let id: CaseId = ctx.id(now);
        let number = CaseNumber(tx.next_number(Numbered::Case).await?);
        let opening = Opening {
            number,
            unit: feedback.unit,
            team: feedback.team,
            owner: None,
            customer: whose.customer,
            kind: feedback.kind,
            channel: feedback.channel,
            subject: subject_of(&feedback.subject, &feedback.text),
            problem: String::new(),
            language: feedback.language.clone(),
            severity,
            facts: feedback.facts,
            clocks,
            message: Some(message_of(ctx, now, feedback)),
            linked_to,
        };
        let mut then = match feedback.imported {
            Imported::No if !feedback.answerable => Vec::new(),
            Imported::No => acknowledge(tx, ctx, now, policy, id, &opening).await?,
            Imported::Open => Vec::new(),
            Imported::Closed => {
                let reason = "Taken over from an earlier system.".to_owned();
                vec![Event::Closed { because: Closing::Imported, reason }]
            }
        };
        then.extend(note_of(ctx, now, feedback));
        let by = by_intake(ctx, policy, now);
        let named = whose.name.map_or(Named::InTheStore, Named::As);
        open(tx, &by, id, opening, &then, &named).await?;
        Ok(Taken::Opened { case: id, number, linked_to })
    }
}

fn by_intake<'a>(ctx: &'a Context, policy: &'a Policy, now: Timestamp) -> By<'a> {
    By { ctx, actor: Actor::Rule("intake".to_owned()), name: &policy.organisation, policy, now }
}

fn message_of(ctx: &Context, now: Timestamp, feedback: &FeedbackIn) -> ReceivedMessage {
    ReceivedMessage {
        id: ctx.id(now),
        feedback: Some(feedback.id),
        channel: feedback.channel,
        author: feedback.author.clone(),
        text: feedback.text.clone(),
        folded: feedback.folded.clone(),
        at: feedback.said_at,
        topics: feedback.topics.clone(),
        encrypted: feedback.encrypted,
    }
}

/// What a colleague wrote who passed it on: a private note, and never a word to the customer.
fn note_of(ctx: &Context, now: Timestamp, feedback: &FeedbackIn) -> Option<Event> {
    let PassedOn { by, note } = feedback.passed_on.as_ref()?;
    let text: String = note.trim().chars().take(NOTE_MOST).collect();
    let note = PrivateNote { id: ctx.id(now), by: *by, text, mentions: Vec::new() };
    (!note.text.is_empty()).then_some(Event::Noted { note })
}

/// Our first word, when there is an address and no brake stops a program from writing to it. Where
/// one does, the clock of the first word goes on, and a person writes it.
pub(crate) async fn acknowledge(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    policy: &Policy,
    id: CaseId,
    opening: &Opening,
) -> Result<Vec<Event>, StoreError> {
    let contact = people::contact(tx, opening.customer).await?.unwrap_or_default();
    let Some(address) = contact.email.clone() else { return Ok(Vec::new()) };
    if automatic::brake(tx, now, opening.customer, &address).await?.is_some() {
        return Ok(Vec::new());
    }
    let case = Case::opened(id, now, opening);
    let say = letter::say(&case, &contact);
    let zone = policy.clocks.hours.zone();
    // Name and subject of an address that nobody has proved to be theirs are a stranger's words.
    let is_proved = contact.n_verified > 0;
    let name = if is_proved { contact.name.as_str() } else { "" };
    let letter = Outgoing {
        id: ctx.id(now),
        purpose: Purpose::Acknowledgement,
        text: letter::acknowledgement(say, name, &case, &policy.organisation, now, zone),
        to: Some(address),
        also: Vec::new(),
        automatic: true,
        despite_failure: false,
        leaves_at: now,
    };
    let mut sent = sending(&case, letter, &policy.clocks, now);
    if let Event::Sent { message, .. } = &mut sent
        && !is_proved
    {
        message.subject = say.letter_first_word();
    }
    Ok(vec![sent])
}

/// The subject line, or the first words where there is none.
pub(crate) fn subject_of(subject: &str, text: &str) -> String {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = line(subject);
    if !subject.is_empty() {
        return subject;
    }
    let text = line(text);
    let first: String = text.chars().take(SUBJECT_MOST).collect();
    match text.chars().count() > SUBJECT_MOST {
        true => format!("{first}…"),
        false if first.is_empty() => "(no words)".to_owned(),
        false => first,
    }
}
