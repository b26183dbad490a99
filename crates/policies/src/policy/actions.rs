//! Reading what the house decided, and deciding otherwise.

use super::rules::{self, Kind, Wish, authority_as_shipped, core_values_as_shipped};
use super::sql;
use domain::clock::ClockPolicy;
use domain::hours::{Hours, Week};
use domain::money::Currency;
use domain::offer::Authority;
use domain::permit::{Act, Role, Staff};
use domain::words::Words;
use house::audit::What;
use house::change::{Change, ChangeError, begin, by};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use store::request_key::Press;
use store::{Context, Store, StoreError};
use uuid::Uuid;

/// What holds now.
#[derive(Clone, Debug)]
pub struct Policies {
    /// What the organisation is called.
    pub name: String,
    /// The currency of every remedy.
    pub currency: Currency,
    /// How the public reaches us besides: lines such as "Phone +47 22 00 11 22, 9 to 17".
    pub contact: Vec<String>,
    /// Minutes by severity.
    pub clocks: ClockPolicy,
    /// When we are open.
    pub hours: Hours,
    /// How long a letter can be taken back.
    pub undo_seconds: u32,
    /// How much each role decides alone.
    pub authority: BTreeMap<Role, Authority>,
    /// What may support going beyond the usual.
    pub core_values: Vec<String>,
    versions: BTreeMap<String, i64>,
}

impl Policies {
    /// The version of a policy; 0 when it was never set.
    pub fn version(&self, kind: Kind) -> i64 {
        self.versions.get(kind.setting()).copied().unwrap_or(0)
    }

    /// Grows by one with each policy that is set, whichever it is.
    pub fn version_of_all(&self) -> u64 {
        self.versions.values().map(|version| version.unsigned_abs()).sum()
    }
}

/// Reads what holds now; what was never set is as shipped.
///
/// # Errors
/// When the store fails, or a setting is not what its name says.
pub async fn read(store: &Store) -> Result<Policies, StoreError> {
    let kept = sql::all(store).await?;
    let text = |kind: Kind| kept.get(kind.setting()).map(|(value, _)| value.as_str());
    let currency = text(Kind::Currency).unwrap_or("EUR");
    Ok(Policies {
        name: text(Kind::Name).unwrap_or("Customer care").to_owned(),
        currency: Currency::new(currency).map_err(|why| unreadable(Kind::Currency, why))?,
        contact: json(Kind::Contact, text(Kind::Contact))?.unwrap_or_default(),
        clocks: json(Kind::Clocks, text(Kind::Clocks))?.unwrap_or_default(),
        hours: json(Kind::Hours, text(Kind::Hours))?.unwrap_or_else(Hours::always),
        undo_seconds: json(Kind::UndoSeconds, text(Kind::UndoSeconds))?.unwrap_or(15),
        authority: json(Kind::Authority, text(Kind::Authority))?
            .unwrap_or_else(authority_as_shipped),
        core_values: json(Kind::CoreValues, text(Kind::CoreValues))?
            .unwrap_or_else(core_values_as_shipped),
        versions: kept.iter().map(|(name, (_, version))| (name.clone(), *version)).collect(),
    })
}

/// Writes the policies that a house begins with into the change that opens it.
///
/// # Errors
/// When the store fails.
pub async fn keep_as_shipped(
    ctx: &Context,
    change: &mut Change,
    organisation: &Words,
) -> Result<(), StoreError> {
    let now = change.now;
    for wish in as_shipped(organisation)? {
        sql::keep(&mut change.tx, &ctx.id::<Uuid>(now).to_string(), &wish, now).await?;
    }
    Ok(())
}

/// The policies a house begins with: working days from nine to five, UTC, until it says its own.
fn as_shipped(organisation: &Words) -> Result<Vec<Wish>, StoreError> {
    let doing = "preparing the first policies";
    let unreadable = |why: &dyn std::fmt::Display| StoreError::unreadable(doing, why);
    let opening = "09:00-17:00".parse().map_err(|why| unreadable(&why))?;
    let hours = Hours::new("UTC", Week::working_days(&[opening]), vec![]);
    Ok(vec![
        rules::name(organisation.as_str()).map_err(|_| unreadable(&"the name"))?,
        Wish::Currency(Currency::new("EUR").map_err(|why| unreadable(&why))?),
        Wish::Contact(vec![]),
        Wish::Clocks(ClockPolicy::default()),
        Wish::Hours(hours.map_err(|why| unreadable(&why))?),
        Wish::UndoSeconds(15),
        Wish::Authority(authority_as_shipped()),
        Wish::CoreValues(core_values_as_shipped()),
    ])
}

/// Sets a policy from now on; what held before stays in its history.
///
/// - `version`: the version the change was made from; `None` to set whatever is there.
///
/// # Errors
/// [`ChangeError::Crossed`] when somebody else set it in between.
pub async fn set(
    ctx: &Context,
    staff: &Staff,
    wishes: &[(Wish, Option<i64>)],
    press: &Press,
) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::ManageSettings)?;
    let now = ctx.now();
    let mut change: Change = begin!(ctx, by(staff), press, now);
    for (wish, version) in wishes {
        let kind = wish.kind();
        let held = sql::version(&mut change.tx, kind).await?;
        if version.is_some_and(|version| version != held) {
            return Err(ChangeError::Crossed { version: held });
        }
        let before = change.tx.setting(kind.setting()).await?;
        let after = wish.kept().map_err(|why| unreadable(kind, why))?;
        if before.as_deref() == Some(&after) {
            continue;
        }
        sql::keep(&mut change.tx, &ctx.id::<Uuid>(now).to_string(), wish, now).await?;
        let before = before.map_or(Value::Null, |text| told(&text));
        change.note(What::PolicyChanged, kind.setting(), before, told(&after)).await?;
    }
    change.commit(press, &()).await
}

/// A kept text as the record shows it: JSON where it is JSON.
pub(crate) fn told(kept: &str) -> Value {
    serde_json::from_str(kept).unwrap_or_else(|_| Value::String(kept.to_owned()))
}

fn json<T: DeserializeOwned>(kind: Kind, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(|text| serde_json::from_str(text).map_err(|why| unreadable(kind, why))).transpose()
}

fn unreadable(kind: Kind, why: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("reading a policy", format!("{}: {why}", kind.setting()))
}
