//! Deciding about somebody who waits: taking them in, or giving them a case of their own.

use casework::case::save::By;
use casework::handling::{Done, Handling, On, handling};
use casework::joiner::jobs::{open_own, place_feedback};
use casework::joiner::rules::{self, JoinerRefused};
use casework::joiner::sql;
use casework::refusal::ActError;
use domain::event::Actor;
use domain::id::MessageId;
use domain::joiner::{Joiner, Part};
use domain::permit::{Act, Staff};
use store::{Context, Press};

/// Takes somebody in who waits with `message`. Letters go to the customer as before.
///
/// # Errors
/// See [`ActError`]; refusals are [`JoinerRefused`].
pub async fn accept(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    message: MessageId,
    part: Part,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let joiner = waiting(&mut work, message).await?;
    let events = rules::accept(&work.case, &permit, &joiner, part, &work.policy.clocks, work.now)?;
    let because = format!("{} was taken in on {}.", joiner.message.author, work.case.number);
    let (feedback, case, now) = (joiner.message.feedback, work.case.id, work.now);
    place_feedback(&mut work.tx, feedback, case, &because, now).await?;
    work.save(&events).await
}

/// Makes a case of their own of the words of somebody who waits; gives that case.
///
/// # Errors
/// See [`ActError`]; refusals are [`JoinerRefused`].
pub async fn split(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    message: MessageId,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, _permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let joiner = waiting(&mut work, message).await?;
    // It is the house that writes to them, as to anybody new.
    let policy = &work.policy;
    let (actor, name) = (Actor::Staff(staff.id), &policy.organisation);
    let by = By { ctx, actor, name, policy, now: work.now };
    let (opened, split) = open_own(&mut work.tx, &by, &work.case, &joiner).await?;
    work.keep(&[split]).await?;
    work.end_as(Done::opened(&opened)).await
}

async fn waiting(work: &mut Handling<'_>, message: MessageId) -> Result<Joiner, ActError> {
    let found = sql::find(&mut work.tx, work.case.id, message).await?;
    found.ok_or_else(|| JoinerRefused::NoSuchJoiner.into())
}
