//! A transaction on the one writer, and the rows that it writes while it makes others.

use super::{Sqlite, Writer};
use crate::error::{Doing, StoreError};
use crate::fact::Fact;
use crate::later::{Aside, Columns, Write};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::pin::Pin;
use std::task::{self, Poll};
use tokio::runtime::Handle;
use tokio::sync::{OwnedMutexGuard, oneshot};
use tokio::task::{JoinError, JoinHandle};

/// Rows and values that one statement writes at the most: longer ones are no faster.
const ROWS_MOST: usize = 64;
const VALUES_MOST: usize = 2_048;

/// The writer comes back from writing rows ahead, with what went wrong.
type Ahead = JoinHandle<Written>;
type Written = (OwnedMutexGuard<Writer>, Result<(), StoreError>);

/// A transaction on the one writer.
pub struct SqliteTx {
    engine: Sqlite,
    writer: Option<OwnedMutexGuard<Writer>>,
    ahead: Option<Ahead>,
    facts: Vec<Fact>,
    pub(crate) aside: Aside,
}

impl SqliteTx {
    pub(super) fn new(engine: Sqlite, writer: OwnedMutexGuard<Writer>) -> SqliteTx {
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
        if !self.aside.is_worth_writing() {
            return;
        }
        self.look_for_writer();
        let Some(mut writer) = self.writer.take() else { return };
        let rows = self.aside.take_ahead();
        let runtime = Handle::current();
        // Already here: a thread that never begins leaves half a transaction as well.
        writer.is_half_done = true;
        // On a thread of its own: a task would wait until who makes the rows waits for something.
        self.ahead = Some(tokio::task::spawn_blocking(move || {
            let written = match writer.connection.as_mut() {
                Some(connection) => runtime.block_on(write(connection, rows)),
                None => Err(StoreError::Conflict { doing: "using the writer" }),
            };
            writer.is_half_done = false;
            (writer, written)
        }));
    }

    /// Takes the writer back when it has written what it was given.
    fn look_for_writer(&mut self) {
        let Some(ahead) = self.ahead.as_mut().filter(|ahead| ahead.is_finished()) else { return };
        let mut nobody = task::Context::from_waker(task::Waker::noop());
        if let Poll::Ready(written) = Pin::new(ahead).poll(&mut nobody) {
            self.came_back(written);
        }
    }

    async fn wait_for_writer(&mut self) {
        let Some(ahead) = self.ahead.as_mut() else { return };
        let written = ahead.await;
        self.came_back(written);
    }

    fn came_back(&mut self, written: Result<Written, JoinError>) {
        // Only now: whoever stops waiting midway must still find it when this is dropped.
        self.ahead = None;
        let written = match written {
            Ok((writer, written)) => {
                self.writer = Some(writer);
                written
            }
            Err(error) => Err(StoreError::unreadable("writing rows ahead", error)),
        };
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
        if let Ok(runtime) = Handle::try_current()
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

#[cfg(test)]
mod tests {
    use crate::Tx;
    use crate::later::Write;
    use crate::{Sql, sqlite::Sqlite};

    const WORDS: Write = Write {
        doing: "keeping words",
        sql: Sql { sqlite: "INSERT INTO words SELECT column1, column2 FROM rows", postgres: "" },
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn rows_are_written_again_and_again_while_others_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Sqlite::open(&folder.path().join("words.db")).await.unwrap();
        let mut inner = engine.begin().await.unwrap();
        let table = sqlx::query("CREATE TABLE words (n INTEGER, word TEXT)");
        table.execute(inner.connection()).await.unwrap();
        let mut tx = Tx::Sqlite(inner);
        let (mut made, mut written_ahead) = (0, 0);
        // Nothing is waited for here, as where cases are made of rows.
        while written_ahead < 3 && made < 1_000_000 {
            tx.later(WORDS, &(made, "late and broken, and nobody calls back")).unwrap();
            made += 1;
            let Tx::Sqlite(inner) = &tx else { unreachable!() };
            written_ahead += u32::from(inner.aside.is_empty());
        }
        assert_eq!(written_ahead, 3, "of {made} rows");
        tx.commit().await.unwrap();
        let all = sqlx::query_scalar("SELECT COUNT(DISTINCT n) FROM words");
        let there: i64 = all.fetch_one(engine.readers()).await.unwrap();
        assert_eq!(there, made);
    }
}
