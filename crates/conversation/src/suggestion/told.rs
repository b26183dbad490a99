//! What a model is told of a case: what stands on the page, and no private note.

use crate::suggestion::sql;
use desk::screen::{Screen, reason_words, stage_words};
use desk::view::case::{CaseView, ThreadEntry, earlier};
use domain::event::{Actor, Event};
use domain::id::MessageId;
use prompt::{Matter, Said};
use speech::Say;
use store::{Context, StoreError};

/// Entries before those on the page that are looked at.
const EARLIER_MOST: u32 = 100;

/// Reads it.
pub(super) async fn matter(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
) -> Result<Matter, StoreError> {
    let case = &view.case;
    let first = view.thread.entries.first().map_or(0, |entry| entry.entry.n);
    let mut entries = match view.thread.earlier {
        0 => Vec::new(),
        _ => earlier(ctx, &screen.reach, case.number, first, EARLIER_MOST)
            .await?
            .map(|thread| thread.entries)
            .unwrap_or_default(),
    };
    entries.extend(view.thread.entries.iter().cloned());
    let day = |at| Say::default().moment(screen.now, at, &screen.zone);
    let promise = |promise: &domain::promise::Promise| {
        format!("We will {} by {}", promise.words, day(promise.due_at))
    };
    let offer = |offer: &domain::offer::Offer| {
        let options: Vec<&str> = offer.options.iter().map(|one| one.words.as_str()).collect();
        format!("{} ({})", options.join(" or "), offer.state.as_str().replace('_', " "))
    };
    let mut facts = vec![
        format!("Kind: {}", case.kind),
        format!("Stage: {}", stage_words(case, None, &view.team, false)),
        format!("Since {}", day(case.opened_at)),
    ];
    facts.extend(view.reasons.iter().map(reason_words));
    let policies = match screen.policy.core_values.as_slice() {
        [] => Vec::new(),
        values => vec![format!("Our values: {}", values.join(", "))],
    };
    Ok(Matter {
        organisation: screen.policy.organisation.clone(),
        customer: view.customer.clone(),
        people: people(screen, view, &entries),
        contacts: contacts(ctx, view).await?,
        problem: case.problem_line().to_owned(),
        language: case.language.clone(),
        facts,
        promises: case.promises.iter().filter(|one| one.is_owed()).map(promise).collect(),
        offers: case.offers.iter().map(offer).collect(),
        policies,
        said: said(&entries),
        today: day(screen.now),
    })
}

async fn contacts(ctx: &Context, view: &CaseView) -> Result<Vec<String>, StoreError> {
    let mut contacts = sql::contacts(&ctx.store, view.case.id).await?;
    contacts.extend(view.email.clone());
    Ok(contacts)
}

/// Whoever is named on the case, the writer first. What rules of the house did is no person's.
fn people(screen: &Screen, view: &CaseView, entries: &[ThreadEntry]) -> Vec<String> {
    let mut people = vec![screen.signed.staff.name.clone()];
    people.extend(view.owner.clone());
    for entry in entries {
        if matches!(entry.entry.actor, Actor::Staff(_)) {
            people.push(entry.who.clone());
        }
        people.extend(entry.also.iter().map(|one| one.name.clone()));
        match &entry.entry.event {
            Event::Received { message, .. } => people.push(message.author.clone()),
            Event::Opened(opening) => {
                people.extend(opening.message.iter().map(|message| message.author.clone()));
            }
            Event::Assigned { owner: Some(_) } => people.push(entry.whom.clone()),
            _ => {}
        }
    }
    people
}

/// Their words and ours, without what was taken back and without private notes.
fn said(entries: &[ThreadEntry]) -> Vec<Said> {
    let undone: Vec<MessageId> = entries
        .iter()
        .filter_map(|entry| match &entry.entry.event {
            Event::SendUndone { message, .. } => Some(*message),
            _ => None,
        })
        .collect();
    let words = |from_us, text: &str| Some(Said { from_us, text: text.to_owned() });
    let of = |entry: &ThreadEntry| match &entry.entry.event {
        Event::Opened(opening) => {
            opening.message.as_ref().and_then(|message| words(false, &message.text))
        }
        Event::Received { message, .. } => words(false, &message.text),
        Event::Sent { message, .. } if !undone.contains(&message.id) => words(true, &message.text),
        Event::Confirmed { words: text } | Event::Contested { words: text, .. } => {
            words(false, text).filter(|said| !said.text.is_empty())
        }
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}
