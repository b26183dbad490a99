//! The outbox: letters written with the change that causes them, and handed over once.
//!
//! `held` → (undo time over) → `sending` → `sent` or `failed`. Whoever takes a letter marks it
//! `sending` durably before the first byte of its text leaves. If the process dies then, nobody
//! can know whether it arrived: it turns `uncertain`, and a person decides. It is never resent
//! blindly.
//!
//! An envelope holds the customer's link, which opens their case: it is emptied as soon as the
//! letter has left or was taken back. What was written stays in the record of the case.

use crate::error::{Doing, StoreError};
use crate::fact::Fact;
use crate::{Sql, Store, Tx, on};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Letter {
    /// The message's id.
    pub key: String,
    /// The case it belongs to.
    pub case_id: String,
    /// The way it takes.
    pub channel: String,
    /// Where it goes.
    pub recipient: String,
    /// What the channel needs: JSON; empty when it has left.
    pub envelope: String,
    /// How far it has come.
    pub state: String,
    /// The lease's number.
    pub fence: i64,
    /// Tries so far.
    pub attempts: i64,
}

impl Tx {
    /// Puts a letter into the outbox.
    ///
    /// # Errors
    /// When the engine fails or the key is already there.
    pub async fn post(
        &mut self,
        key: &str,
        case_id: &str,
        channel: &str,
        recipient: &str,
        envelope: &str,
        leaves_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO outbox (key, case_id, channel, recipient, envelope, state, leaves_at_ms,
                changed_at_ms)
            VALUES ($1, $2, $3, $4, $5, 'held', $6, $7)";
        on!(Tx self, db => sqlx::query(SQL).bind(key).bind(case_id).bind(channel).bind(recipient)
            .bind(envelope).bind(leaves_at.as_millisecond()).bind(now.as_millisecond())
            .execute(db).await.map(|_| ()))
        .doing("putting a letter into the outbox")?;
        self.tell(Fact::Outbox);
        Ok(())
    }

    /// Takes a letter back. Says whether it was still there to take.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn unpost(&mut self, key: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = 'undone', envelope = '', changed_at_ms = $2
            WHERE key = $1 AND state = 'held' AND attempts = 0";
        let rows = on!(Tx self, db => sqlx::query(SQL).bind(key).bind(now.as_millisecond())
            .execute(db).await.map(|done| done.rows_affected()))
        .doing("taking a letter back")?;
        Ok(rows == 1)
    }

    /// Lets letters that were tried before be tried again at `now`, when whatever held them back
    /// is mended.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn letters_due(&mut self, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE outbox SET leaves_at_ms = $1
            WHERE state IN ('held', 'sending') AND state = 'held' AND attempts > 0
                AND held_until_ms <= $1 AND leaves_at_ms > $1";
        on!(Tx self, db => sqlx::query(SQL).bind(now.as_millisecond()).execute(db).await
            .map(|_| ()))
        .doing("letting letters be tried again")
    }

    /// Says how the hand-over of `letter` ended: `sent`, `failed`, `uncertain`, or `held` with a
    /// moment for the next try.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lease ran out and somebody else decided.
    pub async fn letter_ended(
        &mut self,
        letter: &Letter,
        state: &str,
        answer: &str,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = $3, answer = $4, leaves_at_ms = $5, held_until_ms = 0,
                changed_at_ms = $6,
                envelope = CASE WHEN $3 = 'sent' THEN '' ELSE envelope END
            WHERE key = $1 AND fence = $2";
        let doing = "noting how a letter fared";
        let short: String = answer.chars().take(2_000).collect();
        let rows = on!(Tx self, db => sqlx::query(SQL).bind(&letter.key).bind(letter.fence)
            .bind(state).bind(&short).bind(next_at.as_millisecond()).bind(now.as_millisecond())
            .execute(db).await.map(|done| done.rows_affected()))
        .doing(doing)?;
        if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
    }

    /// A report says how a letter fared whose hand-over was in doubt: that ends the doubt. Nothing
    /// changes for others.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn letter_reported(
        &mut self,
        key: &str,
        arrived: bool,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = $2, answer = $3, changed_at_ms = $4,
                envelope = CASE WHEN $2 = 'sent' THEN '' ELSE envelope END
            WHERE key = $1 AND state = 'uncertain'";
        let state = if arrived { "sent" } else { "failed" };
        let short: String = detail.chars().take(2_000).collect();
        on!(Tx self, db => sqlx::query(SQL).bind(key).bind(state).bind(&short)
            .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
        .doing("noting what a report says")
    }

    /// Stops a letter that nobody has in hand: it leaves only when a person decides so. Says
    /// whether it still lay there.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn stop_letter(
        &mut self,
        key: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = 'failed', answer = $2, changed_at_ms = $3
            WHERE key = $1 AND state = 'held' AND held_until_ms <= $3";
        let rows = on!(Tx self, db => sqlx::query(SQL).bind(key).bind(why)
            .bind(now.as_millisecond()).execute(db).await.map(|done| done.rows_affected()))
        .doing("stopping a letter")?;
        Ok(rows == 1)
    }

    /// A person decided about an uncertain or failed letter: send it again, or take it as sent.
    /// Says whether the letter was waiting for that. Noted on its case in the same transaction.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn decide_letter(
        &mut self,
        key: &str,
        send_again: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = $2, leaves_at_ms = $3, held_until_ms = 0, attempts = 0,
                fence = fence + 1, changed_at_ms = $3,
                envelope = CASE WHEN $2 = 'sent' THEN '' ELSE envelope END
            WHERE key = $1 AND state IN ('uncertain', 'failed')";
        let state = if send_again { "held" } else { "sent" };
        let rows = on!(Tx self, db => sqlx::query(SQL).bind(key).bind(state)
            .bind(now.as_millisecond()).execute(db).await.map(|done| done.rows_affected()))
        .doing("deciding about a letter")?;
        self.tell(Fact::Outbox);
        Ok(rows == 1)
    }
}

impl Store {
    /// Takes up to `most` letters whose undo time is over, under a lease. They are still `held`:
    /// preparing and connecting may fail without any doubt.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn take_letters(
        &self,
        now: Timestamp,
        lease: SignedDuration,
        most: u32,
    ) -> Result<Vec<Letter>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "
                UPDATE outbox SET held_until_ms = $1, fence = fence + 1, attempts = attempts + 1
                WHERE key IN (
                    SELECT key FROM outbox
                    WHERE state IN ('held', 'sending') AND state = 'held'
                        AND leaves_at_ms <= $2 AND held_until_ms <= $2
                    ORDER BY leaves_at_ms LIMIT $3)
                RETURNING key, case_id, channel, recipient, envelope, state, fence, attempts",
            postgres: "
                UPDATE outbox SET held_until_ms = $1, fence = fence + 1, attempts = attempts + 1
                WHERE key IN (
                    SELECT key FROM outbox
                    WHERE state IN ('held', 'sending') AND state = 'held'
                        AND leaves_at_ms <= $2 AND held_until_ms <= $2
                    ORDER BY leaves_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
                RETURNING key, case_id, channel, recipient, envelope, state, fence, attempts",
        };
        const ANY: &str = "
            SELECT 1 FROM outbox
            WHERE state IN ('held', 'sending') AND leaves_at_ms <= $1 AND held_until_ms <= $1
            LIMIT 1";
        let doing = "taking letters from the outbox";
        let now_ms = now.as_millisecond();
        let any: Option<i32> =
            on!(Store self, db => sqlx::query_scalar(ANY).bind(now_ms).fetch_optional(db).await)
                .doing(doing)?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let text = tx.text(SQL);
        let letters = on!(Tx &mut tx, db => sqlx::query_as(text)
            .bind((now + lease).as_millisecond()).bind(now_ms).bind(i64::from(most))
            .fetch_all(db).await)
        .doing(doing)?;
        tx.commit().await?;
        Ok(letters)
    }

    /// Puts a letter that was taken back until `until`, as if nobody had tried it.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn letter_put_off(
        &self,
        letter: &Letter,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE outbox SET leaves_at_ms = $3, held_until_ms = 0, attempts = attempts - 1,
                changed_at_ms = $4
            WHERE key = $1 AND fence = $2 AND state = 'held'";
        let mut tx = self.begin().await?;
        on!(Tx &mut tx, db => sqlx::query(SQL).bind(&letter.key).bind(letter.fence)
            .bind(until.as_millisecond()).bind(now.as_millisecond()).execute(db).await.map(|_| ()))
        .doing("putting a letter off")?;
        // Whoever took it back or over meanwhile has decided.
        tx.commit().await
    }

    /// Marks `letter` as being handed over, durably, right before its text leaves.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lease ran out or it was taken back.
    pub async fn letter_sending(
        &self,
        letter: &Letter,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE outbox SET state = 'sending', held_until_ms = $3, changed_at_ms = $4
            WHERE key = $1 AND fence = $2 AND state = 'held'";
        let doing = "marking a letter as being handed over";
        let mut tx = self.begin().await?;
        let rows = on!(Tx &mut tx, db => sqlx::query(SQL).bind(&letter.key).bind(letter.fence)
            .bind((now + lease).as_millisecond()).bind(now.as_millisecond())
            .execute(db).await.map(|done| done.rows_affected()))
        .doing(doing)?;
        if rows != 1 {
            return Err(StoreError::Conflict { doing });
        }
        tx.commit().await
    }

    /// Letters whose hand-over was cut off: still `sending` after their lease. The states are named
    /// as the index of those under way names them, so that what has left is not read.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn cut_off_letters(
        &self,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<Letter>, StoreError> {
        const SQL: &str = "
            SELECT key, case_id, channel, recipient, envelope, state, fence, attempts FROM outbox
            WHERE state IN ('held', 'sending') AND state = 'sending' AND held_until_ms <= $1
            ORDER BY leaves_at_ms, key LIMIT $2";
        on!(Store self, db => sqlx::query_as(SQL).bind(now.as_millisecond())
            .bind(i64::from(most)).fetch_all(db).await)
        .doing("looking for letters that were cut off")
    }

    /// One letter by its key, whatever its state.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn letter(&self, key: &str) -> Result<Option<Letter>, StoreError> {
        const SQL: &str = "
            SELECT key, case_id, channel, recipient, envelope, state, fence, attempts FROM outbox
            WHERE key = $1";
        on!(Store self, db => sqlx::query_as(SQL).bind(key).fetch_optional(db).await)
            .doing("looking up a letter")
    }

    /// When the next letter leaves, for sleeping until then.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn next_letter_at(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "
            SELECT leaves_at_ms FROM outbox WHERE state IN ('held', 'sending')
            ORDER BY leaves_at_ms LIMIT 1";
        let doing = "looking for the next letter";
        let at: Option<i64> =
            on!(Store self, db => sqlx::query_scalar(SQL).fetch_optional(db).await).doing(doing)?;
        at.map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|error| StoreError::unreadable(doing, error))
    }
}
