//! Who has read a case up to where.

use crate::case::sql as case_sql;
use crate::refusal::ActError;
use crate::view::sql;
use domain::id::CaseNumber;
use domain::permit::{Act, Staff};
use store::Context;

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
