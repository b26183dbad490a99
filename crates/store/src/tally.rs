//! Counters that many may change at once: each change is a small row, the count is their sum.

use crate::error::{Doing, StoreError};
use crate::{Sql, Store, Tx, Write, on};

pub(crate) const COUNT: Write = Write {
    doing: "counting",
    sql: Sql {
        sqlite: "
            INSERT INTO tally (id, name, n)
            SELECT column1, column2, column3 FROM rows",
        postgres: "
            INSERT INTO tally (id, name, n)
            SELECT r ->> 0, r ->> 1, (r ->> 2)::bigint
            FROM jsonb_array_elements($1::jsonb) AS t (r)",
    },
};

impl Tx {
    /// Adds `n` to the counter `name`. `id` makes the row one; what a transaction adds to one
    /// counter before its next statement is one row under the first of the ids.
    pub fn count(&mut self, id: &str, name: &str, n: i64) {
        self.aside().count(id, name, n);
    }

    /// The counter `name` as this transaction sees it.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn tally(&mut self, name: &str) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally WHERE name = $1";
        on!(Tx self, db => sqlx::query_scalar(SQL).bind(name).fetch_one(db).await)
            .doing("reading a counter")
    }

    /// The sum of the counters from the name `from` up to `to`, without that.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn sum_tallies(&mut self, from: &str, to: &str) -> Result<i64, StoreError> {
        const SQL: &str = "
            SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally WHERE name >= $1 AND name < $2";
        on!(Tx self, db => sqlx::query_scalar(SQL).bind(from).bind(to).fetch_one(db).await)
            .doing("reading counters")
    }

    /// Forgets the counters from the name `from` up to `to`, without that.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn forget_tallies_between(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM tally WHERE name >= $1 AND name < $2";
        on!(Tx self, db => sqlx::query(SQL).bind(from).bind(to).execute(db).await.map(|_| ()))
            .doing("forgetting counters")
    }

    /// Forgets every counter whose name begins with `prefix`, before they are counted anew.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn forget_tallies(&mut self, prefix: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM tally WHERE name >= $1 AND name < $2";
        let end = format!("{prefix}\u{7f}");
        on!(Tx self, db => sqlx::query(SQL).bind(prefix).bind(&end).execute(db).await.map(|_| ()))
            .doing("forgetting counters")
    }

    /// Folds the rows of each counter that has more than `rows_most` of them into one, for up to
    /// `counters_most` counters. Gives how many it folded. `id` names the new rows.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn fold_tallies(
        &mut self,
        id: &str,
        rows_most: i64,
        counters_most: u32,
    ) -> Result<u32, StoreError> {
        const MANY: &str = "
            SELECT name FROM tally GROUP BY name HAVING COUNT(*) > $1 ORDER BY name LIMIT $2";
        const TAKE: &str = "DELETE FROM tally WHERE name = $1 RETURNING n";
        let doing = "folding counters";
        let names: Vec<String> = on!(Tx self, db => sqlx::query_scalar(MANY).bind(rows_most)
            .bind(i64::from(counters_most)).fetch_all(db).await)
        .doing(doing)?;
        for name in &names {
            let rows: Vec<i64> =
                on!(Tx self, db => sqlx::query_scalar(TAKE).bind(name).fetch_all(db).await)
                    .doing(doing)?;
            self.count(&format!("{id}/{name}"), name, rows.iter().sum());
        }
        Ok(u32::try_from(names.len()).unwrap_or(u32::MAX))
    }
}

impl Store {
    /// The sums of the counters whose name begins with `prefix`, by name.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn tallies(&self, prefix: &str) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "
            SELECT name, CAST(SUM(n) AS BIGINT) FROM tally WHERE name >= $1 AND name < $2
            GROUP BY name ORDER BY name LIMIT 1000";
        // Names are ASCII, so everything that begins with the prefix lies before this.
        let end = format!("{prefix}\u{7f}");
        on!(Store self, db => sqlx::query_as(SQL).bind(prefix).bind(&end).fetch_all(db).await)
            .doing("reading counters")
    }
}
