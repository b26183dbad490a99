//! Asking somebody to decide, and deciding.

use crate::escalation::rules::{self, EscalationRefused};
use casework::case::sql::people;
use casework::handling::{Done, On, handling, handling_for_customer};
use casework::refusal::ActError;
use domain::id::StaffId;
use domain::message::Purpose;
use domain::permit::{Act, CustomerPermit, Staff};
use domain::words::Words;
use store::{Context, Press};

/// Asks `to` to decide `question`; the customer gets `tell` when it is given.
///
/// # Errors
/// See [`ActError`]; refusals are [`EscalationRefused`].
pub async fn escalate(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    question: &Words,
    to: StaffId,
    tell: Option<Words>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Escalate, on, press);
    let known = people::colleague(&mut work.tx, to, work.case.unit).await?;
    known.ok_or(EscalationRefused::NoSuchColleague)?;
    let told = tell.map(|text| work.letter(Purpose::Escalation, text));
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::escalate(&work.case, &permit, question, to, told, clocks, now)?;
    work.save(&events).await
}

/// Decides what was asked.
///
/// # Errors
/// See [`ActError`]; refusals are [`EscalationRefused`].
pub async fn answer(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    answer: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Escalate, on, press);
    let events = rules::answer(&work.case, &permit, answer)?;
    work.save(&events).await
}

/// The customer asks that somebody else looks at it: a lead of the team, else anybody else of it.
///
/// # Errors
/// See [`ActError`]; refusals are [`EscalationRefused`].
pub async fn ask_someone_else(
    ctx: &Context,
    permit: &CustomerPermit,
    words: Option<&Words>,
    press: &Press,
) -> Result<Done, ActError> {
    let mut work = handling_for_customer!(ctx, permit, press);
    let team = work.case.team;
    let found = match people::lead_of(&mut work.tx, team).await? {
        Some(lead) => Some(lead),
        None => people::somebody_of(&mut work.tx, team).await?,
    };
    let to = found.ok_or(EscalationRefused::NoSuchColleague)?.id;
    let asked = "The customer asks that somebody else looks at it.";
    let question = match words {
        Some(words) => format!("{asked} “{words}”"),
        None => asked.to_owned(),
    };
    let question = Words::new(&question, Words::MOST).unwrap_or_else(|_| asked_plainly(asked));
    let events = rules::asked(&work.case, &question, to)?;
    work.save(&events).await
}

fn asked_plainly(asked: &str) -> Words {
    Words::new(asked, Words::MOST).expect("a sentence of ours is never blank")
}
