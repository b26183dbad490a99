//! The bell: what happened on one's cases that one has not read, case by case. Read state follows
//! the case: who opens it has read it.

use crate::case::thread::EntryView;
use crate::screen::Screen;
use crate::view::case::{Names, ThreadEntry};
use crate::view::seen::see;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::get;
use casework::held::sql as held;
use domain::event::Actor;
use domain::id::CaseNumber;
use domain::permit::{Act, Staff};
use serde::Deserialize;
use sqlx::FromRow;
use store::event::StoredEvent;
use store::scope::Reach;
use store::{Context, Doing, StoreError, on};
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, SignedIn, words};

/// Cases on the page, and read with one press.
const CASES_MOST: i64 = 50;
/// The bell counts up to here.
const COUNT_MOST: i64 = 99;
/// Letters of what happened.
const WORDS_MOST: usize = 240;

/// The page of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/bell", get(show).post(read))
}

// What somebody else did on cases that are `$3`'s to work on, keep a promise on, were named on, or
// decide about (`$4` = 1), since they last read them; and letters of theirs that did not arrive,
// wherever they wrote them. `$5` is the reader as an actor of the record.
macro_rules! unread {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM (SELECT id, MIN(only_letters) AS only_letters FROM (
                SELECT id, 0 AS only_letters FROM \"case\"
                    WHERE owner_id = $3 AND tray IN ('open', 'snoozed')
                UNION ALL SELECT case_id, 0 FROM promise
                    WHERE keeper_id = $3 AND state IN ('open', 'broken')
                UNION ALL SELECT m.case_id, 0 FROM mention m
                    LEFT JOIN case_seen t ON t.case_id = m.case_id AND t.staff_id = m.staff_id
                    WHERE m.staff_id = $3 AND m.n > COALESCE(t.version, 0)
                UNION ALL SELECT id, 0 FROM \"case\"
                    WHERE $4 = 1 AND tray = 'open' AND escalated = 1
                UNION ALL SELECT b.id, 1 FROM \"case\" b
                    JOIN message m ON m.case_id = b.id AND m.direction = 'out'
                    JOIN event w ON w.case_id = b.id AND w.n = m.n AND w.actor = $5
                    WHERE b.undelivered <> '[]' AND b.tray = 'open'
                      AND b.undelivered LIKE '%' || m.id || '%'
             ) AS each_case GROUP BY id) AS mine
             JOIN \"case\" c ON c.id = mine.id
             LEFT JOIN case_seen s ON s.case_id = c.id AND s.staff_id = $3
             JOIN event e ON e.case_id = c.id AND e.n > COALESCE(s.version, 0)
             WHERE (mine.only_letters = 0 OR e.name = 'undelivered')
               AND e.actor <> $5
               AND e.name NOT IN ('delivery_changed', 'clock_set', 'clock_met', 'solved_asked')
               AND ",
            store::visible!(),
            $rest
        )
    };
}

/// A case with news: its id and number, who complained, the last of the news and how many.
#[derive(FromRow)]
pub struct Row {
    id: String,
    /// The case's number.
    pub number: i64,
    /// Who complained.
    pub customer: Option<String>,
    n: i64,
    /// How much there is to read.
    pub news: i64,
}

struct Line {
    number: String,
    customer: String,
    who: String,
    what: String,
    when: web::time_words::Moment,
    tone: &'static str,
    more: String,
}

#[derive(askama::Template)]
#[template(path = "view/bell.html")]
struct BellPage {
    frame: StaffFrame,
    lines: Vec<Line>,
    /// How many senders wait for a decision, in words; empty when none does.
    held: String,
    press: String,
}

/// How many cases have news for this person; stops at 100.
pub(crate) async fn count(ctx: &Context, reach: &Reach, staff: &Staff) -> Result<u32, StoreError> {
    const SQL: &str = concat!(
        "SELECT COUNT(*) FROM (",
        unread!("DISTINCT c.id", " ORDER BY c.id LIMIT $6"),
        ") AS news"
    );
    let (reader, decides) = reader(staff)?;
    let found: i64 = on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(&reach.staff).bind(decides).bind(&reader)
        .bind(COUNT_MOST).fetch_one(db).await)
    .doing("counting what is new")?;
    let held = match staff.permit_anywhere(Act::HandleCase) {
        Ok(_) => held::waiting(&ctx.store, reach, ctx.now()).await?,
        Err(_) => 0,
    };
    Ok(u32::try_from(found + held.min(1)).unwrap_or(0))
}

/// The person as the record names them, and whether they decide what others ask.
fn reader(staff: &Staff) -> Result<(String, i64), StoreError> {
    let actor = serde_json::to_string(&Actor::Staff(staff.id))
        .map_err(|error| StoreError::unreadable("naming the reader", error))?;
    Ok((actor, i64::from(staff.permit_anywhere(Act::ApproveOffer).is_ok())))
}

/// `GET /bell`
async fn show(State(ctx): State<Context>, signed: SignedIn) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let mut lines = Vec::new();
    let mut names = Names::default();
    for row in rows(&ctx, &screen.reach, &screen.signed.staff).await? {
        lines.extend(line(&ctx, &screen, &mut names, row).await?);
    }
    let frame = screen.frame(&ctx, "Notifications", Place::Elsewhere, "anywhere").await?;
    let held = match held::waiting(&ctx.store, &screen.reach, screen.now).await?.unsigned_abs() {
        0 => String::new(),
        n => web::words::counted(n, "sender is held back", "senders are held back"),
    };
    web::page(&BellPage { frame, lines, held, press: web::new_press(&ctx) })
}

/// Cases with news, newest first.
pub async fn rows(ctx: &Context, reach: &Reach, staff: &Staff) -> Result<Vec<Row>, StoreError> {
    const SQL: &str = unread!(
        "c.id, c.number, (SELECT u.name FROM customer u WHERE u.id = c.customer_id) AS customer,
         MAX(e.n) AS n, COUNT(*) AS news",
        " GROUP BY c.id, c.number, c.customer_id ORDER BY MAX(e.at_ms) DESC, c.id LIMIT $6"
    );
    let (reader, decides) = reader(staff)?;
    on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(&reach.staff).bind(decides).bind(&reader)
        .bind(CASES_MOST).fetch_all(db).await)
    .doing("reading what is new")
}

/// The last thing that happened on a case whose row was already shown to be theirs.
pub async fn last_of(ctx: &Context, row: &Row) -> Result<Option<StoredEvent>, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND n = $2";
    on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&row.id).bind(row.n).fetch_optional(db)
        .await)
    .doing("reading what is new")
}

async fn line(
    ctx: &Context,
    screen: &Screen,
    names: &mut Names,
    row: Row,
) -> Result<Option<Line>, StoreError> {
    let stored = last_of(ctx, &row).await?;
    let Some(stored) = stored else { return Ok(None) };
    let entry = stored.entry()?;
    let who = names.of(&ctx.store, &entry.actor).await?;
    let whom = names.receiver(&ctx.store, &entry.event).await?;
    let view =
        EntryView::of(screen, &ThreadEntry { entry, who, whom, delivery: None, also: Vec::new() });
    let earlier = u64::try_from(row.news - 1).unwrap_or(0);
    Ok(Some(Line {
        number: CaseNumber(row.number).to_string(),
        customer: row.customer.unwrap_or_default(),
        who: view.who,
        what: view.text.chars().take(WORDS_MOST).collect(),
        when: view.when,
        tone: view.tone,
        more: if earlier == 0 {
            String::new()
        } else {
            words::counted(earlier, "earlier thing", "earlier things")
        },
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    /// The cases read.
    #[serde(default)]
    case: Vec<String>,
}

/// `POST /bell`: notes these cases as read, up to what they are now.
async fn read(State(ctx): State<Context>, form: Form<Read>) -> Result<Redirect, Problem> {
    let numbers = form.value.case.iter().filter_map(|case| case.parse::<CaseNumber>().ok());
    for number in numbers.take(CASES_MOST.unsigned_abs() as usize) {
        see(&ctx, &form.by.staff, number, u64::MAX).await?;
    }
    Ok(Redirect::to("/bell"))
}
