//! Every statement on `label`.

use super::rules::{LabelOfHouse, LabelWish, MOST};
use domain::id::LabelId;
use domain::label::LabelKind;
use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    kind: String,
    ended: i64,
    version: i64,
}

impl Row {
    fn read(self) -> Result<LabelOfHouse, StoreError> {
        let unreadable = |why: &str| StoreError::unreadable("reading a label", why);
        Ok(LabelOfHouse {
            id: self.id.parse().map_err(|_| unreadable("its id"))?,
            name: self.name,
            kind: LabelKind::from_word(&self.kind).ok_or_else(|| unreadable("its kind"))?,
            ended: self.ended != 0,
            version: self.version,
        })
    }
}

/// All of them, labels before causes, by name.
pub(super) async fn list(store: &Store) -> Result<Vec<LabelOfHouse>, StoreError> {
    const SQL: &str = "
        SELECT id, name, kind, ended, version FROM label
        ORDER BY kind DESC, name, id LIMIT $1";
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(MOST).fetch_all(db).await)
        .doing("listing labels")?;
    rows.into_iter().map(Row::read).collect()
}

/// The label with `id` as this transaction sees it.
pub(super) async fn one_in(tx: &mut Tx, id: LabelId) -> Result<Option<LabelOfHouse>, StoreError> {
    const SQL: &str = "SELECT id, name, kind, ended, version FROM label WHERE id = $1";
    let row: Option<Row> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await)
            .doing("reading a label")?;
    row.map(Row::read).transpose()
}

/// How many there are.
pub(super) async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM label";
    on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_one(db).await).doing("counting labels")
}

/// Whether another label of the kind has the name.
pub(super) async fn is_taken(
    tx: &mut Tx,
    id: Option<LabelId>,
    wish: &LabelWish,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM label WHERE kind = $1 AND LOWER(name) = LOWER($2) AND id <> $3";
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let n: i64 = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(wish.kind.as_str())
        .bind(wish.name.as_str()).bind(&id).fetch_one(db).await)
    .doing("looking for a label of that name")?;
    Ok(n > 0)
}

/// Adds a label.
pub(super) async fn insert(
    tx: &mut Tx,
    id: LabelId,
    wish: &LabelWish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO label (id, name, kind, ended, made_at_ms) VALUES ($1, $2, $3, $4, $5)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(wish.name.as_str())
        .bind(wish.kind.as_str()).bind(i64::from(wish.ended)).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("adding a label")
}

/// Changes a label.
pub(super) async fn update(tx: &mut Tx, id: LabelId, wish: &LabelWish) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE label SET name = $2, kind = $3, ended = $4, version = version + 1 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(wish.name.as_str())
        .bind(wish.kind.as_str()).bind(i64::from(wish.ended)).execute(db).await.map(|_| ()))
    .doing("changing a label")
}
