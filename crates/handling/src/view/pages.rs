//! Screens that list: the queue (A2), undo.

use crate::view::filter_pages::{Chip, chips};
use crate::view::saved::{SavedView, saved_views};
use crate::view::undo::{self, Undone};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use casework::view::recent;
use desk::api::Nothing;
use desk::screen::Screen;
use desk::view::filter::FilterText;
use desk::view::filtered::{Counted, count_filtered, filtered};
use desk::view::list::{CameFrom, List};
use desk::view::list::{TABS, address, lane_of, title_of, view_of};
use desk::view::queue::{self, Lane, QueuePlace, QueueRow, View};
use desk::view::row::RowView;
use domain::case::Case;
use domain::id::CaseNumber;
use domain::permit::Act;
use jiff::SignedDuration;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, Query, SignedIn, words};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/q", get(|| async { Redirect::to("/q/mine") }))
        .route("/q/{view}", get(show_queue))
        .route("/me/undo", post(undo_last))
        .route("/me/actions", get(recent_page))
}

/// Tabs of views that somebody keeps; the others stand under "My views".
const KEPT_MOST: usize = 6;

/// A saved view's tab.
#[derive(Clone)]
struct Tab {
    href: String,
    name: String,
    here: bool,
    action: &'static str,
    count: Option<String>,
}

const ACTIONS: [&str; 8] =
    ["view-1", "view-2", "view-3", "view-4", "view-5", "view-6", "view-7", "view-8"];

/// What an empty view says: why it is empty, what stands here otherwise, where to go.
type Empty = (&'static str, &'static str, Option<(&'static str, &'static str)>);

#[derive(askama::Template)]
#[template(path = "view/queue.html")]
struct QueuePage {
    frame: StaffFrame,
    title: &'static str,
    tabs: Vec<Tab>,
    groups: Vec<(&'static str, Vec<RowView>)>,
    says: String,
    pager: String,
    older: String,
    newest: String,
    back: String,
    press: String,
    empty: Empty,
    /// The parts of the filter; none when there is no filter.
    chips: Vec<Chip>,
    filter: String,
    keeping: String,
    /// The address that counts every case that fits; empty when that is known.
    count_all: String,
    /// The whole list as a change to many cases names it, and how many it holds; empty where it all
    /// stands on this page.
    whole: (String, String),
    may_handle: bool,
    may_open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueQuery {
    after: Option<String>,
    /// Which region the page asks for again; the whole page holds it.
    part: Option<String>,
    /// Rows before this page, for "51–100"; only shown, never trusted.
    from: Option<u32>,
    /// `all`: count every case that fits, however many there are.
    count: Option<String>,
    kind: Option<String>,
    channel: Option<String>,
    team: Option<String>,
    owner: Option<String>,
    severity: Option<String>,
    stage: Option<String>,
    label: Option<String>,
    topic: Option<String>,
    waiting: Option<String>,
}

impl QueueQuery {
    fn filter(&mut self) -> FilterText {
        let take = |part: &mut Option<String>| part.take().unwrap_or_default();
        FilterText {
            kind: take(&mut self.kind),
            channel: take(&mut self.channel),
            team: take(&mut self.team),
            owner: take(&mut self.owner),
            severity: take(&mut self.severity),
            stage: take(&mut self.stage),
            label: take(&mut self.label),
            topic: take(&mut self.topic),
            waiting: take(&mut self.waiting),
        }
    }
}

/// Whether an address says what it asks for in the shortest way: a form sends empty fields.
fn is_short(asked: Option<&str>) -> bool {
    !asked.unwrap_or_default().split('&').any(|part| part.ends_with('='))
}

/// `GET /q/{view}`
async fn show_queue(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(word): Path<String>,
    RawQuery(asked): RawQuery,
    Query(mut query): Query<QueueQuery>,
) -> Result<Response, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let (title, view) = (title_of(&word)?, view_of(&word)?);
    let text = query.filter();
    let here = address(&word, &text.query());
    if !is_short(asked.as_deref()) {
        return Ok(Redirect::to(&here).into_response());
    }
    let filter = text.read(screen.signed.staff.id)?;
    let after = query.after.as_deref().map(|cursor| {
        QueuePlace::read(cursor).ok_or_else(|| {
            Problem::bad_request("cursor_unreadable", "Go back to the first page of the queue.")
        })
    });
    let (lane, after) = (lane_of(&screen, &word), after.transpose()?);
    let page = filtered(&ctx, &screen.reach, lane, view, &filter, after.as_ref()).await?;
    let list = List::new(&word, &text, after.as_ref());
    let from = query.from.unwrap_or(0).min(10_000_000);
    let shown = u32::try_from(page.rows.len()).unwrap_or(0);
    let tabs = tabs(&ctx, &screen, &word, &text).await?;
    let (total, count_all) = if filter.is_empty() {
        (tabs.iter().find(|tab| tab.here).and_then(|tab| tab.count.clone()), false)
    } else {
        let all = query.count.as_deref() == Some("all");
        let counted = count_filtered(&ctx, &screen.reach, lane, view, &filter, all).await?;
        (Some(total_words(counted)), counted.more)
    };
    let join = if text.is_empty() { '?' } else { '&' };
    let older = page.next.map(|next| format!("{here}{join}after={next}&from={}", from + shown));
    let groups = groups(&screen, &page.rows);
    let html = web::page(&QueuePage {
        frame: screen.frame(&ctx, format!("Queue – {title}"), Place::Queue, "list").await?,
        title,
        says: says(&word, view),
        chips: chips(&ctx, &screen, &word, &text).await?,
        filter: address(&format!("{word}/filter"), &text.query()),
        keeping: address(&format!("{word}/keeping"), &text.query()),
        count_all: if count_all { format!("{here}{join}count=all") } else { String::new() },
        pager: pager_words(from, shown, total.as_deref()),
        newest: if from > 0 || after.is_some() { here.clone() } else { String::new() },
        empty: if text.is_empty() { empty(&word) } else { none_fit(older.is_some()) },
        whole: match older.is_some() || from > 0 || after.is_some() {
            true => (list_name(&word, &text), total.unwrap_or_default()),
            false => (String::new(), String::new()),
        },
        older: older.unwrap_or_default(),
        groups,
        back: here,
        press: web::new_press(&ctx),
        may_handle: screen.may(Act::HandleCase),
        may_open: screen.may(Act::OpenCase),
        tabs,
    })?;
    let mut answer = html.into_response();
    // What a page asks for again by itself is not somebody who looks at another list.
    if query.part.is_none() {
        answer.headers_mut().append(header::SET_COOKIE, list.cookie(&ctx));
    }
    Ok(answer)
}

/// A view with its filter in one word: `team?kind=complaint`.
fn list_name(word: &str, text: &FilterText) -> String {
    let here = address(word, &text.query());
    here.strip_prefix("/q/").unwrap_or(&here).to_owned()
}

fn total_words(counted: Counted) -> String {
    let n = words::count(counted.n);
    if counted.more { format!("{n} or more") } else { n }
}

/// What a filter that nothing fits says; `more` when there are cases not looked at yet.
fn none_fit(more: bool) -> Empty {
    match more {
        true => ("None of these cases fits.", "There are more to look through.", None),
        false => ("No case fits this filter.", "Take a part of it off.", None),
    }
}

/// The house's views, then those one keeps oneself: the first of them has a key.
async fn tabs(
    ctx: &Context,
    screen: &Screen,
    here: &str,
    text: &FilterText,
) -> Result<Vec<Tab>, Problem> {
    let staff = &screen.signed.staff;
    let kept = kept_tabs(ctx, screen, &address(here, &text.query())).await?;
    let own = queue::counters(ctx, staff, Lane::Owner(staff.id)).await?;
    let all = queue::counters(ctx, staff, lane_of(screen, "team")).await?;
    let tab = |(place, (word, name, view)): (usize, &(&str, &str, View))| {
        let is_own = matches!(lane_of(screen, word), Lane::Owner(_));
        let counts = if is_own { &own } else { &all };
        let count = counts.get(view.as_str()).copied().unwrap_or(0).unsigned_abs();
        Tab {
            href: format!("/q/{word}"),
            name: (*name).to_owned(),
            here: *word == here && !kept.iter().any(|tab| tab.here),
            action: ACTIONS[place],
            count: (count > 0 && *view != View::Closed).then(|| words::count(count)),
        }
    };
    Ok(TABS.iter().enumerate().map(tab).chain(kept.iter().map(Tab::clone)).collect())
}

/// Views of the queue that somebody keeps.
async fn kept_tabs(ctx: &Context, screen: &Screen, here: &str) -> Result<Vec<Tab>, Problem> {
    let views = saved_views(ctx, screen.signed.staff.id).await.map_err(Problem::ours)?;
    let of_queue = views.into_iter().filter(|view| view.queue().is_some()).take(KEPT_MOST);
    let tab = |(place, view): (usize, SavedView)| {
        let href = view.href();
        let action = if place == 0 { "view-9" } else { "" };
        Tab { here: href == here, href, name: view.name, action, count: None }
    };
    Ok(of_queue.enumerate().map(tab).collect())
}

fn says(word: &str, view: View) -> String {
    let whose = match word {
        "mine" => "yours",
        "snoozed" => "yours, put aside",
        _ => "all you can see",
    };
    let order = match view {
        View::Closed | View::Ideas => "longest waiting first",
        _ => "sorted by what breaks first",
    };
    format!("Showing {whose} · {order}")
}

fn pager_words(from: u32, shown: u32, total: Option<&str>) -> String {
    let (first, last) = (u64::from(from) + 1, u64::from(from) + u64::from(shown));
    let range = format!("{}–{}", words::count(first), words::count(last));
    match total {
        Some(total) => format!("{range} of {total}"),
        None => range,
    }
}

/// Rows under headings: what is over, due within hours, later.
fn groups(screen: &Screen, rows: &[QueueRow]) -> Vec<(&'static str, Vec<RowView>)> {
    let mut groups: Vec<(&'static str, Vec<RowView>)> = Vec::new();
    for row in rows {
        let name = group_of(screen, &row.case);
        let view = RowView::of(screen, row);
        match groups.last_mut() {
            Some((last, views)) if *last == name => views.push(view),
            _ => groups.push((name, vec![view])),
        }
    }
    groups
}

fn group_of(screen: &Screen, case: &Case) -> &'static str {
    if case.has_broken_promise() {
        return "Promises broken";
    }
    let Some(due) = case.next_due() else { return "No date" };
    let today = screen.now.to_zoned(screen.zone.clone()).date();
    let day = due.to_zoned(screen.zone.clone()).date();
    if due < screen.now {
        "Over"
    } else if due < screen.now + SignedDuration::from_hours(1) {
        "Due within the hour"
    } else if day == today {
        "Due later today"
    } else {
        "Due on later days"
    }
}

fn empty(word: &str) -> Empty {
    match word {
        "mine" => (
            "All clear. Nothing waits for you.",
            "Cases that you take or that are given to you stand here.",
            Some(("/q/team", "Take one from the team")),
        ),
        "promises" => (
            "No promise is open here.",
            "Cases with a promise that we still owe stand here.",
            Some(("/promises", "Look at the ledger of promises")),
        ),
        "reopened" => (
            "Nothing came back.",
            "Cases of which the customer said that it is not solved stand here.",
            Some(("/q/mine", "Look at yours")),
        ),
        "closed" => (
            "Nothing is closed yet.",
            "A case closes when the customer says that it is solved.",
            Some(("/q/mine", "Look at yours")),
        ),
        "public" => (
            "Nothing public waits.",
            "Posts and reviews stand under Feedback.",
            Some(("/feedback", "Look at public feedback")),
        ),
        "snoozed" => ("Nothing is put aside.", "Snoozed cases wait here until their time.", None),
        "ideas" => ("No ideas yet.", "Wishes and ideas stand here, apart from complaints.", None),
        _ => ("All clear.", "Nobody is waiting here.", Some(("/q/mine", "Look at yours"))),
    }
}

/// A path on this site, or `other`: nobody is sent elsewhere by a form.
pub(crate) fn local(path: &str, other: &str) -> String {
    let strange = path.contains(['\\', '\n', '\r']) || path.starts_with("//");
    if path.starts_with('/') && !strange { path.to_owned() } else { other.to_owned() }
}

/// `POST /me/undo`: takes back the last own action.
async fn undo_last(
    State(ctx): State<Context>,
    list: CameFrom,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let done_last = recent::recent_actions(&ctx, form.by.staff.id).await.map_err(Problem::ours)?;
    let stays = done_last.iter().find(|action| action.undone == 0).is_some_and(|a| a.is_of_list());
    let done = undo::undo_last(&ctx, &form.by.staff, &form.press).await?;
    // To open the case would be to read it.
    let to = match (done, list.0) {
        (Undone::Bulk(back), _) if back.is_running() || back.refused > 0 => {
            format!("/bulk-changes/{}", back.id)
        }
        (_, Some(list)) if stays => list.href(),
        (_, None) if stays => "/q/mine".to_owned(),
        (Undone::Case(done), _) => format!("/cases/{}", done.number),
        (Undone::Bulk(back), _) => format!("/bulk-changes/{}", back.id),
    };
    Ok(Redirect::to(&to))
}

struct RecentView {
    href: String,
    /// The case's number, or how one calls a change to many.
    name: String,
    says: String,
    when: web::time_words::Moment,
    undone: bool,
}

#[derive(askama::Template)]
#[template(path = "view/recent.html")]
struct RecentPage {
    frame: StaffFrame,
    actions: Vec<RecentView>,
    press: String,
}

/// `GET /me/actions`
async fn recent_page(
    State(ctx): State<Context>,
    signed: SignedIn,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let actions = recent::recent_actions(&ctx, screen.signed.staff.id).await?;
    let view = |action: recent::RecentAction| {
        let at = jiff::Timestamp::from_millisecond(action.at_ms).unwrap_or(screen.now);
        let number = CaseNumber(action.number);
        let (href, name) = match action.is_bulk() {
            true => (format!("/bulk-changes/{}", action.id), "Many cases".to_owned()),
            false => (format!("/cases/{number}"), number.to_string()),
        };
        RecentView {
            href,
            name,
            when: screen.moment(at),
            undone: action.undone != 0,
            says: action.says,
        }
    };
    let actions = actions.into_iter().map(view).collect();
    let frame = screen.frame(&ctx, "Recent actions", Place::Elsewhere, "anywhere").await?;
    web::page(&RecentPage { frame, actions, press: web::new_press(&ctx) })
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_form_sends_nobody_elsewhere() {
        assert_eq!(local("/q/team?after=1-2", "/"), "/q/team?after=1-2");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "", "q"] {
            assert_eq!(local(elsewhere, "/q/mine"), "/q/mine", "{elsewhere}");
        }
    }
}
