//! Every statement on `team`; who belongs to one stands with staff.

use super::rules::{MOST, Team, TeamWish};
use domain::id::TeamId;
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

#[derive(FromRow)]
struct Row {
    id: String,
    unit_id: String,
    name: String,
    phone: String,
    version: i64,
}

impl Row {
    fn read(self) -> Result<Team, StoreError> {
        let unreadable = |error| StoreError::unreadable("reading a team", error);
        Ok(Team {
            id: self.id.parse().map_err(unreadable)?,
            unit: self.unit_id.parse().map_err(unreadable)?,
            name: self.name,
            phone: self.phone,
            version: self.version,
        })
    }
}

/// Teams of units within `reach`, by name, all of them.
pub(super) async fn list(store: &Store, reach: &Reach) -> Result<Vec<Team>, StoreError> {
    const SQL: &str = "
        SELECT id, unit_id, name, phone, version FROM team
        WHERE ($1 = 'all' OR unit_id IN (SELECT unit_id FROM staff_unit WHERE staff_id = $2))
            AND ended_at_ms IS NULL
        ORDER BY name, id LIMIT $3";
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(MOST).fetch_all(db).await)
    .doing("listing teams")?;
    rows.into_iter().map(Row::read).collect()
}

/// The team with `id` as this transaction sees it.
pub(crate) async fn one_in(tx: &mut Tx, id: &str) -> Result<Option<Team>, StoreError> {
    const SQL: &str = "
        SELECT id, unit_id, name, phone, version FROM team
        WHERE id = $1 AND ended_at_ms IS NULL";
    let row: Option<Row> = on!(Tx tx, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)
        .doing("reading a team")?;
    row.map(Row::read).transpose()
}

/// How many teams there are.
pub(super) async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM team WHERE ended_at_ms IS NULL";
    on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_one(db).await).doing("counting teams")
}

/// Adds a team.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: TeamId,
    wish: &TeamWish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO team (id, unit_id, name, phone, made_at_ms) VALUES ($1, $2, $3, $4, $5)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(wish.unit.to_string())
        .bind(wish.name.as_str()).bind(&wish.phone).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("adding a team")
}

/// Changes a team.
pub(super) async fn update(tx: &mut Tx, id: TeamId, wish: &TeamWish) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE team SET unit_id = $2, name = $3, phone = $4, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(wish.unit.to_string())
        .bind(wish.name.as_str()).bind(&wish.phone).execute(db).await.map(|_| ()))
    .doing("changing a team")
}

/// Whether anybody belongs to the team or a case lies with it: then its unit stays.
pub(super) async fn is_used(tx: &mut Tx, id: TeamId) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT (SELECT COUNT(*) FROM team_member WHERE team_id = $1)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM \"case\" WHERE team_id = $1 LIMIT 1) AS one)";
    let n: i64 = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(id.to_string())
        .fetch_one(db).await)
    .doing("looking who works in a team")?;
    Ok(n > 0)
}
