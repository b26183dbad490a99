//! Every statement on orders, contracts and values.

use crate::value::rules::{Contract, ContractRow, Order, OrderRow, Worth};
use domain::id::{CustomerId, UnitId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

/// Keeps an order; the same reference again is the same order.
pub(crate) async fn keep_order(
    tx: &mut Tx,
    unit: UnitId,
    customer: CustomerId,
    row: &OrderRow,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO purchase (unit_id, reference, customer_id, amount_minor, currency, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (unit_id, reference) DO UPDATE SET customer_id = excluded.customer_id,
            amount_minor = excluded.amount_minor, currency = excluded.currency,
            at_ms = excluded.at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(unit.to_string()).bind(&row.reference)
        .bind(customer.to_string()).bind(row.amount_minor).bind(&row.currency)
        .bind(row.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping an order")
}

/// Keeps a contract; the same reference again is the same contract.
pub(crate) async fn keep_contract(
    tx: &mut Tx,
    unit: UnitId,
    customer: CustomerId,
    row: &ContractRow,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO contract (unit_id, reference, customer_id, margin_minor, currency, retention,
            since_ms, ended_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (unit_id, reference) DO UPDATE SET customer_id = excluded.customer_id,
            margin_minor = excluded.margin_minor, currency = excluded.currency,
            retention = excluded.retention, since_ms = excluded.since_ms,
            ended_at_ms = excluded.ended_at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(unit.to_string()).bind(&row.reference)
        .bind(customer.to_string()).bind(row.margin_minor).bind(&row.currency)
        .bind(row.retention).bind(row.since.as_millisecond())
        .bind(row.ended_at.map(Timestamp::as_millisecond)).execute(db).await.map(|_| ()))
    .doing("keeping a contract")
}

/// Units with orders or contracts; for the job that works values out.
pub(crate) async fn units_for_job(store: &Store) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT id FROM unit WHERE EXISTS (SELECT 1 FROM purchase p WHERE p.unit_id = unit.id)
            OR EXISTS (SELECT 1 FROM contract k WHERE k.unit_id = unit.id)
        ORDER BY id LIMIT 10000";
    on!(Store store, db => sqlx::query_scalar(SQL).fetch_all(db).await)
        .doing("looking for units with orders")
}

/// Orders of a unit since a moment at most; for the job that works values out.
pub(crate) async fn orders_for_job(
    store: &Store,
    unit: &str,
    since: Timestamp,
) -> Result<Vec<Order>, StoreError> {
    const MOST: i64 = 2_000_000;
    const SQL: &str = "
        SELECT customer_id, amount_minor, currency, at_ms FROM purchase
        WHERE unit_id = $1 AND at_ms >= $2 ORDER BY customer_id, at_ms LIMIT $3";
    let rows: Vec<(String, i64, String, i64)> =
        on!(Store store, db => sqlx::query_as(SQL).bind(unit).bind(since.as_millisecond())
            .bind(MOST).fetch_all(db).await)
        .doing("reading orders")?;
    let order = |(customer, amount_minor, currency, at_ms)| Order {
        customer,
        amount_minor,
        currency,
        at_ms,
    };
    Ok(rows.into_iter().map(order).collect())
}

/// Contracts of a unit that run; for the job that works values out.
pub(crate) async fn contracts_for_job(
    store: &Store,
    unit: &str,
    now: Timestamp,
) -> Result<Vec<Contract>, StoreError> {
    const MOST: i64 = 2_000_000;
    const SQL: &str = "
        SELECT customer_id, margin_minor, currency, retention FROM contract
        WHERE unit_id = $1 AND since_ms <= $2 AND (ended_at_ms IS NULL OR ended_at_ms > $2)
        ORDER BY customer_id, reference LIMIT $3";
    let rows: Vec<(String, i64, String, f64)> =
        on!(Store store, db => sqlx::query_as(SQL).bind(unit).bind(now.as_millisecond())
            .bind(MOST).fetch_all(db).await)
        .doing("reading contracts")?;
    let contract = |(customer, margin_minor, currency, retention)| Contract {
        customer,
        margin_minor,
        currency,
        retention,
    };
    Ok(rows.into_iter().map(contract).collect())
}

/// Writes what a customer is worth.
pub(crate) async fn keep_worth(
    tx: &mut Tx,
    unit: &str,
    worth: &Worth,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO customer_value (customer_id, unit_id, method, expected_minor, low_minor,
            high_minor, currency, lower_share, formula, worked_out_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (customer_id) DO UPDATE SET method = excluded.method,
            expected_minor = excluded.expected_minor, low_minor = excluded.low_minor,
            high_minor = excluded.high_minor, currency = excluded.currency,
            lower_share = excluded.lower_share, formula = excluded.formula,
            worked_out_at_ms = excluded.worked_out_at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(&worth.customer).bind(unit).bind(worth.method)
        .bind(worth.expected_minor).bind(worth.low_minor).bind(worth.high_minor)
        .bind(&worth.currency).bind(worth.lower_share).bind(&worth.formula)
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping what a customer is worth")
}

/// What a customer is worth, as it was worked out last.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct ValueRow {
    pub method: String,
    pub expected_minor: i64,
    pub low_minor: i64,
    pub high_minor: i64,
    pub currency: String,
    pub lower_share: f64,
    pub formula: String,
    pub worked_out_at_ms: i64,
}

/// The value of a customer that was already shown to be the reader's.
pub(crate) async fn value_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Option<ValueRow>, StoreError> {
    const SQL: &str = "
        SELECT method, expected_minor, low_minor, high_minor, currency, lower_share, formula,
            worked_out_at_ms
        FROM customer_value WHERE customer_id = $1";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_optional(db).await)
        .doing("reading what a customer is worth")
}

/// The highest severity of a customer's open complaints; `None` when none is open. For customers
/// that were already shown to be the reader's.
pub(crate) async fn worst_open_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "
        SELECT MAX(severity) FROM \"case\"
        WHERE customer_id = $1 AND closed_at_ms IS NULL AND kind IN ('complaint', 'cancellation')";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(customer).fetch_one(db).await)
        .doing("looking for a customer's open complaints")
}
