//! Hearing what a case is about, and saying it.

use crate::handling::{Done, Handling, On, handling};
use crate::refusal::ActError;
use crate::topic::{rules, sql};
use crate::view::recent::{self, Reverse};
use domain::event::Event;
use domain::id::TopicId;
use domain::message::ReceivedMessage;
use domain::permit::{Act, Staff};
use domain::topic::{Topic, TopicsCorrected};
use reading::{Reader, Topics};
use store::{Context, Press, StoreError, Tx};

/// The job by which a correction is handed to whoever learns from it.
const JOB: &str = "topics_corrected";

/// Hears what the words are about, where they came by no channel that had them read: typed on the
/// page of the case, or written down by whoever opens it. The one place where such words get their
/// topics; other words have those of their reading.
pub async fn hear(tx: &mut Tx, message: &mut ReceivedMessage) -> Result<(), StoreError> {
    let tree = sql::looked_for_in(tx).await?;
    if !tree.is_empty() {
        let read = Reader::shipped().read_with(&message.text, &Topics::new(&tree));
        message.topics = read.about().filter_map(|hit| hit.id.parse().ok()).collect();
    }
    Ok(())
}

/// Says that the case is about `add` and not about `remove`; the reader learns from it. What is so
/// already changes nothing.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::TopicRefused`].
pub async fn correct(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    add: &[TopicId],
    remove: &[TopicId],
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let list = sql::list_in(&mut work.tx).await?;
    let events = rules::correct(&work.case, &permit, &list, add, remove)?;
    keep(work, staff, events).await
}

/// Makes `topics` what the case is about: it is not about others that were read.
///
/// # Errors
/// As [`correct`].
pub async fn set_topics(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    topics: &[TopicId],
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let list = sql::list_in(&mut work.tx).await?;
    let others: Vec<TopicId> =
        work.case.topics.iter().copied().filter(|id| !topics.contains(id)).collect();
    let events = rules::correct(&work.case, &permit, &list, topics, &others)?;
    keep(work, staff, events).await
}

async fn keep(mut work: Handling<'_>, staff: &Staff, events: Vec<Event>) -> Result<Done, ActError> {
    if let Some(Event::TopicsCorrected(how)) = events.first() {
        let says = rules::says(how).replacen("said", "Said", 1);
        let reverse = Reverse::Topics { how: (**how).clone() };
        recent::remember(&mut work, staff, &says, &reverse).await?;
        teach(&mut work, staff, how).await?;
    }
    work.save(&events).await
}

/// Hands over what is right to whoever learns from it. To be called before the case is saved.
pub async fn teach(
    work: &mut Handling<'_>,
    staff: &Staff,
    how: &TopicsCorrected,
) -> Result<(), StoreError> {
    let ids = |topics: &[Topic]| topics.iter().map(|topic| topic.id).collect::<Vec<_>>();
    let body = serde_json::json!({
        "case": work.case.id,
        "by": staff.id,
        "at": work.now,
        "added": ids(&how.added),
        "removed": ids(&how.removed),
    });
    let id: uuid::Uuid = work.ctx.id(work.now);
    let now = work.now;
    work.tx.enqueue(&format!("{JOB}/{id}"), JOB, &body.to_string(), now, now).await
}
