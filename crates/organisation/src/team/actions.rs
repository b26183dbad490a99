//! Making and changing teams.

use super::rules::{MOST, Team, TeamText, TeamWish};
use super::sql;
use crate::unit;
use domain::id::{TeamId, UnitId};
use domain::permit::{Act, Scope, Staff};
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use serde_json::{Value, json};
use store::Context;
use store::request_key::Press;
use store::scope::Reach;

/// Makes a team in a unit of one's own.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &TeamText,
    press: &Press,
) -> Result<TeamId, ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    check_unit(&mut change, staff, wish.unit).await?;
    if sql::count(&mut change.tx).await? >= MOST {
        return Err(ChangeError::at("name", "A house has at most 2,000 teams."));
    }
    let id: TeamId = ctx.id(now);
    sql::insert(&mut change.tx, id, &wish, now).await?;
    change.note(What::TeamAdded, id, Value::Null, told(&wish)).await?;
    change.commit(press, &id).await?;
    Ok(id)
}

/// Changes a team. It moves to another unit only while nobody and nothing is in it.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else changed it in between.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: TeamId,
    text: &TeamText,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    let mut change: Change = begin!(ctx, by(staff), press, ctx.now());
    let before = sql::one_in(&mut change.tx, &id.to_string()).await?.ok_or(ChangeError::Missing)?;
    if !is_own(staff, before.unit) {
        return Err(ChangeError::Missing);
    }
    if version.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Crossed { version: before.version });
    }
    check_unit(&mut change, staff, wish.unit).await?;
    if wish.unit != before.unit && sql::is_used(&mut change.tx, id).await? {
        return Err(ChangeError::at("unit", "A team with people or cases stays in its unit."));
    }
    sql::update(&mut change.tx, id, &wish).await?;
    let old = json!({ "name": before.name, "unit": before.unit, "phone": before.phone });
    change.note(What::TeamChanged, id, old, told(&wish)).await?;
    change.commit(press, &()).await
}

/// The teams of units that `staff` may see.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub async fn list(ctx: &Context, staff: &Staff) -> Result<Vec<Team>, ChangeError> {
    staff.permit_anywhere(Act::ReadCase)?;
    Ok(sql::list(&ctx.store, &Reach::from(staff)).await?)
}

async fn check_unit(change: &mut Change, staff: &Staff, id: UnitId) -> Result<(), ChangeError> {
    let known = unit::sql::one_in(&mut change.tx, &id.to_string()).await?.is_some();
    if known && is_own(staff, id) {
        Ok(())
    } else {
        Err(ChangeError::at("unit", "Choose a unit of the list."))
    }
}

fn is_own(staff: &Staff, unit: UnitId) -> bool {
    staff.scope == Scope::All || staff.units.contains(&unit)
}

fn told(wish: &TeamWish) -> Value {
    json!({ "name": wish.name, "unit": wish.unit, "phone": wish.phone })
}
