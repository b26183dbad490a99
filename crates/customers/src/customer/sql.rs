//! Every statement on customers and identities.

use crate::customer::rules::Identity;
use domain::id::{CustomerId, UnitId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// The customer of `unit` who is known by `identity`.
pub(crate) async fn known_by(
    tx: &mut Tx,
    unit: UnitId,
    identity: &Identity,
) -> Result<Option<CustomerId>, StoreError> {
    const SQL: &str = "
        SELECT customer_id FROM identity WHERE unit_id = $1 AND kind = $2 AND value = $3";
    let doing = "recognising a customer";
    let found: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(unit.to_string())
        .bind(identity.kind).bind(&identity.value).fetch_optional(db).await)
    .doing(doing)?;
    found.map(|id| id.parse().map_err(|e| StoreError::unreadable(doing, e))).transpose()
}

/// A customer to be made.
pub(crate) struct New<'a> {
    pub id: CustomerId,
    pub number: i64,
    pub unit: UnitId,
    pub name: &'a str,
    pub language: &'a str,
    pub since: Timestamp,
    pub now: Timestamp,
}

pub(crate) async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO customer (id, number, unit_id, name, language, since_ms, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(Tx tx, db => sqlx::query(SQL).bind(new.id.to_string()).bind(new.number)
        .bind(new.unit.to_string()).bind(new.name).bind(new.language)
        .bind(new.since.as_millisecond()).bind(new.now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("making a customer")
}

/// Takes back a customer made in this transaction, with the addresses noted for them.
pub(crate) async fn remove_made_twice(tx: &mut Tx, id: CustomerId) -> Result<(), StoreError> {
    const IDENTITIES: &str = "DELETE FROM identity WHERE customer_id = $1";
    const CUSTOMER: &str = "DELETE FROM customer WHERE id = $1";
    let doing = "taking back a customer made twice";
    let id = id.to_string();
    for sql in [IDENTITIES, CUSTOMER] {
        on!(Tx tx, db => sqlx::query(sql).bind(&id).execute(db).await.map(|_| ())).doing(doing)?;
    }
    Ok(())
}

/// Adds an identity; false when it is somebody's already.
pub(crate) async fn add_identity(
    tx: &mut Tx,
    unit: UnitId,
    customer: CustomerId,
    identity: &Identity,
    verified_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO identity (unit_id, kind, value, customer_id, verified_at_ms, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (unit_id, kind, value) DO NOTHING";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(unit.to_string()).bind(identity.kind)
        .bind(&identity.value).bind(customer.to_string())
        .bind(verified_at.map(Timestamp::as_millisecond)).bind(now.as_millisecond())
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("noting an address")?;
    Ok(rows == 1)
}

/// A name that was unknown becomes known; a known one is never overwritten by a stranger's.
pub(crate) async fn name_if_unknown(
    tx: &mut Tx,
    customer: CustomerId,
    name: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE customer SET name = $2 WHERE id = $1 AND (name = '' OR name LIKE '%@%')";
    on!(Tx tx, db => sqlx::query(SQL).bind(customer.to_string()).bind(name)
        .execute(db).await.map(|_| ()))
    .doing("noting a name")
}

/// A customer as lists and pages show them.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub language: String,
    pub since_ms: i64,
    pub wishes: String,
    pub needs_care: i64,
}

/// Customers whose name or address begins with `query` (all when empty), by name, after
/// `(name, id)`.
pub(crate) async fn page(
    store: &Store,
    reach: &Reach,
    query: &str,
    after: &(String, String),
    most: u32,
) -> Result<Vec<Row>, StoreError> {
    const ALL: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE ",
        store::visible_in_unit!(),
        " AND (c.name, c.id) > ($3, $4) ORDER BY c.name, c.id LIMIT $5"
    );
    const FOUND: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE ",
        store::visible_in_unit!(),
        " AND (c.name, c.id) > ($3, $4)
          AND (c.id IN (SELECT customer_id FROM identity WHERE value >= $6 AND value < $7)
               OR (c.name >= $8 AND c.name < $9))
          ORDER BY c.name, c.id LIMIT $5"
    );
    let doing = "listing customers";
    let most = i64::from(most);
    if query.is_empty() {
        return on!(Store store, db => sqlx::query_as(ALL).bind(&reach.scope).bind(&reach.staff)
            .bind(&after.0).bind(&after.1).bind(most).fetch_all(db).await)
        .doing(doing);
    }
    let low = query.to_lowercase();
    let (low_end, end) = (format!("{low}\u{10ffff}"), format!("{query}\u{10ffff}"));
    on!(Store store, db => sqlx::query_as(FOUND).bind(&reach.scope).bind(&reach.staff)
        .bind(&after.0).bind(&after.1).bind(most).bind(&low).bind(&low_end).bind(query).bind(&end)
        .fetch_all(db).await)
    .doing(doing)
}

/// One customer by number; `None` also when they are not the reader's to see.
pub(crate) async fn one(
    store: &Store,
    reach: &Reach,
    number: i64,
) -> Result<Option<Row>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE c.number = $3 AND ",
        store::visible_in_unit!()
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(number)
        .fetch_optional(db).await)
    .doing("reading a customer")
}

/// Addresses of customers that were already shown to be the reader's: kind, value, verified.
pub(crate) async fn identities_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Vec<(String, String, Option<i64>)>, StoreError> {
    const SQL: &str = "
        SELECT kind, value, verified_at_ms FROM identity WHERE customer_id = $1
        ORDER BY kind, value LIMIT 100";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_all(db).await)
        .doing("reading a customer's addresses")
}

/// A case of a customer.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct CaseRow {
    pub number: i64,
    pub subject: String,
    pub kind: String,
    pub stage: String,
    pub closing: Option<String>,
    pub opened_at_ms: i64,
}

/// Cases of a customer that the reader may see, newest first.
pub(crate) async fn cases(
    store: &Store,
    reach: &Reach,
    customer: &str,
    most: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, c.subject, c.kind, c.stage, c.closing, c.opened_at_ms
         FROM \"case\" c WHERE c.customer_id = $3 AND ",
        store::visible!(),
        " ORDER BY c.opened_at_ms DESC, c.id LIMIT $4"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(customer).bind(i64::from(most)).fetch_all(db).await)
    .doing("reading a customer's cases")
}

/// How promises to this customer fared: state and count.
pub(crate) async fn promises_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Vec<(String, i64)>, StoreError> {
    const SQL: &str = "
        SELECT p.state, COUNT(*) FROM promise p JOIN \"case\" c ON c.id = p.case_id
        WHERE c.customer_id = $1 GROUP BY p.state ORDER BY p.state LIMIT 10";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_all(db).await)
        .doing("counting promises to a customer")
}

/// The number of a customer.
pub(crate) async fn number_of(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT number FROM customer WHERE id = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(customer.to_string()).fetch_one(db).await)
        .doing("reading the number of a customer")
}

/// Whether there is such a unit.
pub(crate) async fn is_unit(store: &Store, unit: UnitId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM unit WHERE id = $1";
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(unit.to_string()).fetch_optional(db).await)
    .doing("looking for a unit")?;
    Ok(found.is_some())
}
