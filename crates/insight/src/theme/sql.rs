//! What was said lately, as far as a person may see it.

use crate::theme::rules::Said;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, on};

/// Texts that are looked at.
pub(crate) const TEXTS: u32 = 1_500;

#[derive(FromRow)]
struct Row {
    id: String,
    number: i64,
    customer_id: Option<String>,
    text: String,
    case_number: Option<i64>,
}

impl From<Row> for Said {
    fn from(row: Row) -> Said {
        let who = row.customer_id.unwrap_or(row.id);
        Said { text: row.text, who, case: row.case_number, number: row.number }
    }
}

/// The newest texts of a kind (empty: of any) since the text `from`, at most [`TEXTS`] of the
/// house's newest 20,000: those of cases that the reader may see, and of no case where the reader
/// may see the unit.
pub(crate) async fn lately(
    store: &Store,
    reach: &Reach,
    kind: &str,
    from: &str,
) -> Result<Vec<Said>, StoreError> {
    const OF_CASES: &str = concat!(
        "SELECT f.id, f.number, f.customer_id, SUBSTR(f.text, 1, 2000) AS text,
            c.number AS case_number
         FROM (SELECT * FROM feedback WHERE id >= $4 ORDER BY id DESC LIMIT 20000) f
         JOIN \"case\" c ON c.id = f.case_id
         WHERE ($3 = '' OR c.kind = $3) AND ",
        store::visible!(),
        " ORDER BY f.id DESC LIMIT $5"
    );
    const LOOSE: &str = concat!(
        "SELECT c.id, c.number, c.customer_id, SUBSTR(c.text, 1, 2000) AS text,
            CAST(NULL AS BIGINT) AS case_number
         FROM (SELECT * FROM feedback WHERE id >= $4 ORDER BY id DESC LIMIT 20000) c
         WHERE c.case_id IS NULL AND ($3 = '' OR c.kind = $3) AND ",
        store::visible_in_unit!(),
        " ORDER BY c.id DESC LIMIT $5"
    );
    let mut rows: Vec<Row> = Vec::new();
    for sql in [OF_CASES, LOOSE] {
        let found: Vec<Row> = on!(Store store, db => sqlx::query_as(sql).bind(&reach.scope)
            .bind(&reach.staff).bind(kind).bind(from).bind(i64::from(TEXTS)).fetch_all(db).await)
        .doing("reading what was said lately")?;
        rows.extend(found);
    }
    rows.sort_by(|a, b| b.id.cmp(&a.id));
    rows.truncate(TEXTS as usize);
    Ok(rows.into_iter().map(Said::from).collect())
}
