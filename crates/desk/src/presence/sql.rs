//! Statements on who has a case before their eyes.

use crate::presence::actions::{Doing, HOLDS};
use domain::id::{CaseId, StaffId};
use jiff::Timestamp;
use std::collections::HashMap;
use store::{Doing as _, Sql, Store, StoreError, Tx, on};

/// Somebody with a case before their eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Their name.
    pub name: String,
    /// What they do.
    pub doing: Doing,
}

/// What somebody does with a case, said after `since`.
pub(crate) async fn of(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    since: Timestamp,
) -> Result<Option<Doing>, StoreError> {
    const SQL: &str =
        "SELECT state FROM presence WHERE case_id = $1 AND staff_id = $2 AND at_ms > $3";
    let state: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .bind(staff.to_string()).bind(since.as_millisecond()).fetch_optional(db).await)
    .doing("looking who is on a case")?;
    Ok(state.as_deref().and_then(Doing::from_word))
}

pub(crate) async fn put(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    doing: Doing,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO presence (case_id, staff_id, state, at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (case_id, staff_id) DO UPDATE SET state = excluded.state,
            at_ms = excluded.at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(doing.as_str()).bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("noting who is on a case")
}

pub(crate) async fn remove(tx: &mut Tx, case: CaseId, staff: StaffId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM presence WHERE case_id = $1 AND staff_id = $2";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .execute(db).await.map(|_| ()))
    .doing("noting who left a case")
}

pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM presence WHERE at_ms < $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(before.as_millisecond()).execute(db).await.map(|_| ()))
        .doing("forgetting who was on a case")
}

/// Who has these cases before their eyes at `now`, without `reader` themselves.
///
/// # Errors
/// When the engine fails.
pub async fn on_cases(
    store: &Store,
    cases: &[CaseId],
    reader: &str,
    now: Timestamp,
) -> Result<HashMap<CaseId, Vec<Present>>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT p.case_id, s.name, p.state FROM presence p JOIN staff s ON s.id = p.staff_id
            WHERE p.case_id IN (SELECT value FROM json_each($1)) AND p.at_ms > $2
              AND p.staff_id <> $3
            ORDER BY p.case_id, s.name, s.id",
        postgres: "
            SELECT p.case_id, s.name, p.state FROM presence p JOIN staff s ON s.id = p.staff_id
            WHERE p.case_id IN (SELECT jsonb_array_elements_text($1::jsonb)) AND p.at_ms > $2
              AND p.staff_id <> $3
            ORDER BY p.case_id, s.name, s.id",
    };
    let doing = "looking who is on which case";
    let ids = serde_json::to_string(cases).map_err(|error| StoreError::unreadable(doing, error))?;
    let text = store.text(SQL);
    let rows: Vec<(String, String, String)> = on!(Store store, db => sqlx::query_as(text)
        .bind(&ids).bind((now - HOLDS).as_millisecond()).bind(reader).fetch_all(db).await)
    .doing(doing)?;
    let mut found: HashMap<CaseId, Vec<Present>> = HashMap::new();
    for (case, name, state) in rows {
        let case = case.parse().map_err(|error| StoreError::unreadable(doing, error))?;
        if let Some(doing) = Doing::from_word(&state) {
            found.entry(case).or_default().push(Present { name, doing });
        }
    }
    Ok(found)
}
