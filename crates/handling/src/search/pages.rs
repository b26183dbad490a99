//! A12: search.

use crate::view::saved_pages::{ViewLine, lines};
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::screen::Screen;
use desk::search::read::search;
use desk::view::list::List;
use desk::view::row::RowView;
use domain::id::CaseNumber;
use domain::label::LabelKind;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Problem, Query, SignedIn, words};

/// Letters of a search line.
const LINE_MOST: usize = 500;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/search", get(show))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SearchQuery {
    q: String,
    after: Option<String>,
    part: Option<String>,
}

struct FoundView {
    row: RowView,
    place: &'static str,
    sentence: String,
}

#[derive(askama::Template)]
#[template(path = "search/show.html")]
struct SearchPage {
    frame: StaffFrame,
    q: String,
    found: Vec<FoundView>,
    nowhere: String,
    loosened: bool,
    shown: String,
    older: String,
    newest: String,
    /// Searches of theirs that they kept.
    kept: Vec<ViewLine>,
    chips: Vec<(String, &'static str)>,
}

/// `GET /search`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    // The palette looks things up by the way: what one works through stays as it was.
    let is_palette = query.part.is_some();
    let q: String = query.q.trim().chars().take(LINE_MOST).collect();
    // A case's number opens the case: nobody wants a list of one.
    if let Ok(number) = q.parse::<CaseNumber>()
        && q.starts_with(['R', 'r'])
    {
        return Ok(Redirect::to(&format!("/cases/{number}")).into_response());
    }
    let page = search(&ctx, &screen.reach, &q, query.after.as_deref()).await?;
    let found: Vec<FoundView> = page
        .found
        .into_iter()
        .map(|found| FoundView {
            row: RowView::of(&screen, &found.row),
            place: place_words(&found.kind),
            sentence: found.sentence,
        })
        .collect();
    let asked: String = encoded(&q);
    let older = page.next.map(|next| format!("/search?q={asked}&after={}", encoded(&next)));
    let mut frame = screen.frame(&ctx, "Search", Place::Elsewhere, "list").await?;
    frame.search.clone_from(&q);
    let is_list = !found.is_empty() && !is_palette;
    let list = is_list.then(|| List::found(&q, query.after.as_deref()).cookie(&ctx));
    let html: Html<String> = web::page(&SearchPage {
        frame,
        shown: words::counted(found.len() as u64, "case", "cases"),
        nowhere: page.nowhere.join(", "),
        loosened: page.loosened,
        older: older.unwrap_or_default(),
        newest: if query.after.is_some() { format!("/search?q={asked}") } else { String::new() },
        found,
        q,
        kept: lines(&ctx, &screen).await?,
        chips: chips(&screen),
    })?;
    let mut answer = html.into_response();
    if let Some(cookie) = list {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// Labels and causes that a search is offered to be narrowed by.
const LABELS_MOST: usize = 4;

/// What a search may be narrowed by, and what it means.
fn chips(screen: &Screen) -> Vec<(String, &'static str)> {
    let always = [
        ("is:open", "open ones"),
        ("is:closed", "closed ones"),
        ("promise:broken", "with a broken promise"),
        ("reach:>50k", "seen by more than 50,000"),
        ("before:2026-01-01", "opened before a day"),
    ];
    let labels = screen.labels.iter().filter(|label| !label.ended).take(LABELS_MOST);
    let labels = labels.map(|label| {
        let name = label.name.replace('"', "");
        let what = match label.kind {
            LabelKind::Cause => "with this cause",
            LabelKind::Label => "with this label",
        };
        (format!("{}:\"{name}\"", label.kind.as_str()), what)
    });
    always.iter().map(|(chip, what)| ((*chip).to_owned(), *what)).chain(labels).collect()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn place_words(kind: &str) -> &'static str {
    match kind {
        "subject" => "in the subject",
        "note" => "in a private note",
        "person" => "a person",
        "answer" => "in an answer of ours",
        "message" => "in a message",
        _ => "",
    }
}
