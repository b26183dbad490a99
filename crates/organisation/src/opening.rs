//! Opening the house: its first unit, team and administrator, and what it decides to begin with.

use crate::audit::What;
use crate::change::{Begun, Change, ChangeError};
use crate::policy::rules::{authority_as_shipped, core_values_as_shipped, name};
use crate::policy::{self, Wish};
use crate::sign_in::{password, rules};
use crate::staff::rules::PersonWish;
use crate::team::rules::TeamWish;
use crate::wrong::{Wrong, Wrongs};
use crate::{secret, staff, team, unit};
use domain::clock::ClockPolicy;
use domain::hours::{Hours, Week};
use domain::id::{StaffId, TeamId, UnitId};
use domain::money::Currency;
use domain::permit::{Role, Scope};
use domain::words::Words;
use serde_json::{Value, json};
use store::request_key::Press;
use store::{Context, StoreError};
use uuid::Uuid;

/// What a house is opened with.
#[derive(Clone)]
pub struct InitCommand {
    /// What the organisation is called.
    pub organisation: String,
    /// The first administrator's address.
    pub admin_email: String,
    /// The first administrator's name.
    pub admin_name: String,
    /// Their password; `None` to have one made from chance.
    pub password: Option<String>,
}

/// A house that was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Initialised {
    /// The administrator's password if it was made from chance: to be shown once.
    pub password: Option<String>,
    /// The administrator.
    pub admin: StaffId,
    /// The first unit.
    pub unit: UnitId,
    /// The first team.
    pub team: TeamId,
}

/// Why a house was not opened.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one already.
    #[error("this house is open already; add people with `redress user add`")]
    AlreadyOpen,
    /// Fields must be put right.
    #[error("{}", crate::wrong::in_words(.0))]
    Wrong(Vec<Wrong>),
    /// The machine is too busy to hash a password.
    #[error(transparent)]
    Busy(#[from] password::Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the house: the first unit, the team "Customer care", the administrator and the policies
/// as shipped, all or nothing.
///
/// # Errors
/// [`InitError::AlreadyOpen`] when anybody was ever added.
pub async fn init(ctx: &Context, command: &InitCommand) -> Result<Initialised, InitError> {
    let (organisation, wish) = read(command).map_err(InitError::Wrong)?;
    let made = match &command.password {
        None => Some(secret::password(ctx)),
        Some(given) => {
            let about = [organisation.as_str(), wish.name.as_str(), &wish.email];
            rules::password(given, &about)
                .map_err(|why| InitError::Wrong(vec![Wrong::at("password", why.to_string())]))?;
            None
        }
    };
    let password = made.as_deref().or(command.password.as_deref()).unwrap_or_default();
    let hash = password::hash(password, ctx.chance()).await?;
    let now = ctx.now();
    let begun = Change::begin::<()>(ctx, crate::command(), &Press::none(), now).await;
    let Begun::New(mut change) = begun.map_err(plain)? else { return Err(InitError::AlreadyOpen) };
    if staff::sql::any(&mut change.tx).await? {
        return Err(InitError::AlreadyOpen);
    }
    let (unit, team, admin): (UnitId, TeamId, StaffId) = (ctx.id(now), ctx.id(now), ctx.id(now));
    unit::sql::insert(&mut change.tx, unit, organisation.as_str(), now).await?;
    let name = Words::new("Customer care", 100);
    let name = name.map_err(|why| StoreError::unreadable("naming the first team", why))?;
    let first = TeamWish { name, unit, phone: String::new() };
    team::sql::insert(&mut change.tx, team, &first, now).await?;
    let wish = PersonWish { units: vec![unit], teams: vec![team], ..wish };
    staff::sql::insert(&mut change.tx, admin, &wish, &hash, now).await?;
    staff::sql::place(&mut change.tx, admin, &wish).await?;
    let after = json!({
        "organisation": organisation, "unit": unit, "team": team, "administrator": admin,
    });
    change.note(What::HouseOpened, "house", Value::Null, after).await?;
    for wish in as_shipped(organisation)? {
        policy::sql::keep(&mut change.tx, &ctx.id::<Uuid>(now).to_string(), &wish, now).await?;
    }
    change.tx.commit().await?;
    Ok(Initialised { password: made, admin, unit, team })
}

/// Whether the house was opened.
///
/// # Errors
/// When the store fails.
pub async fn is_open(ctx: &Context) -> Result<bool, StoreError> {
    let mut tx = ctx.begin().await?;
    let open = staff::sql::any(&mut tx).await?;
    tx.rollback().await?;
    Ok(open)
}

fn read(command: &InitCommand) -> Result<(Words, PersonWish), Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    let organisation = wrong.take("organisation", staff::rules::name(&command.organisation));
    let email = wrong.take("admin_email", staff::rules::address(&command.admin_email));
    let name = wrong.take("admin_name", staff::rules::name(&command.admin_name));
    let both = (|| {
        let wish = PersonWish {
            email: email?,
            name: name?,
            roles: vec![Role::Administrator],
            scope: Scope::All,
            units: vec![],
            teams: vec![],
            out_from: None,
            out_until: None,
            stand_in: None,
        };
        Some((organisation?, wish))
    })();
    wrong.or_all(both)
}

/// The policies a house begins with: working days from nine to five, UTC, until it says its own.
fn as_shipped(organisation: Words) -> Result<Vec<Wish>, StoreError> {
    let doing = "preparing the first policies";
    let unreadable = |why: &dyn std::fmt::Display| StoreError::unreadable(doing, why);
    let opening = "09:00-17:00".parse().map_err(|why| unreadable(&why))?;
    let hours = Hours::new("UTC", Week::working_days(&[opening]), vec![]);
    Ok(vec![
        name(organisation.as_str()).map_err(|_| unreadable(&"the name"))?,
        Wish::Currency(Currency::new("EUR").map_err(|why| unreadable(&why))?),
        Wish::Contact(vec![]),
        Wish::Clocks(ClockPolicy::default()),
        Wish::Hours(hours.map_err(|why| unreadable(&why))?),
        Wish::UndoSeconds(15),
        Wish::Authority(authority_as_shipped()),
        Wish::CoreValues(core_values_as_shipped()),
    ])
}

fn plain(error: ChangeError) -> InitError {
    match error {
        ChangeError::Store(error) => InitError::Store(error),
        // Beginning without a press refuses nothing else.
        _ => InitError::AlreadyOpen,
    }
}
