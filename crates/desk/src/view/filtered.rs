//! Pages of the queue through a filter. One looks at a stretch of the view at a time, so that a
//! filter which hardly anything fits costs no more than one which everything fits.

use crate::view::filter::{Filter, Holder};
use crate::view::queue::{
    Lane, QueuePage, QueuePlace, ROWS, Row, View, by_lane, by_view, queue, queue_rows, row_columns,
};
use casework::case::sql::case_columns;
use jiff::Timestamp;
use store::scope::Reach;
use store::{Context, Doing, StoreError, on};

/// Cases looked at for one page, and for a count.
pub const STRETCH: u32 = 10_000;

/// How many cases of a view fit a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Those found.
    pub n: u64,
    /// Whether there are cases one has not looked at.
    pub more: bool,
}

/// The cases of a view after a place, at most `$6` of them.
#[macro_export]
macro_rules! stretch_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "SELECT * FROM \"case\" c WHERE ",
            $lane,
            " AND ",
            $view,
            " AND (c.queue_order, c.id) > ($4, $5) AND ",
            store::visible!(),
            " ORDER BY c.queue_order, c.id LIMIT $6"
        )
    };
}
pub use stretch_sql;

/// Whether a case fits the words of a filter, bound from `$7` on.
#[macro_export]
macro_rules! fits {
    () => {
        "($7 = '' OR c.kind = $7) AND ($8 = '' OR c.channel = $8)
         AND ($9 = '' OR c.team_id = $9)
         AND ($10 = '' OR ($10 = 'nobody' AND c.owner_id IS NULL) OR c.owner_id = $10)
         AND c.severity >= $11 AND ($12 = '' OR c.stage = $12)
         AND ($13 = '' OR c.labels LIKE $13)
         AND ($14 = 0 OR c.waiting_since_ms <= $14)
         AND ($15 = '' OR EXISTS (SELECT 1 FROM topic t WHERE (t.id = $15 OR t.parent_id = $15
            OR t.parent_id IN (SELECT p.id FROM topic p WHERE p.parent_id = $15))
            AND c.topics LIKE '%\"' || t.id || '\"%'))"
    };
}
pub use fits;

macro_rules! page_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "SELECT ",
            row_columns!(),
            " FROM (SELECT * FROM (",
            stretch_sql!($lane, $view),
            ") c WHERE ",
            fits!(),
            " ORDER BY c.queue_order, c.id LIMIT $16) c ORDER BY c.queue_order, c.id"
        )
    };
}

macro_rules! count_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN ",
            fits!(),
            " THEN 1 ELSE 0 END), 0) AS BIGINT) FROM (",
            stretch_sql!($lane, $view),
            ") c"
        )
    };
}

macro_rules! end_sql {
    ($lane:literal, $view:literal) => {
        concat!(
            "SELECT c.queue_order, c.id FROM (",
            stretch_sql!($lane, $view),
            ") c ORDER BY c.queue_order DESC, c.id DESC LIMIT 1"
        )
    };
}

/// The words of a filter as its statements take them.
pub struct Bound {
    /// What it is, or empty.
    pub kind: &'static str,
    /// The way it came, or empty.
    pub channel: &'static str,
    /// Which team, or empty.
    pub team: String,
    /// Who has it, or empty.
    pub owner: String,
    /// How bad, or -1.
    pub severity: i64,
    /// How far, or empty.
    pub stage: &'static str,
    /// Which label, or empty.
    pub label: String,
    /// Waiting since before then.
    pub waiting_before_ms: i64,
    /// Which topic, or empty.
    pub topic: String,
}

impl Bound {
    /// The words of `filter` at the moment `now`.
    pub fn of(filter: &Filter, now: Timestamp) -> Bound {
        Bound {
            kind: filter.kind.map_or("", |kind| kind.as_str()),
            channel: filter.channel.map_or("", |channel| channel.as_str()),
            team: filter.team.map(|team| team.to_string()).unwrap_or_default(),
            owner: match filter.owner {
                None => String::new(),
                Some(Holder::Nobody) => "nobody".to_owned(),
                Some(Holder::Person(id)) => id.to_string(),
            },
            severity: filter.severity.map_or(0, i64::from),
            stage: filter.stage.unwrap_or_default(),
            label: filter.label.map(|label| format!("%\"{label}\"%")).unwrap_or_default(),
            waiting_before_ms: filter.waiting_before(now).map_or(0, Timestamp::as_millisecond),
            topic: filter.topic.map(|topic| topic.to_string()).unwrap_or_default(),
        }
    }
}

/// Binds what [`stretch_sql!`] and [`fits!`] take.
#[macro_export]
macro_rules! bound {
    ($query:expr, $reach:expr, $lane:expr, $place:expr, $most:expr, $bound:expr) => {
        $query
            .bind(&$reach.scope)
            .bind(&$reach.staff)
            .bind($lane)
            .bind($place.0)
            .bind($place.1)
            .bind($most)
            .bind($bound.kind)
            .bind($bound.channel)
            .bind(&$bound.team)
            .bind(&$bound.owner)
            .bind($bound.severity)
            .bind($bound.stage)
            .bind(&$bound.label)
            .bind($bound.waiting_before_ms)
            .bind(&$bound.topic)
    };
}
pub use bound;

/// A page of the view after `after`, only with cases that fit. A page may hold fewer than
/// [`ROWS`] and still have a next one: then [`STRETCH`] cases were looked at.
///
/// # Errors
/// When the engine fails.
pub async fn filtered(
    ctx: &Context,
    reach: &Reach,
    lane: Lane,
    view: View,
    filter: &Filter,
    after: Option<&QueuePlace>,
) -> Result<QueuePage, StoreError> {
    if filter.is_empty() {
        return queue(ctx, reach, lane, view, after).await;
    }
    filtered_within(ctx, reach, (lane, view), filter, after, STRETCH).await
}

/// The same, looking at `stretch` cases.
///
/// # Errors
/// When the engine fails.
pub async fn filtered_within(
    ctx: &Context,
    reach: &Reach,
    (lane, view): (Lane, View),
    filter: &Filter,
    after: Option<&QueuePlace>,
    stretch: u32,
) -> Result<QueuePage, StoreError> {
    let now = ctx.now();
    let (sql, lane_id) = by_lane!(page_sql, lane, view);
    let place = after.map_or((i64::MIN, ""), |place| (place.order, place.id.as_str()));
    let bound = Bound::of(filter, now);
    let most = i64::from(stretch);
    let mut found: Vec<Row> = on!(Store &ctx.store, db => bound!(sqlx::query_as(sql), reach,
        &lane_id, place, most, bound).bind(i64::from(ROWS) + 1).fetch_all(db).await)
    .doing("reading the queue through a filter")?;
    let next = if found.len() > ROWS as usize {
        found.truncate(ROWS as usize);
        found.last().map(Row::place)
    } else {
        end_of_stretch(ctx, reach, (lane, view), place, most).await?
    };
    Ok(QueuePage { rows: queue_rows(ctx, reach, found, now).await?, next })
}

/// Where the stretch after `place` ends, when the view goes on behind it.
async fn end_of_stretch(
    ctx: &Context,
    reach: &Reach,
    (lane, view): (Lane, View),
    place: (i64, &str),
    most: i64,
) -> Result<Option<QueuePlace>, StoreError> {
    let (count, lane_id) = by_lane!(count_sql, lane, view);
    let (end, _) = by_lane!(end_sql, lane, view);
    let bound = Bound::of(&Filter::default(), ctx.now());
    let (looked, _): (i64, i64) = on!(Store &ctx.store, db => bound!(sqlx::query_as(count), reach,
        &lane_id, place, most + 1, bound).fetch_one(db).await)
    .doing("looking where a view ends")?;
    if looked <= most {
        return Ok(None);
    }
    let found: Option<(i64, String)> = on!(Store &ctx.store, db => sqlx::query_as(end)
        .bind(&reach.scope).bind(&reach.staff).bind(&lane_id).bind(place.0).bind(place.1)
        .bind(most).fetch_optional(db).await)
    .doing("looking where a view ends")?;
    Ok(found.map(|(order, id)| QueuePlace { order, id }))
}

/// How many cases of a view fit: of its first [`STRETCH`], or with `all` of every one.
///
/// # Errors
/// When the engine fails.
pub async fn count_filtered(
    ctx: &Context,
    reach: &Reach,
    lane: Lane,
    view: View,
    filter: &Filter,
    all: bool,
) -> Result<Counted, StoreError> {
    let (sql, lane_id) = by_lane!(count_sql, lane, view);
    let bound = Bound::of(filter, ctx.now());
    let most = if all { i64::MAX } else { i64::from(STRETCH) };
    let start = (i64::MIN, "");
    let (looked, n): (i64, i64) = on!(Store &ctx.store, db => bound!(sqlx::query_as(sql), reach,
        &lane_id, start, most, bound).fetch_one(db).await)
    .doing("counting through a filter")?;
    Ok(Counted { n: n.unsigned_abs(), more: looked >= most })
}
