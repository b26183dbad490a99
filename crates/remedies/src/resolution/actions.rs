//! Putting right, the customer's answer, closing and reopening.

use crate::resolution::rules::{self, Answer, AskBack};
use casework::case::sql::people;
use casework::handling::{Done, Handling, On, handling, handling_for_customer};
use casework::letter;
use casework::merger::rules::MergerRefused;
use casework::merger::sql::part_of;
use casework::policy::days;
use casework::promise::rules::NewPromise;
use casework::refusal::ActError;
use casework::timers;
use casework::view::recent::{self, Reverse};
use domain::case::Closing;
use domain::clock::ClockKind;
use domain::event::Event;
use domain::id::StaffId;
use domain::message::Purpose;
use domain::permit::{Act, CustomerPermit, Staff};
use domain::words::Words;
use jiff::Timestamp;
use store::{Context, Press};

/// When the customer is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// In the letter that says what we did.
    Now,
    /// By a letter at that moment, after the fix.
    At(Timestamp),
    /// By a call until that moment, promised by whoever resolves.
    ByPhone(Timestamp),
}

/// Says that it is put right; the customer reads `what_we_did`.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ResolutionRefused`].
pub async fn resolve(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    what_we_did: &Words,
    ask: Ask,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Resolve, on, press);
    let asks_now = ask == Ask::Now;
    let text = letter::resolved(
        work.say(),
        &work.contact.name,
        what_we_did.as_str(),
        asks_now,
        work.name(),
    );
    let letter = work.letter(Purpose::Verification, text);
    let message = letter.id;
    let ask_back = match ask {
        Ask::Now => AskBack::Now,
        Ask::At(at) => AskBack::At(at),
        Ask::ByPhone(at) => {
            AskBack::ByPhone(work.promise(letter::call_to_ask(work.say()), staff.id, at).await?)
        }
    };
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::resolve(&work.case, &permit, what_we_did, ask_back, letter, clocks, now)?;
    recent::remember(&mut work, staff, "Said that it is put right", &Reverse::Send { message })
        .await?;
    // After a call the answer is written down, or the customer is asked once more.
    let asks_at = match ask {
        Ask::Now => None,
        Ask::At(at) => Some(at),
        Ask::ByPhone(at) => Some(at + days(work.policy.ask_again_days)),
    };
    if let Some(at) = asks_at {
        timers::set_ask(&mut work.tx, work.case.id, now, 0, at, now).await?;
    }
    work.save(&events).await
}

/// The customer's answer on their page. A repeated yes changes nothing.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ResolutionRefused`].
pub async fn answer(
    ctx: &Context,
    permit: &CustomerPermit,
    answer: Answer,
    words: Option<&Words>,
    press: &Press,
) -> Result<Done, ActError> {
    let mut work = handling_for_customer!(ctx, permit, press);
    let events = answered(&mut work, answer, words, None).await?;
    work.save(&events).await
}

/// The customer's answer as they gave it on the telephone.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ResolutionRefused`].
pub async fn answer_for_customer(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    answer: Answer,
    words: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, _permit) = handling!(ctx, staff, Act::Resolve, on, press);
    is_its_own(&mut work).await?;
    let events = answered(&mut work, answer, Some(words), Some(staff.id)).await?;
    work.save(&events).await
}

/// A case that is part of another goes on there.
async fn is_its_own(work: &mut Handling<'_>) -> Result<(), ActError> {
    match part_of(&mut work.tx, work.case.id).await? {
        Some(into) => Err(MergerRefused::IsMerged { into }.into()),
        None => Ok(()),
    }
}

async fn answered(
    work: &mut Handling<'_>,
    answer: Answer,
    words: Option<&Words>,
    heard_by: Option<StaffId>,
) -> Result<Vec<Event>, ActError> {
    let promise = match answer {
        Answer::Yes => None,
        Answer::Partly | Answer::No => word_by(work, heard_by).await?,
    };
    let words = words.map(Words::as_str).unwrap_or_default();
    Ok(rules::answer(&work.case, answer, words, promise, &work.policy.clocks, work.now)?)
}

/// The promise that whoever has the case writes by the time an answer is due.
async fn word_by(
    work: &mut Handling<'_>,
    heard_by: Option<StaffId>,
) -> Result<Option<NewPromise>, ActError> {
    let keeper = match work.case.owner.or(heard_by) {
        Some(keeper) => Some(keeper),
        None => people::somebody_of(&mut work.tx, work.case.team).await?.map(|one| one.id),
    };
    let clock = work.policy.clocks.begin(ClockKind::Answer, work.case.severity, work.now);
    let (Some(keeper), Some(clock)) = (keeper, clock) else { return Ok(None) };
    let words = letter::word_on_what_is_wrong(work.say());
    Ok(Some(work.promise(words, keeper, clock.due_at).await?))
}

/// Closes without asking the customer, with a reason.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ResolutionRefused`].
pub async fn close(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    because: Closing,
    reason: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Close, on, press);
    let events = rules::close(&work.case, &permit, because, reason)?;
    work.save(&events).await
}

/// Opens a closed case again.
///
/// # Errors
/// See [`ActError`]; refusals are [`rules::ResolutionRefused`].
pub async fn reopen(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    is_its_own(&mut work).await?;
    let events = rules::reopen(&work.case, &permit, &work.policy.clocks, work.now)?;
    work.save(&events).await
}
