//! Every statement on `unit`.

use super::rules::{MOST, Unit};
use domain::id::UnitId;
use jiff::Timestamp;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

type Row = (String, String, i64);

fn read((id, name, version): Row) -> Result<Unit, StoreError> {
    let id = id.parse().map_err(|error| StoreError::unreadable("reading a unit", error))?;
    Ok(Unit { id, name, version })
}

/// Units within `reach` by name, all of them: a house has few.
pub(super) async fn list(store: &Store, reach: &Reach) -> Result<Vec<Unit>, StoreError> {
    const SQL: &str = "
        SELECT id, name, version FROM unit
        WHERE ($1 = 'all' OR id IN (SELECT unit_id FROM staff_unit WHERE staff_id = $2))
            AND ended_at_ms IS NULL
        ORDER BY name, id LIMIT $3";
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(MOST).fetch_all(db).await)
    .doing("listing units")?;
    rows.into_iter().map(read).collect()
}

/// The first unit of the house: for commands on the machine itself.
///
/// # Errors
/// When the engine fails.
pub async fn first(store: &Store) -> Result<Option<UnitId>, StoreError> {
    const SQL: &str =
        "SELECT id, name, version FROM unit WHERE ended_at_ms IS NULL ORDER BY id LIMIT 1";
    let row: Option<Row> = on!(Store store, db => sqlx::query_as(SQL).fetch_optional(db).await)
        .doing("finding the first unit")?;
    Ok(row.map(read).transpose()?.map(|unit| unit.id))
}

/// The unit with `id` as this transaction sees it.
pub(crate) async fn one_in(tx: &mut Tx, id: &str) -> Result<Option<Unit>, StoreError> {
    const SQL: &str = "SELECT id, name, version FROM unit WHERE id = $1 AND ended_at_ms IS NULL";
    let row: Option<Row> = on!(Tx tx, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)
        .doing("reading a unit")?;
    row.map(read).transpose()
}

/// How many units there are.
pub(super) async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM unit WHERE ended_at_ms IS NULL";
    on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_one(db).await).doing("counting units")
}

/// Adds a unit.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: UnitId,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO unit (id, name, made_at_ms) VALUES ($1, $2, $3)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(name)
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("adding a unit")
}

/// Renames a unit.
pub(super) async fn update(tx: &mut Tx, id: UnitId, name: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE unit SET name = $2, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(name).execute(db).await
        .map(|_| ()))
    .doing("changing a unit")
}
