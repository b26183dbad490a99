//! Making and changing reply texts.

use super::rules::{MOST, ReplyText, ReplyTextText, ReplyTextWish};
use super::sql;
use domain::id::{ReplyTextId, TeamId};
use domain::permit::{Act, Staff};
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use serde_json::{Value, json};
use store::Context;
use store::request_key::Press;
use store::scope::Reach;

/// Makes a reply text for every team or for one that its writer sees.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &ReplyTextText,
    press: &Press,
) -> Result<ReplyTextId, ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    check_team(ctx, staff, wish.team).await?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    if sql::count(&mut change.tx).await? >= MOST {
        return Err(ChangeError::at("name", "A house has at most 500 reply texts."));
    }
    let id: ReplyTextId = ctx.id(now);
    sql::insert(&mut change.tx, id, &wish, now).await?;
    change.note(What::ReplyTextAdded, id, Value::Null, told(&wish)).await?;
    change.commit(press, &id).await?;
    Ok(id)
}

/// Changes a reply text.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else changed it in between; [`ChangeError::Missing`]
/// for a text of a team that they do not see.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: ReplyTextId,
    text: &ReplyTextText,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    if !list(ctx, staff).await?.iter().any(|known| known.id == id) {
        return Err(ChangeError::Missing);
    }
    let wish = text.read().map_err(ChangeError::Wrong)?;
    check_team(ctx, staff, wish.team).await?;
    let mut change: Change = begin!(ctx, by(staff), press, ctx.now());
    let before = sql::one_in(&mut change.tx, id).await?.ok_or(ChangeError::Missing)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Crossed { version: before.version });
    }
    sql::update(&mut change.tx, id, &wish).await?;
    let old = json!({
        "name": before.name, "team": before.team, "text": before.text, "ended": before.ended
    });
    change.note(What::ReplyTextChanged, id, old, told(&wish)).await?;
    change.commit(press, &()).await
}

/// The texts of every team and of teams that `staff` sees, by name, ended ones included.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub async fn list(ctx: &Context, staff: &Staff) -> Result<Vec<ReplyText>, ChangeError> {
    let teams: Vec<TeamId> = teams(ctx, staff).await?.into_iter().map(|(id, _)| id).collect();
    let mut texts = sql::list(&ctx.store).await?;
    texts.retain(|text| text.team.is_none_or(|team| teams.contains(&team)));
    Ok(texts)
}

/// The teams of units that `staff` may see, with their names.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub(super) async fn teams(
    ctx: &Context,
    staff: &Staff,
) -> Result<Vec<(TeamId, String)>, ChangeError> {
    staff.permit_anywhere(Act::ReadCase)?;
    Ok(sql::teams(&ctx.store, &Reach::from(staff)).await?)
}

async fn check_team(ctx: &Context, staff: &Staff, team: Option<TeamId>) -> Result<(), ChangeError> {
    let Some(id) = team else { return Ok(()) };
    let known = teams(ctx, staff).await?.iter().any(|(team, _)| *team == id);
    if known { Ok(()) } else { Err(ChangeError::at("team", "Choose a team of the list.")) }
}

fn told(wish: &ReplyTextWish) -> Value {
    json!({ "name": wish.name, "team": wish.team, "text": wish.text, "ended": wish.ended })
}
