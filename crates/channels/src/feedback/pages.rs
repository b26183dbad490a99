//! The list of what was said in public (A10): read only for now.

use crate::feedback::sql::{self, Which};
use crate::feedback::view::{Line, cursor, read_cursor};
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use store::scope::Reach;
use web::frame::{Place, StaffFrame};
use web::{Problem, Query, SignedIn};

/// Rows of a page.
const ROWS: u32 = 50;

/// What is asked of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ListQuery {
    source: String,
    after: String,
    part: String,
}

struct SourceLink {
    words: String,
    count: String,
    href: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "feedback/list.html")]
struct ListPage {
    frame: StaffFrame,
    sources: Vec<SourceLink>,
    lines: Vec<Line>,
    may_correct: bool,
    shown: String,
    older: String,
    newest: String,
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let mark = if query.is_empty() { '?' } else { '&' };
        let value: String = value
            .bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(b).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        query.push_str(&format!("{mark}{name}={value}"));
    }
    format!("/feedback{query}")
}

/// `GET /feedback`
pub(crate) async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<ListQuery>,
) -> Result<Html<String>, Problem> {
    let nothing = || Problem::missing("nothing_here", "There is nothing at this address.");
    signed.staff.permit_anywhere(Act::ReadFeedback).map_err(|_| nothing())?;
    // A region is taken out of the whole page, so which one was asked for does not matter.
    drop(asked.part);
    let reach = Reach::from(&signed.staff);
    let (at, id) = read_cursor(&asked.after).ok_or_else(nothing)?;
    let before = (at, id.as_str());
    let store = &ctx.store;
    let mut rows = sql::list(store, &reach, Which::Public, &asked.source, before, ROWS + 1).await?;
    let has_more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let (now, zone) = (ctx.now(), crate::form::receipt::zone(&ctx).await?);
    let lines: Vec<Line> = rows.iter().map(|row| Line::of(row, now, &zone)).collect();
    let older = rows.last().filter(|_| has_more).map(|row| {
        query(&[("source", &asked.source), ("after", &cursor(row.said_at_ms, &row.id))])
    });
    let all = SourceLink {
        words: "Everywhere".to_owned(),
        count: String::new(),
        href: "/feedback".to_owned(),
        is_here: asked.source.is_empty(),
    };
    let link = |(source, n): (String, i64)| SourceLink {
        is_here: source == asked.source && !source.is_empty(),
        href: query(&[("source", &source)]),
        words: if source.is_empty() { "Elsewhere".to_owned() } else { source },
        count: web::words::count(n.unsigned_abs()),
    };
    let sources = sql::sources(store, &reach).await?.into_iter().map(link);
    let page = ListPage {
        frame: web::staff_frame(&signed, "Feedback", Place::Feedback),
        sources: std::iter::once(all).chain(sources).collect(),
        may_correct: signed.staff.has(Act::HandleCase),
        shown: format!("{} shown, newest first", lines.len()),
        lines,
        older: older.unwrap_or_default(),
        newest: if asked.after.is_empty() {
            String::new()
        } else {
            query(&[("source", &asked.source)])
        },
    };
    web::page(&page)
}
