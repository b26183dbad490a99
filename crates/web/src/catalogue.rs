//! `/problems` and `/problems/CODE`: what each problem means and what to do, as public pages.
//!
//! They are written from `docs/problems.md`, so that the page a program's problem names and the
//! documentation cannot say two things.

use crate::frame::PlainFrame;
use crate::{Problem, page};
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use store::Context;

const TEXT: &str = include_str!("../../../docs/problems.md");

/// The addresses of the catalogue.
pub fn router() -> Router<Context> {
    Router::new().route("/problems", get(list)).route("/problems/{code}", get(one))
}

/// A stretch of text; code stands in its own letters.
struct Piece {
    is_code: bool,
    text: &'static str,
}

/// One problem as the documentation describes it.
struct Entry {
    code: &'static str,
    status: &'static str,
    meaning: Vec<Piece>,
    to_do: Vec<Piece>,
}

/// Problems that belong together.
struct Section {
    heading: &'static str,
    entries: Vec<Entry>,
}

#[derive(askama::Template)]
#[template(path = "frame/problems.html")]
struct ListPage {
    frame: PlainFrame,
    sections: Vec<Section>,
}

#[derive(askama::Template)]
#[template(path = "frame/problem_code.html")]
struct EntryPage {
    frame: PlainFrame,
    entries: Vec<(&'static str, Entry)>,
    code: &'static str,
}

/// `GET /problems`
async fn list() -> Result<Html<String>, Problem> {
    page(&ListPage { frame: PlainFrame::new("Problems"), sections: sections() })
}

/// `GET /problems/{code}`
async fn one(Path(code): Path<String>) -> Result<Html<String>, Problem> {
    let found = sections().into_iter().flat_map(|section| {
        let heading = section.heading;
        section.entries.into_iter().map(move |entry| (heading, entry))
    });
    let entries: Vec<_> = found.filter(|(_, entry)| entry.code == code).collect();
    let Some((_, first)) = entries.first() else {
        return Err(Problem::missing("nothing_here", "There is nothing at this address."));
    };
    let code = first.code;
    page(&EntryPage { frame: PlainFrame::new(format!("Problem: {code}")), entries, code })
}

/// The tables of the documentation: per section its rows of code, status, meaning, what to do.
fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in TEXT.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push(Section { heading, entries: Vec::new() });
        } else if let (Some(entry), Some(section)) = (entry(line), sections.last_mut()) {
            section.entries.push(entry);
        }
    }
    sections.retain(|section| !section.entries.is_empty());
    sections
}

fn entry(line: &'static str) -> Option<Entry> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let mut cells = row.split('|').map(str::trim);
    let code = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    let (status, meaning, to_do) = (cells.next()?, cells.next()?, cells.next()?);
    Some(Entry { code, status, meaning: pieces(meaning), to_do: pieces(to_do) })
}

/// What stands between backticks is code.
fn pieces(text: &'static str) -> Vec<Piece> {
    text.split('`')
        .enumerate()
        .map(|(place, text)| Piece { is_code: place % 2 == 1, text })
        .filter(|piece| !piece.text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_documentation_is_an_entry_that_says_what_to_do() {
        let rows = TEXT.lines().filter(|line| line.starts_with("| `")).count();
        let entries: Vec<Entry> = sections().into_iter().flat_map(|s| s.entries).collect();
        assert!(rows > 50 && entries.len() == rows, "{rows} rows, {} entries", entries.len());
        for entry in &entries {
            let is_status = |word: &str| word.trim().parse::<u16>().is_ok_and(|n| n >= 400);
            assert!(entry.status.split(',').all(is_status), "{}: {}", entry.code, entry.status);
            assert!(!entry.meaning.is_empty() && !entry.to_do.is_empty(), "{}", entry.code);
        }
    }

    #[test]
    fn code_in_a_sentence_stands_apart() {
        let pieces = pieces("Send `X: 1` again.");
        let shown: Vec<_> = pieces.iter().map(|piece| (piece.is_code, piece.text)).collect();
        assert_eq!(shown, [(false, "Send "), (true, "X: 1"), (false, " again.")]);
    }
}
