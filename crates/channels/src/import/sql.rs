//! Every statement on imports.

use domain::id::{BatchId, UnitId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// An import as it stands.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Batch {
    pub id: String,
    pub row_done: i64,
    pub n_new: i64,
    pub n_known: i64,
    pub n_bad: i64,
    pub made_at_ms: i64,
}

/// An import as a list shows it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Listed {
    pub id: String,
    pub file_name: String,
    pub format: String,
    pub unit_id: String,
    pub state: String,
    pub n_new: i64,
    pub n_known: i64,
    pub n_bad: i64,
    pub made_at_ms: i64,
}

/// Imports for units they see, newest first, after the one whose id is `after` (empty for the
/// first page).
pub(crate) async fn list(
    store: &Store,
    reach: &Reach,
    after: &str,
    most: u32,
) -> Result<Vec<Listed>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.id, c.file_name, c.format, c.unit_id, c.state, c.n_new, c.n_known, c.n_bad,
            c.made_at_ms
         FROM import_batch c WHERE ($3 = '' OR c.id < $3) AND ",
        store::visible_in_unit!(),
        " ORDER BY c.id DESC LIMIT $4"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(after)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("listing imports")
}

/// Whether the import is for a unit they see.
pub(crate) async fn is_theirs(
    store: &Store,
    reach: &Reach,
    id: BatchId,
) -> Result<bool, StoreError> {
    const SQL: &str =
        concat!("SELECT c.id FROM import_batch c WHERE c.id = $3 AND ", store::visible_in_unit!());
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(id.to_string()).fetch_optional(db).await)
    .doing("looking up an import")?;
    Ok(found.is_some())
}

/// The import of this file that was cut off.
pub(crate) async fn cut_off(
    store: &Store,
    file: &str,
    unit: UnitId,
    mapping: &str,
) -> Result<Option<Batch>, StoreError> {
    const SQL: &str = "
        SELECT id, row_done, n_new, n_known, n_bad, made_at_ms FROM import_batch
        WHERE file_sha256 = $1 AND unit_id = $2 AND mapping = $3 AND state = 'running'
        ORDER BY made_at_ms DESC LIMIT 1";
    let unit = unit.to_string();
    on!(Store store, db => sqlx::query_as(SQL).bind(file).bind(&unit).bind(mapping)
        .fetch_optional(db).await)
    .doing("looking for an import that was cut off")
}

pub(crate) async fn insert(
    tx: &mut Tx,
    id: BatchId,
    (name, sha256, format): (&str, &str, &str),
    mapping: &str,
    unit: UnitId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO import_batch (id, file_name, file_sha256, format, mapping, unit_id, state,
            made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, 'running', $7)";
    let (id, unit) = (id.to_string(), unit.to_string());
    on!(Tx tx, db => sqlx::query(SQL).bind(&id).bind(name).bind(sha256).bind(format)
        .bind(mapping).bind(&unit).bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("beginning an import")
}

/// Moves on in the transaction of the rows. `from` must still be the position: two runs of one
/// import cannot both take a row.
pub(crate) async fn advance(
    tx: &mut Tx,
    id: BatchId,
    from: u64,
    to: u64,
    (new, known, bad): (u64, u64, u64),
    state: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE import_batch SET row_done = $3, n_new = n_new + $4, n_known = n_known + $5,
            n_bad = n_bad + $6, state = $7
        WHERE id = $1 AND row_done = $2 AND state = 'running'";
    let doing = "moving an import on";
    let id = id.to_string();
    let int = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(&id).bind(int(from)).bind(int(to))
        .bind(int(new)).bind(int(known)).bind(int(bad)).bind(state).execute(db).await
        .map(|done| done.rows_affected()))
    .doing(doing)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
}

/// One import.
pub(crate) async fn batch(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    const SQL: &str = "
        SELECT id, row_done, n_new, n_known, n_bad, made_at_ms FROM import_batch
        WHERE id = $1";
    let id = id.to_string();
    on!(Tx tx, db => sqlx::query_as(SQL).bind(&id).fetch_optional(db).await)
        .doing("looking up an import")
}

pub(crate) async fn mark_undone(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE import_batch SET state = 'undone' WHERE id = $1";
    let id = id.to_string();
    on!(Tx tx, db => sqlx::query(SQL).bind(&id).execute(db).await.map(|_| ()))
        .doing("undoing an import")
}
