//! Undoing what somebody did last (`z`).

use crate::bulk::actions as bulk_actions;
use crate::bulk::sql::BulkChange;
use casework::case::actions::{Right, teach};
use casework::case::rules::{self as case_rules, CaseRefused};
use casework::handling::{Done, Handling, handling};
use casework::label::rules as label_rules;
use casework::message::undo::undo_send;
use casework::refusal::ActError;
use casework::topic::actions::teach as teach_topics;
use casework::topic::rules as topic_rules;
use casework::view::recent::{RecentAction, Reverse, recent_actions};
use casework::view::sql;
use desk::view::seen;
use domain::case::Case;
use domain::event::Event;
use domain::id::CaseNumber;
use domain::permit::{Act, Permit, Staff};
use store::{Context, Press, StoreError};

/// What undoing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// One case is as it was.
    Case(Done),
    /// Many cases are being put back, by a change of its own.
    Bulk(Box<BulkChange>),
}

/// Undoes the last thing this person did that was not undone yet.
///
/// # Errors
/// See [`ActError`]; `nothing_to_undo`, or `changed_since` when somebody changed it again.
pub async fn undo_last(ctx: &Context, staff: &Staff, press: &Press) -> Result<Undone, ActError> {
    let last = recent_actions(ctx, staff.id).await?.into_iter().find(|action| action.undone == 0);
    let last = last.ok_or(CaseRefused::NothingToUndo)?;
    undo(ctx, staff, &last, press).await
}

/// Undoes one of [`recent_actions`].
///
/// # Errors
/// See [`ActError`].
pub async fn undo(
    ctx: &Context,
    staff: &Staff,
    action: &RecentAction,
    press: &Press,
) -> Result<Undone, ActError> {
    if action.is_bulk() {
        let back = bulk_actions::undo(ctx, staff, &action.id, press).await?;
        return Ok(Undone::Bulk(Box::new(back)));
    }
    undo_one(ctx, staff, action, press).await.map(Undone::Case)
}

async fn undo_one(
    ctx: &Context,
    staff: &Staff,
    action: &RecentAction,
    press: &Press,
) -> Result<Done, ActError> {
    let reverse: Reverse = serde_json::from_str(&action.reverse)
        .map_err(|error| StoreError::unreadable("reading a recent action", error))?;
    let number = CaseNumber(action.number);
    if let Reverse::Send { message } = reverse {
        let done = undo_send(ctx, staff, number, message, press).await?;
        let mut tx = ctx.begin().await?;
        sql::mark_undone(&mut tx, &action.id, staff.id).await?;
        tx.commit().await?;
        return Ok(done);
    }
    if let Reverse::Seen { was, now } = reverse {
        return seen::put_back(ctx, staff, number, &action.id, (was, now)).await;
    }
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, number, press);
    if !sql::mark_undone(&mut work.tx, &action.id, staff.id).await? {
        return Err(CaseRefused::NothingToUndo.into());
    }
    let events = put_back(&mut work, staff, &permit, reverse).await?;
    work.save(&events).await
}

/// What brings the case back to what it was, with those told of it who learn from it.
pub(crate) async fn put_back(
    work: &mut Handling<'_>,
    staff: &Staff,
    permit: &Permit,
    reverse: Reverse,
) -> Result<Vec<Event>, ActError> {
    let taught = match &reverse {
        Reverse::Reread { before: (kind, severity, facts), .. } => {
            Some(Right::plain(*kind, *severity, *facts))
        }
        _ => None,
    };
    let events = reversed(&work.case, permit, reverse)?;
    if let Some(right) = taught {
        teach(work, staff, &right).await?;
    }
    if let Some(Event::TopicsCorrected(how)) = events.first() {
        teach_topics(work, staff, how).await?;
    }
    Ok(events)
}

fn reversed(case: &Case, _permit: &Permit, reverse: Reverse) -> Result<Vec<Event>, CaseRefused> {
    let only_if = |still: bool, event: Event| {
        if still { Ok(vec![event]) } else { Err(CaseRefused::ChangedSince) }
    };
    match reverse {
        Reverse::Assign { owner, now } => {
            case_rules::still_open(case)?;
            only_if(case.owner == now, Event::Assigned { owner })
        }
        Reverse::Problem { problem, now } => {
            only_if(case.problem == now, Event::ProblemStated { problem })
        }
        Reverse::Reread { before: (kind, severity, facts), now } => only_if(
            (case.kind, case.severity, case.facts) == now,
            Event::Reread { kind, severity, facts },
        ),
        Reverse::Snooze { until, now } => {
            case_rules::still_open(case)?;
            let event = match until {
                Some(until) => Event::Snoozed { until },
                None => Event::Woken,
            };
            only_if(case.snoozed_until == now, event)
        }
        Reverse::Label { how } => label_rules::reversed(case, &how)
            .map(|event| vec![event])
            .ok_or(CaseRefused::ChangedSince),
        Reverse::Topics { how } => topic_rules::reversed(case, &how)
            .map(|event| vec![event])
            .ok_or(CaseRefused::ChangedSince),
        Reverse::Send { .. } | Reverse::Seen { .. } | Reverse::Bulk => {
            Err(CaseRefused::NothingToUndo)
        }
    }
}
