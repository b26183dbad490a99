//! What a customer sees of their case: the public projection, and nothing else.

use crate::view::case::Names;
use crate::view::promises::{self, PromiseLine};
use casework::case::link;
use casework::case::sql::{CaseRow, case_columns, fill};
use casework::policy::Policy;
use casework::recipient::sql::of_messages;
use domain::case::{Case, Closing};
use domain::event::{Actor, Event};
use domain::id::CaseId;
use domain::offer::{Offer, OfferState};
use domain::permit::CustomerPermit;
use jiff::Timestamp;
use sqlx::FromRow;
use store::event::StoredEvent;
use store::{Context, Doing, StoreError, on};

/// Entries of the history and the conversation that a page can show.
const MOST: i64 = 500;

/// A case as its customer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct PortalCase {
    /// Proof that the link opens this case; actions of the customer take it.
    pub permit: CustomerPermit,
    /// The case. Pages show its number, problem line, stage and dates; never its facts, severity
    /// or conduct.
    pub case: Case,
    /// The customer's name.
    pub customer: String,
    /// The language the customer is known to read, ISO 639-1, or empty.
    pub reads: String,
    /// Who has it.
    pub owner: Option<String>,
    /// The team it lies with, and its direct line, or empty.
    pub team: (String, String),
    /// The organisation.
    pub organisation: String,
    /// Promises the customer may know of, kept and broken ones included, oldest first.
    pub promises: Vec<PromiseLine>,
    /// Offers they can answer.
    pub offers: Vec<Offer>,
    /// What was said in both directions and has left, oldest first.
    pub conversation: Vec<Said>,
    /// What happened, oldest first.
    pub history: Vec<(Timestamp, Happened)>,
}

/// A message as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// By whom: the writer's name, or the organisation for automatic letters.
    pub by: String,
    /// Whether the customer wrote it, or somebody who takes part for them.
    pub theirs: bool,
    /// Whether it was somebody who was taken in.
    pub joined: bool,
    /// Who else we wrote it to.
    pub also: Vec<String>,
    /// The text.
    pub text: String,
    /// The names of the files that came with it.
    pub files: Vec<String>,
}

/// What happened, as far as customers read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// We have it.
    Opened,
    /// Somebody is on it.
    With {
        /// Who.
        name: String,
    },
    /// It was handed over.
    HandedOver {
        /// Why that helps.
        because: String,
    },
    /// A promise was not kept.
    PromiseBroken {
        /// What was promised.
        words: String,
    },
    /// A promise was kept.
    PromiseKept {
        /// What was promised.
        words: String,
    },
    /// We answered.
    Answered {
        /// Who.
        name: String,
    },
    /// We proposed something.
    Proposed,
    /// We think it is put right.
    PutRight {
        /// What we did.
        what_we_did: String,
    },
    /// They said that it is solved.
    Confirmed,
    /// They said that it is not, or not wholly.
    Contested,
    /// It was closed.
    Closed {
        /// Why.
        because: Closing,
    },
    /// It was opened again.
    Reopened,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    case: CaseRow,
    customer_name: Option<String>,
    customer_language: Option<String>,
    owner_name: Option<String>,
    team_name: Option<String>,
    team_phone: Option<String>,
}

/// The case a link opens; `None` for any other token, in the same work.
///
/// # Errors
/// When the engine fails.
pub async fn portal_case(ctx: &Context, token: &str) -> Result<Option<PortalCase>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        case_columns!(),
        ", (SELECT u.name FROM customer u WHERE u.id = c.customer_id) AS customer_name,
           (SELECT u.language FROM customer u WHERE u.id = c.customer_id) AS customer_language,
           (SELECT s.name FROM staff s WHERE s.id = c.owner_id) AS owner_name,
           (SELECT t.name FROM team t WHERE t.id = c.team_id) AS team_name,
           (SELECT t.phone FROM team t WHERE t.id = c.team_id) AS team_phone
         FROM \"case\" c WHERE c.id = $1"
    );
    let Some(permit) = link::opened_by(ctx, token).await? else { return Ok(None) };
    let key = permit.case().to_string();
    let row: Option<Row> =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&key).fetch_optional(db).await)
            .doing("reading a case for its customer")?;
    let Some(row) = row else { return Ok(None) };
    let case = fill(&ctx.store, &row.case).await?;
    let organisation = Policy::of(&ctx.store).await?.organisation;
    let promises = promises::visible_of_case(ctx, &key).await?;
    let theirs = |offer: &&Offer| offer.state != OfferState::NeedsApproval;
    Ok(Some(PortalCase {
        offers: case.offers.iter().filter(theirs).cloned().collect(),
        conversation: conversation(ctx, case.id, &organisation).await?,
        history: history(ctx, case.id, &promises).await?,
        permit,
        customer: row.customer_name.unwrap_or_default(),
        reads: row.customer_language.unwrap_or_default(),
        owner: row.owner_name,
        team: (row.team_name.unwrap_or_default(), row.team_phone.unwrap_or_default()),
        organisation,
        promises,
        case,
    }))
}

#[derive(FromRow)]
struct MessageRow {
    id: String,
    direction: String,
    author: String,
    text: String,
    at_ms: i64,
    feedback_id: Option<String>,
    joined: i64,
}

async fn conversation(
    ctx: &Context,
    case: CaseId,
    organisation: &str,
) -> Result<Vec<Said>, StoreError> {
    const SQL: &str = "
        SELECT m.id, m.direction, m.author, m.text, m.at_ms, m.feedback_id,
               (SELECT COUNT(*) FROM joiner j WHERE j.state = 'accepted'
                AND j.customer_id <> (SELECT c.customer_id FROM \"case\" c WHERE c.id = m.case_id)
                AND (j.case_id = m.case_id AND (j.message_id = m.id OR j.author = m.author)
                     OR j.customer_id = (SELECT f.customer_id FROM feedback f
                                         WHERE f.id = m.feedback_id))) AS joined
        FROM message m
        WHERE m.case_id = $1 AND m.delivery <> 'undone'
          AND (m.leaves_at_ms IS NULL OR m.leaves_at_ms <= $2)
        ORDER BY m.n DESC LIMIT $3";
    let mut rows: Vec<MessageRow> = on!(Store &ctx.store, db => sqlx::query_as(SQL)
        .bind(case.to_string()).bind(ctx.now().as_millisecond()).bind(MOST).fetch_all(db).await)
    .doing("reading a conversation")?;
    rows.reverse();
    let mut names = Names::default();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let ours = rows.iter().zip(&ids).filter(|(row, _)| row.direction == "out");
    let ours: Vec<&str> = ours.map(|(_, id)| id.as_str()).collect();
    let mut said = Vec::with_capacity(rows.len());
    for row in rows {
        let theirs = row.direction == "in";
        let by = match row.author.parse() {
            _ if theirs => row.author,
            Ok(staff) => names.of(&ctx.store, &Actor::Staff(staff)).await?,
            Err(_) => organisation.to_owned(),
        };
        let at = casework::case::sql::moment(row.at_ms)?;
        let (joined, also) = (row.joined != 0, Vec::new());
        let files = match &row.feedback_id {
            Some(feedback) if theirs => files_of(&ctx.store, feedback).await?,
            _ => Vec::new(),
        };
        said.push(Said { at, by, theirs, joined, also, text: row.text, files });
    }
    for letter in of_messages(&ctx.store, &ours).await? {
        let at = ids.iter().position(|id| *id == letter.message_id);
        if let Some(said) = at.and_then(|at| said.get_mut(at)) {
            said.also.push(letter.name);
        }
    }
    Ok(said)
}

/// Files of one message that its writer reads the names of.
const FILES_MOST: i64 = 100;

async fn files_of(store: &store::Store, feedback: &str) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT name FROM feedback_file WHERE feedback_id = $1 ORDER BY place LIMIT $2";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(feedback).bind(FILES_MOST)
        .fetch_all(db).await)
    .doing("reading the names of files")
}

async fn history(
    ctx: &Context,
    case: CaseId,
    promises: &[PromiseLine],
) -> Result<Vec<(Timestamp, Happened)>, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND name IN ('opened', 'assigned', 'transferred', 'sent',
            'promise_broken', 'promise_kept', 'offered', 'resolved', 'confirmed', 'contested',
            'closed', 'reopened')
        ORDER BY n DESC LIMIT $2";
    let mut stored: Vec<StoredEvent> = on!(Store &ctx.store, db => sqlx::query_as(SQL)
        .bind(case.to_string()).bind(MOST).fetch_all(db).await)
    .doing("reading what happened")?;
    stored.reverse();
    let now = ctx.now();
    let mut names = Names::default();
    let mut history = Vec::new();
    for event in &stored {
        let entry = event.entry()?;
        let who = match &entry.event {
            Event::Assigned { owner: Some(staff) } => Some(Actor::Staff(*staff)),
            Event::Sent { .. } => Some(entry.actor.clone()),
            _ => None,
        };
        let name = match who {
            Some(actor) => names.of(&ctx.store, &actor).await?,
            None => String::new(),
        };
        history.extend(public(entry.event, name, promises, now).map(|what| (entry.at, what)));
    }
    Ok(history)
}

fn public(
    event: Event,
    name: String,
    promises: &[PromiseLine],
    now: Timestamp,
) -> Option<Happened> {
    let words = |id| {
        let known = promises.iter().find(|line| line.promise.id == id);
        known.map(|line| line.promise.words.clone())
    };
    match event {
        Event::Opened(_) => Some(Happened::Opened),
        Event::Assigned { owner: Some(_) } => Some(Happened::With { name }),
        Event::Transferred { reason, told: true, .. } => {
            Some(Happened::HandedOver { because: reason })
        }
        Event::Sent { message, .. } => {
            let answer = message.purpose == domain::message::Purpose::Reply;
            (answer && message.leaves_at <= now).then_some(Happened::Answered { name })
        }
        Event::PromiseBroken { promise } => {
            words(promise).map(|words| Happened::PromiseBroken { words })
        }
        Event::PromiseKept { promise, .. } => {
            words(promise).map(|words| Happened::PromiseKept { words })
        }
        Event::Offered { offer } => {
            (offer.state == OfferState::Proposed).then_some(Happened::Proposed)
        }
        Event::Resolved { what_we_did } => Some(Happened::PutRight { what_we_did }),
        Event::Confirmed { .. } => Some(Happened::Confirmed),
        Event::Contested { .. } => Some(Happened::Contested),
        Event::Closed { because, .. } => Some(Happened::Closed { because }),
        Event::Reopened => Some(Happened::Reopened),
        _ => None,
    }
}
