//! The embedded engine: one writer that groups commits, readers in parallel.
//!
//! Every transaction after the first is a savepoint inside a group. The writer passes from one
//! transaction to the next waiting one; when nobody waits, when the group is full or has lasted
//! long enough, one `COMMIT` makes the whole group durable and only then are its members told. So
//! a transaction costs a share of one fsync under load and one fsync when alone, and an
//! acknowledgement is never given for bytes that are not on the disk (`synchronous=FULL`).

use crate::checkpoint::{self, Checkpoints};
use crate::error::{Doing, StoreError};
use crate::fact::{Fact, Facts};
use crate::later::{Aside, Columns, Write};
use serde_json::Value;
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
use tokio::task::JoinHandle;

/// A group holds at most this many transactions …
const GROUP_MOST: usize = 64;
/// … and at most this long from its beginning, so that nobody waits for strangers.
const GROUP_LASTS: Duration = Duration::from_millis(2);
/// Connections that read.
const READERS: u32 = 4;
/// Rows and values that one statement writes at the most: longer ones are no faster.
const ROWS_MOST: usize = 64;
const VALUES_MOST: usize = 2_048;
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

/// The writer comes back from writing rows ahead, with what went wrong.
type Ahead = JoinHandle<(OwnedMutexGuard<Writer>, Result<(), StoreError>)>;

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

/// A transaction on the one writer.
pub struct SqliteTx {
    engine: Sqlite,
    writer: Option<OwnedMutexGuard<Writer>>,
    ahead: Option<Ahead>,
    facts: Vec<Fact>,
    pub(crate) aside: Aside,
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

    /// Begins a transaction with statements that are known beforehand: one way to the engine and
    /// back for all of them. Gives the first column of the rows they return.
    pub(crate) async fn begin_with(
        &self,
        doing: &'static str,
        statements: &str,
        arguments: SqliteArguments,
    ) -> Result<(SqliteTx, Vec<String>), StoreError> {
        let (writer, opening) = self.take_writer().await?;
        // From here on what is dropped midway is taken back.
        let mut tx = SqliteTx::new(self.clone(), writer);
        let text = AssertSqlSafe(format!("{opening}; {statements}"));
        let rows = sqlx::query_scalar_with(text, arguments).fetch_all(tx.connection()).await;
        Ok((tx, rows.doing(doing)?))
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

impl SqliteTx {
    fn new(engine: Sqlite, writer: OwnedMutexGuard<Writer>) -> SqliteTx {
        let aside = Aside::default();
        SqliteTx { engine, writer: Some(writer), ahead: None, facts: Vec::new(), aside }
    }

    /// Writes what was laid aside; a failure shows when the transaction commits.
    pub async fn settle(&mut self) {
        self.wait_for_writer().await;
        if self.aside.is_empty() || self.writer.is_none() {
            return;
        }
        let rows = self.aside.take();
        if let Err(error) = write(self.connection(), rows).await {
            self.aside.fail(error);
        }
    }

    /// Begins to write what was laid aside, when it is much and nothing else is being written.
    pub(crate) fn write_ahead(&mut self) {
        if self.ahead.is_some() || !self.aside.is_worth_writing() {
            return;
        }
        let Some(mut writer) = self.writer.take() else { return };
        let rows = self.aside.take_ahead();
        self.ahead = Some(tokio::spawn(async move {
            writer.is_half_done = true;
            let written = match writer.connection.as_mut() {
                Some(connection) => write(connection, rows).await,
                None => Err(StoreError::Conflict { doing: "using the writer" }),
            };
            writer.is_half_done = false;
            (writer, written)
        }));
    }

    async fn wait_for_writer(&mut self) {
        let Some(ahead) = self.ahead.as_mut() else { return };
        let written = match ahead.await {
            Ok((writer, written)) => {
                self.writer = Some(writer);
                written
            }
            Err(error) => Err(StoreError::unreadable("writing rows ahead", error)),
        };
        // Only now: whoever stops waiting midway must still find it when this is dropped.
        self.ahead = None;
        if let Err(error) = written {
            self.aside.fail(error);
        }
    }

    /// Numbers that were put by for nothing go back: nobody else took any meanwhile.
    async fn return_numbers(&mut self) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE running_number SET n = n - $2 WHERE name = $1";
        for (what, count) in self.aside.unused() {
            let back = sqlx::query(SQL).bind(what.name()).bind(count).execute(self.connection());
            back.await.doing("giving numbers back")?;
        }
        Ok(())
    }

    /// The connection to run statements on.
    ///
    /// # Panics
    /// When writing rows ahead broke. Else never: the writer leaves only through `commit`,
    /// `rollback` and drop, which take `self`, and to write ahead, which `settle` waits for.
    pub fn connection(&mut self) -> &mut SqliteConnection {
        self.writer
            .as_mut()
            .and_then(|writer| writer.connection.as_mut())
            .expect("a transaction holds the writer until it ends")
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let doing = "making a change durable";
        self.settle().await;
        if let Some(error) = self.aside.failed() {
            return Err(error);
        }
        self.return_numbers().await?;
        let (done, told) = oneshot::channel();
        let facts = std::mem::take(&mut self.facts);
        if let Some(writer) = self.writer.take() {
            tokio::spawn(self.engine.clone().finish(writer, facts, done));
        }
        match told.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(StoreError::Unavailable { doing, why }),
            Err(_) => Err(StoreError::Unavailable { doing, why: "the writer stopped".to_owned() }),
        }
    }

    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        self.wait_for_writer().await;
        match self.writer.take() {
            Some(writer) => self.engine.clone().take_back(writer).await,
            None => Ok(()),
        }
    }
}

/// Writes rows, as many of a kind with one statement as it may have values.
async fn write(
    connection: &mut SqliteConnection,
    all: Vec<(Write, Vec<Columns>)>,
) -> Result<(), StoreError> {
    for (write, rows) in all {
        let width = rows.first().map_or(1, |row| row.len().max(1));
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            // Powers of two: few statements that are alike, so that each is prepared once.
            let most = rows.len().min(ROWS_MOST).min((VALUES_MOST / width).max(1));
            let count = 1 << most.ilog2();
            let text = AssertSqlSafe(with_rows(write.sql.sqlite, count, width));
            let mut query = sqlx::query(text);
            for column in rows.by_ref().take(count).flatten() {
                query = match column {
                    Value::Null => query.bind(None::<i64>),
                    Value::Bool(yes) => query.bind(i64::from(yes)),
                    Value::Number(n) => match n.as_i64() {
                        Some(n) => query.bind(n),
                        None => query.bind(n.as_f64()),
                    },
                    Value::String(text) => query.bind(text),
                    nested => query.bind(nested.to_string()),
                };
            }
            query.execute(&mut *connection).await.doing(write.doing)?;
        }
    }
    Ok(())
}

/// `sql` with a table `rows` of so many rows and columns before it.
fn with_rows(sql: &str, count: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(","));
    format!("WITH rows AS (VALUES {}) {sql}", vec![row.as_str(); count].join(","))
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        let (writer, ahead) = (self.writer.take(), self.ahead.take());
        if let Ok(runtime) = tokio::runtime::Handle::try_current()
            && (writer.is_some() || ahead.is_some())
        {
            let engine = self.engine.clone();
            runtime.spawn(async move {
                let writer = match (writer, ahead) {
                    (Some(writer), _) => writer,
                    (None, Some(ahead)) => match ahead.await {
                        Ok((writer, _)) => writer,
                        Err(_) => return,
                    },
                    (None, None) => return,
                };
                if let Err(error) = engine.take_back(writer).await {
                    tracing::warn!(%error, "a dropped change had to be fenced off");
                }
            });
        }
    }
}
