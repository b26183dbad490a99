//! Jobs: work nobody waits for, and every timer of the house.
//!
//! A job is a row written in the transaction that makes it needed. A worker takes it under a
//! lease; the lease's number (the fence) must still be the row's when the work is finished, so a
//! worker that was paused and woken cannot finish what another has taken over. Failures are tried
//! again with growing, jittered gaps; after the last one the job lies where a person sees it.

use crate::error::{Doing, StoreError};
use crate::fact::Fact;
use crate::{Sql, Store, Tx, on};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

/// Tries before a job is laid out for a person.
pub const ATTEMPTS_MOST: i64 = 5;

/// A job in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Job {
    /// Its id says what it is for; enqueuing the same id again does nothing.
    pub id: String,
    /// Which work.
    pub kind: String,
    /// What the work needs to know: JSON.
    pub body: String,
    /// The lease's number.
    pub fence: i64,
    /// Which try this is: 1 for the first.
    pub attempts: i64,
}

/// A job that failed for good.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DeadJob {
    /// Its id.
    pub id: String,
    /// Which work.
    pub kind: String,
    /// What it was given.
    pub body: String,
    /// What went wrong last.
    pub error: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it was made, in milliseconds.
    pub made_at_ms: i64,
}

impl Tx {
    /// Lays out work for `due`. The same `id` twice is one job.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn enqueue(
        &mut self,
        id: &str,
        kind: &str,
        body: &str,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO job (id, kind, body, due_at_ms, made_at_ms) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO NOTHING";
        let due_ms = due.as_millisecond();
        let now_ms = now.as_millisecond();
        on!(Tx self, db => sqlx::query(SQL).bind(id).bind(kind).bind(body).bind(due_ms)
            .bind(now_ms).execute(db).await.map(|_| ()))
        .doing("laying out work")?;
        if due_ms <= now_ms {
            self.tell(Fact::Job);
        }
        Ok(())
    }

    /// Lays out work of one `kind` for now: each an id and a body. The same id twice is one job.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn enqueue_many(
        &mut self,
        kind: &str,
        jobs: &[(String, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: Sql = Sql {
            sqlite: "
                INSERT INTO job (id, kind, body, due_at_ms, made_at_ms)
                SELECT value ->> 0, $2, value ->> 1, $3, $3 FROM json_each($1) WHERE true
                ON CONFLICT (id) DO NOTHING",
            postgres: "
                INSERT INTO job (id, kind, body, due_at_ms, made_at_ms)
                SELECT j ->> 0, $2, j ->> 1, $3, $3 FROM jsonb_array_elements($1::jsonb) AS t (j)
                ON CONFLICT (id) DO NOTHING",
        };
        let doing = "laying out work";
        if jobs.is_empty() {
            return Ok(());
        }
        let rows = serde_json::to_string(jobs).map_err(|e| StoreError::unreadable(doing, e))?;
        let text = self.text(SQL);
        on!(Tx self, db => sqlx::query(text).bind(&rows).bind(kind).bind(now.as_millisecond())
            .execute(db).await.map(|_| ()))
        .doing(doing)?;
        self.tell(Fact::Job);
        Ok(())
    }

    /// Ends `job` in the transaction of its effect, so that the effect happens once.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lease ran out and somebody else has taken it.
    pub async fn finish(&mut self, job: &Job) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM job WHERE id = $1 AND fence = $2";
        let doing = "finishing work";
        let rows = on!(Tx self, db => sqlx::query(SQL).bind(&job.id).bind(job.fence)
            .execute(db).await.map(|done| done.rows_affected()))
        .doing(doing)?;
        if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
    }

    /// Ends several at once in the transaction of their effects.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one of the leases ran out and somebody else has taken it.
    pub async fn finish_many(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        const SQL: Sql = Sql {
            sqlite: "
                DELETE FROM job WHERE (id, fence) IN
                    (SELECT value ->> 0, value ->> 1 FROM json_each($1))",
            postgres: "
                DELETE FROM job WHERE (id, fence) IN
                    (SELECT j ->> 0, (j ->> 1)::bigint FROM jsonb_array_elements($1::jsonb) j)",
        };
        let doing = "finishing work";
        let held: Vec<(&str, i64)> = jobs.iter().map(|job| (job.id.as_str(), job.fence)).collect();
        let held = serde_json::to_string(&held).map_err(|e| StoreError::unreadable(doing, e))?;
        let text = self.text(SQL);
        let rows = on!(Tx self, db => sqlx::query(text).bind(&held).execute(db).await
            .map(|done| done.rows_affected()))
        .doing(doing)?;
        if rows == jobs.len() as u64 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
    }

    /// Takes work off the list that is not needed any more; nothing happens when it is gone.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn cancel_job(&mut self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM job WHERE id = $1";
        on!(Tx self, db => sqlx::query(SQL).bind(id).execute(db).await.map(|_| ()))
            .doing("taking work off the list")
    }
}

impl Store {
    /// Takes up to `most` due jobs of any kind under a lease of `lease`.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn claim(
        &self,
        now: Timestamp,
        lease: SignedDuration,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        self.claim_of(("", "\u{7f}"), now, lease, most).await
    }

    /// Takes up to `most` due jobs whose kind lies from the first to the second of `kinds`.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn claim_of(
        &self,
        kinds: (&str, &str),
        now: Timestamp,
        lease: SignedDuration,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "
                UPDATE job SET held_until_ms = $1, fence = fence + 1, attempts = attempts + 1
                WHERE id IN (
                    SELECT id FROM job
                    WHERE state = 'due' AND due_at_ms <= $2 AND held_until_ms <= $2
                      AND kind >= $4 AND kind <= $5
                    ORDER BY due_at_ms LIMIT $3)
                RETURNING id, kind, body, fence, attempts",
            postgres: "
                UPDATE job SET held_until_ms = $1, fence = fence + 1, attempts = attempts + 1
                WHERE id IN (
                    SELECT id FROM job
                    WHERE state = 'due' AND due_at_ms <= $2 AND held_until_ms <= $2
                      AND kind >= $4 AND kind <= $5
                    ORDER BY due_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
                RETURNING id, kind, body, fence, attempts",
        };
        let doing = "taking up work";
        let now_ms = now.as_millisecond();
        if !self.any_due(now_ms).await? {
            return Ok(Vec::new());
        }
        let until = (now + lease).as_millisecond();
        let mut tx = self.begin().await?;
        let text = tx.text(SQL);
        let mut jobs: Vec<Job> = on!(Tx &mut tx, db => sqlx::query_as(text).bind(until)
            .bind(now_ms).bind(i64::from(most)).bind(kinds.0).bind(kinds.1).fetch_all(db).await)
        .doing(doing)?;
        tx.commit().await?;
        // RETURNING promises no order; the ids begin alike for one matter and sort by time.
        jobs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(jobs)
    }

    /// Keeps jobs that are still in these hands there until `until`. What was finished, failed or
    /// taken over by somebody else meanwhile is left alone.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn hold_on(&self, jobs: &[Job], until: Timestamp) -> Result<(), StoreError> {
        const SQL: Sql = Sql {
            sqlite: "
                UPDATE job SET held_until_ms = $1 FROM json_each($2) AS held
                WHERE job.id = held.value ->> 0 AND job.fence = held.value ->> 1
                  AND job.state = 'due' AND job.held_until_ms > 0",
            // Who finishes some of them just now holds their rows: they need it no longer.
            postgres: "
                UPDATE job SET held_until_ms = $1 WHERE id IN (
                    SELECT id FROM job
                    JOIN jsonb_array_elements($2::jsonb) AS held (one)
                      ON id = one ->> 0 AND fence = (one ->> 1)::bigint
                    WHERE state = 'due' AND held_until_ms > 0
                    FOR UPDATE OF job SKIP LOCKED)",
        };
        let doing = "holding on to work";
        let held: Vec<_> = jobs.iter().map(|job| (&job.id, job.fence)).collect();
        let held =
            serde_json::to_string(&held).map_err(|error| StoreError::unreadable(doing, error))?;
        let mut tx = self.begin().await?;
        let text = tx.text(SQL);
        on!(Tx &mut tx, db => sqlx::query(text).bind(until.as_millisecond()).bind(&held)
            .execute(db).await.map(|_| ()))
        .doing(doing)?;
        tx.commit().await
    }

    async fn any_due(&self, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "
            SELECT 1 FROM job WHERE state = 'due' AND due_at_ms <= $1 AND held_until_ms <= $1
            LIMIT 1";
        let found: Option<i32> =
            on!(Store self, db => sqlx::query_scalar(SQL).bind(now_ms).fetch_optional(db).await)
                .doing("looking for work")?;
        Ok(found.is_some())
    }

    /// When the next job is due, for sleeping until then.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str =
            "SELECT due_at_ms FROM job WHERE state = 'due' ORDER BY due_at_ms LIMIT 1";
        let doing = "looking for the next work";
        let due: Option<i64> =
            on!(Store self, db => sqlx::query_scalar(SQL).fetch_optional(db).await).doing(doing)?;
        due.map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|error| StoreError::unreadable(doing, error))
    }

    /// Frees every lease of a process that is gone, so that its work need not wait for the lease to
    /// run out. Only for SQLite, which one serving process has to itself; on PostgreSQL other nodes
    /// may be at work, and nothing is freed. A worker that lives all the same is refused by the
    /// fence when it finishes.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn free_leases(&self) -> Result<(), StoreError> {
        const JOBS: &str = "UPDATE job SET held_until_ms = 0 WHERE held_until_ms > 0";
        const LETTERS: &str = "
            UPDATE outbox SET held_until_ms = 0
            WHERE held_until_ms > 0 AND state IN ('held', 'sending')";
        if let Store::Postgres(_) = self {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for sql in [JOBS, LETTERS] {
            on!(Tx &mut tx, db => sqlx::query(sql).execute(db).await.map(|_| ()))
                .doing("freeing the leases of a process that is gone")?;
        }
        tx.commit().await
    }

    /// Notes that a try of `job` failed: again at `again_at`, or laid out for a person after
    /// [`ATTEMPTS_MOST`] tries. A lease that ran out is left alone.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn fail(
        &self,
        job: &Job,
        error: &str,
        again_at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE job SET error = $3, due_at_ms = $4, held_until_ms = 0, state = $5
            WHERE id = $1 AND fence = $2";
        let state = if job.attempts >= ATTEMPTS_MOST { "dead" } else { "due" };
        let short: String = error.chars().take(2_000).collect();
        let mut tx = self.begin().await?;
        on!(Tx &mut tx, db => sqlx::query(SQL).bind(&job.id).bind(job.fence).bind(&short)
            .bind(again_at.as_millisecond()).bind(state).execute(db).await.map(|_| ()))
        .doing("noting a failure")?;
        tx.commit().await
    }

    /// Work that failed for good, oldest first, `most` at the most, after `after` (an id).
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn dead_jobs(&self, after: &str, most: u32) -> Result<Vec<DeadJob>, StoreError> {
        const SQL: &str = "
            SELECT id, kind, body, error, attempts, made_at_ms FROM job
            WHERE state = 'dead' AND id > $1 ORDER BY id LIMIT $2";
        on!(Store self, db => sqlx::query_as(SQL).bind(after).bind(i64::from(most))
            .fetch_all(db).await)
        .doing("listing work that failed")
    }

    /// Gives failed work all its tries again. Says whether it was there.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn replay(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "
            UPDATE job SET state = 'due', attempts = 0, due_at_ms = $2, held_until_ms = 0
            WHERE id = $1 AND state = 'dead'";
        let mut tx = self.begin().await?;
        let rows = on!(Tx &mut tx, db => sqlx::query(SQL).bind(id).bind(now.as_millisecond())
            .execute(db).await.map(|done| done.rows_affected()))
        .doing("starting work again")?;
        tx.tell(Fact::Job);
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// How much work is due and how much has failed: for health and metrics.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn job_counts(&self) -> Result<(i64, i64), StoreError> {
        const SQL: &str = "
            SELECT COALESCE(SUM(CASE WHEN state = 'due' THEN 1 ELSE 0 END), 0),
                   COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0) FROM job";
        on!(Store self, db => sqlx::query_as::<_, (i64, i64)>(SQL).fetch_one(db).await)
            .doing("counting work")
    }
}

/// When to try again after try number `attempt`: 1 s, 10 s, 2 min, 20 min, each up to half longer
/// by `chance` in 0..=255, so that many failures do not come back at once.
pub fn again_at(now: Timestamp, attempt: i64, chance: u8) -> Timestamp {
    let base_ms: i64 = match attempt {
        ..=1 => 1_000,
        2 => 10_000,
        3 => 120_000,
        _ => 1_200_000,
    };
    now + SignedDuration::from_millis(base_ms + base_ms / 2 * i64::from(chance) / 255)
}
