//! A1: Today. Promises come before everything else; what is next explains itself.

use crate::view::first_steps::{FirstStep, first_steps};
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use casework::mention::sql as mention;
use desk::screen::Screen;
use desk::view::ledger::LedgerLine;
use desk::view::list::lane_of;
use desk::view::promises::owed_by;
use desk::view::queue::{self, Lane, View};
use desk::view::row::RowView;
use domain::permit::Act;
use jiff::SignedDuration;
use store::{Context, Doing, on};
use web::frame::{Place, StaffFrame};
use web::{Problem, SignedIn, words};

/// Lines a block shows before it says "and more".
const BLOCK: usize = 7;
/// Notes that name somebody, of those lines at the most.
const NAMED: u32 = 4;
/// Cases under "Next up".
const NEXT: usize = 5;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/", get(show)).route("/today", get(show))
}

struct Waiting {
    number: String,
    who: String,
    words: String,
}

#[derive(askama::Template)]
#[template(path = "view/today.html")]
struct TodayPage {
    frame: StaffFrame,
    greeting: String,
    lede: String,
    owed: Vec<LedgerLine>,
    more_owed: usize,
    rows: Vec<RowView>,
    all: String,
    waiting: Vec<Waiting>,
    kept_today: i64,
    solved_today: i64,
    may_open: bool,
    first_steps: Vec<FirstStep>,
}

/// `GET /`
async fn show(State(ctx): State<Context>, signed: SignedIn) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let staff = &screen.signed.staff;
    let owed = owed_by(&ctx, staff.id, 100).await?;
    let tomorrow = screen.now + SignedDuration::from_hours(24);
    let due = owed.iter().filter(|line| line.promise.due_at < tomorrow);
    let due: Vec<LedgerLine> = due.map(|line| LedgerLine::of(&screen, line)).collect();
    let over = due.iter().filter(|line| line.due.tone.name() == "over").count();
    let mine =
        queue::queue(&ctx, &screen.reach, Lane::Owner(staff.id), View::Open, None).await?.rows;
    let named = mention::unread(&ctx.store, &screen.reach, NAMED).await.map_err(Problem::ours)?;
    let own = mine.iter().filter(|row| row.unread).map(waiting);
    let waiting = named.into_iter().map(named_in).chain(own).take(BLOCK).collect();
    let lane = lane_of(&screen, "team");
    let next = if mine.is_empty() {
        queue::queue(&ctx, &screen.reach, lane, View::Open, None).await?.rows
    } else {
        mine
    };
    let counts = queue::counters(&ctx, staff, lane).await?;
    let open = counts.get("open").copied().unwrap_or(0).unsigned_abs();
    let (kept_today, solved_today) = done_today(&ctx, &screen).await?;
    web::page(&TodayPage {
        frame: screen.frame(&ctx, "Today", Place::Today, "list").await?,
        greeting: greeting(&screen),
        lede: lede(over, due.len() - over),
        more_owed: due.len().saturating_sub(BLOCK),
        owed: due.into_iter().take(BLOCK).collect(),
        rows: next.iter().take(NEXT).map(|row| RowView::of(&screen, row)).collect(),
        all: words::counted(open, "case", "cases"),
        waiting,
        kept_today,
        solved_today,
        may_open: screen.may(Act::OpenCase),
        first_steps: first_steps(&ctx, &screen).await.map_err(Problem::ours)?,
    })
}

fn named_in(note: mention::Unread) -> Waiting {
    let words = note.text.chars().take(160).collect();
    Waiting { number: note.number.to_string(), who: format!("{} names you", note.by), words }
}

fn waiting(row: &queue::QueueRow) -> Waiting {
    let words = if row.draft { "You have a draft".to_owned() } else { row.case.subject.clone() };
    Waiting { number: row.case.number.to_string(), who: row.customer.clone(), words }
}

fn greeting(screen: &Screen) -> String {
    let hour = screen.now.to_zoned(screen.zone.clone()).hour();
    let name = desk::case::public::first_name(&screen.signed.staff.name);
    match hour {
        5..12 => format!("Good morning, {name}"),
        12..18 => format!("Good afternoon, {name}"),
        _ => format!("Good evening, {name}"),
    }
}

fn lede(over: usize, due: usize) -> String {
    let over_words = words::counted(over as u64, "promise is", "promises are");
    let due_words = words::counted(due as u64, "promise is", "promises are");
    match (over, due) {
        (0, 0) => "Nothing you promised is due today.".to_owned(),
        (0, _) => format!("{due_words} due within a day."),
        (_, 0) => format!("{over_words} over. Make up for it first."),
        _ => format!("{over_words} over and {due_words} due within a day."),
    }
}

/// Promises kept and cases confirmed since midnight by this person.
async fn done_today(ctx: &Context, screen: &Screen) -> Result<(i64, i64), Problem> {
    const KEPT: &str = "
        SELECT COUNT(*) FROM promise WHERE keeper_id = $1 AND state IN ('kept', 'kept_late')
          AND ended_at_ms >= $2";
    const SOLVED: &str = "
        SELECT COUNT(*) FROM \"case\" WHERE owner_id = $1 AND tray = 'closed'
          AND closing = 'confirmed' AND closed_at_ms >= $2";
    let midnight = screen.now.to_zoned(screen.zone.clone()).start_of_day();
    let since = midnight.map_or(screen.now, |at| at.timestamp()).as_millisecond();
    let me = screen.signed.staff.id.to_string();
    let kept: i64 = on!(Store &ctx.store, db => sqlx::query_scalar(KEPT).bind(&me).bind(since)
        .fetch_one(db).await)
    .doing("counting promises kept today")?;
    let solved: i64 = on!(Store &ctx.store, db => sqlx::query_scalar(SOLVED).bind(&me)
        .bind(since).fetch_one(db).await)
    .doing("counting cases solved today")?;
    Ok((kept, solved))
}
