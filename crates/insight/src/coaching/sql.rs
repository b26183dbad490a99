//! Every statement on what became of findings, and on rules as the organisation sets them.

use domain::id::{CaseId, MessageId, StaffId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// Where a message belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub message: MessageId,
    pub case: CaseId,
    pub unit: &'a str,
    pub team: &'a str,
    pub language: &'a str,
    pub at: Timestamp,
}

/// Keeps what became of a rule's findings on one message; the same twice counts once.
pub(crate) async fn keep(
    tx: &mut Tx,
    about: &About<'_>,
    rule: &str,
    what: &str,
    n: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO coach_outcome (message_id, rule, what, n, language, unit_id, team_id, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (message_id, rule, what) DO NOTHING";
    on!(Tx tx, db => sqlx::query(SQL).bind(about.message.to_string()).bind(rule).bind(what)
        .bind(n).bind(about.language).bind(about.unit).bind(about.team)
        .bind(about.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping what became of a finding")
}

/// What was answered before a message left.
pub(crate) struct Checked<'a> {
    pub opened_because: &'a str,
    pub embarrasses: bool,
    pub proud: bool,
    pub held_against_us: bool,
    pub why: &'a str,
    pub by: StaffId,
}

/// Keeps a publicity check; the same twice counts once.
pub(crate) async fn keep_check(
    tx: &mut Tx,
    about: &About<'_>,
    check: &Checked<'_>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO publicity_check (message_id, case_id, unit_id, opened_because, embarrasses,
            proud, held_against_us, why, by_id, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (message_id) DO NOTHING";
    on!(Tx tx, db => sqlx::query(SQL).bind(about.message.to_string())
        .bind(about.case.to_string()).bind(about.unit).bind(check.opened_because)
        .bind(i64::from(check.embarrasses)).bind(i64::from(check.proud))
        .bind(i64::from(check.held_against_us)).bind(check.why).bind(check.by.to_string())
        .bind(about.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping a publicity check")
}

/// How often a rule's findings were used, kept or sent anyway: rule, language, what, how often.
pub(crate) async fn counts(
    store: &Store,
    reach: &Reach,
    since: Timestamp,
) -> Result<Vec<(String, String, String, i64)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.rule, c.language, c.what, CAST(SUM(c.n) AS BIGINT)
         FROM coach_outcome c WHERE c.at_ms >= $3 AND ",
        store::visible_in_unit!(),
        " GROUP BY c.rule, c.language, c.what ORDER BY c.rule, c.language, c.what LIMIT 5000"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(since.as_millisecond()).fetch_all(db).await)
    .doing("counting what became of findings")
}

/// How many publicity checks were made since a moment, and how many of those opened by themselves.
pub(crate) async fn checks(
    store: &Store,
    reach: &Reach,
    since: Timestamp,
) -> Result<(i64, i64), StoreError> {
    const SQL: &str = concat!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN c.opened_because = '' THEN 0 ELSE 1 END), 0)
            AS BIGINT)
         FROM publicity_check c WHERE c.at_ms >= $3 AND ",
        store::visible_in_unit!()
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(since.as_millisecond()).fetch_one(db).await)
    .doing("counting publicity checks")
}

/// How many replies people sent since a moment, as far as the reader may see.
pub(crate) async fn replies(
    store: &Store,
    reach: &Reach,
    since: Timestamp,
) -> Result<i64, StoreError> {
    const SQL: &str = concat!(
        "SELECT COUNT(*) FROM message m JOIN \"case\" c ON c.id = m.case_id
         WHERE m.id >= $3 AND m.direction = 'out' AND m.purpose = 'reply' AND m.automatic = 0
            AND ",
        store::visible_in_unit!()
    );
    // Ids begin with their moment, so the key of the table finds them.
    let from = MessageId::from(domain::id::uuid_v7(since.as_millisecond(), [0; 10]));
    on!(Store store, db => sqlx::query_scalar(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(from.to_string()).fetch_one(db).await)
    .doing("counting replies")
}

/// A rule as the organisation set it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub language: String,
    pub is_off: i64,
    pub says: String,
    pub body: String,
    pub changed_by: Option<String>,
    pub changed_at_ms: i64,
}

/// Every rule that was set, by id.
pub(crate) async fn rules(store: &Store) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = "
        SELECT r.id, r.language, r.is_off, r.says, r.body, s.name AS changed_by, r.changed_at_ms
        FROM coach_rule r LEFT JOIN staff s ON s.id = r.changed_by ORDER BY r.id LIMIT 200";
    on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).doing("listing coach rules")
}

/// The ids of rules of one's own.
pub(crate) async fn own_ids(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "SELECT id FROM coach_rule WHERE body <> '' ORDER BY id LIMIT 200";
    on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_all(db).await).doing("listing own coach rules")
}

/// A rule to be written down.
pub(crate) struct Set<'a> {
    pub id: &'a str,
    pub language: &'a str,
    pub is_off: bool,
    pub says: &'a str,
    pub body: &'a str,
    pub by: StaffId,
    pub now: Timestamp,
}

/// Writes a rule down, or switches one that is there.
pub(crate) async fn set(tx: &mut Tx, rule: &Set<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO coach_rule (id, language, is_off, says, body, changed_by, changed_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET is_off = excluded.is_off,
            changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms";
    on!(Tx tx, db => sqlx::query(SQL).bind(rule.id).bind(rule.language)
        .bind(i64::from(rule.is_off)).bind(rule.says).bind(rule.body).bind(rule.by.to_string())
        .bind(rule.now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("setting a coach rule")
}
