//! The list that somebody works through: what stands beside a case, and what `j` and `k` follow.
//!
//! Looking at a page of the queue or of a search makes it the list, in a cookie of the browser:
//! nothing of ours changes, and it holds without scripts and over whatever is done on a case.

use crate::screen::Screen;
use crate::search::read::search;
use crate::view::filter::FilterText;
use crate::view::filtered::filtered;
use crate::view::queue::{self, Lane, QueuePlace, QueueRow, View};
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use domain::case::Case;
use domain::id::CaseNumber;
use domain::permit::Scope;
use std::convert::Infallible;
use store::{Context, StoreError};
use web::Problem;
use web::session::cookie;

const COOKIE: &str = "list";
const AFTER: &str = "after";
const SEARCH: &str = "search";

/// A page of the queue or of what a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// Of the queue.
    Queue(Box<Queued>),
    /// Of a search.
    Search(Searched),
}

/// A page of the queue: its view, its filter, and the place it begins behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    word: String,
    filter: FilterText,
    after: Option<QueuePlace>,
}

/// A page of what was found: the line, and the place it begins behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    line: String,
    after: Option<String>,
}

/// The list that the browser says it came from.
pub struct CameFrom(pub Option<List>);

impl<S: Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<CameFrom, Infallible> {
        Ok(CameFrom(cookie(&parts.headers, COOKIE).and_then(|text| List::read(&text))))
    }
}

/// Cases that stand beside an open one.
pub struct ListBeside {
    /// What the list is called.
    pub title: &'static str,
    /// Where it stands.
    pub href: String,
    /// Its rows.
    pub rows: Vec<QueueRow>,
    /// The first case of the page behind it, when the open one is the last here.
    next: Option<CaseNumber>,
}

impl List {
    /// The page of the view `word` with a filter behind `after`.
    pub fn new(word: &str, filter: &FilterText, after: Option<&QueuePlace>) -> List {
        let (word, filter) = (word.to_owned(), filter.clone());
        List::Queue(Box::new(Queued { word, filter, after: after.cloned() }))
    }

    /// What the search `line` found behind `after`.
    pub fn found(line: &str, after: Option<&str>) -> List {
        List::Search(Searched { line: line.to_owned(), after: after.map(str::to_owned) })
    }

    /// Reads what [`List::cookie`] wrote; a word that is no view makes it nothing.
    fn read(text: &str) -> Option<List> {
        let (word, query) = text.split_once('?').unwrap_or((text, ""));
        let value = |wanted: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        if word == SEARCH {
            return Some(List::Search(Searched { line: value("q")?, after: value(AFTER) }));
        }
        title_of(word).ok()?;
        let after = value(AFTER).and_then(|value| QueuePlace::read(&value));
        let filter = FilterText::of_query(query);
        Some(List::Queue(Box::new(Queued { word: word.to_owned(), filter, after })))
    }

    /// What it is called.
    fn title(&self) -> &'static str {
        match self {
            List::Queue(queued) => title_of(&queued.word).unwrap_or_default(),
            List::Search(_) => "Search",
        }
    }

    /// Where it stands.
    pub fn href(&self) -> String {
        let (here, after) = match self {
            List::Queue(queued) => {
                let here = address(&queued.word, &queued.filter.query());
                (here, queued.after.as_ref().map(ToString::to_string))
            }
            List::Search(searched) => {
                (format!("/{SEARCH}?q={}", encoded(&searched.line)), searched.after.clone())
            }
        };
        let Some(after) = after else { return here };
        let join = if here.contains('?') { '&' } else { '?' };
        format!("{here}{join}{AFTER}={}", encoded(&after))
    }

    /// The header that makes it the list of this browser.
    pub fn cookie(&self, ctx: &Context) -> HeaderValue {
        let secure = if ctx.base_url.starts_with("https://") { "; Secure" } else { "" };
        let text = self.href();
        let value = text.strip_prefix("/q/").unwrap_or(text.trim_start_matches('/'));
        let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    /// Its rows, and the page behind it.
    async fn page(&self, ctx: &Context, screen: &Screen) -> Result<Option<Page>, StoreError> {
        let queued = match self {
            List::Search(Searched { line, after }) => {
                let page = search(ctx, &screen.reach, line, after.as_deref()).await?;
                let behind = page.next.map(|next| List::found(line, Some(&next)));
                let rows = page.found.into_iter().map(|found| found.row).collect();
                return Ok(Some(Page { rows, behind }));
            }
            List::Queue(queued) => queued,
        };
        // What was a word of the filter when the list was looked at may be none now.
        let Ok(filter) = queued.filter.read(screen.signed.staff.id) else { return Ok(None) };
        let Ok(view) = view_of(&queued.word) else { return Ok(None) };
        let (lane, after) = (lane_of(screen, &queued.word), queued.after.as_ref());
        let page = filtered(ctx, &screen.reach, lane, view, &filter, after).await?;
        let behind = page.next.map(|next| List::new(&queued.word, &queued.filter, Some(&next)));
        Ok(Some(Page { rows: page.rows, behind }))
    }
}

/// One page of a list, and the one behind it.
struct Page {
    rows: Vec<QueueRow>,
    behind: Option<List>,
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl ListBeside {
    /// The list one came from; where there is none, the one that the case belongs to.
    pub async fn of(ctx: &Context, screen: &Screen, case: &Case) -> Result<ListBeside, StoreError> {
        if let Some(list) = &screen.list
            && let Some(page) = list.page(ctx, screen).await?
            && !page.rows.is_empty()
        {
            let next = match &page.behind {
                Some(behind) if page.rows.last().is_some_and(|row| row.case.id == case.id) => {
                    let behind = behind.page(ctx, screen).await?;
                    behind.and_then(|page| page.rows.first().map(|row| row.case.number))
                }
                _ => None,
            };
            return Ok(ListBeside {
                title: list.title(),
                href: list.href(),
                rows: page.rows,
                next,
            });
        }
        let is_mine = case.owner == Some(screen.signed.staff.id);
        let (word, title) = if is_mine { ("mine", "Mine") } else { ("team", "Team") };
        let lane = lane_of(screen, word);
        let page = queue::queue(ctx, &screen.reach, lane, View::Open, None).await?;
        Ok(ListBeside { title, href: format!("/q/{word}"), rows: page.rows, next: None })
    }

    /// The cases before and behind this one; the first of the list where it is none of them.
    pub fn neighbours(&self, here: CaseNumber) -> (Option<CaseNumber>, Option<CaseNumber>) {
        let number = |row: &QueueRow| row.case.number;
        let Some(at) = self.rows.iter().position(|row| row.case.number == here) else {
            return (None, self.rows.first().map(number));
        };
        let before = at.checked_sub(1).and_then(|at| self.rows.get(at)).map(number);
        (before, self.rows.get(at + 1).map(number).or(self.next))
    }

    /// The case to go on with when this one is done: the one behind it, else the first other one.
    pub fn onward(&self, here: CaseNumber) -> Option<CaseNumber> {
        let others = self.rows.iter().map(|row| row.case.number);
        self.neighbours(here).1.or_else(|| others.into_iter().find(|number| *number != here))
    }
}

/// Views in the order of their tabs: word in the address, name, which rows.
pub const TABS: [(&str, &str, View); 8] = [
    ("mine", "Mine", View::Open),
    ("team", "Team", View::Open),
    ("promises", "Promises", View::Promises),
    ("public", "Public", View::Public),
    ("reopened", "Reopened", View::Reopened),
    ("snoozed", "Snoozed", View::Snoozed),
    ("ideas", "Ideas", View::Ideas),
    ("closed", "Closed", View::Closed),
];

fn no_such_view() -> Problem {
    Problem::missing("view_missing", "There is no such view.")
}

/// The name of a view as its tab shows it.
pub fn title_of(word: &str) -> Result<&'static str, Problem> {
    TABS.iter().find(|tab| tab.0 == word).map(|tab| tab.1).ok_or_else(no_such_view)
}

/// The rows that a view shows.
pub fn view_of(word: &str) -> Result<View, Problem> {
    TABS.iter().find(|tab| tab.0 == word).map(|tab| tab.2).ok_or_else(no_such_view)
}

/// Whose cases a view shows: one's own, or all that one may see.
pub fn lane_of(screen: &Screen, word: &str) -> Lane {
    let staff = &screen.signed.staff;
    match (word, staff.scope, staff.teams.as_slice(), staff.units.as_slice()) {
        ("mine" | "snoozed", ..) | (_, Scope::Own, ..) => Lane::Owner(staff.id),
        (_, Scope::Team, [team], _) => Lane::Team(*team),
        (_, Scope::Unit, _, [unit]) => Lane::Unit(*unit),
        _ => Lane::All,
    }
}

/// The address of a view with a query that may be empty.
pub fn address(word: &str, query: &str) -> String {
    if query.is_empty() { format!("/q/{word}") } else { format!("/q/{word}?{query}") }
}

/// The forms about one case that a list opens for its rows, by the action's name.
pub const ROW_FORMS: &str = "assign=assignment/new transfer=transfers/new \
    resolve=resolution/new priority=reading label=labels";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back_as_it_was_looked_at() {
        let filter = FilterText {
            kind: "idea".to_owned(),
            label: "0190c3a4-7b1c-7d6e-8f00-1234567890ab".to_owned(),
            ..FilterText::default()
        };
        let cursor = "-12-0190c3a4-7b1c-7d6e-8f00-1234567890ab";
        for after in [None, QueuePlace::read(cursor)] {
            let list = List::new("team", &filter, after.as_ref());
            let text = list.href();
            assert_eq!(List::read(text.strip_prefix("/q/").unwrap()), Some(list));
        }
        assert_eq!(List::new("mine", &FilterText::default(), None).href(), "/q/mine");
    }

    #[test]
    fn a_search_is_read_back_with_its_words_and_its_page() {
        for after in [None, Some("w4711"), Some("open.-12-x")] {
            let list = List::found("label:\"Call back\" émeute & card", after);
            let text = list.href();
            assert_eq!(List::read(text.trim_start_matches('/')), Some(list));
        }
        assert_eq!(List::read("search?after=1"), None);
    }

    #[test]
    fn what_is_no_view_is_no_list() {
        assert_eq!(List::read("somewhere?kind=idea"), None);
        assert_eq!(List::read(""), None);
        let odd = List::read("team?kind=idea&colour=red").unwrap();
        assert_eq!(odd.href(), "/q/team?kind=idea");
    }
}
