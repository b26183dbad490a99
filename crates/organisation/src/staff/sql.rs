//! Every statement on `staff`, `staff_role`, `staff_unit` and `team_member`.

use super::rules::{Person, PersonWish};
use domain::id::StaffId;
use domain::permit::{Role, Scope, Staff};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

const READING: &str = "reading a member of staff";

#[derive(FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    password_hash: String,
    scope: String,
    signature: String,
    shift: String,
    out_from_ms: Option<i64>,
    out_until_ms: Option<i64>,
    stand_in_id: Option<String>,
    left_at_ms: Option<i64>,
    version: i64,
    made_at_ms: i64,
}

macro_rules! columns {
    () => {
        "SELECT s.id, s.email, s.name, s.password_hash, s.scope, s.signature, s.shift,
            s.out_from_ms, s.out_until_ms, s.stand_in_id, s.left_at_ms, s.version, s.made_at_ms
         FROM staff s "
    };
}

const BELONGS: &str = "
    SELECT 'role' AS what, role AS value FROM staff_role WHERE staff_id = $1
    UNION ALL SELECT 'unit', unit_id FROM staff_unit WHERE staff_id = $1
    UNION ALL SELECT 'team', team_id FROM team_member WHERE staff_id = $1
    ORDER BY 1, 2 LIMIT 1000";
const BY_ID: &str = concat!(columns!(), "WHERE s.id = $1");

fn unreadable(why: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable(READING, why)
}

impl Row {
    fn read(self, belongs: Vec<(String, String)>) -> Result<Person, StoreError> {
        let moment = |ms: i64| Timestamp::from_millisecond(ms).map_err(unreadable);
        let mut staff = Staff {
            id: self.id.parse().map_err(unreadable)?,
            name: self.name,
            roles: vec![],
            scope: Scope::from_word(&self.scope).ok_or_else(|| unreadable(&self.scope))?,
            units: vec![],
            teams: vec![],
            narrowed_to: None,
        };
        for (what, value) in belongs {
            match what.as_str() {
                // A role of a newer release gives nothing here.
                "role" => staff.roles.extend(Role::from_word(&value)),
                "unit" => staff.units.push(value.parse().map_err(unreadable)?),
                _ => staff.teams.push(value.parse().map_err(unreadable)?),
            }
        }
        Ok(Person {
            staff,
            email: self.email,
            signature: self.signature,
            has_password: !self.password_hash.is_empty(),
            shift: self.shift,
            out_from: self.out_from_ms.map(moment).transpose()?,
            out_until: self.out_until_ms.map(moment).transpose()?,
            stand_in: self.stand_in_id.map(|id| id.parse().map_err(unreadable)).transpose()?,
            left_at: self.left_at_ms.map(moment).transpose()?,
            version: self.version,
            made_at: moment(self.made_at_ms)?,
        })
    }
}

async fn belongs(store: &Store, id: &str) -> Result<Vec<(String, String)>, StoreError> {
    on!(Store store, db => sqlx::query_as(BELONGS).bind(id).fetch_all(db).await).doing(READING)
}

async fn belongs_in(tx: &mut Tx, id: &str) -> Result<Vec<(String, String)>, StoreError> {
    on!(Tx tx, db => sqlx::query_as(BELONGS).bind(id).fetch_all(db).await).doing(READING)
}

/// The person with `id`, for callers that have checked who asks.
///
/// # Errors
/// When the engine fails.
pub async fn person_for_checked(store: &Store, id: &str) -> Result<Option<Person>, StoreError> {
    let row: Option<Row> =
        on!(Store store, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await)
            .doing(READING)?;
    let Some(row) = row else { return Ok(None) };
    let belongs = belongs(store, id).await?;
    row.read(belongs).map(Some)
}

/// The person with `id` as this transaction sees them.
pub(crate) async fn person_in(tx: &mut Tx, id: &str) -> Result<Option<Person>, StoreError> {
    let row: Option<Row> =
        on!(Tx tx, db => sqlx::query_as(BY_ID).bind(id).fetch_optional(db).await).doing(READING)?;
    let Some(row) = row else { return Ok(None) };
    let belongs = belongs_in(tx, id).await?;
    row.read(belongs).map(Some)
}

/// The member of staff with `id` if they have not left: for signing in.
pub(crate) async fn here(store: &Store, id: &str) -> Result<Option<Staff>, StoreError> {
    let person = person_for_checked(store, id).await?;
    Ok(person.filter(|person| person.left_at.is_none()).map(|person| person.staff))
}

/// The same as this transaction sees them.
pub(crate) async fn here_in(tx: &mut Tx, id: &str) -> Result<Option<Staff>, StoreError> {
    let person = person_in(tx, id).await?;
    Ok(person.filter(|person| person.left_at.is_none()).map(|person| person.staff))
}

/// The member of staff who is here under `email`: for commands on the machine itself.
///
/// # Errors
/// When the engine fails.
pub async fn by_email_for_command(store: &Store, email: &str) -> Result<Option<Staff>, StoreError> {
    const SQL: &str = "SELECT id FROM staff WHERE email = $1 AND left_at_ms IS NULL";
    let id: Option<String> =
        on!(Store store, db => sqlx::query_scalar(SQL).bind(email).fetch_optional(db).await)
            .doing(READING)?;
    match id {
        Some(id) => here(store, &id).await,
        None => Ok(None),
    }
}

/// People within `reach` by name, `most` at the most, after the person `after` (empty for the
/// first page); those who left come too when `with_left`.
pub(super) async fn list(
    store: &Store,
    reach: &Reach,
    after: &str,
    with_left: bool,
    most: i64,
) -> Result<Vec<Person>, StoreError> {
    const SQL: &str = concat!(
        columns!(),
        "WHERE ($1 = 'all' OR s.id = $2 OR s.id IN (
                SELECT theirs.staff_id FROM staff_unit theirs JOIN staff_unit mine
                    ON mine.unit_id = theirs.unit_id WHERE mine.staff_id = $2))
            AND ($3 = '' OR (s.name, s.id) > (SELECT a.name, a.id FROM staff a WHERE a.id = $3))
            AND (s.left_at_ms IS NULL OR $4 = 1)
         ORDER BY s.name, s.id LIMIT $5"
    );
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(after).bind(i64::from(with_left)).bind(most)
        .fetch_all(db).await)
    .doing("listing staff")?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let belongs = belongs(store, &row.id).await?;
        people.push(row.read(belongs)?);
    }
    Ok(people)
}

/// Adds a person who does not belong anywhere yet.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: StaffId,
    wish: &PersonWish,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO staff (id, email, name, password_hash, scope, out_from_ms, out_until_ms,
            stand_in_id, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(&wish.email)
        .bind(wish.name.as_str()).bind(password_hash).bind(wish.scope.as_str())
        .bind(wish.out_from.map(Timestamp::as_millisecond))
        .bind(wish.out_until.map(Timestamp::as_millisecond))
        .bind(wish.stand_in.map(|id| id.to_string())).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("adding a member of staff")
}

/// Changes everything of a person but password, preferences and whether they left.
pub(crate) async fn update(tx: &mut Tx, id: StaffId, wish: &PersonWish) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE staff SET email = $2, name = $3, scope = $4, out_from_ms = $5, out_until_ms = $6,
            stand_in_id = $7, version = version + 1
        WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(&wish.email)
        .bind(wish.name.as_str()).bind(wish.scope.as_str())
        .bind(wish.out_from.map(Timestamp::as_millisecond))
        .bind(wish.out_until.map(Timestamp::as_millisecond))
        .bind(wish.stand_in.map(|id| id.to_string())).execute(db).await.map(|_| ()))
    .doing("changing a member of staff")
}

/// Says what they may do and where they belong, in place of what was said before.
pub(crate) async fn place(tx: &mut Tx, id: StaffId, wish: &PersonWish) -> Result<(), StoreError> {
    const CLEAR: [&str; 3] = [
        "DELETE FROM staff_role WHERE staff_id = $1",
        "DELETE FROM staff_unit WHERE staff_id = $1",
        "DELETE FROM team_member WHERE staff_id = $1",
    ];
    const FILL: [&str; 3] = [
        "INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)",
        "INSERT INTO staff_unit (staff_id, unit_id) VALUES ($1, $2)",
        "INSERT INTO team_member (staff_id, team_id) VALUES ($1, $2)",
    ];
    let doing = "placing a member of staff";
    let id = id.to_string();
    let values: [Vec<String>; 3] = [
        wish.roles.iter().map(ToString::to_string).collect(),
        wish.units.iter().map(ToString::to_string).collect(),
        wish.teams.iter().map(ToString::to_string).collect(),
    ];
    for (n, values) in values.iter().enumerate() {
        on!(Tx tx, db => sqlx::query(CLEAR[n]).bind(&id).execute(db).await.map(|_| ()))
            .doing(doing)?;
        for value in values {
            on!(Tx tx, db => sqlx::query(FILL[n]).bind(&id).bind(value).execute(db).await
                .map(|_| ()))
            .doing(doing)?;
        }
    }
    Ok(())
}

/// Sets when they left; `None` brings them back.
pub(crate) async fn set_left(
    tx: &mut Tx,
    id: StaffId,
    left_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE staff SET left_at_ms = $2, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string())
        .bind(left_at.map(Timestamp::as_millisecond)).execute(db).await.map(|_| ()))
    .doing("noting that somebody left")
}

/// The password hash of `id`, empty when they have none.
pub(crate) async fn password_hash(tx: &mut Tx, id: &str) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT password_hash FROM staff WHERE id = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(id).fetch_optional(db).await).doing(READING)
}

/// Sets a password by its hash; empty takes it away.
pub(crate) async fn set_password(tx: &mut Tx, id: StaffId, hash: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE staff SET password_hash = $2, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(hash).execute(db).await
        .map(|_| ()))
    .doing("setting a password")
}

/// Sets how they are on shift.
pub(crate) async fn set_shift(tx: &mut Tx, id: StaffId, shift: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE staff SET shift = $2 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(shift).execute(db).await
        .map(|_| ()))
    .doing("noting a shift")
}

/// Sets what stands under their letters.
pub(crate) async fn set_signature(
    tx: &mut Tx,
    id: StaffId,
    signature: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE staff SET signature = $2, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(signature).execute(db).await
        .map(|_| ()))
    .doing("setting a signature")
}

/// What somebody prefers, as JSON.
///
/// # Errors
/// When the engine fails.
pub async fn preferences(store: &Store, id: StaffId) -> Result<String, StoreError> {
    const SQL: &str = "SELECT preferences FROM staff WHERE id = $1";
    let id = id.to_string();
    let found: Option<String> =
        on!(Store store, db => sqlx::query_scalar(SQL).bind(&id).fetch_optional(db).await)
            .doing("reading preferences")?;
    Ok(found.unwrap_or_else(|| "{}".to_owned()))
}

/// Keeps what somebody prefers.
pub(crate) async fn set_preferences(
    tx: &mut Tx,
    id: StaffId,
    json: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE staff SET preferences = $2 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(json).execute(db).await
        .map(|_| ()))
    .doing("keeping preferences")
}

/// Administrators who see everything, are here, and are not `but`: somebody must keep the keys.
pub(crate) async fn others_with_the_keys(tx: &mut Tx, but: StaffId) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM staff s JOIN staff_role r ON r.staff_id = s.id
        WHERE r.role = 'administrator' AND s.scope = 'all' AND s.left_at_ms IS NULL
            AND s.id <> $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(but.to_string()).fetch_one(db).await)
        .doing("counting administrators")
}

/// Whether anybody was ever added: the house is set up then.
pub(crate) async fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT id FROM staff LIMIT 1) AS one";
    let n: i64 = on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_one(db).await)
        .doing("looking whether the house is set up")?;
    Ok(n > 0)
}
