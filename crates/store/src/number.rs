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
        let name = match what {
            Numbered::Case => "case",
            Numbered::Feedback => "feedback",
            Numbered::Customer => "customer",
            Numbered::Promise => "promise",
            Numbered::Search => "search",
        };
        let text = self.text(SQL);
        on!(Tx self, db => sqlx::query_scalar(text).bind(name).fetch_one(db).await)
            .doing("taking a number")
    }
}
