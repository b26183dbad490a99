//! Views people saved for themselves.

use crate::view::sql;
use domain::id::StaffId;
use domain::words::Words;
use store::{Context, StoreError};

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The query part of its address.
    pub query: String,
    /// Its place among the others, from 1.
    pub place: i64,
}

/// The views this person saved, in their order.
///
/// # Errors
/// When the engine fails.
pub async fn saved_views(ctx: &Context, staff: StaffId) -> Result<Vec<SavedView>, StoreError> {
    sql::views(&ctx.store, staff).await
}

/// Saves a view and gives its id.
///
/// # Errors
/// When the engine fails.
pub async fn save_view(
    ctx: &Context,
    staff: StaffId,
    name: &Words,
    query: &str,
) -> Result<String, StoreError> {
    let id: uuid::Uuid = ctx.id(ctx.now());
    let id = id.to_string();
    let short: String = query.chars().take(2_000).collect();
    let mut tx = ctx.begin().await?;
    sql::save_view(&mut tx, &id, staff, name.as_str(), &short).await?;
    tx.commit().await?;
    Ok(id)
}

/// Calls a view of this person's something else. Says whether it was there.
///
/// # Errors
/// When the engine fails.
pub async fn rename_view(
    ctx: &Context,
    staff: StaffId,
    id: &str,
    name: &Words,
) -> Result<bool, StoreError> {
    let mut tx = ctx.begin().await?;
    let is_there = sql::rename_view(&mut tx, id, staff, name.as_str()).await?;
    tx.commit().await?;
    Ok(is_there)
}

/// Removes a view of this person's; nothing happens when it is not there.
///
/// # Errors
/// When the engine fails.
pub async fn remove_view(ctx: &Context, staff: StaffId, id: &str) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    sql::remove_view(&mut tx, id, staff).await?;
    tx.commit().await
}
