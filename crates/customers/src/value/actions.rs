//! Taking orders and contracts in, and working values out.

use crate::customer::actions::{Who, recognise_all};
use crate::value::rules::{self, Row};
use crate::value::sql;
use anyhow::Context as _;
use domain::id::UnitId;
use jiff::SignedDuration;
use store::{Context, StoreError, Tx};

/// Rows that are kept with one commit.
pub const AT_ONCE: usize = 500;
/// Orders that are looked at: three years.
const ORDERS_OF: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);

/// Keeps orders and contracts of `unit`, finding or making their customers. At most [`AT_ONCE`] in
/// one call; the same row again changes nothing.
///
/// # Errors
/// When the store fails.
pub async fn keep_rows(ctx: &Context, unit: UnitId, rows: &[Row]) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    keep_rows_in(&mut tx, ctx, unit, rows).await?;
    tx.commit().await
}

/// The same in the caller's transaction.
pub(crate) async fn keep_rows_in(
    tx: &mut Tx,
    ctx: &Context,
    unit: UnitId,
    rows: &[Row],
) -> Result<(), StoreError> {
    let now = ctx.now();
    let who = |row: &Row| {
        let (customer, since) = match row {
            Row::Order(order) => (&order.customer, order.at),
            Row::Contract(contract) => (&contract.customer, contract.since),
        };
        let is_email = customer.contains('@');
        let (email, reference) = if is_email {
            (customer.clone(), String::new())
        } else {
            (String::new(), customer.clone())
        };
        (unit, Who { email, reference, since: Some(since.min(now)), ..Who::default() })
    };
    let who: Vec<(UnitId, Who)> = rows.iter().map(who).collect();
    let known = recognise_all(tx, ctx, now, &who).await?;
    for (row, customer) in rows.iter().zip(known) {
        match row {
            Row::Order(order) => sql::keep_order(tx, unit, customer.id, order).await?,
            Row::Contract(contract) => sql::keep_contract(tx, unit, customer.id, contract).await?,
        }
    }
    Ok(())
}

/// Works out what every customer with orders or contracts is worth, unit by unit, and says how
/// many were valued. Nothing is locked while it thinks.
///
/// # Errors
/// When the store fails.
pub async fn work_out(ctx: &Context) -> anyhow::Result<usize> {
    let now = ctx.now();
    let mut valued = 0;
    for unit in sql::units_for_job(&ctx.store).await? {
        let orders = sql::orders_for_job(&ctx.store, &unit, now - ORDERS_OF).await?;
        let contracts = sql::contracts_for_job(&ctx.store, &unit, now).await?;
        let work = move || rules::worths(&orders, &contracts, now);
        let worths = tokio::task::spawn_blocking(work).await.context("working values out")?;
        valued += worths.len();
        for some in worths.chunks(AT_ONCE) {
            let mut tx = ctx.begin().await?;
            for worth in some {
                sql::keep_worth(&mut tx, &unit, worth, now).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(valued)
}
