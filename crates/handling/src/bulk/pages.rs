//! How far a change to many cases is, and what became of each of them.

use crate::bulk::actions::{bulk_change, in_words, undo};
use crate::bulk::rules::Outcome;
use crate::bulk::sql::{self, BulkChange, BulkRow};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use casework::view::recent::UNDOABLE;
use desk::api::Nothing;
use desk::screen::Screen;
use desk::view::list::CameFrom;
use domain::id::CaseNumber;
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, Query, SignedIn, words};

/// Cases of one page.
const ROWS: u32 = 50;

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/bulk-changes/{id}", get(show))
        .route("/bulk-changes/{id}/undo", post(undo_all))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowQuery {
    show: Option<String>,
    after: Option<i64>,
    /// Which region the page asks for again; the whole page holds it.
    #[serde(rename = "part")]
    _part: Option<String>,
}

struct Line {
    number: CaseNumber,
    customer: String,
    became: &'static str,
    tone: &'static str,
    why: String,
}

impl From<BulkRow> for Line {
    fn from(row: BulkRow) -> Line {
        let (became, tone) = match Outcome::from_word(&row.outcome) {
            Some(Outcome::Changed) => ("Changed", "ok"),
            Some(Outcome::Same) => ("So already", ""),
            Some(Outcome::Refused) => ("Left as it is", "warn"),
            None => ("Waits", ""),
        };
        let (number, customer) = (CaseNumber(row.number), row.customer);
        Line { number, customer, became, tone, why: row.why }
    }
}

#[derive(askama::Template)]
#[template(path = "bulk/show.html")]
struct ShowPage {
    frame: StaffFrame,
    id: String,
    title: String,
    lede: String,
    progress: String,
    done: i64,
    most: i64,
    is_running: bool,
    may_undo: bool,
    /// Address and words of the change before or after this one; empty when there is none.
    link: (String, &'static str),
    back: String,
    /// Address, name, how many, here.
    tabs: Vec<(String, &'static str, String, bool)>,
    lines: Vec<Line>,
    empty: &'static str,
    range: String,
    newest: String,
    older: String,
    press: String,
}

fn count(n: i64) -> String {
    words::count(n.unsigned_abs())
}

fn progress(change: &BulkChange) -> String {
    let (done, total) = (count(change.done()), count(change.total));
    match change.state.as_str() {
        "running" => format!("{done} of {total} done"),
        "stopped" => format!("Stopped after {done} of {total}"),
        _ => format!("All {total} done"),
    }
}

/// Says what the numbers mean: "1,200 changed · 30 so already · 4 left as they are".
fn lede(change: &BulkChange) -> String {
    let parts = [
        (change.changed, "changed"),
        (change.same, "so already"),
        (change.refused, "left as they are, each with its reason"),
    ];
    let told = parts.iter().filter(|(n, _)| *n > 0);
    let told: Vec<String> = told.map(|(n, words)| format!("{} {words}", count(*n))).collect();
    if told.is_empty() { "Nothing is changed yet.".to_owned() } else { told.join(" · ") }
}

fn tabs(change: &BulkChange, here: Option<Outcome>) -> Vec<(String, &'static str, String, bool)> {
    let id = &change.id;
    let mut tabs =
        vec![(format!("/bulk-changes/{id}"), "All", count(change.total), here.is_none())];
    for outcome in Outcome::ALL {
        let (name, n) = match outcome {
            Outcome::Refused => ("Left as they are", change.refused),
            Outcome::Same => ("So already", change.same),
            Outcome::Changed => ("Changed", change.changed),
        };
        if n > 0 || here == Some(outcome) {
            let href = format!("/bulk-changes/{id}?show={}", outcome.as_str());
            tabs.push((href, name, count(n), here == Some(outcome)));
        }
    }
    tabs
}

/// `GET /bulk-changes/{id}`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    list: CameFrom,
    Path(id): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let change = bulk_change(&ctx, &screen.signed.staff, &id).await.map_err(|_| missing())?;
    let here = query.show.as_deref().map(|word| {
        let says = "There is no such part of it.";
        Outcome::from_word(word)
            .ok_or_else(|| Problem::bad_request("query_unreadable", says).at("/show", says))
    });
    let here = here.transpose()?;
    let after = query.after.unwrap_or(0);
    let mut rows = sql::rows(&ctx.store, &screen.reach, &id, here, after, ROWS + 1)
        .await
        .map_err(Problem::ours)?;
    let has_more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let first = tabs(&change, here).into_iter().find(|tab| tab.3).map(|tab| tab.0);
    let first = first.unwrap_or_default();
    let join = if here.is_some() { '&' } else { '?' };
    let older = rows.last().filter(|_| has_more);
    let older = older.map(|row| format!("{first}{join}after={}", row.place)).unwrap_or_default();
    let made_at = Timestamp::from_millisecond(change.made_at_ms).unwrap_or(screen.now);
    let link = match (&change.undoes, &change.undone_by) {
        (Some(earlier), _) => (format!("/bulk-changes/{earlier}"), "What was taken back"),
        (_, Some(later)) => (format!("/bulk-changes/{later}"), "How it was taken back"),
        _ => (String::new(), ""),
    };
    let has_done = change.is_running() || change.changed > 0;
    let title = in_words(&change);
    let mut frame = screen.frame(&ctx, title.clone(), Place::Queue, "anywhere").await?;
    // The page itself has the button.
    frame.toast = frame.toast.filter(|toast| toast.id != change.id);
    web::page(&ShowPage {
        frame,
        title,
        lede: lede(&change),
        progress: progress(&change),
        done: change.done(),
        most: change.total.max(1),
        is_running: change.is_running(),
        may_undo: link.0.is_empty() && has_done && made_at > screen.now - UNDOABLE,
        link,
        back: list.0.map_or_else(|| "/q/mine".to_owned(), |list| list.href()),
        tabs: tabs(&change, here),
        lines: rows.into_iter().map(Line::from).collect(),
        empty: "None of the cases stands here.",
        range: String::new(),
        newest: if after > 0 { first } else { String::new() },
        older,
        press: web::new_press(&ctx),
        id,
    })
}

fn missing() -> Problem {
    let says = "There is no such change among yours. What became of each case is kept for 30 days \
        here, and for good in the record of the case.";
    Problem::missing("bulk_change_missing", says)
}

/// `POST /bulk-changes/{id}/undo`
async fn undo_all(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let back = undo(&ctx, &form.by.staff, &id, &form.press).await?;
    Ok(Redirect::to(&format!("/bulk-changes/{}", back.id)))
}
