//! Making and ending tokens, and finding out for whom one acts.

use super::rules::{MOST, NOTED_EVERY, Token, TokenText, TokenWish, kept, narrowing};
use super::sql;
use crate::staff::rules::address;
use crate::{secret, staff};
use domain::event::Actor;
use domain::id::StaffId;
use domain::permit::{Act, Staff};
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::request_key::Press;
use store::{Context, StoreError};
use uuid::Uuid;

/// A token was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Its id.
    pub id: String,
    /// The token itself: `rd_` and 43 letters. Told once: a second press of the same form does
    /// not hear it again.
    #[serde(skip)]
    pub secret: Option<String>,
}

impl std::fmt::Debug for Created {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Created").field("id", &self.id).finish_non_exhaustive()
    }
}

/// For whom the token `bearer` acts at `now`, narrowed to its acts; `None` for anything else: a
/// text that never was one, a token that ended, somebody who has left. Use is noted.
///
/// # Errors
/// When the store fails.
pub async fn staff_by_token(
    ctx: &Context,
    bearer: &str,
    now: Timestamp,
) -> Result<Option<Staff>, StoreError> {
    if !bearer.starts_with(secret::TOKEN_MARK) {
        return Ok(None);
    }
    let Some(hash) = secret::hash(bearer) else { return Ok(None) };
    let Some(found) = sql::find(&ctx.store, &hash).await? else { return Ok(None) };
    if !found.token.holds(now) {
        return Ok(None);
    }
    let here = staff::sql::here(&ctx.store, &found.staff_id).await?;
    let Some(staff) = here else { return Ok(None) };
    if found.token.used_at.is_none_or(|used| used.duration_until(now) >= NOTED_EVERY) {
        let mut tx = ctx.begin().await?;
        sql::used(&mut tx, &found.token.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Staff { narrowed_to: narrowing(&found.acts), ..staff }))
}

/// Makes a token for oneself.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn create(
    ctx: &Context,
    staff: &Staff,
    text: &TokenText,
    press: &Press,
) -> Result<Created, ChangeError> {
    staff.permit_anywhere(Act::MakeToken)?;
    let now = ctx.now();
    let wish = text.read(staff, now).map_err(ChangeError::Wrong)?;
    create_as(ctx, by(staff), staff.id, &wish, press, now).await
}

/// Makes a token for whoever has `email`: for `redress token create` on the machine itself.
///
/// # Errors
/// [`ChangeError::Missing`] when nobody is here under that address; [`ChangeError::Wrong`] with
/// every field that must be put right.
pub async fn create_by_command(
    ctx: &Context,
    email: &str,
    text: &TokenText,
) -> Result<Created, ChangeError> {
    let email = address(email).map_err(|why| ChangeError::at("email", why.to_string()))?;
    let staff = staff::sql::by_email_for_command(&ctx.store, &email).await?;
    let staff = staff.ok_or(ChangeError::Missing)?;
    let now = ctx.now();
    let wish = text.read(&staff, now).map_err(ChangeError::Wrong)?;
    create_as(ctx, house::change::command(), staff.id, &wish, &Press::none(), now).await
}

async fn create_as(
    ctx: &Context,
    actor: Actor,
    staff: StaffId,
    wish: &TokenWish,
    press: &Press,
    now: Timestamp,
) -> Result<Created, ChangeError> {
    let mut change: Change = begin!(ctx, actor, press, now);
    if sql::count(&mut change.tx, staff, now).await? >= MOST {
        return Err(ChangeError::at("name", "You have 50 tokens already. End one first."));
    }
    let id = ctx.id::<Uuid>(now).to_string();
    let token = format!("{}{}", secret::TOKEN_MARK, secret::new(ctx));
    let hash = secret::hash(&token).unwrap_or_default();
    sql::insert(&mut change.tx, &id, &hash, staff, wish, now).await?;
    let after = json!({
        "staff": staff, "name": wish.name, "acts": kept(&wish.acts), "ends_at": wish.ends_at,
    });
    change.note(What::TokenMade, &id, Value::Null, after).await?;
    let created = Created { id, secret: Some(token) };
    change.commit(press, &created).await?;
    Ok(created)
}

/// Ends a token of one's own, at once.
///
/// # Errors
/// [`ChangeError::Missing`] when it is not there, not theirs or ended already.
pub async fn end(ctx: &Context, staff: &Staff, id: &str, press: &Press) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::MakeToken)?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    let name = sql::end(&mut change.tx, staff.id, id, now).await?.ok_or(ChangeError::Missing)?;
    change.note(What::TokenEnded, id, json!({ "name": name }), Value::Null).await?;
    change.commit(press, &()).await
}

/// One's own tokens that were not ended, newest first, `most` at the most, after the token
/// `after` (empty for the first page).
///
/// # Errors
/// When they may not have tokens, or the store fails.
pub async fn list(
    ctx: &Context,
    staff: &Staff,
    after: &str,
    most: i64,
) -> Result<Vec<Token>, ChangeError> {
    staff.permit_anywhere(Act::MakeToken)?;
    Ok(sql::of(&ctx.store, staff.id, after, most).await?)
}
