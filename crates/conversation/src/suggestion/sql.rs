//! Statements on suggestions and on what they have cost.

use crate::suggestion::Suggestion;
use domain::id::{CaseId, StaffId};
use domain::suggestion::SuggestionKind;
use jiff::Timestamp;
use store::{Doing, Store, StoreError, Tx, on};

/// What one period has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Spent {
    /// How often a model was asked.
    pub requests: i64,
    /// The tokens, as far as they were told, else as they were estimated.
    pub tokens: i64,
}

/// Sets `tokens` aside in a period of which `most` may be spent; says whether there were as many
/// left. Two at once cannot take the same.
pub(crate) async fn reserve(
    tx: &mut Tx,
    period: &str,
    tokens: u64,
    most: u64,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO suggestion_spent AS s (period, requests, tokens) VALUES ($1, 1, $2)
        ON CONFLICT (period) DO UPDATE SET requests = s.requests + 1,
            tokens = s.tokens + excluded.tokens
        WHERE s.tokens + excluded.tokens <= $3";
    if tokens > most {
        return Ok(false);
    }
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(period).bind(whole(tokens)).bind(whole(most))
        .execute(db).await.map(|done| done.rows_affected()))
    .doing("setting tokens aside")?;
    Ok(rows == 1)
}

/// Counts `spent` in place of what was `reserved`.
pub(crate) async fn settle(
    tx: &mut Tx,
    period: &str,
    reserved: u64,
    spent: u64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE suggestion_spent
        SET tokens = CASE WHEN tokens + $2 > 0 THEN tokens + $2 ELSE 0 END WHERE period = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(period).bind(whole(spent) - whole(reserved))
        .execute(db).await.map(|_| ()))
    .doing("counting tokens")
}

/// What a period has cost so far.
///
/// # Errors
/// When the engine fails.
pub async fn spent(store: &Store, period: &str) -> Result<Spent, StoreError> {
    const SQL: &str = "SELECT requests, tokens FROM suggestion_spent WHERE period = $1";
    let found: Option<Spent> =
        on!(Store store, db => sqlx::query_as(SQL).bind(period).fetch_optional(db).await)
            .doing("reading what a model has cost")?;
    Ok(found.unwrap_or_default())
}

fn whole(tokens: u64) -> i64 {
    // An endpoint's word on what it cost is bounded, so that sums stay far from the end.
    i64::try_from(tokens).unwrap_or(i64::MAX).min(1 << 40)
}

type Row = (String, String, String, String, i64, i64, i64, i64);

fn read(row: Row) -> Result<Suggestion, StoreError> {
    let (id, kind, model, text, hidden, links, is_cut, made_at_ms) = row;
    let odd = || StoreError::unreadable("reading a suggestion", format!("kind {kind:?}"));
    Ok(Suggestion {
        kind: SuggestionKind::from_word(&kind).ok_or_else(odd)?,
        id,
        model,
        text,
        hidden: u32::try_from(hidden).unwrap_or_default(),
        links: u32::try_from(links).unwrap_or_default(),
        is_cut: is_cut == 1,
        made_at_ms,
    })
}

/// What a model last said to this person on this case.
pub(crate) async fn of(
    store: &Store,
    case: CaseId,
    staff: StaffId,
) -> Result<Option<Suggestion>, StoreError> {
    const SQL: &str = "
        SELECT id, kind, model, text, hidden, links, is_cut, made_at_ms FROM suggestion
        WHERE case_id = $1 AND staff_id = $2";
    let found: Option<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(case.to_string())
        .bind(staff.to_string()).fetch_optional(db).await)
    .doing("reading a suggestion")?;
    found.map(read).transpose()
}

/// Keeps it in place of the one before.
pub(crate) async fn put(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    one: &Suggestion,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO suggestion (case_id, staff_id, id, kind, model, text, hidden, links, is_cut,
            made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (case_id, staff_id) DO UPDATE SET id = excluded.id, kind = excluded.kind,
            model = excluded.model, text = excluded.text, hidden = excluded.hidden,
            links = excluded.links, is_cut = excluded.is_cut, made_at_ms = excluded.made_at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(&one.id).bind(one.kind.as_str()).bind(&one.model).bind(&one.text)
        .bind(i64::from(one.hidden)).bind(i64::from(one.links)).bind(i64::from(one.is_cut))
        .bind(one.made_at_ms).execute(db).await.map(|_| ()))
    .doing("keeping a suggestion")
}

/// Removes it; says whether it was there.
pub(crate) async fn remove(
    tx: &mut Tx,
    case: CaseId,
    staff: StaffId,
    id: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM suggestion WHERE case_id = $1 AND staff_id = $2 AND id = $3";
    let rows = on!(Tx tx, db => sqlx::query(SQL).bind(case.to_string()).bind(staff.to_string())
        .bind(id).execute(db).await.map(|done| done.rows_affected()))
    .doing("removing a suggestion")?;
    Ok(rows == 1)
}

/// Forgets suggestions made before `before`.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM suggestion WHERE made_at_ms < $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(before.as_millisecond()).execute(db).await.map(|_| ()))
        .doing("forgetting old suggestions")
}

/// Addresses and numbers by which the customer of a case is reached.
pub(crate) async fn contacts(store: &Store, case: CaseId) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT i.value FROM identity i JOIN \"case\" c ON c.customer_id = i.customer_id
        WHERE c.id = $1 ORDER BY i.value LIMIT 100";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(case.to_string()).fetch_all(db).await)
        .doing("reading how a customer is reached")
}
