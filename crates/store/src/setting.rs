//! Settings of the installation that live with the data: name, hours, policies, keys.

use crate::error::{Doing, StoreError};
use crate::{Store, Tx, on};
use jiff::Timestamp;

impl Store {
    /// The value of a setting; `None` when it was never set.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT value FROM setting WHERE name = $1";
        on!(Store self, db => sqlx::query_scalar(SQL).bind(name).fetch_optional(db).await)
            .doing("reading a setting")
    }
}

impl Tx {
    /// The value of a setting as this transaction sees it.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT value FROM setting WHERE name = $1";
        on!(Tx self, db => sqlx::query_scalar(SQL).bind(name).fetch_optional(db).await)
            .doing("reading a setting")
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn set_setting(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO setting (name, value, changed_at_ms) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value,
                changed_at_ms = excluded.changed_at_ms";
        on!(Tx self, db => sqlx::query(SQL).bind(name).bind(value).bind(now.as_millisecond())
            .execute(db).await.map(|_| ()))
        .doing("changing a setting")
    }

    /// Sets a setting that must not be there yet, and gives the value that holds now: two nodes
    /// that start together agree on one.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn settle(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        const SQL: &str = "
            INSERT INTO setting (name, value, changed_at_ms) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value";
        on!(Tx self, db => sqlx::query_scalar(SQL).bind(name).bind(value)
            .bind(now.as_millisecond()).fetch_one(db).await)
        .doing("settling a setting")
    }
}
