//! What a customer sees of their case: a projection of the record. Notes, readings, priorities and
//! hints are not in it because nothing here looks at them.

use domain::case::{Case, Closing, Stage};
use domain::event::{Actor, Entry, Event};
use domain::id::{CaseId, StaffId};
use domain::message::Delivery;
use domain::offer::Offer;
use domain::promise::{Promise, PromiseState};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use store::{Context, Doing, StoreError, on};
use web::time_words::{customer_by, customer_date};

/// A case as its customer sees it.
pub(crate) struct PublicCase {
    pub case: Case,
    /// The first name of whoever has it, or the organisation's name.
    pub who: String,
    pub customer: String,
    pub headline: String,
    /// What was late, said first and plainly.
    pub late: Option<String>,
    pub steps: Vec<Step>,
    pub promises: Vec<PublicPromise>,
    pub messages: Vec<PublicWords>,
    pub offers: Vec<Offer>,
}

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
    pub text: String,
}

/// What a page for customers is written with.
pub(crate) struct Reader<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    pub organisation: &'a str,
}

/// Reads a case for the customer whose link was verified.
pub(crate) async fn public_case(
    ctx: &Context,
    case: CaseId,
    reader: &Reader<'_>,
) -> Result<Option<PublicCase>, StoreError> {
    let stored = ctx.store.record_for_checked(case).await?;
    let entries: Vec<Entry> = stored.iter().map(|event| event.entry()).collect::<Result<_, _>>()?;
    let Some(first) = entries.first() else { return Ok(None) };
    let Event::Opened(opening) = &first.event else { return Ok(None) };
    let mut state = Case::opened(case, first.at, opening);
    for entry in &entries[1..] {
        state = state.after(&entry.event, entry.at);
    }
    let names = names(ctx, &entries).await?;
    let customer = customer_name(ctx, &state).await?;
    Ok(Some(project(state, &entries, &names, customer, reader)))
}

fn project(
    case: Case,
    entries: &[Entry],
    names: &BTreeMap<String, String>,
    customer: String,
    reader: &Reader<'_>,
) -> PublicCase {
    let who = case.owner.and_then(|owner| names.get(&owner.to_string()));
    let who = who.map_or_else(|| reader.organisation.to_owned(), |name| first_name(name));
    let promises: Vec<Promise> = case.promises.iter().filter(|p| p.visible).cloned().collect();
    PublicCase {
        headline: headline(&case, &promises, &who, reader),
        late: late(&case, &promises, &who, reader),
        steps: steps(&case, entries, &promises, &who, names, reader),
        promises: all_promises(entries, reader),
        messages: messages(entries, names, reader),
        offers: case.offers.clone(),
        who,
        customer,
        case,
    }
}

/// The first of somebody's names: "Maya".
pub(crate) fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// The next moment at which the customer hears from us, as far as anything runs.
fn next_word(case: &Case, promises: &[Promise], now: Timestamp) -> Option<Timestamp> {
    let promised = promises.iter().filter(|p| p.is_owed()).map(|p| p.due_at);
    let clocks = case.clocks.iter().map(|clock| clock.due_at);
    promised.chain(clocks).filter(|due| *due > now).min()
}

fn headline(case: &Case, promises: &[Promise], who: &str, reader: &Reader<'_>) -> String {
    let by = next_word(case, promises, reader.now)
        .map(|due| customer_by(reader.now, due, reader.zone))
        .map(|by| format!(" You will hear from us {by}."))
        .unwrap_or_default();
    match &case.stage {
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
        Stage::Closed { .. } => "This is closed. Write here any time to open it again.".to_owned(),
    }
}

/// Lateness first: a broken promise, or a date that has passed.
fn late(case: &Case, promises: &[Promise], who: &str, reader: &Reader<'_>) -> Option<String> {
    let broken = promises
        .iter()
        .find(|p| p.state == PromiseState::Broken || (p.is_owed() && p.due_at < reader.now));
    let next = next_word(case, promises, reader.now);
    let next = next.map(|due| customer_by(reader.now, due, reader.zone));
    let then = match next {
        Some(by) => format!("{who} will write to you {by}."),
        None => format!("{who} will write to you as the next thing."),
    };
    if let Some(promise) = broken {
        let when = customer_date(reader.now, promise.due_at, reader.zone);
        let words = &promise.words;
        return Some(format!(
            "We said we would {words} by {when}. We didn’t, and we’re sorry. {then}"
        ));
    }
    let over = case.clocks.iter().any(|clock| clock.due_at < reader.now);
    let over = over && case.waiting_since.is_some();
    over.then(|| format!("We should have written to you before now, and we’re sorry. {then}"))
}

fn steps(
    case: &Case,
    entries: &[Entry],
    promises: &[Promise],
    who: &str,
    names: &BTreeMap<String, String>,
    reader: &Reader<'_>,
) -> Vec<Step> {
    let step = |words: String, state, at: Timestamp| Step {
        words,
        state,
        when: customer_date(reader.now, at, reader.zone),
        datetime: at.to_string(),
    };
    let mut steps = Vec::new();
    for entry in entries {
        let name = |id: &StaffId| {
            names.get(&id.to_string()).map_or("A colleague".to_owned(), |name| first_name(name))
        };
        let line = match &entry.event {
            Event::Opened(opening) => Some(match opening.owner {
                Some(owner) => (format!("We have it, and {} is on it", name(&owner)), "done"),
                None => ("We have it".to_owned(), "done"),
            }),
            Event::Assigned { owner: Some(owner) } => {
                Some((format!("{} is on it", name(owner)), "done"))
            }
            Event::Transferred { told: true, reason, .. } => {
                Some((format!("Passed on, because: {reason}"), "done"))
            }
            Event::PromiseBroken { promise } => promises
                .iter()
                .find(|p| p.id == *promise)
                .map(|p| (format!("We missed this: {}", p.words), "late")),
            Event::Offered { offer } if !offer.options.is_empty() => {
                Some(("We made a suggestion".to_owned(), "done"))
            }
            Event::Resolved { what_we_did } => {
                Some((format!("What we did: {what_we_did}"), "done"))
            }
            Event::Confirmed { .. } => Some(("You told us it’s solved".to_owned(), "done")),
            Event::Contested { .. } => Some(("You told us it isn’t solved yet".to_owned(), "done")),
            Event::Reopened => Some(("Opened again".to_owned(), "done")),
            _ => None,
        };
        steps.extend(line.map(|(words, state)| step(words, state, entry.at)));
    }
    steps.dedup_by(|later, earlier| later.words == earlier.words);
    if let Some(last) = steps.last_mut()
        && !case.stage.is_closed()
        && last.state == "done"
    {
        last.state = "now";
    }
    if let Some(due) = next_word(case, promises, reader.now)
        && !case.stage.is_closed()
    {
        let when = customer_by(reader.now, due, reader.zone);
        let words = format!("Next: a word from {who}");
        steps.push(Step { words, state: "next", when, datetime: due.to_string() });
    }
    steps
}

fn all_promises(entries: &[Entry], reader: &Reader<'_>) -> Vec<PublicPromise> {
    let mut known: Vec<Promise> = Vec::new();
    for entry in entries {
        match &entry.event {
            Event::PromiseMade { promise } if promise.visible => known.push(promise.clone()),
            Event::PromiseKept { promise, state, .. } => {
                known.iter_mut().filter(|p| p.id == *promise).for_each(|p| p.state = *state);
            }
            Event::PromiseMoved { promise, due_at, .. } => {
                known.iter_mut().filter(|p| p.id == *promise).for_each(|p| p.due_at = *due_at);
            }
            Event::PromiseBroken { promise } => {
                let broken = PromiseState::Broken;
                known.iter_mut().filter(|p| p.id == *promise).for_each(|p| p.state = broken);
            }
            _ => {}
        }
    }
    let view = |promise: Promise| {
        let by = customer_by(reader.now, promise.due_at, reader.zone);
        let (state, when) = match promise.state {
            PromiseState::Open if promise.due_at >= reader.now => ("open", by),
            PromiseState::Open | PromiseState::Broken => {
                ("broken", "not kept – see above".to_owned())
            }
            PromiseState::Kept => ("kept", "kept".to_owned()),
            PromiseState::KeptLate => ("kept", "kept, but late".to_owned()),
        };
        PublicPromise { words: promise.words, state, when }
    };
    known.into_iter().map(view).collect()
}

fn messages(
    entries: &[Entry],
    names: &BTreeMap<String, String>,
    reader: &Reader<'_>,
) -> Vec<PublicWords> {
    let gone: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::SendUndone { message, .. } => Some(message.to_string()),
            Event::DeliveryChanged { message, delivery: Delivery::Undone, .. } => {
                Some(message.to_string())
            }
            _ => None,
        })
        .collect();
    let mut said = Vec::new();
    for entry in entries {
        let when = customer_date(reader.now, entry.at, reader.zone);
        let received = match &entry.event {
            Event::Received { message, .. } => Some(message),
            Event::Opened(opening) => opening.message.as_ref(),
            _ => None,
        };
        if let Some(message) = received {
            let (who, text) = ("You".to_owned(), message.text.clone());
            said.push(PublicWords { from_us: false, who, when, text });
        } else if let Event::Sent { message, .. } = &entry.event {
            // Held letters can still be taken back: nobody has said them yet.
            if message.leaves_at > reader.now || gone.contains(&message.id.to_string()) {
                continue;
            }
            let who = match &entry.actor {
                Actor::Staff(id) => names.get(&id.to_string()).map(|name| first_name(name)),
                _ => None,
            };
            let who = who.unwrap_or_else(|| reader.organisation.to_owned());
            said.push(PublicWords { from_us: true, who, when, text: message.text.clone() });
        }
    }
    said
}

async fn names(ctx: &Context, entries: &[Entry]) -> Result<BTreeMap<String, String>, StoreError> {
    const SQL: &str = "SELECT name FROM staff WHERE id = $1";
    let mut ids = BTreeSet::new();
    for entry in entries {
        if let Actor::Staff(id) = &entry.actor {
            ids.insert(id.to_string());
        }
        match &entry.event {
            Event::Assigned { owner: Some(id) } | Event::Transferred { owner: Some(id), .. } => {
                drop(ids.insert(id.to_string()))
            }
            Event::Opened(opening) => ids.extend(opening.owner.map(|id| id.to_string())),
            _ => {}
        }
    }
    let mut names = BTreeMap::new();
    for id in ids {
        let name: Option<String> = on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(&id)
            .fetch_optional(db).await)
        .doing("reading a colleague's name")?;
        names.extend(name.map(|name| (id, name)));
    }
    Ok(names)
}

async fn customer_name(ctx: &Context, case: &Case) -> Result<String, StoreError> {
    const SQL: &str = "SELECT name FROM customer WHERE id = $1";
    let name: Option<String> = on!(Store &ctx.store, db => sqlx::query_scalar(SQL)
        .bind(case.customer.to_string()).fetch_optional(db).await)
    .doing("reading a customer's name")?;
    Ok(name.unwrap_or_default())
}
