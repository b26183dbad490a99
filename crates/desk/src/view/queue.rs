//! The queue: who needs an answer, in the right order, each with the reason for its place.

use crate::presence::sql::{Present, on_cases};
use casework::case::sql::{CaseRow, case_columns, fill_all};
use domain::case::Case;
use domain::id::{CaseId, CaseNumber, StaffId, TeamId, UnitId};
use domain::permit::{Scope, Staff};
use domain::urgency::{self, Reason};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use std::collections::BTreeMap;
use store::scope::Reach;
use store::{Context, Doing, Sql, StoreError, on};

/// Rows of one page.
pub const ROWS: u32 = 50;

/// Whose cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lane", content = "id", rename_all = "snake_case")]
pub enum Lane {
    /// Those of one person.
    Owner(StaffId),
    /// Those of one team.
    Team(TeamId),
    /// Those of one unit.
    Unit(UnitId),
    /// All that the reader may see.
    All,
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Open work.
    Open,
    /// With a promise still owed.
    Promises,
    /// Others can read them.
    Public,
    /// The customer said that it was not solved, or came back.
    Reopened,
    /// Somebody was asked to decide.
    Escalated,
    /// Wishes and ideas.
    Ideas,
    /// Put aside.
    Snoozed,
    /// Over.
    Closed,
}

impl View {
    /// Every view, in the order of the tabs.
    pub const ALL: [View; 8] = [
        View::Open,
        View::Promises,
        View::Public,
        View::Reopened,
        View::Escalated,
        View::Ideas,
        View::Snoozed,
        View::Closed,
    ];

    /// The one word for it in addresses and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            View::Open => "open",
            View::Promises => "promises",
            View::Public => "public",
            View::Reopened => "reopened",
            View::Escalated => "escalated",
            View::Ideas => "ideas",
            View::Snoozed => "snoozed",
            View::Closed => "closed",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.as_str() == word)
    }
}

/// A place in the queue to go on from: the last row of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    pub(crate) order: i64,
    pub(crate) id: String,
}

impl QueuePlace {
    /// The place of a case.
    pub fn of(case: &Case) -> QueuePlace {
        QueuePlace { order: urgency::order(case), id: case.id.to_string() }
    }

    /// Reads a cursor that an earlier page gave; `None` for anything else.
    pub fn read(cursor: &str) -> Option<QueuePlace> {
        let (order, id) = cursor.split_once('-')?;
        let id: domain::id::CaseId = id.parse().ok()?;
        Some(QueuePlace { order: order.parse().ok()?, id: id.to_string() })
    }
}

impl std::fmt::Display for QueuePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.order, self.id)
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// The case.
    pub case: Case,
    /// Whose case it is.
    pub customer: String,
    /// Who has it.
    pub owner: Option<String>,
    /// The customer's last words.
    pub snippet: String,
    /// Why it is where it is, strongest first.
    pub reasons: Vec<Reason>,
    /// Whether something happened since the reader last looked.
    pub unread: bool,
    /// Whether the reader has a draft on it.
    pub draft: bool,
    /// Whether somebody who takes no part in it waits to be taken in.
    pub waits: bool,
    /// Colleagues who have it before their eyes.
    pub present: Vec<Present>,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePage {
    /// At most [`ROWS`] rows.
    pub rows: Vec<QueueRow>,
    /// Where the next page begins, when there is more.
    pub next: Option<QueuePlace>,
}

/// A row as the engine gives it.
#[derive(FromRow)]
pub struct Row {
    #[sqlx(flatten)]
    case: CaseRow,
    customer_name: Option<String>,
    owner_name: Option<String>,
    seen: i64,
    draft: i64,
    waits: i64,
}

impl Row {
    /// Where it stands in the queue.
    pub fn place(&self) -> QueuePlace {
        QueuePlace { order: self.case.queue_order, id: self.case.id.clone() }
    }
}

/// What a row of the queue reads of a case `c` for the reader `$2`.
macro_rules! row_columns {
    () => {
        concat!(
            case_columns!(),
            ", (SELECT u.name FROM customer u WHERE u.id = c.customer_id) AS customer_name,
               (SELECT s.name FROM staff s WHERE s.id = c.owner_id) AS owner_name,
               COALESCE((SELECT e.version FROM case_seen e
                         WHERE e.case_id = c.id AND e.staff_id = $2), 0) AS seen,
               (SELECT COUNT(*) FROM draft d WHERE d.case_id = c.id AND d.staff_id = $2
                AND d.text <> '') AS draft,
               (SELECT COUNT(*) FROM joiner j WHERE j.case_id = c.id AND j.state = 'waits')
                AS waits"
        )
    };
}
pub(crate) use row_columns;

macro_rules! queue_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "SELECT ",
            row_columns!(),
            " FROM \"case\" c
             WHERE ",
            $lane,
            " AND ",
            $view,
            " AND (c.queue_order, c.id) > ($4, $5) AND ",
            store::visible!(),
            " ORDER BY c.queue_order, c.id LIMIT $6"
        )
    };
}

/// The statement that the macro `$sql` makes of the conditions of a view.
#[macro_export]
macro_rules! by_view {
    ($sql:ident, $lane:literal, $view:expr) => {
        match $view {
            View::Open => $sql!($lane, "c.tray = 'open'"),
            View::Promises => $sql!($lane, "c.tray = 'open' AND c.n_owed > 0"),
            View::Public => $sql!($lane, "c.tray = 'open' AND c.public = 1"),
            View::Reopened => $sql!($lane, "c.tray = 'open' AND c.reopened > 0"),
            View::Escalated => $sql!($lane, "c.tray = 'open' AND c.escalated = 1"),
            View::Ideas => $sql!($lane, "c.tray = 'ideas'"),
            View::Snoozed => $sql!($lane, "c.tray = 'snoozed'"),
            View::Closed => $sql!($lane, "c.tray = 'closed'"),
        }
    };
}
pub use by_view;

/// The same of the conditions of a lane and a view; with what `$3` stands for.
#[macro_export]
macro_rules! by_lane {
    ($sql:ident, $lane:expr, $view:expr) => {
        match $lane {
            Lane::Owner(id) => (by_view!($sql, "c.owner_id = $3", $view), id.to_string()),
            Lane::Team(id) => (by_view!($sql, "c.team_id = $3", $view), id.to_string()),
            Lane::Unit(id) => (by_view!($sql, "c.unit_id = $3", $view), id.to_string()),
            Lane::All => (by_view!($sql, "$3 = $3", $view), String::new()),
        }
    };
}
pub use by_lane;

/// A page of the queue after `after`, in the order of [`urgency::order`].
///
/// # Errors
/// When the engine fails.
pub async fn queue(
    ctx: &Context,
    reach: &Reach,
    lane: Lane,
    view: View,
    after: Option<&QueuePlace>,
) -> Result<QueuePage, StoreError> {
    let now = ctx.now();
    let (sql, lane_id) = by_lane!(queue_sql, lane, view);
    let (order, id) = after.map_or((i64::MIN, ""), |place| (place.order, place.id.as_str()));
    let mut found: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(sql)
        .bind(&reach.scope).bind(&reach.staff).bind(&lane_id).bind(order).bind(id)
        .bind(i64::from(ROWS) + 1).fetch_all(db).await)
    .doing("reading the queue")?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let next = found.last().filter(|_| more).map(Row::place);
    Ok(QueuePage { rows: queue_rows(ctx, reach, found, now).await?, next })
}

/// The rows as they were found, each with what hangs on its case.
pub(crate) async fn queue_rows(
    ctx: &Context,
    reach: &Reach,
    found: Vec<Row>,
    now: jiff::Timestamp,
) -> Result<Vec<QueueRow>, StoreError> {
    let mut rows = filled(ctx, found, now).await?;
    let ids: Vec<CaseId> = rows.iter().map(|row| row.case.id).collect();
    let mut present = on_cases(&ctx.store, &ids, &reach.staff, now).await?;
    for row in &mut rows {
        row.present = present.remove(&row.case.id).unwrap_or_default();
    }
    Ok(rows)
}

/// The rows of some cases, by their ids, in no order; without those that are not theirs.
pub(crate) async fn rows_of(
    ctx: &Context,
    reach: &Reach,
    cases: &[&str],
) -> Result<Vec<QueueRow>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: queue_sql!("c.id IN (SELECT value FROM json_each($3))", "1 = 1"),
        postgres: queue_sql!("c.id IN (SELECT jsonb_array_elements_text($3::jsonb))", "1 = 1"),
    };
    let doing = "reading some rows of the queue";
    let ids = serde_json::to_string(cases).map_err(|error| StoreError::unreadable(doing, error))?;
    let most = i64::try_from(cases.len()).unwrap_or(i64::MAX);
    let text = ctx.store.text(SQL);
    let found: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(text).bind(&reach.scope)
        .bind(&reach.staff).bind(&ids).bind(i64::MIN).bind("").bind(most).fetch_all(db).await)
    .doing(doing)?;
    filled(ctx, found, ctx.now()).await
}

/// The row of one case, by its number; `None` both when there is none and when it is not theirs.
///
/// # Errors
/// When the engine fails.
pub async fn row_by_number(
    ctx: &Context,
    reach: &Reach,
    number: CaseNumber,
) -> Result<Option<QueueRow>, StoreError> {
    const SQL: &str = queue_sql!("c.number = CAST($3 AS BIGINT)", "1 = 1");
    let found: Vec<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(number.0.to_string()).bind(i64::MIN).bind("").bind(1_i64)
        .fetch_all(db).await)
    .doing("reading a row of the queue")?;
    Ok(filled(ctx, found, ctx.now()).await?.pop())
}

async fn filled(
    ctx: &Context,
    found: Vec<Row>,
    now: jiff::Timestamp,
) -> Result<Vec<QueueRow>, StoreError> {
    let of_cases: Vec<&CaseRow> = found.iter().map(|row| &row.case).collect();
    let cases = fill_all(&ctx.store, &of_cases).await?;
    let row = |(row, case): (Row, Case)| QueueRow {
        reasons: urgency::reasons(&case, now),
        unread: row.seen < row.case.version,
        draft: row.draft > 0,
        waits: row.waits > 0,
        customer: row.customer_name.unwrap_or_default(),
        owner: row.owner_name,
        snippet: row.case.snippet,
        present: Vec::new(),
        case,
    };
    Ok(found.into_iter().zip(cases).map(row).collect())
}

/// How many cases each view of a lane holds; views without any are left out. A reader whose scope
/// is narrower than the lane gets the counts of what they see.
///
/// # Errors
/// When the engine fails.
pub async fn counters(
    ctx: &Context,
    staff: &Staff,
    lane: Lane,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let prefix = match lane {
        Lane::Owner(id) => format!("queue/owner/{id}/"),
        Lane::Team(_) | Lane::All => "queue/team/".to_owned(),
        Lane::Unit(id) => format!("queue/team/{id}/"),
    };
    if let Lane::Owner(id) = lane
        && id != staff.id
        && staff.scope == Scope::Own
    {
        return Ok(BTreeMap::new());
    }
    let mut sums = BTreeMap::new();
    for (name, n) in ctx.store.tallies(&prefix).await? {
        let Some(view) = counted(&name, staff, lane) else { continue };
        *sums.entry(view.to_owned()).or_default() += n;
    }
    sums.retain(|_, n| *n != 0);
    Ok(sums)
}

/// The view that the counter `name` counts, when it belongs to the lane and the reader sees it.
fn counted<'a>(name: &'a str, staff: &Staff, lane: Lane) -> Option<&'a str> {
    let parts: Vec<&str> = name.split('/').collect();
    match (parts.as_slice(), lane) {
        (["queue", "owner", _, view], Lane::Owner(_)) => Some(view),
        (["queue", "team", unit, team, view], _) => {
            let team: TeamId = team.parse().ok()?;
            let unit: UnitId = unit.parse().ok()?;
            let in_lane = !matches!(lane, Lane::Team(id) if id != team);
            let seen = match staff.scope {
                Scope::All => true,
                Scope::Unit => staff.units.contains(&unit) || staff.teams.contains(&team),
                Scope::Team => staff.teams.contains(&team),
                Scope::Own => false,
            };
            (in_lane && seen).then_some(view)
        }
        _ => None,
    }
}
