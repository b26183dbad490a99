//! Rows and the work they need, made durable in one way to the engine and back: what somebody who
//! hands something in waits for.

use crate::error::{Doing, StoreError};
use crate::fact::Fact;
use crate::{Sql, Store};
use jiff::Timestamp;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe};

/// Rows of one table, each of which needs a job when it is new.
#[derive(Clone, Copy, Debug)]
pub struct NewWork<'a> {
    /// What is being done, for errors.
    pub doing: &'static str,
    /// `INSERT INTO …`: `$1` are the rows as JSON, `$2` is the time in milliseconds.
    pub insert: Sql,
    /// `SELECT 1 FROM …` that finds something when the row with the id `for_id` is there.
    pub is_there: &'static str,
    /// The rows as JSON.
    pub rows: &'a str,
    /// Which work they need.
    pub kind: &'static str,
}

impl Store {
    /// Keeps rows and a job for each that is new: id of the row, id and body of the job. Gives the
    /// ids of the new ones. When this returns `Ok`, all of it has reached the disk.
    ///
    /// # Errors
    /// When the engine fails; then nothing was kept.
    pub async fn keep_with_jobs(
        &self,
        work: &NewWork<'_>,
        jobs: &[(String, String, String)],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let jobs = serde_json::to_string(jobs)
            .map_err(|error| StoreError::unreadable(work.doing, error))?;
        let ms = now.as_millisecond();
        match self {
            Store::Sqlite(engine) => {
                let arguments = arguments(work, ms, &jobs)
                    .map_err(|error| StoreError::unreadable(work.doing, error))?;
                engine.at_once(work.doing, &on_sqlite(work), arguments, Fact::Job).await
            }
            Store::Postgres(engine) => {
                let text = AssertSqlSafe(on_postgres(work));
                let new = sqlx::query_scalar(text)
                    .bind(work.rows)
                    .bind(ms)
                    .bind(&jobs)
                    .bind(work.kind)
                    .fetch_all(engine.pool())
                    .await
                    .doing(work.doing)?;
                engine.facts().publish(Fact::Job);
                Ok(new)
            }
        }
    }
}

fn arguments(
    work: &NewWork<'_>,
    ms: i64,
    jobs: &str,
) -> Result<SqliteArguments, sqlx::error::BoxDynError> {
    let mut all = SqliteArguments::default();
    all.add(work.rows)?;
    all.add(ms)?;
    all.add(jobs)?;
    all.add(work.kind)?;
    Ok(all)
}

/// Two statements: an id is there only if its row was new.
fn on_sqlite(work: &NewWork<'_>) -> String {
    format!(
        "{} RETURNING id; INSERT INTO job (id, kind, body, due_at_ms, made_at_ms)
        SELECT job_id, $4, body, $2, $2 FROM (
            SELECT value ->> 0 AS for_id, value ->> 1 AS job_id, value ->> 2 AS body
            FROM json_each($3))
        WHERE EXISTS ({})",
        work.insert.sqlite, work.is_there
    )
}

/// One statement is a transaction of its own.
fn on_postgres(work: &NewWork<'_>) -> String {
    format!(
        "WITH kept AS ({} RETURNING id), laid_out AS (
            INSERT INTO job (id, kind, body, due_at_ms, made_at_ms)
            SELECT j ->> 1, $4, j ->> 2, $2, $2
            FROM jsonb_array_elements($3::jsonb) AS t (j)
            WHERE j ->> 0 IN (SELECT id FROM kept))
        SELECT id FROM kept",
        work.insert.postgres
    )
}
