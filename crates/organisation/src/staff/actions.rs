//! Adding people, changing what they may do, saying that they left or are away.

use super::rules::{
    Person, PersonText, PersonWish, SIGNATURE_MOST, holds_the_keys, may_give, may_manage,
};
use super::sql;
use crate::sign_in::actions::{LinkUse, link_in};
use crate::sign_in::{end_everything_of, password};
use crate::{team, unit};
use domain::event::Actor;
use domain::id::StaffId;
use domain::permit::{Act, Scope, Staff};
use domain::words::Words;
use house::agreed;
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use house::wrong::Wrong;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::request_key::Press;
use store::scope::Reach;
use store::{Context, StoreError};

/// How long an invitation or a new way in can be used.
const WAY_IN_LASTS: SignedDuration = SignedDuration::from_hours(72);

/// Somebody was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Who.
    pub id: StaffId,
    /// The link by which they come in and set their password. Told once: a second press of the
    /// same form does not hear it again.
    #[serde(skip)]
    pub way_in: Option<String>,
}

/// Adds somebody to the house and makes the link by which they come in.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &PersonText,
    press: &Press,
) -> Result<Added, ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    let wish = text.read().map_err(ChangeError::Wrong)?;
    may_give(staff, wish.scope, &wish.units).map_err(|wrong| ChangeError::Wrong(vec![wrong]))?;
    add_as(ctx, by(staff), &wish, press).await
}

/// The same for `redress user add` on the machine itself, which needs no permission. Somebody
/// without a unit joins the first one.
///
/// # Errors
/// [`ChangeError::Wrong`] with every field that must be put right.
pub async fn add_by_command(ctx: &Context, text: &PersonText) -> Result<Added, ChangeError> {
    let mut text = text.clone();
    if text.units.is_empty() {
        text.units.extend(unit::sql::first(&ctx.store).await?.map(|unit| unit.to_string()));
    }
    let wish = text.read().map_err(ChangeError::Wrong)?;
    add_as(ctx, house::change::command(), &wish, &Press::none()).await
}

async fn add_as(
    ctx: &Context,
    actor: Actor,
    wish: &PersonWish,
    press: &Press,
) -> Result<Added, ChangeError> {
    let now = ctx.now();
    let mut change: Change = begin!(ctx, actor, press, now);
    check(&mut change, None, wish).await?;
    let id: StaffId = ctx.id(now);
    sql::insert(&mut change.tx, id, wish, "", now).await.map_err(taken)?;
    sql::place(&mut change.tx, id, wish).await?;
    change.note(What::StaffAdded, id, Value::Null, told(wish)).await?;
    let staff = id.to_string();
    let way_in = link_in(ctx, &mut change, &staff, LinkUse::Invitation, WAY_IN_LASTS).await?;
    let added = Added { id, way_in: Some(way_in) };
    change.commit(press, &added).await?;
    Ok(added)
}

/// Changes somebody; their sessions end when what they may do or see became something else.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else changed them in between.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: StaffId,
    text: &PersonText,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    let wish = text.read().map_err(ChangeError::Wrong)?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    let before = managed(&mut change, staff, id, version).await?;
    may_give(staff, wish.scope, &wish.units).map_err(|wrong| ChangeError::Wrong(vec![wrong]))?;
    check(&mut change, Some(id), &wish).await?;
    let had_keys = holds_the_keys(&before.staff.roles, before.staff.scope);
    if had_keys && !holds_the_keys(&wish.roles, wish.scope) {
        keys_stay(&mut change, id, "roles").await?;
    }
    sql::update(&mut change.tx, id, &wish).await.map_err(taken)?;
    sql::place(&mut change.tx, id, &wish).await?;
    let (old, new) = (told(&wish_of(&before)?), told(&wish));
    if powers(&old) != powers(&new) {
        end_everything_of(&mut change.tx, id, "").await?;
    }
    change.note(What::StaffChanged, id, old, new).await?;
    change.commit(press, &()).await
}

/// Says that somebody left: sessions, links and tokens end at once; what they did stays.
///
/// # Errors
/// [`ChangeError::Wrong`] when nobody else would hold the keys of the house.
pub async fn leave(
    ctx: &Context,
    staff: &Staff,
    id: StaffId,
    version: Option<i64>,
    press: &Press,
) -> Result<(), ChangeError> {
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    let before = managed(&mut change, staff, id, version).await?;
    if before.left_at.is_some() {
        return change.commit(press, &()).await;
    }
    if holds_the_keys(&before.staff.roles, before.staff.scope) {
        keys_stay(&mut change, id, "left").await?;
    }
    sql::set_left(&mut change.tx, id, Some(now)).await?;
    sql::set_password(&mut change.tx, id, "").await?;
    end_everything_of(&mut change.tx, id, "").await?;
    crate::token::sql::end_all(&mut change.tx, id, now).await?;
    change.note(What::StaffLeft, id, told(&wish_of(&before)?), Value::Null).await?;
    change.commit(press, &()).await
}

/// Takes somebody back who had left; they come in by a new link.
///
/// # Errors
/// [`ChangeError::Missing`] when they are not there.
pub async fn return_to_work(
    ctx: &Context,
    staff: &Staff,
    id: StaffId,
    press: &Press,
) -> Result<(), ChangeError> {
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    let before = managed(&mut change, staff, id, None).await?;
    if before.left_at.is_some() {
        sql::set_left(&mut change.tx, id, None).await?;
        let after = told(&wish_of(&before)?);
        change.note(What::StaffReturned, id, Value::Null, after).await?;
    }
    change.commit(press, &()).await
}

/// Gives somebody a new way in: their password and sessions end, and the link made lets them set
/// another. Told once.
///
/// # Errors
/// [`ChangeError::Missing`] when they are not there or have left.
pub async fn give_way_in(
    ctx: &Context,
    staff: &Staff,
    id: StaffId,
    press: &Press,
) -> Result<Added, ChangeError> {
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    let person = managed(&mut change, staff, id, None).await?;
    if person.left_at.is_some() {
        return Err(ChangeError::Missing);
    }
    sql::set_password(&mut change.tx, id, "").await?;
    end_everything_of(&mut change.tx, id, "").await?;
    let key = id.to_string();
    let way_in = link_in(ctx, &mut change, &key, LinkUse::Invitation, WAY_IN_LASTS).await?;
    let added = Added { id, way_in: Some(way_in) };
    change.commit(press, &added).await?;
    Ok(added)
}

/// Sets one's own password; every other session and every link of one's own ends.
///
/// - `current`: the password so far; not asked when there is none.
/// - `session`: the hash of the session that stays.
///
/// # Errors
/// [`ChangeError::Wrong`] at `current` or `password`.
pub async fn change_own_password(
    ctx: &Context,
    staff: &Staff,
    current: &str,
    new: &str,
    session: &str,
) -> Result<(), ChangeError> {
    let id = staff.id.to_string();
    let mut tx = ctx.begin().await?;
    let known = sql::password_hash(&mut tx, &id).await?.ok_or(ChangeError::Missing)?;
    let person = sql::person_in(&mut tx, &id).await?.ok_or(ChangeError::Missing)?;
    tx.rollback().await?;
    let busy = |_| ChangeError::Busy;
    if !known.is_empty() && !password::matches(Some(known.clone()), current).await.map_err(busy)? {
        return Err(ChangeError::at("current", "This is not your password so far."));
    }
    let organisation = agreed::organisation_name(&ctx.store).await?;
    crate::sign_in::rules::password(new, &[&staff.name, &person.email, &organisation])
        .map_err(|why| ChangeError::at("password", why.to_string()))?;
    let hash = password::hash(new, ctx.chance()).await.map_err(busy)?;
    let press = Press::none();
    let mut change: Change = begin!(ctx, by(staff), &press, ctx.now());
    if sql::password_hash(&mut change.tx, &id).await?.as_deref() != Some(&known) {
        return Err(ChangeError::at("current", "Your password was changed in between."));
    }
    sql::set_password(&mut change.tx, staff.id, &hash).await?;
    end_everything_of(&mut change.tx, staff.id, session).await?;
    change.note(What::PasswordSet, staff.id, Value::Null, Value::Null).await?;
    change.commit(&press, &()).await
}

/// Says of oneself: `on` shift, `wrapping-up`, or `away`.
///
/// # Errors
/// [`ChangeError::Wrong`] for any other word.
pub async fn set_shift(ctx: &Context, staff: &Staff, shift: &str) -> Result<(), ChangeError> {
    if !["on", "wrapping-up", "away"].contains(&shift) {
        return Err(ChangeError::at("shift", "Choose on shift, wrapping up or away."));
    }
    let mut tx = ctx.begin().await?;
    sql::set_shift(&mut tx, staff.id, shift).await?;
    Ok(tx.commit().await?)
}

/// Sets what stands under one's own letters.
///
/// # Errors
/// [`ChangeError::Wrong`] when it is too long.
pub async fn set_signature(
    ctx: &Context,
    staff: &Staff,
    signature: &str,
    press: &Press,
) -> Result<(), ChangeError> {
    let signature = match Words::new(signature, SIGNATURE_MOST) {
        Ok(words) => words.into_string(),
        Err(domain::words::WordsRefused::Blank) => String::new(),
        Err(long) => return Err(ChangeError::at("signature", long.to_string())),
    };
    let mut change: Change = begin!(ctx, by(staff), press, ctx.now());
    let id = staff.id.to_string();
    let before = sql::person_in(&mut change.tx, &id).await?.ok_or(ChangeError::Missing)?;
    sql::set_signature(&mut change.tx, staff.id, &signature).await?;
    let told = |signature: &str| json!({ "signature": signature });
    change.note(What::StaffChanged, id, told(&before.signature), told(&signature)).await?;
    change.commit(press, &()).await
}

/// Keeps what one prefers about the screens, as `web::session::Preferences` reads it.
///
/// # Errors
/// When the store fails.
pub async fn prefer(ctx: &Context, staff: &Staff, json: &Value) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    sql::set_preferences(&mut tx, staff.id, &json.to_string()).await?;
    tx.commit().await
}

/// People whom `staff` may see, by name; see [`sql`] for paging. Those who may not
/// manage staff see colleagues of their units, and nobody who left.
///
/// # Errors
/// When the store fails.
pub async fn list(
    ctx: &Context,
    staff: &Staff,
    after: &str,
    most: i64,
) -> Result<Vec<Person>, ChangeError> {
    staff.permit_anywhere(Act::ReadCase)?;
    let manages = staff.has(Act::ManageStaff);
    let scope = if manages && staff.scope == Scope::All { "all" } else { "unit" };
    let reach = Reach { scope: scope.to_owned(), staff: staff.id.to_string() };
    Ok(sql::list(&ctx.store, &reach, after, manages, most).await?)
}

/// One person whom `staff` may manage.
///
/// # Errors
/// [`ChangeError::Missing`] when there is nobody, or nobody of theirs.
pub async fn one(ctx: &Context, staff: &Staff, id: StaffId) -> Result<Person, ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    let person = sql::person_for_checked(&ctx.store, &id.to_string()).await?;
    let person = person.ok_or(ChangeError::Missing)?;
    may_manage(staff, &person.staff).map_err(|_| ChangeError::Missing)?;
    Ok(person)
}

/// Loads a person in the change, and sees that `staff` may manage them and changed nothing else.
async fn managed(
    change: &mut Change,
    staff: &Staff,
    id: StaffId,
    version: Option<i64>,
) -> Result<Person, ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    let person = sql::person_in(&mut change.tx, &id.to_string()).await?;
    let person = person.ok_or(ChangeError::Missing)?;
    may_manage(staff, &person.staff).map_err(|_| ChangeError::Missing)?;
    if version.is_some_and(|version| version != person.version) {
        return Err(ChangeError::Crossed { version: person.version });
    }
    Ok(person)
}

/// Sees that units, teams and the stand-in are there, and belong together.
async fn check(
    change: &mut Change,
    own: Option<StaffId>,
    wish: &PersonWish,
) -> Result<(), ChangeError> {
    let mut wrong = Vec::new();
    for id in &wish.units {
        if unit::sql::one_in(&mut change.tx, &id.to_string()).await?.is_none() {
            wrong.push(Wrong::at("units", "Choose units of the list."));
        }
    }
    for id in &wish.teams {
        match team::sql::one_in(&mut change.tx, &id.to_string()).await? {
            None => wrong.push(Wrong::at("teams", "Choose teams of the list.")),
            Some(team) if !wish.units.contains(&team.unit) => {
                let words = format!("{} belongs to a unit that is not chosen.", team.name);
                wrong.push(Wrong::at("teams", words));
            }
            Some(_) => {}
        }
    }
    if let Some(id) = wish.stand_in {
        let here = sql::here_in(&mut change.tx, &id.to_string()).await?;
        let shares = here.is_some_and(|here| here.units.iter().any(|u| wish.units.contains(u)));
        if Some(id) == own || !shares {
            wrong.push(Wrong::at("stand_in", "Choose a colleague of the same unit."));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(ChangeError::Wrong(wrong)) }
}

async fn keys_stay(
    change: &mut Change,
    id: StaffId,
    field: &'static str,
) -> Result<(), ChangeError> {
    if sql::others_with_the_keys(&mut change.tx, id).await? == 0 {
        let words =
            "Somebody must stay administrator of everything. Give that to a colleague first.";
        return Err(ChangeError::at(field, words));
    }
    Ok(())
}

fn taken(error: StoreError) -> ChangeError {
    match error {
        StoreError::Twice { .. } => {
            ChangeError::at("email", "Somebody with this address is here already, or was.")
        }
        error => error.into(),
    }
}

/// What the record says of a person.
fn told(wish: &PersonWish) -> Value {
    let words = |words: Vec<String>| {
        let mut words = words;
        words.sort();
        words
    };
    json!({
        "email": wish.email,
        "name": wish.name,
        "roles": words(wish.roles.iter().map(ToString::to_string).collect()),
        "scope": wish.scope,
        "units": words(wish.units.iter().map(ToString::to_string).collect()),
        "teams": words(wish.teams.iter().map(ToString::to_string).collect()),
        "out_from": wish.out_from,
        "out_until": wish.out_until,
        "stand_in": wish.stand_in,
    })
}

/// The part of it that decides what they may do and see.
fn powers(told: &Value) -> [&Value; 5] {
    ["email", "roles", "scope", "units", "teams"].map(|field| &told[field])
}

fn wish_of(person: &Person) -> Result<PersonWish, StoreError> {
    let name = Words::new(&person.staff.name, Words::MOST);
    Ok(PersonWish {
        email: person.email.clone(),
        name: name.map_err(|why| StoreError::unreadable("reading a name", why))?,
        roles: person.staff.roles.clone(),
        scope: person.staff.scope,
        units: person.staff.units.clone(),
        teams: person.staff.teams.clone(),
        out_from: person.out_from,
        out_until: person.out_until,
        stand_in: person.stand_in,
    })
}
