//! How much somebody has promised already.

use domain::id::StaffId;
use jiff::{SignedDuration, Timestamp};
use store::{Doing, Store, StoreError, on};

/// Promises of `keeper` that fall due within the hour around `due_at`.
pub async fn load(store: &Store, keeper: StaffId, due_at: Timestamp) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM promise
        WHERE keeper_id = $1 AND due_at_ms >= $2 AND due_at_ms < $3
          AND state IN ('open', 'broken')";
    let half = SignedDuration::from_mins(30);
    on!(Store store, db => sqlx::query_scalar(SQL).bind(keeper.to_string())
        .bind((due_at - half).as_millisecond()).bind((due_at + half).as_millisecond())
        .fetch_one(db).await)
    .doing("counting what somebody has promised")
}
