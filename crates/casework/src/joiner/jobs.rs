//! What happens by itself to those who wait: nobody waits unseen for longer than a first word may
//! take, and feedback learns which case it belongs to.

use crate::case::save::{By, open};
use crate::case::sql::project::Named;
use crate::case::take_in::{acknowledge, subject_of};
use crate::joiner::{rules, sql};
use crate::policy::Policy;
use domain::case::Case;
use domain::event::{Actor, Event};
use domain::id::{CaseId, CaseNumber, FeedbackId, MessageId};
use domain::joiner::Joiner;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::number::Numbered;
use store::{Context, StoreError, Tx};

/// Work that tells feedback which case it belongs to; whoever keeps feedback does it.
pub const PLACED_JOB: &str = "placed";

/// What such work says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placing {
    /// Which feedback.
    pub feedback: FeedbackId,
    /// The case it belongs to from now on.
    pub case: CaseId,
    /// Why, as staff read it.
    pub because: String,
}

/// Lays out the work of telling feedback where it belongs; words that came by no channel have
/// none.
pub async fn place_feedback(
    tx: &mut Tx,
    feedback: Option<FeedbackId>,
    case: CaseId,
    because: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(feedback) = feedback else { return Ok(()) };
    let placing = Placing { feedback, case, because: because.to_owned() };
    let body = serde_json::to_string(&placing)
        .map_err(|error| StoreError::unreadable("placing feedback", error))?;
    tx.enqueue(&format!("placed/{feedback}/{case}"), PLACED_JOB, &body, now, now).await
}

/// Opens a case of the words of somebody who waited, and gives the event for the case they waited
/// on. They are acknowledged like anybody who writes for the first time.
pub async fn open_own(
    tx: &mut Tx,
    by: &By<'_>,
    case: &Case,
    joiner: &Joiner,
) -> Result<(Case, Event), StoreError> {
    let (ctx, now) = (by.ctx, by.now);
    let number = CaseNumber(tx.next_number(Numbered::Case).await?);
    let subject = subject_of(&joiner.subject, &joiner.message.text);
    let opening = rules::own_case(case, joiner, number, subject, &by.policy.clocks, now);
    let id: CaseId = ctx.id(now);
    let then = match joiner.answerable {
        true => acknowledge(tx, ctx, now, by.policy, id, &opening).await?,
        false => Vec::new(),
    };
    let opened = open(tx, by, id, opening, &then, &Named::InTheStore).await?;
    let because = format!("It came with the reply address of {}.", case.number);
    place_feedback(tx, joiner.message.feedback, id, &because, now).await?;
    Ok((opened, Event::JoinerSplit { message: joiner.message.id, into: number }))
}

/// Gives those a case of their own about whom nobody has decided in time.
pub(crate) async fn split_by_timer(
    tx: &mut Tx,
    ctx: &Context,
    case: &Case,
    message: MessageId,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let Some(joiner) = sql::find(tx, case.id, message).await? else { return Ok(Vec::new()) };
    let actor = Actor::Rule("joiner".to_owned());
    let by = By { ctx, actor, name: &policy.organisation, policy, now };
    let (_, split) = open_own(tx, &by, case, &joiner).await?;
    Ok(vec![split])
}
