//! A change to many cases goes on a stretch at a time: each is a job of its own that lays out the
//! next one in the transaction of its effect. So a kill costs nothing, no case comes twice, and
//! other work finds its turn in between.

use crate::bulk::actions::{leave_out, stretch};
use crate::bulk::sql::{self, BulkChange};
use anyhow::Context as _;
use domain::id::StaffId;
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::job::Job;
use store::{Context, StoreError, Tx};

/// A stretch of a change to many cases.
pub const KIND: &str = "bulk";
/// Cases of one stretch: whoever waits for the writer waits for so many at the most.
pub const STRETCH: u32 = 25;
/// The try at which a case that stands in the way alone is left out, so that the others go on.
const LEFT_OUT_AT: i64 = 3;

/// What a stretch needs to know: who asked for the change, as narrow as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    bulk: String,
    staff: StaffId,
    narrowed_to: Option<Vec<Act>>,
}

/// Lays out the next stretch of `change`. The same stretch twice is one.
pub(crate) async fn lay_out(
    tx: &mut Tx,
    change: &BulkChange,
    staff: &Staff,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (bulk, narrowed_to) = (change.id.clone(), staff.narrowed_to.clone());
    next(tx, change, &Stretch { bulk, staff: staff.id, narrowed_to }, now).await
}

async fn next(
    tx: &mut Tx,
    change: &BulkChange,
    what: &Stretch,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(what)
        .map_err(|error| StoreError::unreadable("going on with many cases", error))?;
    let id = format!("{KIND}/{}/{}", change.id, change.done());
    tx.enqueue(&id, KIND, &body, now, now).await
}

/// Goes on with many cases; `None` when the job is of another kind.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    if job.kind == KIND { Some(go_on(ctx, job).await) } else { None }
}

/// Does the stretch of `job`. After a failure it goes case by case, and one that fails again and
/// again is told as refused.
///
/// # Errors
/// When the store fails; the job is tried again.
async fn go_on(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let what: Stretch = serde_json::from_str(&job.body).context("reading a stretch of cases")?;
    let done = do_some(ctx, job, &what).await;
    match done {
        Err(error)
            if job.attempts >= LEFT_OUT_AT && !matches!(error, StoreError::Conflict { .. }) =>
        {
            tracing::warn!(job.id, %error, "a case stands in the way of others; it is left out");
            Ok(skip(ctx, job, &what).await?)
        }
        done => Ok(done?),
    }
}

async fn do_some(ctx: &Context, job: &Job, what: &Stretch) -> Result<(), StoreError> {
    let most = if job.attempts > 1 { 1 } else { STRETCH };
    let mut staff = web::session::somebody(ctx, what.staff).await?;
    if let Some(staff) = &mut staff {
        staff.narrowed_to.clone_from(&what.narrowed_to);
    }
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let held = sql::hold(&mut tx, &what.bulk).await?;
    if let Some(change) = held.filter(BulkChange::is_running) {
        let (back, change) = stretch(ctx, tx, staff.as_ref(), change, most).await?;
        tx = back;
        if change.is_running() {
            next(&mut tx, &change, what, now).await?;
        }
    }
    tx.finish(job).await?;
    tx.commit().await
}

async fn skip(ctx: &Context, job: &Job, what: &Stretch) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let held = sql::hold(&mut tx, &what.bulk).await?;
    if let Some(mut change) = held.filter(BulkChange::is_running) {
        leave_out(&mut tx, &mut change, now).await?;
        if change.is_running() {
            next(&mut tx, &change, what, now).await?;
        }
    }
    tx.finish(job).await?;
    tx.commit().await
}
