//! The server engine, for several nodes.

use crate::error::{Doing, StoreError};
use crate::fact::{Fact, Facts};
use crate::later::Aside;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _, Postgres as Engine, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// Connections of one node.
const CONNECTIONS: u32 = 20;
/// A connection that rested so long is tried before it is used.
const TRIED_AFTER: Duration = Duration::from_secs(5);
/// The channel on which nodes tell each other facts.
const CHANNEL: &str = "redress";
/// PostgreSQL refuses longer notices.
const NOTICE_MOST: usize = 7_900;

/// The server engine. Clones share it.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
    facts: Facts,
}

/// A transaction on PostgreSQL.
pub struct PostgresTx {
    inner: Transaction<'static, Engine>,
    here: Facts,
    facts: Vec<Fact>,
    pub(crate) aside: Aside,
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let doing = "reaching PostgreSQL";
        let options = PgConnectOptions::from_str(url).doing(doing)?.disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .before_acquire(|connection, held| {
                Box::pin(async move {
                    // One that just worked need not be tried first; that would cost a round trip.
                    if held.idle_for > TRIED_AFTER {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.clone())
            .await;
        let pool = match pool {
            Ok(pool) => pool,
            Err(sqlx::Error::PoolTimedOut) => {
                // The pool only says that it waited in vain; one plain try says for what.
                let why = options.connect().await.err().unwrap_or(sqlx::Error::PoolTimedOut);
                return Err(why).doing(doing);
            }
            Err(error) => return Err(error).doing(doing),
        };
        let facts = Facts::new();
        tokio::spawn(hear(pool.clone(), facts.clone()));
        Ok(Self { pool, facts })
    }

    /// Connections that read.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) async fn begin(&self) -> Result<PostgresTx, StoreError> {
        let inner = self.pool.begin().await.doing("beginning to write")?;
        let here = self.facts.clone();
        Ok(PostgresTx { inner, here, facts: Vec::new(), aside: Aside::default() })
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Passes on what other nodes tell, and connects again when the line drops.
async fn hear(pool: PgPool, facts: Facts) {
    while !pool.is_closed() {
        match PgListener::connect_with(&pool).await {
            Ok(mut listener) => {
                if let Err(error) = listener.listen(CHANNEL).await {
                    tracing::warn!(%error, "cannot listen for what other nodes tell");
                } else {
                    hear_on(&mut listener, &facts).await;
                }
            }
            Err(error) if !pool.is_closed() => {
                tracing::warn!(%error, "lost the line on which nodes tell each other news");
            }
            Err(_) => return,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn hear_on(listener: &mut PgListener, facts: &Facts) {
    while let Ok(notice) = listener.recv().await {
        match serde_json::from_str(notice.payload()) {
            Ok(fact) => facts.publish(fact),
            Err(error) => tracing::warn!(%error, "another node told something we cannot read"),
        }
    }
}

impl PostgresTx {
    /// Writes what was laid aside; a failure shows when the transaction commits.
    pub async fn settle(&mut self) {
        if self.aside.is_empty() {
            return;
        }
        for (write, rows) in self.aside.take() {
            let rows = serde_json::Value::from_iter(rows).to_string();
            let written = sqlx::query(write.sql.postgres).bind(rows).execute(&mut *self.inner);
            if let Err(error) = written.await {
                self.aside.fail(StoreError::from_engine(write.doing, error));
                return;
            }
        }
    }

    /// The connection to run statements on.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        if !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let doing = "making a change durable";
        self.settle().await;
        if let Some(error) = self.aside.failed() {
            return Err(error);
        }
        // A notice makes PostgreSQL commit one transaction after the other, so the frequent facts
        // of one node's own work stay on that node; others look for work every second anyway.
        let (local, shared): (Vec<_>, Vec<_>) = std::mem::take(&mut self.facts)
            .into_iter()
            .partition(|fact| matches!(fact, Fact::Job | Fact::Outbox));
        for fact in shared {
            let text = serde_json::to_string(&fact)
                .map_err(|error| StoreError::unreadable(doing, error))?;
            if text.len() > NOTICE_MOST {
                continue;
            }
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(text)
                .execute(&mut *self.inner)
                .await
                .doing(doing)?;
        }
        self.inner.commit().await.doing(doing)?;
        for fact in local {
            self.here.publish(fact);
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.doing("taking a change back")
    }
}
