//! Statements on changes to many cases and on their rows.

use crate::bulk::rules::Outcome;
use desk::view::filter::Filter;
use desk::view::filtered::{Bound, bound, fits, stretch_sql};
use desk::view::queue::{Lane, View, by_lane, by_view};
use domain::id::{CaseId, CaseNumber, StaffId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Sql, Store, StoreError, Tx, on};

/// A change to many cases.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct BulkChange {
    /// Its id.
    pub id: String,
    /// Who asked for it.
    pub staff_id: String,
    /// What is done to every case, as JSON of ours.
    pub act: String,
    /// The same in words, with `{n}` for how many.
    pub says: String,
    /// `running`, `done` or `stopped`.
    pub state: String,
    /// Cases chosen.
    pub total: i64,
    /// Cases changed so far.
    pub changed: i64,
    /// Cases that were so already.
    pub same: i64,
    /// Cases left as they are, each for a reason.
    pub refused: i64,
    /// When it was asked for, in milliseconds.
    pub made_at_ms: i64,
    /// When it came to its end, in milliseconds.
    pub ended_at_ms: Option<i64>,
    /// The earlier change that it takes back.
    pub undoes: Option<String>,
    /// The later change that takes it back.
    pub undone_by: Option<String>,
}

impl BulkChange {
    /// Cases looked at so far.
    pub fn done(&self) -> i64 {
        self.changed + self.same + self.refused
    }

    /// Whether there are cases to come.
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }
}

/// A case that waits for its turn.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Waiting {
    pub place: i64,
    pub number: i64,
    pub version: i64,
    pub reverse: String,
}

/// What became of a case, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct BulkRow {
    /// Its place among the cases that were chosen.
    pub place: i64,
    /// Its number.
    pub number: i64,
    /// Whose case it is, where the reader may see it; else empty.
    pub customer: String,
    /// `changed`, `same`, `refused`, or empty while it waits.
    pub outcome: String,
    /// Why it was refused: a code that never changes.
    pub code: String,
    /// The same in words.
    pub why: String,
}

const DOING: &str = "keeping a change to many cases";
const READING: &str = "reading a change to many cases";

pub(crate) async fn insert(tx: &mut Tx, change: &BulkChange) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO bulk_change (id, staff_id, act, says, state, total, made_at_ms, undoes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(Tx tx, db => sqlx::query(SQL).bind(&change.id).bind(&change.staff_id)
        .bind(&change.act).bind(&change.says).bind(&change.state)
        .bind(change.total).bind(change.made_at_ms).bind(change.undoes.as_deref())
        .execute(db).await.map(|_| ()))
    .doing(DOING)
}

/// Lays out rows for these cases, each once.
pub(crate) async fn insert_named(
    tx: &mut Tx,
    bulk: &str,
    numbers: &[CaseNumber],
) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            INSERT INTO bulk_row (bulk_id, place, number, version)
            SELECT $1, key + 1, value,
                COALESCE((SELECT c.version FROM \"case\" c WHERE c.number = value), 0)
            FROM json_each($2)",
        postgres: "
            INSERT INTO bulk_row (bulk_id, place, number, version)
            SELECT $1, e.place, e.value::bigint,
                COALESCE((SELECT c.version FROM \"case\" c WHERE c.number = e.value::bigint), 0)
            FROM jsonb_array_elements_text($2::jsonb) WITH ORDINALITY AS e (value, place)",
    };
    let mut once: Vec<i64> = Vec::with_capacity(numbers.len());
    let mut known = std::collections::HashSet::new();
    once.extend(numbers.iter().map(|number| number.0).filter(|number| known.insert(*number)));
    let once = serde_json::to_string(&once).map_err(|e| StoreError::unreadable(DOING, e))?;
    let text = tx.text(SQL);
    on!(Tx tx, db => sqlx::query(text).bind(bulk).bind(&once).execute(db).await.map(|_| ()))
        .doing(DOING)
}

macro_rules! choose_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "INSERT INTO bulk_row (bulk_id, place, number, version)
             SELECT $16, ROW_NUMBER() OVER (ORDER BY c.queue_order, c.id), c.number, c.version
             FROM (",
            stretch_sql!($lane, $view),
            ") c WHERE ",
            fits!()
        )
    };
}

/// Lays out rows for every case of a list that the person sees, at most `most` of them.
pub(crate) async fn insert_listed(
    tx: &mut Tx,
    bulk: &str,
    reach: &Reach,
    (lane, view, filter): (Lane, View, &Filter),
    most: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (sql, lane_id) = by_lane!(choose_sql, lane, view);
    let (bound, start) = (Bound::of(filter, now), (i64::MIN, ""));
    on!(Tx tx, db => bound!(sqlx::query(sql), reach, &lane_id, start, most, bound)
        .bind(bulk).execute(db).await.map(|_| ()))
    .doing(DOING)
}

/// Lays out rows for what an earlier change did.
pub(crate) async fn insert_reversed(
    tx: &mut Tx,
    bulk: &str,
    earlier: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO bulk_row (bulk_id, place, number, reverse)
        SELECT $1, place, number, reverse FROM bulk_row
        WHERE bulk_id = $2 AND outcome = 'changed'";
    on!(Tx tx, db => sqlx::query(SQL).bind(bulk).bind(earlier).execute(db).await.map(|_| ()))
        .doing(DOING)
}

pub(crate) async fn count(tx: &mut Tx, bulk: &str) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM bulk_row WHERE bulk_id = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(bulk).fetch_one(db).await).doing(READING)
}

/// Whether one of the chosen cases is unread for this person.
pub(crate) async fn any_unread(
    tx: &mut Tx,
    bulk: &str,
    staff: StaffId,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT r.number FROM bulk_row r JOIN \"case\" c ON c.number = r.number
        WHERE r.bulk_id = $1 AND c.version > COALESCE(
            (SELECT s.version FROM case_seen s WHERE s.case_id = c.id AND s.staff_id = $2), 0)
        LIMIT 1";
    let found: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(bulk)
        .bind(staff.to_string()).fetch_optional(db).await)
    .doing(READING)?;
    Ok(found.is_some())
}

/// Takes a change into the hands of this transaction: another one that wants it waits.
pub(crate) async fn hold(tx: &mut Tx, bulk: &str) -> Result<Option<BulkChange>, StoreError> {
    const SQL: &str = "UPDATE bulk_change SET state = state WHERE id = $1 RETURNING *";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(bulk).fetch_optional(db).await).doing(READING)
}

/// The name of somebody who works here.
pub(crate) async fn name_of(tx: &mut Tx, staff: StaffId) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT name FROM staff WHERE id = $1 AND left_at_ms IS NULL";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(staff.to_string()).fetch_optional(db).await)
        .doing("looking for a colleague")
}

/// The cases that wait for their turn, `most` of them.
pub(crate) async fn waiting(
    tx: &mut Tx,
    bulk: &str,
    most: u32,
) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = "
        SELECT place, number, version, reverse FROM bulk_row
        WHERE bulk_id = $1 AND outcome = '' ORDER BY place LIMIT $2";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(bulk).bind(i64::from(most)).fetch_all(db).await)
        .doing(READING)
}

/// Notes what became of a case. `reverse` is what takes it back, or empty.
pub(crate) async fn settle(
    tx: &mut Tx,
    bulk: &str,
    place: i64,
    outcome: Outcome,
    (code, why, reverse): (&str, &str, &str),
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE bulk_row SET outcome = $3, code = $4, why = $5, reverse = $6
        WHERE bulk_id = $1 AND place = $2 AND outcome = ''";
    on!(Tx tx, db => sqlx::query(SQL).bind(bulk).bind(place).bind(outcome.as_str()).bind(code)
        .bind(why).bind(reverse).execute(db).await.map(|_| ()))
    .doing(DOING)
}

/// Writes how far a change is, and how it ended when it did.
pub(crate) async fn write(tx: &mut Tx, change: &BulkChange) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE bulk_change SET state = $2, changed = $3, same = $4, refused = $5, ended_at_ms = $6,
            undone_by = $7
        WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(&change.id).bind(&change.state).bind(change.changed)
        .bind(change.same).bind(change.refused).bind(change.ended_at_ms)
        .bind(change.undone_by.as_deref()).execute(db).await.map(|_| ()))
    .doing(DOING)
}

/// A change of this person.
pub(crate) async fn change(
    store: &Store,
    bulk: &str,
    staff: StaffId,
) -> Result<Option<BulkChange>, StoreError> {
    const SQL: &str = "SELECT * FROM bulk_change WHERE id = $1 AND staff_id = $2";
    on!(Store store, db => sqlx::query_as(SQL).bind(bulk).bind(staff.to_string())
        .fetch_optional(db).await)
    .doing(READING)
}

/// This person's changes since a moment, newest first.
pub(crate) async fn changes(
    store: &Store,
    staff: StaffId,
    since: Timestamp,
) -> Result<Vec<BulkChange>, StoreError> {
    const SQL: &str = "
        SELECT * FROM bulk_change WHERE staff_id = $1 AND made_at_ms > $2
        ORDER BY made_at_ms DESC, id DESC LIMIT 100";
    on!(Store store, db => sqlx::query_as(SQL).bind(staff.to_string())
        .bind(since.as_millisecond()).fetch_all(db).await)
    .doing(READING)
}

/// What became of the cases of a change behind a place, all or those with one outcome.
pub(crate) async fn rows(
    store: &Store,
    reach: &Reach,
    bulk: &str,
    outcome: Option<Outcome>,
    after: i64,
    most: u32,
) -> Result<Vec<BulkRow>, StoreError> {
    const SQL: &str = concat!(
        "SELECT r.place, r.number, r.outcome, r.code, r.why,
            COALESCE((SELECT u.name FROM \"case\" c JOIN customer u ON u.id = c.customer_id
                WHERE c.number = r.number AND ",
        store::visible!(),
        "), '') AS customer
         FROM bulk_row r WHERE r.bulk_id = $3 AND ($4 = '' OR r.outcome = $4) AND r.place > $5
         ORDER BY r.place LIMIT $6"
    );
    let outcome = outcome.map_or("", Outcome::as_str);
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(bulk)
        .bind(outcome).bind(after).bind(i64::from(most)).fetch_all(db).await)
    .doing(READING)
}

/// Whether a colleague did something to a case after its event `version`.
pub(crate) async fn is_changed_by_another(
    tx: &mut Tx,
    case: CaseId,
    version: i64,
    me: StaffId,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT n FROM event WHERE case_id = $1 AND n > $2
            AND actor LIKE '{\"kind\":\"staff\"%' AND actor NOT LIKE $3 LIMIT 1";
    let found: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .bind(version).bind(format!("%{me}%")).fetch_optional(db).await)
    .doing("looking for a colleague's work on a case")?;
    Ok(found.is_some())
}

/// Whether words of a customer came to a case after its event `version`.
pub(crate) async fn was_said_since(
    tx: &mut Tx,
    case: CaseId,
    version: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT n FROM event WHERE case_id = $1 AND n > $2
            AND (body LIKE '%\"event\":\"received\"%' OR actor LIKE '{\"kind\":\"customer\"%')
        LIMIT 1";
    let found: Option<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(case.to_string())
        .bind(version).fetch_optional(db).await)
    .doing("looking for new words on a case")?;
    Ok(found.is_some())
}

/// Forgets up to `most` cases of the change that ended first before `until`, and the change itself
/// with its last case.
pub(crate) async fn forget(tx: &mut Tx, until: Timestamp, most: u32) -> Result<(), StoreError> {
    const OLDEST: &str = "
        SELECT id FROM bulk_change WHERE ended_at_ms < $1 ORDER BY ended_at_ms, id LIMIT 1";
    const ROWS: &str = "
        DELETE FROM bulk_row WHERE bulk_id = $1 AND place IN
            (SELECT place FROM bulk_row WHERE bulk_id = $1 ORDER BY place LIMIT $2)";
    const CHANGE: &str = "DELETE FROM bulk_change WHERE id = $1";
    let doing = "forgetting old changes to many cases";
    let oldest: Option<String> = on!(Tx &mut *tx, db => sqlx::query_scalar(OLDEST)
        .bind(until.as_millisecond()).fetch_optional(db).await)
    .doing(doing)?;
    let Some(id) = oldest else { return Ok(()) };
    let gone = on!(Tx &mut *tx, db => sqlx::query(ROWS).bind(&id).bind(i64::from(most))
        .execute(db).await.map(|done| done.rows_affected()))
    .doing(doing)?;
    if gone < u64::from(most) {
        on!(Tx tx, db => sqlx::query(CHANGE).bind(&id).execute(db).await.map(|_| ()))
            .doing(doing)?;
    }
    Ok(())
}
