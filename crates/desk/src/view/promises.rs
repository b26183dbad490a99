//! Promises as people look at them: one's own for today, and the ledger of all.

use casework::case::sql::{PromiseRow, moment};
use domain::id::{CaseNumber, StaffId};
use domain::promise::Promise;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use store::scope::Reach;
use store::{Context, Doing, Sql, StoreError, on};

/// Rows of one page.
pub const ROWS: u32 = 50;

/// A promise with what a list shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseLine {
    /// The promise.
    pub promise: Promise,
    /// The case it was made on.
    pub case: CaseNumber,
    /// To whom.
    pub customer: String,
    /// By whom.
    pub keeper: String,
    /// What was done, once kept.
    pub done: String,
    /// When it was kept.
    pub ended_at: Option<Timestamp>,
    /// How often it got a new date.
    pub moved: i64,
    /// The first day on which the customer is there again, as their program answered on this case,
    /// also where that is over.
    pub back_on: Option<Date>,
}

/// That a customer is away, as it stands beside what we promised them; empty when they are not.
pub fn away(back_on: Option<Date>, today: Date) -> String {
    match back_on.filter(|day| *day > today) {
        Some(day) => format!("They are back on {}.", day.strftime("%-d %B %Y")),
        None => String::new(),
    }
}

/// Which promises of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// Due and not kept.
    Broken,
    /// Due from one moment to before another.
    Due {
        /// From.
        from: Timestamp,
        /// Until, exclusive.
        until: Timestamp,
    },
    /// Kept, in time or late, from one moment to before another.
    Kept {
        /// From.
        from: Timestamp,
        /// Until, exclusive.
        until: Timestamp,
    },
}

/// A page of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// At most [`ROWS`] promises, by when they are due.
    pub lines: Vec<PromiseLine>,
    /// Where the next page begins: hand it back as `after`.
    pub next: Option<(i64, String)>,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    promise: PromiseRow,
    case_number: i64,
    customer_name: Option<String>,
    keeper_name: Option<String>,
    done: String,
    ended_at_ms: Option<i64>,
    moved: i64,
    back_on: String,
}

impl Row {
    fn read(self) -> Result<PromiseLine, StoreError> {
        let ended_at = self.ended_at_ms.map(moment).transpose()?;
        Ok(PromiseLine {
            promise: self.promise.read()?,
            case: CaseNumber(self.case_number),
            customer: self.customer_name.unwrap_or_default(),
            keeper: self.keeper_name.unwrap_or_default(),
            done: self.done,
            ended_at,
            moved: self.moved,
            back_on: self.back_on.parse().ok(),
        })
    }
}

macro_rules! promise_sql {
    ($($rest:tt)*) => {
        concat!(
            "SELECT p.id, p.number, p.keeper_id, p.words, p.made_at_ms, p.due_at_ms, p.visible,
                    p.state, c.number AS case_number,
                    (SELECT u.name FROM customer u WHERE u.id = c.customer_id) AS customer_name,
                    (SELECT s.name FROM staff s WHERE s.id = p.keeper_id) AS keeper_name,
                    p.done, p.ended_at_ms, p.moved, c.back_on
             FROM promise p JOIN \"case\" c ON c.id = p.case_id
             WHERE ",
            $($rest)*
        )
    };
}

/// What `keeper` still owes, due soonest first; at most `most`.
///
/// # Errors
/// When the engine fails.
pub async fn owed_by(
    ctx: &Context,
    keeper: StaffId,
    most: u32,
) -> Result<Vec<PromiseLine>, StoreError> {
    const SQL: &str = promise_sql!(
        "p.keeper_id = $1 AND p.state IN ('open', 'broken')
         ORDER BY p.due_at_ms, p.id LIMIT $2"
    );
    let rows: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(keeper.to_string())
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("reading what somebody promised")?;
    rows.into_iter().map(Row::read).collect()
}

/// A page of the ledger, of cases the reader may see.
///
/// # Errors
/// When the engine fails.
pub async fn ledger(
    ctx: &Context,
    reach: &Reach,
    band: Band,
    after: Option<&(i64, String)>,
) -> Result<LedgerPage, StoreError> {
    const BROKEN: &str = promise_sql!(concat!(
        "p.state = 'broken' AND (p.due_at_ms, p.id) > ($3, $4) AND $5 = $5 AND $6 = $6 AND ",
        store::visible!(),
        " ORDER BY p.due_at_ms, p.id LIMIT $7"
    ));
    const DUE: &str = promise_sql!(concat!(
        "p.state = 'open' AND p.due_at_ms >= $5 AND p.due_at_ms < $6
         AND (p.due_at_ms, p.id) > ($3, $4) AND ",
        store::visible!(),
        " ORDER BY p.due_at_ms, p.id LIMIT $7"
    ));
    const KEPT: &str = promise_sql!(concat!(
        "p.state IN ('kept', 'kept_late') AND p.ended_at_ms >= $5 AND p.ended_at_ms < $6
         AND (p.due_at_ms, p.id) > ($3, $4) AND ",
        store::visible!(),
        " ORDER BY p.due_at_ms, p.id LIMIT $7"
    ));
    let (sql, from, until) = match band {
        Band::Broken => (BROKEN, Timestamp::MIN, Timestamp::MAX),
        Band::Due { from, until } => (DUE, from, until),
        Band::Kept { from, until } => (KEPT, from, until),
    };
    let (due, last) = after.map_or((i64::MIN, ""), |(due, id)| (*due, id.as_str()));
    let mut rows: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(sql).bind(&reach.scope)
        .bind(&reach.staff).bind(due).bind(last).bind(from.as_millisecond())
        .bind(until.as_millisecond()).bind(i64::from(ROWS) + 1).fetch_all(db).await)
    .doing("reading the ledger of promises")?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| (row.promise.due_at_ms, row.promise.id.clone()));
    let lines = rows.into_iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(LedgerPage { lines, next })
}

/// How many promises a band of the ledger holds, of cases the reader may see; `most` at the most.
///
/// # Errors
/// When the engine fails.
pub async fn band_count(
    ctx: &Context,
    reach: &Reach,
    band: Band,
    most: i64,
) -> Result<i64, StoreError> {
    macro_rules! count_sql {
        ($condition:literal) => {
            concat!(
                "SELECT COUNT(*) FROM (SELECT p.id FROM promise p JOIN \"case\" c ON c.id = p.case_id
                 WHERE ",
                $condition,
                " AND ",
                store::visible!(),
                " LIMIT $5) AS held"
            )
        };
    }
    const BROKEN: &str = count_sql!("p.state = 'broken' AND $3 <= $4");
    const DUE: &str = count_sql!("p.state = 'open' AND p.due_at_ms >= $3 AND p.due_at_ms < $4");
    const KEPT: &str = count_sql!(
        "p.state IN ('kept', 'kept_late') AND p.ended_at_ms >= $3 AND p.ended_at_ms < $4"
    );
    let (sql, from, until) = match band {
        Band::Broken => (BROKEN, Timestamp::MIN, Timestamp::MAX),
        Band::Due { from, until } => (DUE, from, until),
        Band::Kept { from, until } => (KEPT, from, until),
    };
    on!(Store &ctx.store, db => sqlx::query_scalar(sql).bind(&reach.scope).bind(&reach.staff)
        .bind(from.as_millisecond()).bind(until.as_millisecond()).bind(most).fetch_one(db).await)
    .doing("counting a band of promises")
}

/// How promises due in the last `days` days were kept, of cases the reader may see: (in time,
/// late, broken and still owed).
///
/// # Errors
/// When the engine fails.
pub async fn kept_on_time(
    ctx: &Context,
    reach: &Reach,
    days: i64,
) -> Result<(i64, i64, i64), StoreError> {
    const SQL: &str = concat!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN p.state = 'kept' THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN p.state = 'kept_late' THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN p.state = 'broken' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM promise p JOIN \"case\" c ON c.id = p.case_id
         WHERE p.due_at_ms >= $3 AND p.due_at_ms < $4 AND ",
        store::visible!()
    );
    let now = ctx.now();
    let since = now - SignedDuration::from_hours(24 * days.clamp(0, 3_660));
    on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(since.as_millisecond()).bind(now.as_millisecond()).fetch_one(db).await)
    .doing("counting kept promises")
}

/// All promises of a case the customer may know of, whatever their state; for the case page.
pub(crate) async fn visible_of_case(
    ctx: &Context,
    case: &str,
) -> Result<Vec<PromiseLine>, StoreError> {
    const SQL: &str =
        promise_sql!("p.case_id = $1 AND p.visible = 1 ORDER BY p.made_at_ms, p.number LIMIT 200");
    let rows: Vec<Row> =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(case).fetch_all(db).await)
            .doing("reading the promises of a case")?;
    rows.into_iter().map(Row::read).collect()
}

/// All promises of a case, for staff who may see it; empty when they may not.
///
/// # Errors
/// When the engine fails.
pub async fn of_case(
    ctx: &Context,
    reach: &Reach,
    case: CaseNumber,
) -> Result<Vec<PromiseLine>, StoreError> {
    of_cases(ctx, reach, &[case]).await
}

/// All promises of some cases, for staff who may see them; those of each oldest first.
///
/// # Errors
/// When the engine fails.
pub async fn of_cases(
    ctx: &Context,
    reach: &Reach,
    cases: &[CaseNumber],
) -> Result<Vec<PromiseLine>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: promise_sql!(concat!(
            "c.number IN (SELECT value FROM json_each($3)) AND ",
            store::visible!(),
            " ORDER BY c.number, p.made_at_ms, p.number"
        )),
        postgres: promise_sql!(concat!(
            "c.number IN (SELECT CAST(jsonb_array_elements_text($3::jsonb) AS BIGINT)) AND ",
            store::visible!(),
            " ORDER BY c.number, p.made_at_ms, p.number"
        )),
    };
    let doing = "reading the promises of cases";
    let numbers: Vec<i64> = cases.iter().map(|number| number.0).collect();
    let numbers =
        serde_json::to_string(&numbers).map_err(|error| StoreError::unreadable(doing, error))?;
    let text = ctx.store.text(SQL);
    let rows: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(text).bind(&reach.scope)
        .bind(&reach.staff).bind(&numbers).fetch_all(db).await)
    .doing(doing)?;
    rows.into_iter().map(Row::read).collect()
}
