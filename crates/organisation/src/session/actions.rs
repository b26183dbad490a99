//! Finding out who is signed in, and ending sessions.

use super::rules::{LASTS, NOTED_EVERY, Session};
use super::sql;
use crate::{secret, staff};
use domain::permit::Staff;
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::request_key::Press;
use store::{Context, StoreError};

/// Who the cookie `cookie` signs in at `now`, with the session; `None` for anything else: a
/// cookie that never was one, a session that is over, somebody who has left. Use is noted.
///
/// # Errors
/// When the store fails.
pub async fn staff_by_session(
    ctx: &Context,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<(Staff, Session)>, StoreError> {
    let Some(hash) = secret::hash(cookie) else { return Ok(None) };
    let Some((staff_id, session)) = sql::find(&ctx.store, &hash).await? else { return Ok(None) };
    if !session.holds(now) {
        return Ok(None);
    }
    let Some(staff) = staff::sql::here(&ctx.store, &staff_id).await? else { return Ok(None) };
    if session.seen_at.duration_until(now) >= NOTED_EVERY {
        let mut tx = ctx.begin().await?;
        sql::seen(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    Ok(Some((staff, session)))
}

/// The sessions of `staff` that still hold, latest use first.
///
/// # Errors
/// When the store fails.
pub async fn list(
    ctx: &Context,
    staff: &Staff,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    sql::of(&ctx.store, &staff.id.to_string(), now).await
}

/// Ends one of one's own sessions by its handle.
///
/// # Errors
/// [`ChangeError::Missing`] when it is not there or not theirs.
pub async fn end_one(
    ctx: &Context,
    staff: &Staff,
    handle: &str,
    press: &Press,
) -> Result<(), ChangeError> {
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    if handle.is_empty() || sql::end(&mut change.tx, &staff.id.to_string(), handle, "").await? == 0
    {
        return Err(ChangeError::Missing);
    }
    change.note(What::SessionEnded, staff.id, json!({ "session": handle }), Value::Null).await?;
    change.commit(press, &()).await
}

/// Begins a session for `staff` inside `change` and gives the cookie.
pub(crate) async fn begin_for(
    ctx: &Context,
    change: &mut Change,
    staff: &Staff,
    agent: &str,
) -> Result<String, StoreError> {
    let cookie = secret::new(ctx);
    let now = change.now;
    let session = Session {
        hash: secret::hash(&cookie).unwrap_or_default(),
        made_at: now,
        seen_at: now,
        ends_at: now + LASTS,
        agent: agent.chars().filter(|c| !c.is_control()).take(200).collect(),
    };
    sql::insert(&mut change.tx, &staff.id.to_string(), &session).await?;
    change
        .note(What::SignedIn, staff.id, Value::Null, json!({ "session": session.handle() }))
        .await?;
    Ok(cookie)
}
