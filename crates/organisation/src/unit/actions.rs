//! Making and renaming units.

use super::rules::{MOST, Unit};
use super::sql;
use domain::id::UnitId;
use domain::permit::{Act, NotPermitted, Scope, Staff};
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use house::name::name;
use serde_json::{Value, json};
use store::Context;
use store::request_key::Press;
use store::scope::Reach;

/// Makes a unit. Only somebody who sees everything can: a new unit is nobody's own.
///
/// # Errors
/// [`ChangeError::Wrong`] at `name`.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &str,
    press: &Press,
) -> Result<UnitId, ChangeError> {
    may(staff)?;
    let name = name(text).map_err(|why| ChangeError::at("name", why))?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    if sql::count(&mut change.tx).await? >= MOST {
        return Err(ChangeError::at("name", "A house has at most 500 units."));
    }
    let id: UnitId = ctx.id(now);
    sql::insert(&mut change.tx, id, name.as_str(), now).await?;
    change.note(What::UnitAdded, id, Value::Null, json!({ "name": name })).await?;
    change.commit(press, &id).await?;
    Ok(id)
}

/// Renames a unit.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else changed it in between.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: UnitId,
    text: &str,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    may(staff)?;
    let name = name(text).map_err(|why| ChangeError::at("name", why))?;
    let mut change: Change = begin!(ctx, by(staff), press, ctx.now());
    let before = sql::one_in(&mut change.tx, &id.to_string()).await?.ok_or(ChangeError::Missing)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Crossed { version: before.version });
    }
    sql::update(&mut change.tx, id, name.as_str()).await?;
    let told = |name: &str| json!({ "name": name });
    change.note(What::UnitChanged, id, told(&before.name), told(name.as_str())).await?;
    change.commit(press, &()).await
}

/// The units `staff` may see: all, or their own.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub async fn list(ctx: &Context, staff: &Staff) -> Result<Vec<Unit>, ChangeError> {
    staff.permit_anywhere(Act::ReadCase)?;
    Ok(sql::list(&ctx.store, &Reach::from(staff)).await?)
}

fn may(staff: &Staff) -> Result<(), NotPermitted> {
    staff.permit_anywhere(Act::ManageStaff)?;
    if staff.scope == Scope::All { Ok(()) } else { Err(NotPermitted) }
}
