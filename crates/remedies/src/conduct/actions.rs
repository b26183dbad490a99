//! Stating a limit, and ending contact.

use crate::conduct::rules;
use casework::handling::{Done, On, handling};
use casework::refusal::ActError;
use domain::message::Purpose;
use domain::permit::{Act, Staff};
use domain::words::Words;
use store::{Context, Press};

/// States the limit to the customer, in these words.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ConductRefused`].
pub async fn warn(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    words: Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Reply, on, press);
    let letter = work.letter(Purpose::Closing, words);
    let events = rules::warn(&work.case, &permit, letter, &work.policy.clocks, work.now)?;
    work.save(&events).await
}

/// Ends contact with a last letter in these words. Needs the right to close.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ConductRefused`].
pub async fn end_contact(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    words: Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Close, on, press);
    let letter = work.letter(Purpose::Closing, words);
    let events = rules::end_contact(&work.case, &permit, letter, &work.policy.clocks, work.now)?;
    work.save(&events).await
}
