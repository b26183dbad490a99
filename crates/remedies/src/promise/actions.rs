//! Making, keeping and moving promises.

use casework::case::sql::people;
use casework::handling::{Done, On, handling};
use casework::letter;
use casework::promise::rules::{self, ClosedHours, PromiseRefused};
use casework::promise::sql;
use casework::refusal::ActError;
use domain::id::{PromiseId, StaffId};
use domain::message::Purpose;
use domain::permit::{Act, Staff};
use domain::words::Words;
use jiff::Timestamp;
use store::{Context, Press, StoreError};

/// Promises within one hour from which on somebody has enough (ui-spec A5).
pub const LOAD_WARNS_AT: i64 = 6;

/// A promise to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakePromise {
    /// What comes after "We will"; at most [`rules::WORDS_MOST`] characters.
    pub words: Words,
    /// Who keeps it; `None` is oneself.
    pub keeper: Option<StaffId>,
    /// By when.
    pub due_at: Timestamp,
    /// Whether the customer sees it on the case page.
    pub visible: bool,
    /// Whether closed hours are meant.
    pub closed_hours: ClosedHours,
}

/// Makes a promise. The sentence in the reply is the composer's matter.
///
/// # Errors
/// See [`ActError`]; refusals are [`PromiseRefused`].
pub async fn make(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    make: MakePromise,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Promise, on, press);
    let keeper = make.keeper.unwrap_or(staff.id);
    let known = people::colleague(&mut work.tx, keeper, work.case.unit).await?;
    known.ok_or(PromiseRefused::NoSuchKeeper)?;
    let mut promise = work.promise(make.words, keeper, make.due_at).await?;
    promise.visible = make.visible;
    promise.closed_hours = make.closed_hours;
    let hours = &work.policy.clocks.hours;
    let events = rules::make(&work.case, &permit, promise, hours, work.now)?;
    work.save(&events).await
}

/// Says that a promise was kept, with one line of what was done; the customer gets it.
///
/// # Errors
/// See [`ActError`]; refusals are [`PromiseRefused`].
pub async fn keep(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    promise: PromiseId,
    done: Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Promise, on, press);
    let promised = rules::owed(&work.case, promise)?.words.clone();
    let text =
        letter::promise_kept(work.say(), &work.contact.name, &promised, done.as_str(), work.name());
    let letter = work.letter(Purpose::Promise, text);
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events = rules::keep(&work.case, &permit, promise, &done, letter, clocks, now)?;
    work.save(&events).await
}

/// Gives a promise a new date. `told` is the sentence the customer gets, before the old date.
///
/// # Errors
/// See [`ActError`]; refusals are [`PromiseRefused`].
pub async fn put_off(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    promise: PromiseId,
    due_at: Timestamp,
    closed_hours: ClosedHours,
    told: &Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::Promise, on, press);
    let text = letter::promise_moved(work.say(), &work.contact.name, told.as_str(), work.name());
    let letter = work.letter(Purpose::Promise, text);
    let (clocks, now) = (&work.policy.clocks, work.now);
    let events =
        rules::put_off(&work.case, &permit, promise, due_at, closed_hours, letter, clocks, now)?;
    work.save(&events).await
}

/// How many promises of `keeper` fall due around `due_at`; from [`LOAD_WARNS_AT`] on a page warns.
///
/// # Errors
/// When the engine fails.
pub async fn keeper_load(
    ctx: &Context,
    keeper: StaffId,
    due_at: Timestamp,
) -> Result<i64, StoreError> {
    sql::load(&ctx.store, keeper, due_at).await
}
