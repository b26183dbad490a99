//! Making and changing labels.

use super::rules::{LabelOfHouse, LabelText, LabelWish, MOST};
use super::sql;
use domain::id::LabelId;
use domain::permit::{Act, Staff};
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use serde_json::{Value, json};
use store::Context;
use store::request_key::Press;

const TAKEN: &str = "There is one of that name already.";

/// Makes a label or a cause.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &LabelText,
    press: &Press,
) -> Result<LabelId, ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    if sql::is_taken(&mut change.tx, None, &wish).await? {
        return Err(ChangeError::at("name", TAKEN));
    }
    if sql::count(&mut change.tx).await? >= MOST {
        return Err(ChangeError::at("name", "A house has at most 500 labels and causes."));
    }
    let id: LabelId = ctx.id(now);
    sql::insert(&mut change.tx, id, &wish, now).await?;
    change.note(What::LabelAdded, id, Value::Null, told(&wish)).await?;
    change.commit(press, &id).await?;
    Ok(id)
}

/// Changes a label. Cases that carry it show the new name; the record keeps the old one.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else changed it in between.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: LabelId,
    text: &LabelText,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    let mut change: Change = begin!(ctx, by(staff), press, ctx.now());
    let before = sql::one_in(&mut change.tx, id).await?.ok_or(ChangeError::Missing)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Crossed { version: before.version });
    }
    if sql::is_taken(&mut change.tx, Some(id), &wish).await? {
        return Err(ChangeError::at("name", TAKEN));
    }
    sql::update(&mut change.tx, id, &wish).await?;
    let old = json!({ "name": before.name, "kind": before.kind, "ended": before.ended });
    change.note(What::LabelChanged, id, old, told(&wish)).await?;
    change.commit(press, &()).await
}

/// The whole list, labels before causes, ended ones included.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub async fn list(ctx: &Context, staff: &Staff) -> Result<Vec<LabelOfHouse>, ChangeError> {
    staff.permit_anywhere(Act::ReadCase)?;
    Ok(sql::list(&ctx.store).await?)
}

fn told(wish: &LabelWish) -> Value {
    json!({ "name": wish.name, "kind": wish.kind, "ended": wish.ended })
}
