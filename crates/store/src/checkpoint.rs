//! Takes the log of the embedded engine into its file beside the writer, while much is written.
//!
//! Left to the writer, that is a tenth of a bulk during which nothing else is written. What is
//! copied beside it needs no lock of the writer (sqlite.org/wal.html, 3.2): only the last pages
//! are copied while it rests, so that the log can begin anew.

use crate::error::{Doing, StoreError};
use crate::sqlite::Sqlite;
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Pages of the log that are not in the file yet from which on they are copied.
const MANY: i64 = 16_000;

/// A connection that copies, until it is ended.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    task: JoinHandle<()>,
    goes_on: watch::Sender<bool>,
}

impl Checkpoints {
    /// Begins to copy.
    pub(crate) fn begin(engine: &Sqlite) -> Checkpoints {
        let (goes_on, ends) = watch::channel(true);
        let engine = engine.clone();
        let task = tokio::spawn(async move {
            if let Err(error) = copy(&engine, ends).await {
                // The writer does it as well, only later.
                tracing::warn!(%error, "the log is not taken into the file beside the writer");
            }
        });
        Checkpoints { task, goes_on }
    }

    /// Ends it, when it is not in the middle of copying any more.
    pub(crate) async fn end(self) {
        self.goes_on.send_replace(false);
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "taking the log into the file broke");
        }
    }
}

async fn copy(engine: &Sqlite, mut ends: watch::Receiver<bool>) -> Result<(), StoreError> {
    let connection = engine.options().connect().await;
    let mut connection = connection.doing("opening the database file to copy its log")?;
    loop {
        tokio::select! {
            _ = ends.changed() => break,
            () = engine.grew().notified() => {}
        }
        if left(&mut connection, "PRAGMA wal_checkpoint(NOOP)").await? < MANY {
            continue;
        }
        // Twice: the second takes what was written during the first, and little is left.
        for _ in 0..2 {
            left(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        engine.copy_the_rest().await?;
    }
    connection.close().await.doing("closing what copied the log")
}

/// Asks for a checkpoint; says how many pages of the log are not in the file after it.
pub(crate) async fn left(
    connection: &mut SqliteConnection,
    pragma: &'static str,
) -> Result<i64, StoreError> {
    let asked = sqlx::query_as(pragma).fetch_one(connection).await;
    let (_, log, copied): (i64, i64, i64) = asked.doing("taking the log into the file")?;
    Ok(log - copied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Bytes of a row; a page takes not quite as many.
    const ROW: i64 = 4_096;

    async fn log_left(engine: &Sqlite) -> i64 {
        let mut connection = engine.options().connect().await.unwrap();
        left(&mut connection, "PRAGMA wal_checkpoint(NOOP)").await.unwrap()
    }

    async fn write(engine: &Sqlite, rows: i64) {
        let mut tx = engine.begin().await.unwrap();
        let text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
            INSERT INTO paper SELECT zeroblob($2) FROM n";
        sqlx::query(text).bind(rows).bind(ROW).execute(tx.connection()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn opened(folder: &std::path::Path) -> Sqlite {
        let engine = Sqlite::open(&folder.join("house.db")).await.unwrap();
        let mut tx = engine.begin().await.unwrap();
        sqlx::query("CREATE TABLE paper (bytes BLOB)").execute(tx.connection()).await.unwrap();
        tx.commit().await.unwrap();
        engine
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_writer_leaves_is_taken_into_the_file_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let engine = opened(folder.path()).await;
        engine.begin_bulk().await.unwrap();
        write(&engine, MANY + 1_000).await;
        let empties = async {
            while log_left(&engine).await >= MANY {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(2), empties).await.expect("it is never copied");
        engine.end_bulk().await.unwrap();
        let asked = sqlx::query_scalar("SELECT count(*) FROM paper").fetch_one(engine.readers());
        let rows: i64 = asked.await.unwrap();
        assert_eq!(rows, MANY + 1_000);
    }

    #[tokio::test]
    async fn the_log_begins_anew_once_all_of_it_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let engine = opened(folder.path()).await;
        write(&engine, 500).await;
        assert!(log_left(&engine).await > 500);
        engine.copy_the_rest().await.unwrap();
        assert_eq!(log_left(&engine).await, 0);
        write(&engine, 1).await;
        assert!(log_left(&engine).await < 20, "it goes on behind the old one");
    }
}
