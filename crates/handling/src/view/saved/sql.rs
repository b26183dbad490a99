//! Every statement on `saved_view`.

use super::SavedView;
use domain::id::StaffId;
use store::{Doing, Store, StoreError, Tx, on};

pub(crate) async fn views(store: &Store, staff: StaffId) -> Result<Vec<SavedView>, StoreError> {
    const SQL: &str = "
        SELECT id, name, query, place FROM saved_view WHERE staff_id = $1
        ORDER BY place, id LIMIT 100";
    on!(Store store, db => sqlx::query_as(SQL).bind(staff.to_string()).fetch_all(db).await)
        .doing("reading saved views")
}

pub(crate) async fn save_view(
    tx: &mut Tx,
    id: &str,
    staff: StaffId,
    name: &str,
    query: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO saved_view (id, staff_id, name, query, place)
        VALUES ($1, $2, $3, $4,
            (SELECT COALESCE(MAX(place), 0) + 1 FROM saved_view WHERE staff_id = $2))";
    on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(staff.to_string()).bind(name).bind(query)
        .execute(db).await.map(|_| ()))
    .doing("saving a view")
}

pub(crate) async fn rename_view(
    tx: &mut Tx,
    id: &str,
    staff: StaffId,
    name: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE saved_view SET name = $3 WHERE id = $1 AND staff_id = $2";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(staff.to_string()).bind(name)
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("renaming a view")?;
    Ok(rows == 1)
}

pub(crate) async fn remove_view(tx: &mut Tx, id: &str, staff: StaffId) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM saved_view WHERE id = $1 AND staff_id = $2";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(id).bind(staff.to_string()).execute(db).await
        .map(|done| done.rows_affected()))
    .doing("removing a view")?;
    Ok(rows == 1)
}
