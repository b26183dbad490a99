//! SQLite or PostgreSQL behind one `enum Store`.
//!
//! What it is for: transactions whose commit is durable before it is acknowledged, the record of
//! events, jobs, the outbox, files, running numbers, full-text search. What it must never know:
//! any noun of a room. Rooms write their SQL by hand, one text for both engines where possible,
//! and run it through [`on!`].

pub mod at_once;
mod checkpoint;
mod context;
pub mod course;
pub mod dump;
mod error;
pub mod event;
pub mod fact;
pub mod file;
pub mod job;
mod later;
mod migrate;
pub mod number;
pub mod outbox;
mod postgres;
pub mod request_key;
pub mod scope;
pub mod search;
pub mod setting;
mod sqlite;
pub mod tally;

pub use context::{
    Chance, Clock, Context, Secrets, SeededChance, SetClock, SystemChance, SystemClock,
};
pub use error::{Doing, StoreError};
pub use later::Write;
pub use postgres::{Postgres, PostgresTx};
pub use request_key::{Once, Press};
pub use sqlite::{Sqlite, SqliteTx};

use std::path::PathBuf;

/// Where the data lie.
#[derive(Clone, Debug)]
pub enum Address {
    /// A SQLite file; made when it is not there.
    File(PathBuf),
    /// A PostgreSQL server: `postgres://…`.
    Postgres(String),
}

/// The store. Cheap to clone; clones share the same connections.
#[derive(Clone, Debug)]
pub enum Store {
    /// Embedded, the default: one writer that groups commits, readers in parallel.
    Sqlite(Sqlite),
    /// A server, for several nodes.
    Postgres(Postgres),
}

/// A transaction: all or nothing. Dropped without [`Tx::commit`], it leaves no trace.
pub enum Tx {
    /// On SQLite's one writer.
    Sqlite(SqliteTx),
    /// On PostgreSQL.
    Postgres(PostgresTx),
}

/// Runs one query on whichever engine is there.
///
/// `on!(Store store, db => …)` reads outside a transaction, `on!(Tx tx, db => …)` works inside
/// one, after what was laid aside in it. The body is written once and compiled for both.
#[macro_export]
macro_rules! on {
    (Store $store:expr, $db:ident => $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                let $db = engine.readers();
                $body
            }
            $crate::Store::Postgres(engine) => {
                let $db = engine.pool();
                $body
            }
        }
    };
    (Tx $tx:expr, $db:ident => $body:expr) => {
        match $tx {
            $crate::Tx::Sqlite(inner) => {
                inner.settle().await;
                let $db = inner.connection();
                $body
            }
            $crate::Tx::Postgres(inner) => {
                inner.settle().await;
                let $db = inner.connection();
                $body
            }
        }
    };
}

/// Two texts of one statement, where the engines truly differ.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl Store {
    /// Opens the store, making and upgrading its tables.
    ///
    /// # Errors
    /// When it cannot be reached, an upgrade fails, or the tables belong to a newer release.
    pub async fn open(address: &Address) -> Result<Store, StoreError> {
        let store = Store::open_as_it_is(address).await?;
        migrate::upgrade(&store).await?;
        Ok(store)
    }

    /// Opens the store and leaves its tables as they are: for those who only look, beside a server
    /// that may be older than this program. What an older table lacks fails to be read.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open_as_it_is(address: &Address) -> Result<Store, StoreError> {
        Ok(match address {
            Address::File(path) => Store::Sqlite(Sqlite::open(path).await?),
            Address::Postgres(url) => Store::Postgres(Postgres::open(url).await?),
        })
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// When the database cannot be reached or does not answer in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match self {
            Store::Sqlite(engine) => Ok(Tx::Sqlite(engine.begin().await?)),
            Store::Postgres(engine) => Ok(Tx::Postgres(engine.begin().await?)),
        }
    }

    /// Makes ready for a bulk of changes of which nobody is told before [`Store::end_bulk`]. Until
    /// then a power cut, but no crash, may take back what was committed last.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn begin_bulk(&self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite(engine) => engine.begin_bulk().await,
            Store::Postgres(_) => Ok(()),
        }
    }

    /// Ends it. When this returns `Ok`, every change of the bulk has reached the disk.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn end_bulk(&self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite(engine) => engine.end_bulk().await,
            Store::Postgres(_) => Ok(()),
        }
    }

    /// Facts told by committed transactions on any node, for live updates and waking workers.
    pub fn listen(&self) -> fact::Listener {
        match self {
            Store::Sqlite(engine) => engine.facts().listen(),
            Store::Postgres(engine) => engine.facts().listen(),
        }
    }

    /// Which text of `sql` this engine takes.
    pub fn text(&self, sql: Sql) -> &'static str {
        match self {
            Store::Sqlite(_) => sql.sqlite,
            Store::Postgres(_) => sql.postgres,
        }
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self {
            Store::Sqlite(_) => "sqlite",
            Store::Postgres(_) => "postgres",
        }
    }

    /// Closes connections; what was committed stays.
    pub async fn close(&self) {
        match self {
            Store::Sqlite(engine) => engine.close().await,
            Store::Postgres(engine) => engine.close().await,
        }
    }

    /// Proves that the store answers and, for SQLite, that its writer is free again within
    /// `limit`.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on!(Store self, db => sqlx::query("SELECT 1").execute(db).await.map(|_| ()))
            .doing("asking the database whether it is there")
    }
}

impl Tx {
    /// Makes it durable. When this returns `Ok`, the bytes have reached the disk.
    ///
    /// # Errors
    /// When the engine could not commit; then nothing of it was kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(inner) => inner.commit().await,
            Tx::Postgres(inner) => inner.commit().await,
        }
    }

    /// Takes everything back now rather than on drop.
    ///
    /// # Errors
    /// When the engine could not be reached; the transaction is gone all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(inner) => inner.rollback().await,
            Tx::Postgres(inner) => inner.rollback().await,
        }
    }

    /// Tells others of `fact` once this transaction is committed, and never before.
    pub fn tell(&mut self, fact: fact::Fact) {
        match self {
            Tx::Sqlite(inner) => inner.tell(fact),
            Tx::Postgres(inner) => inner.tell(fact),
        }
    }

    /// Which text of `sql` this engine takes.
    pub fn text(&self, sql: Sql) -> &'static str {
        match self {
            Tx::Sqlite(_) => sql.sqlite,
            Tx::Postgres(_) => sql.postgres,
        }
    }
}
