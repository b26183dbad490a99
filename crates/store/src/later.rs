//! Rows laid aside: a transaction that makes many things writes them with few statements.
//!
//! A statement costs a way to the engine and back, whatever it writes. Rows that nothing in the
//! transaction waits for are laid aside and written together, in the order in which their
//! statements were first used: before the next statement of the transaction, and at the latest
//! before it commits. So nobody can read past them. On SQLite a good many rows are written while
//! the transaction makes the next ones: the engine has a thread of its own.

use crate::error::StoreError;
use crate::number::Numbered;
use crate::tally::COUNT;
use crate::{Sql, Tx};
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// Bytes of rows that are worth being written ahead.
const AHEAD: usize = 64 * 1024;

/// How rows of one table are written, many with one statement.
///
/// On SQLite the rows are the table `rows` with the columns `column1`, `column2` and so on, on
/// PostgreSQL one JSON array `$1` of arrays: each engine takes many values fastest its own way.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// What is being done, for errors.
    pub doing: &'static str,
    /// `INSERT INTO … SELECT column1, … FROM rows`, and its twin with
    /// `FROM jsonb_array_elements($1::jsonb)`.
    pub sql: Sql,
}

/// The columns of a row.
pub(crate) type Columns = Vec<Value>;

/// What a transaction has laid aside.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    rows: Vec<(Write, Vec<Columns>)>,
    /// Statements in the order of their first use since everything was written.
    order: Vec<&'static str>,
    bytes: usize,
    /// By the name of the counter: the id of its row, and what is added.
    counts: HashMap<String, (String, i64)>,
    numbers: Vec<(Numbered, VecDeque<i64>)>,
    failed: Option<StoreError>,
}

impl Aside {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.counts.is_empty()
    }

    /// All rows in the order in which they are written.
    pub(crate) fn take(&mut self) -> Vec<(Write, Vec<Columns>)> {
        let mut rows = self.take_ahead();
        self.order.clear();
        if !self.counts.is_empty() {
            let mut counts: Vec<(String, (String, i64))> = self.counts.drain().collect();
            counts.sort_unstable();
            let row = |(name, (id, n)): (String, (String, i64))| {
                vec![Value::String(id), Value::String(name), n.into()]
            };
            counts.retain(|(_, (_, n))| *n != 0);
            rows.push((COUNT, counts.into_iter().map(row).collect()));
        }
        rows
    }

    /// The rows so far; those to come keep the order in which statements were first used.
    pub(crate) fn take_ahead(&mut self) -> Vec<(Write, Vec<Columns>)> {
        let mut rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let place = |write: &Write| self.order.iter().position(|sql| *sql == write.sql.sqlite);
        rows.sort_by_key(|(write, _)| place(write));
        rows
    }

    /// Whether there is enough to be written ahead.
    pub(crate) fn is_worth_writing(&self) -> bool {
        self.bytes >= AHEAD
    }

    /// Keeps the first failure for the commit.
    pub(crate) fn fail(&mut self, error: StoreError) {
        tracing::debug!(%error, "rows laid aside could not be written");
        self.failed.get_or_insert(error);
    }

    pub(crate) fn failed(&mut self) -> Option<StoreError> {
        self.failed.take()
    }

    fn add(&mut self, write: Write, row: &impl Serialize) -> serde_json::Result<()> {
        let Value::Array(mut columns) = serde_json::to_value(row)? else {
            return Err(serde_json::Error::custom("a row is an array of its columns"));
        };
        for column in &mut columns {
            self.bytes += 8;
            if let Value::String(text) = column {
                self.bytes += text.len();
                // PostgreSQL keeps no NUL, and both engines keep the same.
                if text.contains('\0') {
                    *text = text.replace('\0', "\u{fffd}");
                }
            }
        }
        if !self.order.contains(&write.sql.sqlite) {
            self.order.push(write.sql.sqlite);
        }
        let known = |(known, _): &&mut (Write, _)| known.sql.sqlite == write.sql.sqlite;
        match self.rows.iter_mut().find(known) {
            Some((_, rows)) => rows.push(columns),
            None => self.rows.push((write, vec![columns])),
        }
        Ok(())
    }

    /// Adds to a counter. Many things that are made together add to the same: one row says it.
    pub(crate) fn count(&mut self, id: &str, name: &str, n: i64) {
        match self.counts.get_mut(name) {
            Some((_, sum)) => *sum += n,
            None => {
                self.counts.insert(name.to_owned(), (id.to_owned(), n));
            }
        }
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
    pub(crate) fn aside(&mut self) -> &mut Aside {
        match self {
            Tx::Sqlite(inner) => &mut inner.aside,
            Tx::Postgres(inner) => &mut inner.aside,
        }
    }

    /// Lays a row aside; it is written with others like it. What is wrong with it shows when the
    /// transaction commits.
    ///
    /// # Errors
    /// When the row is no array, or cannot be written as JSON.
    pub fn later(&mut self, write: Write, row: &impl Serialize) -> Result<(), StoreError> {
        let bad = |error| StoreError::unreadable(write.doing, error);
        self.aside().add(write, row).map_err(bad)?;
        if let Tx::Sqlite(inner) = self {
            inner.write_ahead();
        }
        Ok(())
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
