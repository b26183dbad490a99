//! What was agreed on a case before.

use domain::case::Case;
use store::{Doing, StoreError, Tx, on};

/// The cost of everything accepted on this case, in minor units: the dearest option of each.
pub async fn agreed_minor(tx: &mut Tx, case: &Case) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT CAST(COALESCE(SUM(cost_minor), 0) AS BIGINT) FROM offer
        WHERE case_id = $1 AND state = 'accepted'";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.id.to_string()).fetch_one(db).await)
        .doing("adding up what was agreed")
}
