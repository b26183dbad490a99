//! Merging two cases, taking it back, and making a case of words on another.

use casework::case::rules::opening_clocks;
use casework::case::save::{By, open, save};
use casework::case::sql::project::Named;
use casework::handling::{Done, On, handling, pressed};
use casework::joiner::jobs::place_feedback;
use casework::joiner::sql::count as count_waiting;
use casework::merger::rules::{self, MergerRefused, Past};
use casework::merger::sql;
use casework::policy::Policy;
use casework::refusal::ActError;
use domain::channel::Kind;
use domain::clock::ClockKind;
use domain::event::{Actor, Opening};
use domain::id::{CaseId, CaseNumber, MessageId, PromiseId};
use domain::message::ReceivedMessage;
use domain::permit::{Act, Staff};
use domain::words::Words;
use store::number::Numbered;
use store::{Context, Press};

/// Makes a case part of another of the same customer; gives the other. Its reply addresses and
/// its link lead to the other from now on.
///
/// # Errors
/// See [`ActError`]; refusals are [`MergerRefused`].
pub async fn merge(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    into: CaseNumber,
    press: &Press,
) -> Result<Done, ActError> {
    let (on, now) = (on.into(), ctx.now());
    let mut tx = ctx.begin().await?;
    let (case, other) = sql::both(&mut tx, on.number, into).await?;
    let case = case.ok_or(ActError::Missing)?;
    let permit = staff.permit(Act::HandleCase, &case)?;
    if let Some(done) = pressed(&mut tx, press, now).await? {
        return Ok(done);
    }
    let other = other.ok_or(MergerRefused::NoSuchCase)?;
    let Ok(other_permit) = staff.permit(Act::HandleCase, &other) else {
        return Err(MergerRefused::NoSuchCase.into());
    };
    if on.version.is_some_and(|version| version != case.version) {
        return Err(ActError::Changed { version: case.version });
    }
    let waiting = count_waiting(&mut tx, case.id).await?;
    let ids: Vec<PromiseId> = case.promises.iter().map(|_| ctx.id(now)).collect();
    let (merged, took_in) = rules::merge(&case, &other, (&permit, &other_permit), &ids, waiting)?;
    let policy = Policy::read(&mut tx).await?;
    let by = By { ctx, actor: Actor::Staff(staff.id), name: &staff.name, policy: &policy, now };
    save(&mut tx, &by, &case, &[merged]).await?;
    let whole = save(&mut tx, &by, &other, &[took_in]).await?;
    let done = Done::opened(&whole);
    tx.done_once(press, &done).await?;
    tx.commit().await?;
    Ok(done)
}

/// Makes a case that is part of another one of its own again.
///
/// # Errors
/// See [`ActError`]; refusals are [`MergerRefused`].
pub async fn separate(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    press: &Press,
) -> Result<Done, ActError> {
    let (on, now) = (on.into(), ctx.now());
    let mut tx = ctx.begin().await?;
    let into = sql::next(&mut tx, on.number).await?;
    let (case, from) = sql::both(&mut tx, on.number, into.unwrap_or(on.number)).await?;
    let case = case.ok_or(ActError::Missing)?;
    let permit = staff.permit(Act::HandleCase, &case)?;
    if let Some(done) = pressed(&mut tx, press, now).await? {
        return Ok(done);
    }
    let from = match sql::part_of(&mut tx, case.id).await? {
        Some(number) if into == Some(number) => from.ok_or(ActError::Missing)?,
        _ => return Err(MergerRefused::NotMerged.into()),
    };
    let other_permit = staff.permit(Act::HandleCase, &from)?;
    if on.version.is_some_and(|version| version != case.version) {
        return Err(ActError::Changed { version: case.version });
    }
    let merged = sql::last_merger(&mut tx, case.id).await?;
    let taken = sql::last_taken_in(&mut tx, from.id, case.number).await?;
    let (Some(merged), Some((took_in, version))) = (merged, taken) else {
        return Err(MergerRefused::NotMerged.into());
    };
    let past = Past { merged, took_in, version };
    let (separated, gave_back) = rules::separate(&case, &from, (&permit, &other_permit), past);
    let policy = Policy::read(&mut tx).await?;
    let by = By { ctx, actor: Actor::Staff(staff.id), name: &staff.name, policy: &policy, now };
    save(&mut tx, &by, &from, &[gave_back]).await?;
    let own = save(&mut tx, &by, &case, &[separated]).await?;
    let done = Done::opened(&own);
    tx.done_once(press, &done).await?;
    tx.commit().await?;
    Ok(done)
}

/// A second matter in the thread of a first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitOff {
    /// The words that are about it.
    pub message: MessageId,
    /// What kind of matter it is.
    pub kind: Kind,
    /// Its subject line.
    pub subject: Words,
}

/// Makes a case of its own of words on a case, for the same customer and with whoever does it;
/// gives that case. The words stay where they were said, too.
///
/// # Errors
/// See [`ActError`]; refusals are [`MergerRefused`].
pub async fn split_off(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    split: SplitOff,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let (case, now) = (work.case.clone(), work.now);
    let found = sql::received(&mut work.tx, case.id, split.message).await?;
    let (words, at) = found.ok_or(MergerRefused::NoSuchMessage)?;
    let before = sql::split_into(&mut work.tx, case.id, split.message).await?;
    let number = CaseNumber(work.tx.next_number(Numbered::Case).await?);
    let event = rules::split_off(&permit, split.message, at, number, before)?;
    let id: CaseId = ctx.id(now);
    let feedback = words.feedback;
    let mut clocks = opening_clocks(split.kind, case.severity, &work.policy.clocks, now);
    // They have had our first word in the thread that they wrote in.
    clocks.retain(|clock| clock.kind != ClockKind::Acknowledge || case.acknowledged_at.is_none());
    let opening = Opening {
        number,
        unit: case.unit,
        team: case.team,
        owner: Some(staff.id),
        customer: case.customer,
        kind: split.kind,
        channel: words.channel,
        subject: split.subject.into_string(),
        problem: String::new(),
        language: case.language.clone(),
        severity: case.severity,
        facts: case.facts,
        clocks,
        message: Some(ReceivedMessage { id: ctx.id(now), ..words }),
        linked_to: Some(case.number),
    };
    let policy = &work.policy;
    let by = By { ctx, actor: Actor::Staff(staff.id), name: &staff.name, policy, now };
    let opened = open(&mut work.tx, &by, id, opening, &[], &Named::InTheStore).await?;
    let because = format!("It was said on {} and is a matter of its own.", case.number);
    place_feedback(&mut work.tx, feedback, id, &because, now).await?;
    work.keep(&[event]).await?;
    work.end_as(Done::opened(&opened)).await
}
