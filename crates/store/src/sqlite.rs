//! The embedded engine: one writer that groups commits, readers in parallel.
//!
//! Every transaction after the first is a savepoint inside a group. The writer passes from one
//! transaction to the next waiting one; when nobody waits, when the group is full or has lasted
//! long enough, one `COMMIT` makes the whole group durable and only then are its members told. So
//! a transaction costs a share of one fsync under load and one fsync when alone, and an
//! acknowledgement is never given for bytes that are not on the disk (`synchronous=FULL`).

mod tx;

pub use tx::SqliteTx;

use crate::checkpoint::{self, Checkpoints};
use crate::error::{Doing, StoreError};
use crate::fact::{Fact, Facts};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

/// A group holds at most this many transactions …
const GROUP_MOST: usize = 64;
/// … and at most this long from its beginning, so that nobody waits for strangers.
const GROUP_LASTS: Duration = Duration::from_millis(2);
/// Connections that read.
const READERS: u32 = 4;
/// How long a lock held by another process is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// The embedded engine. Clones share it.
#[derive(Clone, Debug)]
pub struct Sqlite {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: SqliteConnectOptions,
    readers: SqlitePool,
    writer: Arc<Mutex<Writer>>,
    waiting: AtomicUsize,
    facts: Facts,
    /// Something was committed.
    grew: Notify,
    /// While a bulk is written.
    checkpoints: Mutex<Option<Checkpoints>>,
}

#[derive(Debug)]
struct Writer {
    connection: Option<SqliteConnection>,
    group: Option<Group>,
    /// Whether the transaction that runs now began its group: then nothing else can be lost with
    /// it, and it needs no savepoint.
    is_first: bool,
    /// Whether rows are being written ahead. Who finds it so when they take the writer follows a
    /// task that broke and left half a transaction.
    is_half_done: bool,
}

/// Transactions that become durable together.
#[derive(Debug)]
struct Group {
    began: Instant,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    done: oneshot::Sender<Result<(), String>>,
    facts: Vec<Fact>,
}

/// Somebody waits for the writer, and no longer than this lives.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", "-16384")
            // In pages: copied into the file less often, those written again and again go once.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(256)
            .disable_statement_logging();
        // The writer connects first: it makes the file and switches it to WAL.
        let connection = options.connect().await.doing("opening the database file")?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(None)
            .max_lifetime(None)
            // A file does not hang up, so there is nothing to try first.
            .test_before_acquire(false)
            .connect_with(options.clone().read_only(true).create_if_missing(false))
            .await
            .doing("opening the database file for reading")?;
        let writer = Arc::new(Mutex::new(Writer {
            connection: Some(connection),
            group: None,
            is_first: false,
            is_half_done: false,
        }));
        let waiting = AtomicUsize::new(0);
        let inner = Inner {
            options,
            readers,
            writer,
            waiting,
            facts: Facts::new(),
            grew: Notify::new(),
            checkpoints: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn options(&self) -> &SqliteConnectOptions {
        &self.inner.options
    }

    pub(crate) fn grew(&self) -> &Notify {
        &self.inner.grew
    }

    /// Connections that read committed data.
    pub fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.inner.facts
    }

    pub(crate) async fn close(&self) {
        self.inner.readers.close().await;
        let mut writer = self.inner.writer.lock().await;
        self.flush(&mut writer).await;
        if let Some(connection) = writer.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "closing the database file failed; what was committed is safe");
        }
    }

    pub(crate) async fn begin(&self) -> Result<SqliteTx, StoreError> {
        // In a task of its own, so that a caller who goes away midway leaves no half-begun state.
        let engine = self.clone();
        tokio::spawn(async move { engine.begin_now().await })
            .await
            .map_err(|error| StoreError::unreadable("beginning to write", error))?
    }

    async fn begin_now(self) -> Result<SqliteTx, StoreError> {
        let (mut writer, opening) = self.take_writer().await?;
        let connection = self.connected(&mut writer).await?;
        if let Err(error) = sqlx::query(opening).execute(connection).await {
            self.fence(&mut writer).await;
            return Err(StoreError::from_engine("beginning to write", error));
        }
        Ok(SqliteTx::new(self, writer))
    }

    /// A transaction of statements that are known beforehand, with one fact to tell. Gives the
    /// first column of the rows they return. It goes to the engine and back once; among others who
    /// wait for the writer, it is committed with them.
    pub(crate) async fn at_once(
        &self,
        doing: &'static str,
        statements: &str,
        arguments: SqliteArguments,
        fact: Fact,
    ) -> Result<Vec<String>, StoreError> {
        let (writer, opening) = self.take_writer().await?;
        if writer.is_first && self.inner.waiting.load(Ordering::SeqCst) == 0 {
            return self.alone(writer, doing, statements, arguments, fact).await;
        }
        // From here on what is dropped midway is taken back.
        let mut tx = SqliteTx::new(self.clone(), writer);
        let text = AssertSqlSafe(format!("{opening}; {statements}"));
        let rows = sqlx::query_scalar_with(text, arguments).fetch_all(tx.connection()).await;
        let rows = rows.doing(doing)?;
        tx.tell(fact);
        tx.commit().await?;
        Ok(rows)
    }

    /// The same while nobody else waits: its commit goes along.
    async fn alone(
        &self,
        mut writer: OwnedMutexGuard<Writer>,
        doing: &'static str,
        statements: &str,
        arguments: SqliteArguments,
        fact: Fact,
    ) -> Result<Vec<String>, StoreError> {
        // Whoever takes the writer after this was dropped midway finds half a transaction.
        writer.is_half_done = true;
        let connection = self.connected(&mut writer).await?;
        let text = AssertSqlSafe(format!("BEGIN IMMEDIATE; {statements}; COMMIT"));
        let rows = sqlx::query_scalar_with(text, arguments).fetch_all(connection).await;
        writer.is_half_done = false;
        match rows {
            Ok(rows) => {
                writer.group = None;
                self.inner.grew.notify_one();
                self.inner.facts.publish(fact);
                Ok(rows)
            }
            Err(error) => {
                // Which of them failed is not told, and after a commit that failed pages are in
                // doubt: a new connection reads the log as it truly is.
                self.fence(&mut writer).await;
                Err(StoreError::from_engine(doing, error))
            }
        }
    }

    /// The writer, and the statement that a transaction on it begins with.
    async fn take_writer(&self) -> Result<(OwnedMutexGuard<Writer>, &'static str), StoreError> {
        let waits = Waits::begin(&self.inner.waiting);
        let mut writer = Arc::clone(&self.inner.writer).lock_owned().await;
        drop(waits);
        if writer.is_half_done {
            self.fence(&mut writer).await;
            writer.is_half_done = false;
        }
        self.connected(&mut writer).await?;
        writer.is_first = writer.group.is_none();
        if writer.is_first {
            writer.group = Some(Group { began: Instant::now(), members: Vec::new() });
        }
        let opening = if writer.is_first { "BEGIN IMMEDIATE" } else { "SAVEPOINT one" };
        Ok((writer, opening))
    }

    /// Much is about to be written that nobody is told of before [`Sqlite::end_bulk`]: commits
    /// need not reach the disk one by one, and more pages are held.
    pub(crate) async fn begin_bulk(&self) -> Result<(), StoreError> {
        self.tune(&[
            "PRAGMA synchronous = NORMAL",
            "PRAGMA cache_size = -131072",
            "PRAGMA wal_autocheckpoint = 64000",
            // A log that is cut short is soon as long again, and its pages are made anew.
            "PRAGMA journal_size_limit = -1",
        ])
        .await?;
        let mut checkpoints = self.inner.checkpoints.lock().await;
        checkpoints.get_or_insert_with(|| Checkpoints::begin(self));
        Ok(())
    }

    /// Back to as it was. When this returns `Ok`, all that was committed has reached the disk.
    pub(crate) async fn end_bulk(&self) -> Result<(), StoreError> {
        const VERSION: &str = "PRAGMA user_version";
        if let Some(checkpoints) = self.inner.checkpoints.lock().await.take() {
            checkpoints.end().await;
        }
        self.tune(&[
            "PRAGMA synchronous = FULL",
            "PRAGMA cache_size = -16384",
            "PRAGMA wal_autocheckpoint = 4000",
            "PRAGMA journal_size_limit = 67108864",
        ])
        .await?;
        // Any commit takes all of the log before it to the disk; this one says what was said.
        let doing = "making a bulk of changes durable";
        let mut writer = self.between_groups().await;
        let connection = self.connected(&mut writer).await?;
        let n: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut *connection).await.doing(doing)?;
        let again = AssertSqlSafe(format!("{VERSION} = {n}"));
        sqlx::query(again).execute(connection).await.map(|_| ()).doing(doing)
    }

    /// Sets the writer's ways between two groups of transactions.
    async fn tune(&self, pragmas: &[&'static str]) -> Result<(), StoreError> {
        let mut writer = self.between_groups().await;
        let connection = self.connected(&mut writer).await?;
        for pragma in pragmas {
            sqlx::query(*pragma).execute(&mut *connection).await.doing("tuning the writer")?;
        }
        Ok(())
    }

    /// Takes the last of the log into the file while nothing is written, so that it begins anew.
    pub(crate) async fn copy_the_rest(&self) -> Result<(), StoreError> {
        let mut writer = self.between_groups().await;
        let connection = self.connected(&mut writer).await?;
        checkpoint::left(connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        Ok(())
    }

    /// The writer with no transaction open on it.
    async fn between_groups(&self) -> OwnedMutexGuard<Writer> {
        let waits = Waits::begin(&self.inner.waiting);
        let mut writer = Arc::clone(&self.inner.writer).lock_owned().await;
        drop(waits);
        if writer.is_half_done {
            self.fence(&mut writer).await;
            writer.is_half_done = false;
        }
        self.flush(&mut writer).await;
        writer
    }

    async fn connected<'a>(
        &self,
        writer: &'a mut Writer,
    ) -> Result<&'a mut SqliteConnection, StoreError> {
        if writer.connection.is_none() {
            let connection = self.inner.options.connect().await;
            writer.connection = Some(connection.doing("opening the database file again")?);
            writer.group = None;
        }
        writer.connection.as_mut().ok_or(StoreError::Conflict { doing: "using the writer" })
    }

    /// Ends the group: one durable commit, then every member is told.
    async fn flush(&self, writer: &mut Writer) {
        let Some(group) = writer.group.take() else { return };
        let Some(connection) = writer.connection.as_mut() else { return };
        match sqlx::query("COMMIT").execute(&mut *connection).await {
            Ok(_) => {
                self.inner.grew.notify_one();
                for member in group.members {
                    for fact in member.facts {
                        self.inner.facts.publish(fact);
                    }
                    // A member that went away was served all the same.
                    drop(member.done.send(Ok(())));
                }
            }
            Err(error) => {
                // A failed fsync leaves pages in doubt: never retry on this connection, never
                // acknowledge. A new connection reads the log as it truly is.
                let why = error.to_string();
                tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
                self.fence(writer).await;
                for member in group.members {
                    drop(member.done.send(Err(why.clone())));
                }
            }
        }
    }

    /// Puts the writer's connection away; the next transaction opens a new one.
    async fn fence(&self, writer: &mut Writer) {
        if let Some(group) = writer.group.take() {
            for member in group.members {
                drop(member.done.send(Err("the writer had to start again".to_owned())));
            }
        }
        if let Some(connection) = writer.connection.take()
            && let Err(error) = connection.close_hard().await
        {
            tracing::warn!(%error, "closing the writer failed");
        }
    }

    fn group_is_over(&self, writer: &Writer) -> bool {
        let Some(group) = &writer.group else { return false };
        self.inner.waiting.load(Ordering::SeqCst) == 0
            || group.members.len() >= GROUP_MOST
            || group.began.elapsed() >= GROUP_LASTS
    }

    async fn finish(
        self,
        mut writer: OwnedMutexGuard<Writer>,
        facts: Vec<Fact>,
        done: oneshot::Sender<Result<(), String>>,
    ) {
        if !writer.is_first {
            let Some(connection) = writer.connection.as_mut() else { return };
            if let Err(error) = sqlx::query("RELEASE one").execute(connection).await {
                let why = error.to_string();
                self.fence(&mut writer).await;
                drop(done.send(Err(why)));
                return;
            }
        }
        if let Some(group) = writer.group.as_mut() {
            group.members.push(Member { done, facts });
        }
        if self.group_is_over(&writer) {
            self.flush(&mut writer).await;
        }
    }

    async fn take_back(self, mut writer: OwnedMutexGuard<Writer>) -> Result<(), StoreError> {
        let is_first = writer.is_first;
        let Some(connection) = writer.connection.as_mut() else { return Ok(()) };
        let taken = async {
            if is_first {
                return sqlx::query("ROLLBACK").execute(&mut *connection).await;
            }
            sqlx::query("ROLLBACK TO one").execute(&mut *connection).await?;
            sqlx::query("RELEASE one").execute(&mut *connection).await
        };
        if let Err(error) = taken.await {
            self.fence(&mut writer).await;
            return Err(StoreError::from_engine("taking a change back", error));
        }
        if is_first {
            writer.group = None;
        }
        if self.group_is_over(&writer) {
            self.flush(&mut writer).await;
        }
        Ok(())
    }
}
