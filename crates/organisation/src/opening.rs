//! Opening the house: its first unit, team and administrator. What it decides to begin with is
//! written in the same transaction by `policies`.

use crate::sign_in::{password, rules};
use crate::staff::rules::PersonWish;
use crate::team::rules::TeamWish;
use crate::{secret, staff, team, unit};
use domain::id::{StaffId, TeamId, UnitId};
use domain::permit::{Role, Scope};
use domain::words::Words;
use house::audit::What;
use house::change::{Begun, Change, ChangeError};
use house::wrong::{Wrong, Wrongs};
use serde_json::{Value, json};
use store::request_key::Press;
use store::{Context, StoreError};

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
    #[error("{}", house::wrong::in_words(.0))]
    Wrong(Vec<Wrong>),
    /// The machine is too busy to hash a password.
    #[error(transparent)]
    Busy(#[from] password::Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A house about to be open. Dropped without [`Opening::commit`], it never was.
pub struct Opening {
    /// The change in which it is opened: the first policies are written in it too.
    pub change: Change,
    /// What the organisation is called.
    pub organisation: Words,
    opened: Initialised,
}

impl Opening {
    /// Makes it durable.
    ///
    /// # Errors
    /// When the store fails: then nothing was opened.
    pub async fn commit(self) -> Result<Initialised, InitError> {
        self.change.tx.commit().await?;
        Ok(self.opened)
    }
}

/// Begins to open the house: the first unit, the team "Customer care" and the administrator.
///
/// # Errors
/// [`InitError::AlreadyOpen`] when anybody was ever added.
pub async fn begin(ctx: &Context, command: &InitCommand) -> Result<Opening, InitError> {
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
    let begun = Change::begin::<()>(ctx, house::change::command(), &Press::none(), now).await;
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
    let opened = Initialised { password: made, admin, unit, team };
    Ok(Opening { change, organisation, opened })
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
    let organisation = wrong.take("organisation", house::name::name(&command.organisation));
    let email = wrong.take("admin_email", staff::rules::address(&command.admin_email));
    let name = wrong.take("admin_name", house::name::name(&command.admin_name));
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

fn plain(error: ChangeError) -> InitError {
    match error {
        ChangeError::Store(error) => InitError::Store(error),
        // Beginning without a press refuses nothing else.
        _ => InitError::AlreadyOpen,
    }
}
