//! Looking at a customer's history, and "not right".

use crate::customer;
use crate::hint::{JOB, NIGHT_JOB, rules, sql};
use crate::value::actions::work_out;
use anyhow::Context as _;
use domain::id::CustomerId;
use domain::permit::{Act, Staff};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reading::Reader;
use reading::archetype::Archetype;
use serde::{Deserialize, Serialize};
use store::job::Job;
use store::scope::Reach;
use store::{Context, Once, Press, StoreError, Tx};
use web::Problem;

/// Customers that were heard in so long are looked at again in the night.
const HEARD_IN: SignedDuration = SignedDuration::from_hours(26);
/// Hour of the night, in UTC.
const HOUR: i8 = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Whom {
    customer: CustomerId,
}

/// Lays out a look at the history of customers who were just heard; once a minute for each.
///
/// # Errors
/// When the engine fails.
pub async fn look_at(
    tx: &mut Tx,
    customers: &[CustomerId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for customer in customers {
        let id = format!("{JOB}/{customer}/{}", now.as_second() / 60);
        let body = serde_json::to_string(&Whom { customer: *customer })
            .map_err(|error| StoreError::unreadable("laying out a look at a history", error))?;
        tx.enqueue(&id, JOB, &body, now, now).await?;
    }
    Ok(())
}

/// Lays out the work of the coming night; the same night twice is one job.
///
/// # Errors
/// When the engine fails.
pub async fn lay_out(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let tonight = now.to_zoned(TimeZone::UTC).date().at(HOUR, 0, 0, 0).to_zoned(TimeZone::UTC);
    let tonight = tonight.map_or(now, |at| at.timestamp());
    let due = if tonight > now { tonight } else { tonight + SignedDuration::from_hours(24) };
    let id = format!("{NIGHT_JOB}/{}", due.strftime("%Y-%m-%d"));
    tx.enqueue(&id, NIGHT_JOB, "{}", due, now).await
}

/// Does a job of this noun.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub(crate) async fn run(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    if job.kind == NIGHT_JOB {
        let valued = work_out(ctx).await?;
        tracing::info!(valued, "worked out what customers are worth");
        let heard = sql::heard_for_job(&ctx.store, ctx.now() - HEARD_IN).await?;
        let heard: Vec<CustomerId> = heard.iter().filter_map(|id| id.parse().ok()).collect();
        for some in heard.chunks(500) {
            let mut tx = ctx.begin().await?;
            look_at(&mut tx, some, ctx.now()).await?;
            tx.commit().await?;
        }
        let mut tx = ctx.begin().await?;
        tx.finish(job).await?;
        return Ok(tx.commit().await?);
    }
    let whom: Whom = serde_json::from_str(&job.body).context("reading whom to look at")?;
    let mut tx = ctx.begin().await?;
    look(&mut tx, whom.customer, ctx.now()).await?;
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

/// Looks at the history of one customer and writes the hints it gives.
///
/// # Errors
/// When the engine fails.
pub async fn look(tx: &mut Tx, customer: CustomerId, now: Timestamp) -> Result<(), StoreError> {
    let said = sql::said_for_job(tx, customer).await?;
    let known = sql::known_for_job(tx, customer, now).await?;
    for hint in rules::found(&Reader::shipped(), &said, known, now) {
        sql::keep(tx, customer, &hint, now).await?;
    }
    sql::end_others(tx, customer, now).await
}

/// Notes that a hint is not right: it stays away for half a year.
///
/// # Errors
/// 404 when there is none, or the customer is not theirs.
pub async fn refute(
    ctx: &Context,
    staff: &Staff,
    number: i64,
    archetype: &str,
    press: &Press,
) -> Result<(), Problem> {
    let missing = || Problem::missing("hint_missing", "There is no such hint.");
    staff.permit_anywhere(Act::HandleCase).map_err(|_| missing())?;
    let archetype = Archetype::of_word(archetype).ok_or_else(missing)?;
    let reach = Reach::from(staff);
    let row = customer::sql::one(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => {
            let says = "This was already sent with other content.";
            return Err(Problem::refused("key_used_otherwise", says));
        }
    }
    if !sql::refute(&mut tx, &row.id, archetype.word(), staff.id, now).await? {
        return Err(missing());
    }
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}
