//! Deciding about who is held back.

use casework::held::sql::{self, Decided};
use domain::id::CustomerId;
use domain::permit::{Act, Staff};
use store::Context;
use store::scope::Reach;
use web::Problem;

fn missing() -> Problem {
    Problem::missing("held_missing", "Nobody of that id is held back among yours.")
}

/// Lets somebody go, so that programs may write to them again and do not hold them for a day; or
/// keeps them held until somebody lets them go. Doing it twice changes nothing more.
///
/// # Errors
/// 404 when they are not held, or not among theirs; when the store fails.
pub async fn decide(
    ctx: &Context,
    staff: &Staff,
    customer: &str,
    keep: bool,
) -> Result<(), Problem> {
    staff.permit_anywhere(Act::HandleCase).map_err(|_| missing())?;
    let customer: CustomerId = customer.parse().map_err(|_| missing())?;
    let decided = if keep { Decided::Kept } else { Decided::LetGo };
    let (now, by) = (ctx.now(), staff.id.to_string());
    let mut tx = ctx.begin().await?;
    let reach = Reach::from(staff);
    if !sql::decide(&mut tx, &reach, &customer.to_string(), decided, &by, now).await? {
        return Err(missing());
    }
    tx.commit().await?;
    Ok(())
}
