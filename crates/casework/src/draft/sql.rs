//! Drafts as they are kept. A draft that was sent or emptied leaves its stamp behind, so that a
//! save that was on its way cannot bring it back.

use crate::draft::Draft;
use domain::id::{CaseId, StaffId};
use jiff::Timestamp;
use store::scope::Reach;
use store::{Doing, Sql, Store, StoreError, Tx, on};

/// The stamp of a draft, which nobody else changes before the transaction ends.
pub(crate) async fn stamp(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    kind: &str,
) -> Result<Option<i64>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "SELECT stamp FROM draft WHERE case_id = $1 AND staff_id = $2 AND kind = $3",
        postgres: "
            SELECT stamp FROM draft WHERE case_id = $1 AND staff_id = $2 AND kind = $3 FOR UPDATE",
    };
    let text = tx.text(SQL);
    on!(Tx tx, db => sqlx::query_scalar(text).bind(case.to_string()).bind(staff.to_string())
        .bind(kind).fetch_optional(db).await)
    .doing("reading a draft's stamp")
}

/// Saves a draft unless a later stamp is known. Says whether it was saved.
pub async fn save(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    kind: &str,
    text: &str,
    stamp: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO draft AS d (case_id, staff_id, kind, text, saved_at_ms, stamp)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (case_id, staff_id, kind) DO UPDATE SET text = excluded.text,
            saved_at_ms = excluded.saved_at_ms, stamp = excluded.stamp
        WHERE d.stamp < excluded.stamp";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(kind).bind(text).bind(now.as_millisecond()).bind(stamp)
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("saving a draft")?;
    Ok(rows == 1)
}

/// Ends a draft because it was sent; `stamp` is the last one its page gave out.
pub async fn end(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    kind: &str,
    stamp: Option<i64>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO draft AS d (case_id, staff_id, kind, text, saved_at_ms, stamp)
        VALUES ($1, $2, $3, '', 0, $4)
        ON CONFLICT (case_id, staff_id, kind) DO UPDATE SET text = '',
            stamp = CASE WHEN d.stamp > excluded.stamp THEN d.stamp ELSE excluded.stamp END";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string()).bind(kind)
        .bind(stamp.unwrap_or_default()).execute(db).await.map(|_| ()))
    .doing("ending a draft")
}

/// Puts the text of a reply that was taken back into its writer's draft, before what they have
/// typed since.
pub(crate) async fn bring_back(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    text: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO draft AS d (case_id, staff_id, kind, text, saved_at_ms, stamp)
        VALUES ($1, $2, 'reply', $3, $4, 1)
        ON CONFLICT (case_id, staff_id, kind) DO UPDATE SET
            text = CASE WHEN d.text = '' THEN excluded.text
                        ELSE excluded.text || '\n\n' || d.text END,
            saved_at_ms = excluded.saved_at_ms, stamp = d.stamp + 4096";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string()).bind(text)
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("bringing a draft back")
}

/// The drafts on a case that the reader may see, newest first; one's own among them.
pub(crate) async fn of_case(
    store: &Store,
    reach: &Reach,
    case: CaseId,
) -> Result<Vec<Draft>, StoreError> {
    const SQL: &str = concat!(
        "SELECT d.staff_id, d.kind, d.text, d.saved_at_ms, d.stamp
         FROM draft d JOIN \"case\" c ON c.id = d.case_id
         WHERE d.case_id = $3 AND ",
        store::visible!(),
        " ORDER BY d.saved_at_ms DESC, d.staff_id, d.kind LIMIT 50"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(case.to_string()).fetch_all(db).await)
    .doing("reading drafts")
}
