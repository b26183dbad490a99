//! Who has read a case up to where. It is each person's own and stands in no record.

use casework::case::rules::CaseRefused;
use casework::case::sql as case_sql;
use casework::handling::Done;
use casework::refusal::ActError;
use casework::view::recent::Reverse;
use casework::view::sql;
use domain::case::Case;
use domain::id::{CaseId, CaseNumber};
use domain::permit::{Act, Staff};
use store::{Context, StoreError, Tx};

/// Notes that this person has read the case up to `version`; never goes back.
///
/// # Errors
/// [`ActError::Missing`] when the case is not theirs to read.
pub async fn see(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    version: u64,
) -> Result<(), ActError> {
    let mut tx = ctx.begin().await?;
    let case = case_sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    staff.permit(Act::ReadCase, &case)?;
    sql::see(&mut tx, case.id, staff.id, version.min(case.version)).await?;
    tx.commit().await?;
    Ok(())
}

/// Marks cases as read, or as unread when all of them are read; each can be taken back with `z`.
/// Says whether they count as read now.
///
/// # Errors
/// [`ActError::Missing`] when one of the cases is not theirs to read; then none is marked.
pub async fn turn(ctx: &Context, staff: &Staff, numbers: &[CaseNumber]) -> Result<bool, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let mut cases = Vec::with_capacity(numbers.len());
    for number in numbers {
        let case = case_sql::load(&mut tx, *number).await?.ok_or(ActError::Missing)?;
        staff.permit(Act::ReadCase, &case)?;
        let was = sql::seen(&mut tx, case.id, staff.id).await?;
        cases.push((case, was));
    }
    let is_read = cases.iter().any(|(case, was)| *was < case.version);
    for (case, was) in cases {
        let to = if is_read { case.version } else { 0 };
        sql::put_seen(&mut tx, case.id, staff.id, to).await?;
        let reverse = serde_json::to_string(&Reverse::Seen { was, now: to })
            .map_err(|error| StoreError::unreadable("remembering an action", error))?;
        let id: uuid::Uuid = ctx.id(now);
        let says = if is_read { "Marked as read" } else { "Marked as unread" };
        sql::remember(&mut tx, &id.to_string(), staff.id, Some(case.id), says, &reverse, now)
            .await?;
    }
    tx.commit().await?;
    Ok(is_read)
}

/// Marks a case as unread.
///
/// # Errors
/// [`ActError::Missing`] when the case is not theirs to read.
pub async fn forget(ctx: &Context, staff: &Staff, number: CaseNumber) -> Result<(), ActError> {
    let mut tx = ctx.begin().await?;
    let case = case_sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    staff.permit(Act::ReadCase, &case)?;
    sql::put_seen(&mut tx, case.id, staff.id, 0).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts back how far a case was read, `(was, now)`, unless it was read on since.
pub async fn put_back(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    action: &str,
    (was, left): (u64, u64),
) -> Result<Done, ActError> {
    let mut tx = ctx.begin().await?;
    let case = case_sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    staff.permit(Act::ReadCase, &case)?;
    if !sql::mark_undone(&mut tx, action, staff.id).await? {
        return Err(CaseRefused::NothingToUndo.into());
    }
    put_back_in(&mut tx, case.id, staff, (was, left)).await?;
    tx.commit().await?;
    Ok(Done::opened(&case))
}

/// The same within a transaction.
pub async fn put_back_in(
    tx: &mut Tx,
    case: CaseId,
    staff: &Staff,
    (was, left): (u64, u64),
) -> Result<(), ActError> {
    if sql::seen(tx, case, staff.id).await? != left {
        return Err(CaseRefused::ChangedSince.into());
    }
    Ok(sql::put_seen(tx, case, staff.id, was).await?)
}

/// Makes a case read or unread within a transaction; what takes it back, unless it was so already.
/// Read is what stood there at `version`: words that came since were in front of nobody.
pub async fn mark_in(
    tx: &mut Tx,
    case: &Case,
    staff: &Staff,
    is_read: bool,
    version: u64,
) -> Result<Option<Reverse>, ActError> {
    let was = sql::seen(tx, case.id, staff.id).await?;
    let is_so = if is_read { was >= version } else { was < case.version };
    if is_so {
        return Ok(None);
    }
    let now = if is_read { version } else { 0 };
    sql::put_seen(tx, case.id, staff.id, now).await?;
    Ok(Some(Reverse::Seen { was, now }))
}
