//! Putting labels on a case and taking them off.

use casework::handling::{Done, On, handling};
use casework::label::rules::says;
use casework::label::{rules, sql};
use casework::refusal::ActError;
use casework::view::recent::{self, Reverse};
use domain::event::Event;
use domain::id::LabelId;
use domain::permit::{Act, Staff};
use store::{Context, Press};

/// Puts `add` on the case and takes `remove` off. What is so already changes nothing.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::LabelRefused`].
pub async fn label(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    add: &[LabelId],
    remove: &[LabelId],
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let list = sql::list_in(&mut work.tx).await?;
    let events = rules::label(&work.case, &permit, &list, add, remove)?;
    if let Some(Event::Labelled(how)) = events.first() {
        let reverse = Reverse::Label { how: (**how).clone() };
        recent::remember(&mut work, staff, &says(how), &reverse).await?;
    }
    work.save(&events).await
}

/// Makes `labels` the labels of the case: others are taken off.
///
/// # Errors
/// As [`label`].
pub async fn set_labels(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    labels: &[LabelId],
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let list = sql::list_in(&mut work.tx).await?;
    let others: Vec<LabelId> =
        work.case.labels.iter().copied().filter(|id| !labels.contains(id)).collect();
    let events = rules::label(&work.case, &permit, &list, labels, &others)?;
    if let Some(Event::Labelled(how)) = events.first() {
        let reverse = Reverse::Label { how: (**how).clone() };
        recent::remember(&mut work, staff, &says(how), &reverse).await?;
    }
    work.save(&events).await
}
