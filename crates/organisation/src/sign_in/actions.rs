//! Signing in and out.

use super::password::{self, Busy};
use super::rules::{
    LINK_LASTS_MOST, TRIES_PER_ACCOUNT, TRIES_PER_NETWORK, WINDOW, local_path, one_more,
};
use super::sql;
use crate::staff::rules::address;
use crate::{secret, session, staff};
use domain::event::Actor;
use domain::id::StaffId;
use domain::permit::Staff;
use house::audit::What;
use house::change::{Begun, Change, ChangeError};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::file::hex;
use store::request_key::Press;
use store::{Context, StoreError, Tx};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address and password do not belong together, or the link is used up; which of them stays
    /// unsaid.
    #[error("not signed in")]
    No,
    /// Too many tries: again from then on.
    #[error("too many tries; again at {again_at}")]
    TooMany {
        /// When it may be tried again.
        again_at: Timestamp,
    },
    /// Too many people sign in at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A sign-in that worked.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub staff: Staff,
    /// The value of the session's cookie: new with every sign-in.
    pub cookie: String,
    /// Where to go: a path of ours.
    pub next: String,
}

/// Where a sign-in comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct From<'a> {
    /// The caller's network: an IPv4 address or an IPv6 /64 in words.
    pub network: &'a str,
    /// What the browser says it is.
    pub agent: &'a str,
    /// The value of the session cookie it brought, if any; that session ends.
    pub old_cookie: Option<&'a str>,
    /// Where it wants to go afterwards.
    pub next: &'a str,
}

/// Signs in with address and password. Same work and same answer for an unknown address.
///
/// # Errors
/// [`SignInError::TooMany`] after 10 tries for one address or 100 from one network in a quarter
/// of an hour, known or not; [`SignInError::No`] for anything wrong.
pub async fn sign_in(
    ctx: &Context,
    email: &str,
    password: &str,
    from: From<'_>,
) -> Result<SignedIn, SignInError> {
    let now = ctx.now();
    let email = address(email).unwrap_or_default();
    let account = format!("account/{}", hex(&Sha256::digest(email.as_bytes())));
    let network = format!("network/{}", from.network);
    count_try(ctx, &account, &network, now).await?;
    let known = sql::password_of(&ctx.store, &email).await?;
    let (id, hash) = known.unzip();
    let hash = hash.filter(|hash| !hash.is_empty());
    if !password::matches(hash.clone(), password).await? {
        tracing::info!("a sign-in did not match");
        return Err(SignInError::No);
    }
    let (Some(id), Some(hash)) = (id, hash) else { return Err(SignInError::No) };
    let actor = Actor::Staff(id.parse().map_err(|_| SignInError::No)?);
    let mut change = started(Change::begin(ctx, actor, &Press::none(), now).await)?;
    // The password may have changed, or they may have left, while it was being checked.
    let still = staff::sql::password_hash(&mut change.tx, &id).await?;
    let staff = staff::sql::here_in(&mut change.tx, &id).await?;
    let (Some(staff), true) = (staff, still.as_deref() == Some(&hash)) else {
        return Err(SignInError::No);
    };
    sql::keep_tries(&mut change.tx, &account, &[]).await?;
    forgive_network(&mut change.tx, &network, now).await?;
    finish(ctx, change, staff, from).await
}

/// Whom a one-press link would sign in, without using it: name and whether it is an invitation.
///
/// # Errors
/// [`SignInError::No`] when it cannot be used.
pub async fn peek_link(ctx: &Context, token: &str) -> Result<String, SignInError> {
    let hash = secret::hash(token).ok_or(SignInError::No)?;
    let link = sql::usable_link(&ctx.store, &hash, ctx.now()).await?.ok_or(SignInError::No)?;
    let staff = staff::sql::here(&ctx.store, &link.staff_id).await?.ok_or(SignInError::No)?;
    Ok(staff.name)
}

/// Signs in with a one-press link, and uses it up unless it was made for many presses.
///
/// # Errors
/// [`SignInError::No`] when it cannot be used.
pub async fn sign_in_by_link(
    ctx: &Context,
    token: &str,
    from: From<'_>,
) -> Result<SignedIn, SignInError> {
    let now = ctx.now();
    let hash = secret::hash(token).ok_or(SignInError::No)?;
    let link = sql::usable_link(&ctx.store, &hash, now).await?.ok_or(SignInError::No)?;
    let actor = Actor::Staff(link.staff_id.parse().map_err(|_| SignInError::No)?);
    let mut change = started(Change::begin(ctx, actor, &Press::none(), now).await)?;
    let link = sql::use_link(&mut change.tx, &hash, now).await?.ok_or(SignInError::No)?;
    let staff = staff::sql::here_in(&mut change.tx, &link.staff_id).await?;
    let staff = staff.ok_or(SignInError::No)?;
    let invited = link.purpose == "invitation";
    let from = if invited { From { next: "/settings/me", ..from } } else { from };
    finish(ctx, change, staff, from).await
}

/// Ends the session of `cookie`. Nothing happens when there is none.
///
/// # Errors
/// When the store fails.
pub async fn sign_out(ctx: &Context, cookie: &str) -> Result<(), StoreError> {
    let Some(hash) = secret::hash(cookie) else { return Ok(()) };
    let now = ctx.now();
    let Some((staff, _)) = session::sql::find(&ctx.store, &hash).await? else { return Ok(()) };
    let Ok(id) = staff.parse::<StaffId>() else { return Ok(()) };
    let begun = Change::begin(ctx, Actor::Staff(id), &Press::none(), now).await;
    let mut change = match started(begun) {
        Ok(change) => change,
        Err(SignInError::Store(error)) => return Err(error),
        Err(_) => return Ok(()),
    };
    end_session(&mut change, &hash).await?;
    change.tx.commit().await
}

/// How often a one-press link may be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkUse {
    /// Once, to sign in.
    Once,
    /// Once, to join and set a password.
    Invitation,
    /// As often as wanted until it ends: only for a practice company.
    ManyForPractice,
}

/// Makes a one-press link for the person with `email`: the address to open in a browser. It ends
/// after `lasts`, 72 hours at the most.
///
/// For commands on the machine itself (`redress demo`); screens use `staff::give_way_in`, which
/// asks for permission.
///
/// # Errors
/// [`ChangeError::Missing`] when nobody is here under that address.
pub async fn make_link(
    ctx: &Context,
    email: &str,
    uses: LinkUse,
    lasts: SignedDuration,
) -> Result<String, ChangeError> {
    let email = address(email).map_err(|why| ChangeError::at("email", why.to_string()))?;
    let known = sql::password_of(&ctx.store, &email).await?;
    let (id, _) = known.ok_or(ChangeError::Missing)?;
    let now = ctx.now();
    let begun = Change::begin::<()>(ctx, house::change::command(), &Press::none(), now).await?;
    let Begun::New(mut change) = begun else { return Err(ChangeError::Missing) };
    let address = link_in(ctx, &mut change, &id, uses, lasts).await?;
    change.tx.commit().await?;
    Ok(address)
}

/// Makes a link inside a change that was permitted, and writes down that it was made.
pub(crate) async fn link_in(
    ctx: &Context,
    change: &mut Change,
    staff: &str,
    uses: LinkUse,
    lasts: SignedDuration,
) -> Result<String, StoreError> {
    let now = change.now;
    let token = secret::new(ctx);
    let hash = secret::hash(&token).unwrap_or_default();
    let ends_at = now + lasts.min(LINK_LASTS_MOST);
    let link = sql::Link {
        purpose: if uses == LinkUse::Invitation { "invitation" } else { "sign_in" }.to_owned(),
        staff_id: staff.to_owned(),
        multi_use: i64::from(uses == LinkUse::ManyForPractice),
    };
    sql::insert_link(&mut change.tx, &hash, &link, now, ends_at).await?;
    let after = json!({ "purpose": link.purpose, "many": link.multi_use == 1, "ends_at": ends_at });
    change.note(What::WayInMade, staff, Value::Null, after).await?;
    Ok(format!("{}/sign-in/link/{token}", ctx.base_url))
}

/// Ends every session and link of somebody: their password, roles or place changed.
///
/// `but` is the hash of the one session that stays, or empty.
///
/// # Errors
/// When the store fails.
pub async fn end_everything_of(tx: &mut Tx, staff: StaffId, but: &str) -> Result<u64, StoreError> {
    let staff = staff.to_string();
    sql::end_links(tx, &staff).await?;
    session::sql::end(tx, &staff, "", but).await
}

/// Forgets sessions, links and counts that are over: for a job that runs now and then. Gives how
/// many rows went.
///
/// # Errors
/// When the store fails.
pub async fn forget_what_is_over(ctx: &Context) -> Result<u64, StoreError> {
    const MOST: i64 = 500; // The rest waits for the next round.
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let gone = session::sql::forget(&mut tx, now, MOST).await?
        + sql::forget_links(&mut tx, now, MOST).await?
        + sql::forget_tries(&mut tx, now - WINDOW, MOST).await?;
    tx.commit().await?;
    Ok(gone)
}

/// Counts a try before it is made, so that tries at the same moment on many nodes all count.
async fn count_try(
    ctx: &Context,
    account: &str,
    network: &str,
    now: Timestamp,
) -> Result<(), SignInError> {
    let mut tx = ctx.begin().await?;
    // Always in this order, so that two tries never wait for each other.
    for (who, most) in [(account, TRIES_PER_ACCOUNT), (network, TRIES_PER_NETWORK)] {
        let tries = sql::hold_tries(&mut tx, who, now).await?;
        match one_more(&tries, most, now) {
            Ok(tries) => sql::keep_tries(&mut tx, who, &tries).await?,
            Err(again_at) => return Err(SignInError::TooMany { again_at }),
        }
    }
    Ok(tx.commit().await?)
}

/// A sign-in that worked is no reason to slow its network down.
async fn forgive_network(tx: &mut Tx, network: &str, at: Timestamp) -> Result<(), StoreError> {
    let mut tries = sql::hold_tries(tx, network, at).await?;
    if let Some(place) = tries.iter().position(|try_at| *try_at == at.as_millisecond()) {
        tries.remove(place);
    }
    sql::keep_tries(tx, network, &tries).await
}

fn started(begun: Result<Begun<()>, ChangeError>) -> Result<Change, SignInError> {
    match begun {
        Ok(Begun::New(change)) => Ok(change),
        Err(ChangeError::Store(error)) => Err(error.into()),
        // Without a press nothing was done before, and beginning refuses nothing else.
        Ok(Begun::Done(())) | Err(_) => Err(SignInError::No),
    }
}

async fn finish(
    ctx: &Context,
    mut change: Change,
    staff: Staff,
    from: From<'_>,
) -> Result<SignedIn, SignInError> {
    if let Some(hash) = from.old_cookie.and_then(secret::hash) {
        end_session(&mut change, &hash).await?;
    }
    let cookie = session::actions::begin_for(ctx, &mut change, &staff, from.agent).await?;
    change.tx.commit().await?;
    Ok(SignedIn { staff, cookie, next: local_path(from.next).to_owned() })
}

/// Ends the session with `hash`, if there is one, and writes it down.
async fn end_session(change: &mut Change, hash: &str) -> Result<(), StoreError> {
    let Some(staff) = session::sql::end_by_hash(&mut change.tx, hash).await? else {
        return Ok(());
    };
    let before = json!({ "session": hash.get(..16) });
    change.note(What::SessionEnded, staff, before, Value::Null).await
}
