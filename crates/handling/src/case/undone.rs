//! Cases of an import that was taken back.

use casework::case::save::{By, save};
use casework::case::sql;
use casework::policy::Policy;
use domain::case::Closing;
use domain::event::{Actor, Event};
use domain::id::CaseId;
use store::job::Job;
use store::{Context, Doing, StoreError, Tx, on};

/// Closes the cases in `ids` that nobody has worked on; those with a person's work in them stay
/// and are told in the log. Finishes `job` in the same transaction.
///
/// # Errors
/// When the store fails; the job is tried again.
pub async fn close_undone(ctx: &Context, job: &Job, ids: &[CaseId]) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    let policy = Policy::read(&mut tx).await?;
    let now = ctx.now();
    for id in ids {
        let Some(case) = sql::load_by_id(&mut tx, *id).await? else { continue };
        if case.stage.is_closed() {
            continue;
        }
        if has_work(&mut tx, *id).await? {
            tracing::warn!(case.number = case.number.0, "has a person's work in it, so it stays");
            continue;
        }
        let actor = Actor::Rule("import".to_owned());
        let by = By { ctx, actor, name: &policy.organisation, policy: &policy, now };
        let reason = "The import it came with was taken back.".to_owned();
        let closed = Event::Closed { because: Closing::Withdrawn, reason };
        save(&mut tx, &by, &case, &[closed]).await?;
    }
    tx.finish(job).await?;
    tx.commit().await
}

async fn has_work(tx: &mut Tx, case: CaseId) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT n FROM event WHERE case_id = $1 AND actor LIKE '{\"kind\":\"staff\"%' LIMIT 1";
    let found: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .fetch_optional(db).await)
    .doing("looking for a person's work on a case")?;
    Ok(found.is_some())
}
