//! Every statement on `api_token`.

use super::rules::{self, Token, TokenWish};
use domain::id::StaffId;
use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

#[derive(FromRow)]
struct Row {
    id: String,
    staff_id: String,
    name: String,
    acts: String,
    made_at_ms: i64,
    used_at_ms: Option<i64>,
    ends_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
}

/// A token with whose it is and how its acts are kept.
pub(super) struct Found {
    pub(super) staff_id: String,
    pub(super) acts: String,
    pub(super) token: Token,
}

impl Row {
    fn read(self) -> Result<Found, StoreError> {
        let moment = |ms: i64| {
            Timestamp::from_millisecond(ms)
                .map_err(|error| StoreError::unreadable("reading a token", error))
        };
        let token = Token {
            id: self.id,
            name: self.name,
            acts: rules::acts(&self.acts),
            made_at: moment(self.made_at_ms)?,
            used_at: self.used_at_ms.map(moment).transpose()?,
            ends_at: self.ends_at_ms.map(moment).transpose()?,
            ended_at: self.ended_at_ms.map(moment).transpose()?,
        };
        Ok(Found { staff_id: self.staff_id, acts: self.acts, token })
    }
}

macro_rules! columns {
    () => {
        "SELECT id, staff_id, name, acts, made_at_ms, used_at_ms, ends_at_ms, ended_at_ms
         FROM api_token "
    };
}

/// The token whose secret has `hash`.
pub(super) async fn find(store: &Store, hash: &str) -> Result<Option<Found>, StoreError> {
    const SQL: &str = concat!(columns!(), "WHERE hash = $1");
    let row: Option<Row> =
        on!(Store store, db => sqlx::query_as(SQL).bind(hash).fetch_optional(db).await)
            .doing("finding a token")?;
    row.map(Row::read).transpose()
}

/// Tokens of `staff` that were not ended, newest first, after the token `after` (empty for the
/// first page).
pub(super) async fn of(
    store: &Store,
    staff: StaffId,
    after: &str,
    most: i64,
) -> Result<Vec<Token>, StoreError> {
    const SQL: &str = concat!(
        columns!(),
        "WHERE staff_id = $1 AND ended_at_ms IS NULL AND ($2 = '' OR id < $2)
         ORDER BY id DESC LIMIT $3"
    );
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(staff.to_string())
        .bind(after).bind(most).fetch_all(db).await)
    .doing("listing tokens")?;
    rows.into_iter().map(|row| row.read().map(|found| found.token)).collect()
}

/// How many tokens of `staff` still hold.
pub(super) async fn count(tx: &mut Tx, staff: StaffId, now: Timestamp) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM api_token WHERE staff_id = $1 AND ended_at_ms IS NULL
            AND (ends_at_ms IS NULL OR ends_at_ms > $2)";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(staff.to_string())
        .bind(now.as_millisecond()).fetch_one(db).await)
    .doing("counting tokens")
}

/// Keeps a token by the hash of its secret.
pub(super) async fn insert(
    tx: &mut Tx,
    id: &str,
    hash: &str,
    staff: StaffId,
    wish: &TokenWish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms, ends_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(hash).bind(staff.to_string())
        .bind(wish.name.as_str()).bind(rules::kept(&wish.acts)).bind(now.as_millisecond())
        .bind(wish.ends_at.map(Timestamp::as_millisecond)).execute(db).await.map(|_| ()))
    .doing("making a token")
}

/// Notes that a token was used.
pub(super) async fn used(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE api_token SET used_at_ms = $2 WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(now.as_millisecond()).execute(db).await
        .map(|_| ()))
    .doing("noting that a token was used")
}

/// Ends a token of `staff`; gives its name when it was there and not ended.
pub(super) async fn end(
    tx: &mut Tx,
    staff: StaffId,
    id: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        UPDATE api_token SET ended_at_ms = $3
        WHERE id = $1 AND staff_id = $2 AND ended_at_ms IS NULL RETURNING name";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(id).bind(staff.to_string())
        .bind(now.as_millisecond()).fetch_optional(db).await)
    .doing("ending a token")
}

/// Ends every token of `staff`.
pub(crate) async fn end_all(tx: &mut Tx, staff: StaffId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE api_token SET ended_at_ms = $2 WHERE staff_id = $1 AND ended_at_ms IS NULL";
    on!(Tx tx, db => sqlx::query(SQL).bind(staff.to_string()).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("ending tokens")
}
