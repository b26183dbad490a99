//! Rows laid aside: a transaction that makes many things writes them with few statements.
//!
//! A statement costs a way to the engine and back, whatever it writes. Rows that nothing in the
//! transaction waits for are laid aside and written together, in the order in which their
//! statements were first used: before the next statement of the transaction, and at the latest
//! before it commits. So nobody can read past them.

use crate::error::StoreError;
use crate::number::Numbered;
use crate::{Sql, Tx};
use serde::Serialize;
use std::collections::VecDeque;

/// Bytes of rows that go into one statement, about.
const BYTES_MOST: usize = 4 * 1024 * 1024;

/// How rows of one table are written. The statement gets all of them as one JSON array, each an
/// array of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Insert {
    /// What is being done, for errors.
    pub doing: &'static str,
    /// `INSERT INTO … SELECT value ->> 0, … FROM json_each($1)`, and its twin.
    pub sql: Sql,
}

/// What a transaction has laid aside.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    rows: Vec<(Insert, String)>,
    numbers: Vec<(Numbered, VecDeque<i64>)>,
    failed: Option<StoreError>,
}

impl Aside {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows in the order in which they are written, as JSON.
    pub(crate) fn take(&mut self) -> Vec<(Insert, String)> {
        let mut rows = std::mem::take(&mut self.rows);
        for (_, text) in &mut rows {
            text.push(']');
        }
        rows
    }

    /// Keeps the first failure for the commit.
    pub(crate) fn fail(&mut self, error: StoreError) {
        tracing::debug!(%error, "rows laid aside could not be written");
        self.failed.get_or_insert(error);
    }

    pub(crate) fn failed(&mut self) -> Option<StoreError> {
        self.failed.take()
    }

    fn add(&mut self, insert: Insert, row: &impl Serialize) -> serde_json::Result<()> {
        let row = serde_json::to_string(row)?;
        let open =
            self.rows.iter_mut().rev().find(|(known, text)| {
                known.sql.sqlite == insert.sql.sqlite && text.len() < BYTES_MOST
            });
        match open {
            Some((_, text)) => {
                text.push(',');
                text.push_str(&row);
            }
            None => self.rows.push((insert, format!("[{row}"))),
        }
        Ok(())
    }

    fn put_by(&mut self, what: Numbered, numbers: Vec<i64>) {
        match self.numbers.iter_mut().find(|(known, _)| *known == what) {
            Some((_, there)) => {
                for number in numbers.into_iter().rev() {
                    there.push_front(number);
                }
            }
            None => self.numbers.push((what, numbers.into())),
        }
    }

    pub(crate) fn number(&mut self, what: Numbered) -> Option<i64> {
        self.numbers.iter_mut().find(|(known, _)| *known == what)?.1.pop_front()
    }

    /// Numbers that were put by and not used: what, how many.
    pub(crate) fn unused(&mut self) -> Vec<(Numbered, i64)> {
        let numbers = std::mem::take(&mut self.numbers).into_iter();
        let counted = numbers.map(|(what, left)| (what, i64::try_from(left.len()).unwrap_or(0)));
        counted.filter(|(_, left)| *left > 0).collect()
    }
}

impl Tx {
    fn aside(&mut self) -> &mut Aside {
        match self {
            Tx::Sqlite(inner) => &mut inner.aside,
            Tx::Postgres(inner) => &mut inner.aside,
        }
    }

    /// Lays a row aside; it is written with others like it. What is wrong with it shows when the
    /// transaction commits.
    ///
    /// # Errors
    /// When the row cannot be written as JSON.
    pub fn later(&mut self, insert: Insert, row: &impl Serialize) -> Result<(), StoreError> {
        let bad = |error| StoreError::unreadable(insert.doing, error);
        self.aside().add(insert, row).map_err(bad)
    }

    /// Puts the next `count` numbers by, so that each needs no way of its own. On SQLite those
    /// that are not used go back; on PostgreSQL they leave a gap.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn put_by_numbers(&mut self, what: Numbered, count: u32) -> Result<(), StoreError> {
        // What was put by before comes first among these, so that one list holds all of a kind.
        let numbers = self.next_numbers(what, count).await?;
        self.aside().put_by(what, numbers);
        Ok(())
    }

    pub(crate) fn number_put_by(&mut self, what: Numbered) -> Option<i64> {
        self.aside().number(what)
    }
}
