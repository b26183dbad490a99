//! Running numbers that people say: cases, feedback, customers, promises.

use crate::error::{Doing, StoreError};
use crate::{Sql, Tx, on};

/// What is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Cases: `R-10001` and on.
    Case,
    /// Feedback: `F-1001` and on.
    Feedback,
    /// Customers.
    Customer,
    /// Promises: `P-1001` and on.
    Promise,
    /// Documents of the search index.
    Search,
}

impl Numbered {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Numbered::Case => "case",
            Numbered::Feedback => "feedback",
            Numbered::Customer => "customer",
            Numbered::Promise => "promise",
            Numbered::Search => "search",
        }
    }
}

impl Tx {
    /// The next number. On PostgreSQL a rolled-back transaction leaves a gap; a number is never
    /// given twice.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn next_number(&mut self, what: Numbered) -> Result<i64, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "UPDATE running_number SET n = n + 1 WHERE name = $1 RETURNING n",
            postgres: "SELECT nextval(('number_' || $1)::regclass)",
        };
        if let Some(number) = self.number_put_by(what) {
            return Ok(number);
        }
        let text = self.text(SQL);
        on!(Tx self, db => sqlx::query_scalar(text).bind(what.name()).fetch_one(db).await)
            .doing("taking a number")
    }

    /// The next `count` numbers, ascending, for things that are made together.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn next_numbers(
        &mut self,
        what: Numbered,
        count: u32,
    ) -> Result<Vec<i64>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "UPDATE running_number SET n = n + $2 WHERE name = $1 RETURNING n",
            postgres: "
                SELECT nextval(('number_' || $1)::regclass) FROM generate_series(1, $2::bigint)",
        };
        if count == 0 {
            return Ok(Vec::new());
        }
        let put_by: Vec<i64> = (0..count).map_while(|_| self.number_put_by(what)).collect();
        let count = count - u32::try_from(put_by.len()).unwrap_or(count);
        if count == 0 {
            return Ok(put_by);
        }
        let text = self.text(SQL);
        let count = i64::from(count);
        let mut numbers: Vec<i64> = on!(Tx &mut *self, db => sqlx::query_scalar(text)
            .bind(what.name()).bind(count).fetch_all(db).await)
        .doing("taking numbers")?;
        if let (Tx::Sqlite(_), [last]) = (&*self, numbers.as_slice()) {
            numbers = (last - count + 1..=*last).collect();
        }
        numbers.extend(put_by);
        numbers.sort_unstable();
        Ok(numbers)
    }
}
