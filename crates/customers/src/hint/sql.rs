//! Every statement on hints.

use crate::hint::rules::{Found, Known, Said};
use domain::id::{CustomerId, StaffId};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use store::{Doing, Store, StoreError, Tx, on};

/// Words of a customer that are looked at, the newest.
const SAID_MOST: i64 = 50;
/// Complaints of so long count.
const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// What a customer wrote, the newest first; for the job that looks at them.
pub(crate) async fn said_for_job(
    tx: &mut Tx,
    customer: CustomerId,
) -> Result<Vec<Said>, StoreError> {
    const SQL: &str = "
        SELECT m.text, m.at_ms FROM message m JOIN \"case\" c ON c.id = m.case_id
        WHERE c.customer_id = $1 AND m.direction = 'in' ORDER BY m.at_ms DESC, m.id LIMIT $2";
    let rows: Vec<(String, i64)> = on!(Tx tx, db => sqlx::query_as(SQL)
        .bind(customer.to_string()).bind(SAID_MOST).fetch_all(db).await)
    .doing("reading what a customer wrote")?;
    let said = |(text, at)| Some(Said { text, at: Timestamp::from_millisecond(at).ok()? });
    Ok(rows.into_iter().filter_map(said).collect())
}

/// What else is known of a customer; for the job that looks at them.
pub(crate) async fn known_for_job(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Known, StoreError> {
    const CASES: &str = "
        SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN c.closed_at_ms IS NULL
            OR c.closing = 'confirmed' OR EXISTS (SELECT 1 FROM offer o
                WHERE o.case_id = c.id AND o.state = 'accepted') THEN 1 ELSE 0 END), 0) AS BIGINT)
        FROM \"case\" c
        WHERE c.customer_id = $1 AND c.kind = 'complaint' AND c.opened_at_ms >= $2";
    const SHARE: &str = "SELECT lower_share FROM customer_value WHERE customer_id = $1";
    let doing = "reading a customer's history";
    let (customer, since) = (customer.to_string(), (now - YEAR).as_millisecond());
    let (complaints, upheld): (i64, i64) = on!(Tx tx, db => sqlx::query_as(CASES)
        .bind(&customer).bind(since).fetch_one(db).await)
    .doing(doing)?;
    let share: Option<f64> = on!(Tx tx, db => sqlx::query_scalar(SHARE).bind(&customer)
        .fetch_optional(db).await)
    .doing(doing)?;
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    let known = Known {
        complaints: count(complaints),
        upheld: count(upheld),
        lower_share: share.unwrap_or(0.0),
        ..Known::default()
    };
    offered(tx, &customer, since, known).await
}

/// Adds to `known` what became of offers made since a moment.
async fn offered(
    tx: &mut Tx,
    customer: &str,
    since: i64,
    known: Known,
) -> Result<Known, StoreError> {
    const THEIRS: &str = "
        SELECT COUNT(*),
            CAST(COALESCE(SUM(CASE WHEN o.state = 'countered' THEN 1 ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(SUM(CASE WHEN o.state = 'accepted' THEN o.cost_minor ELSE 0 END), 0)
                AS BIGINT)
        FROM \"case\" c JOIN offer o ON o.case_id = c.id
        WHERE c.customer_id = $1 AND o.made_at_ms >= $2 AND o.state IN ('countered', 'accepted')";
    const OTHERS: &str = "
        SELECT CAST(COALESCE(SUM(o.cost_minor), 0) AS BIGINT), COUNT(DISTINCT o.case_id)
        FROM offer o JOIN \"case\" c ON c.id = o.case_id
        WHERE o.made_at_ms >= $2 AND o.state = 'accepted' AND c.customer_id <> $1";
    let doing = "reading what became of offers";
    let (answered, countered, given_minor): (i64, i64, i64) = on!(Tx tx, db =>
        sqlx::query_as(THEIRS).bind(customer).bind(since).fetch_one(db).await)
    .doing(doing)?;
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    let known =
        Known { answered: count(answered), countered: count(countered), given_minor, ..known };
    if countered == 0 {
        return Ok(known); // Nobody is compared with others without a reason.
    }
    let (whole, cases): (i64, i64) = on!(Tx tx, db => sqlx::query_as(OTHERS).bind(customer)
        .bind(since).fetch_one(db).await)
    .doing(doing)?;
    let usual_minor = whole / cases.max(1) * i64::from(known.complaints);
    Ok(Known { usual_minor, ..known })
}

/// Writes a hint; that somebody said it is not right stays.
pub(crate) async fn keep(
    tx: &mut Tx,
    customer: CustomerId,
    hint: &Found,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO archetype_hint (customer_id, archetype, strength, evidence, found_at_ms,
            ends_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (customer_id, archetype) DO UPDATE SET strength = excluded.strength,
            evidence = excluded.evidence, found_at_ms = excluded.found_at_ms,
            ends_at_ms = excluded.ends_at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(customer.to_string()).bind(hint.archetype.word())
        .bind(f64::from(hint.strength)).bind(hint.evidence.join("\n"))
        .bind(now.as_millisecond()).bind(hint.ends_at.as_millisecond()).execute(db).await
        .map(|_| ()))
    .doing("keeping a hint")
}

/// Ends the hints of a customer that were not found again at `now`.
pub(crate) async fn end_others(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE archetype_hint SET ends_at_ms = $2
        WHERE customer_id = $1 AND found_at_ms < $2 AND ends_at_ms > $2";
    on!(Tx tx, db => sqlx::query(SQL).bind(customer.to_string()).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("ending hints")
}

/// Customers with a case that changed since a moment; for the nightly job.
pub(crate) async fn heard_for_job(
    store: &Store,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    const MOST: i64 = 50_000;
    const SQL: &str = "
        SELECT DISTINCT customer_id FROM \"case\" WHERE changed_at_ms >= $1
        ORDER BY customer_id LIMIT $2";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(since.as_millisecond()).bind(MOST)
        .fetch_all(db).await)
    .doing("looking who was heard")
}

/// A hint as it is kept.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub archetype: String,
    pub strength: f64,
    pub evidence: String,
    pub found_at_ms: i64,
    pub ends_at_ms: i64,
    pub refuted_by: Option<String>,
    pub refuted_at_ms: Option<i64>,
}

/// All hints of a customer that was already shown to be the reader's, the ended and refuted too.
pub(crate) async fn all_for_checked(store: &Store, customer: &str) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = "
        SELECT h.archetype, h.strength, h.evidence, h.found_at_ms, h.ends_at_ms,
            s.name AS refuted_by, h.refuted_at_ms
        FROM archetype_hint h LEFT JOIN staff s ON s.id = h.refuted_by
        WHERE h.customer_id = $1 ORDER BY h.strength DESC, h.archetype LIMIT 10";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_all(db).await)
        .doing("reading hints")
}

/// Notes that a hint is not right. Says whether there was one.
pub(crate) async fn refute(
    tx: &mut Tx,
    customer: &str,
    archetype: &str,
    by: StaffId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE archetype_hint SET refuted_by = $3, refuted_at_ms = $4
        WHERE customer_id = $1 AND archetype = $2 RETURNING archetype";
    let found: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(customer)
        .bind(archetype).bind(by.to_string()).bind(now.as_millisecond()).fetch_optional(db).await)
    .doing("noting that a hint is not right")?;
    Ok(found.is_some())
}
