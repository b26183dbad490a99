//! Statements on who is held back.

use crate::case::sql::moment;
use domain::id::CustomerId;
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// How long somebody who was let go is not held again.
const LET_GO: SignedDuration = SignedDuration::from_hours(24);
/// How long they are held when nobody decides, after the last of it.
pub(crate) const REST: SignedDuration = SignedDuration::from_hours(1);

/// What a person decided about somebody who is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Programs may write to them again.
    LetGo,
    /// No program writes to them until somebody lets them go.
    Kept,
}

impl Decided {
    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Decided::LetGo => "let_go",
            Decided::Kept => "kept",
        }
    }
}

/// What holds of what was decided about a customer.
pub(crate) async fn decided(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Option<Decided>, StoreError> {
    const SQL: &str = "
        SELECT decision, COALESCE(decided_at_ms, 0) FROM held_sender WHERE customer_id = $1";
    let found: Option<(String, i64)> = on!(Tx tx, db => sqlx::query_as(SQL)
        .bind(customer.to_string()).fetch_optional(db).await)
    .doing("looking for who is held back")?;
    Ok(found.and_then(|(decision, at_ms)| match decision.as_str() {
        "kept" => Some(Decided::Kept),
        "let_go" if at_ms > (now - LET_GO).as_millisecond() => Some(Decided::LetGo),
        _ => None,
    }))
}

/// Notes that somebody is held back now. What was over before begins anew.
pub(crate) async fn hold(
    tx: &mut Tx,
    customer: CustomerId,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO held_sender (customer_id, unit_id, address, since_ms, last_ms)
        SELECT c.id, c.unit_id, $2, $3, $3 FROM customer c WHERE c.id = $1
        ON CONFLICT (customer_id) DO UPDATE SET
            address = excluded.address, last_ms = excluded.last_ms,
            since_ms = CASE WHEN held_sender.decision = 'let_go' OR held_sender.last_ms < $4
                AND held_sender.decision = '' THEN excluded.since_ms
                ELSE held_sender.since_ms END,
            decision = CASE WHEN held_sender.decision = 'let_go' THEN ''
                ELSE held_sender.decision END";
    on!(Tx tx, db => sqlx::query(SQL).bind(customer.to_string()).bind(address)
        .bind(now.as_millisecond()).bind((now - REST).as_millisecond()).execute(db).await
        .map(|_| ()))
    .doing("holding somebody back")
}

/// Somebody who is held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who, by their id.
    pub customer: String,
    /// Their number.
    pub number: i64,
    /// Their name, or empty.
    pub name: String,
    /// Their address.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
    /// When they were last held back.
    pub last: Timestamp,
    /// How much they handed in since shortly before that; all of it is kept.
    pub handed_in: i64,
    /// Whether somebody decided to keep them held; else it ends by itself after an hour.
    pub kept: bool,
}

#[derive(FromRow)]
struct Row {
    customer_id: String,
    number: i64,
    name: String,
    address: String,
    since_ms: i64,
    last_ms: i64,
    handed_in: i64,
    decision: String,
}

// Those who are held at `$3`, of the units that the reader sees.
macro_rules! held_now {
    () => {
        concat!(
            " FROM held_sender c WHERE (c.decision = 'kept'
                OR c.decision = '' AND c.last_ms > $3) AND ",
            store::visible_in_unit!()
        )
    };
}

/// Who is held back, the last of them first; 200 at the most.
///
/// # Errors
/// When the engine fails.
pub async fn held(store: &Store, reach: &Reach, now: Timestamp) -> Result<Vec<Held>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.customer_id, u.number, u.name, c.address, c.since_ms, c.last_ms, c.decision,
            (SELECT COUNT(*) FROM feedback f WHERE f.customer_id = c.customer_id
             AND f.received_at_ms >= c.since_ms - 600000) AS handed_in
         FROM customer u JOIN (SELECT c.*",
        held_now!(),
        ") c ON c.customer_id = u.id ORDER BY c.last_ms DESC, c.customer_id LIMIT 200"
    );
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind((now - REST).as_millisecond()).fetch_all(db).await)
    .doing("reading who is held back")?;
    let read = |row: Row| {
        Ok(Held {
            since: moment(row.since_ms)?,
            last: moment(row.last_ms)?,
            kept: row.decision == "kept",
            customer: row.customer_id,
            number: row.number,
            name: row.name,
            address: row.address,
            handed_in: row.handed_in,
        })
    };
    rows.into_iter().map(read).collect()
}

/// How many are held back and wait for a decision.
///
/// # Errors
/// When the engine fails.
pub async fn waiting(store: &Store, reach: &Reach, now: Timestamp) -> Result<i64, StoreError> {
    const SQL: &str = concat!("SELECT COUNT(*)", held_now!(), " AND c.decision = ''");
    on!(Store store, db => sqlx::query_scalar(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind((now - REST).as_millisecond()).fetch_one(db).await)
    .doing("counting who is held back")
}

/// Writes what was decided about somebody of a unit that the reader sees. Says whether they are
/// there.
pub async fn decide(
    tx: &mut Tx,
    reach: &Reach,
    customer: &str,
    decided: Decided,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "UPDATE held_sender SET decision = $4, decided_by = $5, decided_at_ms = $6
         WHERE customer_id IN (SELECT c.customer_id FROM held_sender c WHERE c.customer_id = $3
            AND ",
        store::visible_in_unit!(),
        ")"
    );
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(customer).bind(decided.as_str()).bind(by).bind(now.as_millisecond())
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("deciding about who is held back")?;
    Ok(rows == 1)
}
