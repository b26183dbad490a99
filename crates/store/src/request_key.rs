//! One press, one change: a key that a form or an API call carries, taken in the transaction of
//! the change, so that a retry or a double press gets the first result and changes nothing.

use crate::error::{Doing, StoreError};
use crate::{Store, Tx, on};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The key of one request, or none for jobs and commands that are safe by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    key: Option<(String, String, String)>,
}

impl Press {
    /// A request without a key: each is new.
    pub fn none() -> Press {
        Press::default()
    }

    /// The press of the `place`-th of several things changed by one press.
    #[must_use]
    pub fn part(&self, place: usize) -> Press {
        let part = |(scope, key, hash): &(String, String, String)| {
            (scope.clone(), format!("{key}/{place}"), hash.clone())
        };
        Press { key: self.key.as_ref().map(part) }
    }

    /// `scope` keeps the keys of two people apart; `body_hash` tells another body.
    pub fn new(scope: &str, key: &str, body_hash: &str) -> Press {
        Press { key: Some((scope.to_owned(), key.to_owned(), body_hash.to_owned())) }
    }
}

/// Whether a press was seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once<T> {
    /// Never seen: go on.
    New,
    /// Seen: this was the result.
    Done(T),
    /// The same key came with another body: a fault of the caller.
    OtherBody,
}

impl Tx {
    /// Takes `press` in this transaction, before anything is changed.
    ///
    /// # Errors
    /// When the engine fails, or the kept result is not a `T`.
    pub async fn once<T: DeserializeOwned>(
        &mut self,
        press: &Press,
        now: Timestamp,
    ) -> Result<Once<T>, StoreError> {
        let Some((scope, key, body_hash)) = &press.key else { return Ok(Once::New) };
        match self.take_request_key(scope, key, body_hash, now).await? {
            Seen::New => Ok(Once::New),
            Seen::OtherBody => Ok(Once::OtherBody),
            Seen::Answered(_, answer) => serde_json::from_str(&answer)
                .map(Once::Done)
                .map_err(|error| StoreError::unreadable("reading a request's result", error)),
        }
    }

    /// Keeps the result of `press` with the change it caused.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn done_once<T: Serialize>(
        &mut self,
        press: &Press,
        result: &T,
    ) -> Result<(), StoreError> {
        let Some((scope, key, _)) = &press.key else { return Ok(()) };
        let answer = serde_json::to_string(result)
            .map_err(|error| StoreError::unreadable("keeping a request's result", error))?;
        self.answer_request_key(scope, key, 200, &answer).await
    }
}

/// What is known of a request key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Never seen: it is yours now.
    New,
    /// Seen with the same body: this was the answer (status, body).
    Answered(u16, String),
    /// Seen with another body: that is a fault of the caller.
    OtherBody,
}

impl Tx {
    /// Takes a key inside the transaction of the change it guards. Two at once: the second waits
    /// for the first and then sees its answer.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn take_request_key(
        &mut self,
        scope: &str,
        key: &str,
        body_hash: &str,
        now: Timestamp,
    ) -> Result<Seen, StoreError> {
        const TAKE: &str = "
            INSERT INTO request_key (scope, key, body_hash, made_at_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT (scope, key) DO NOTHING";
        const LOOK: &str =
            "SELECT body_hash, status, answer FROM request_key WHERE scope = $1 AND key = $2";
        let doing = "looking at a request's key";
        let taken = on!(Tx self, db => sqlx::query(TAKE).bind(scope).bind(key).bind(body_hash)
            .bind(now.as_millisecond()).execute(db).await.map(|done| done.rows_affected()))
        .doing(doing)?;
        if taken == 1 {
            return Ok(Seen::New);
        }
        let (known, status, answer): (String, i64, String) =
            on!(Tx self, db => sqlx::query_as(LOOK).bind(scope).bind(key).fetch_one(db).await)
                .doing(doing)?;
        Ok(if known == body_hash {
            Seen::Answered(u16::try_from(status).unwrap_or(200), answer)
        } else {
            Seen::OtherBody
        })
    }

    /// Notes the answer of a key taken in this transaction.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn answer_request_key(
        &mut self,
        scope: &str,
        key: &str,
        status: u16,
        answer: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE request_key SET status = $3, answer = $4 WHERE scope = $1 AND key = $2";
        on!(Tx self, db => sqlx::query(SQL).bind(scope).bind(key).bind(i64::from(status))
            .bind(answer).execute(db).await.map(|_| ()))
        .doing("noting a request's answer")
    }
}

impl Store {
    /// Forgets keys made before `before`, `most` at a time; gives how many.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn forget_request_keys(
        &self,
        before: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        const SQL: &str = "
            DELETE FROM request_key WHERE (scope, key) IN (
                SELECT scope, key FROM request_key WHERE made_at_ms < $1
                ORDER BY made_at_ms LIMIT $2)";
        let mut tx = self.begin().await?;
        let rows = on!(Tx &mut tx, db => sqlx::query(SQL).bind(before.as_millisecond())
            .bind(i64::from(most)).execute(db).await.map(|done| done.rows_affected()))
        .doing("forgetting old request keys")?;
        tx.commit().await?;
        Ok(rows)
    }
}
