//! The list that somebody works through: what stands beside a case, and what `j` and `k` follow.
//!
//! Looking at a page of the queue makes it the list, in a cookie of the browser: nothing of ours
//! changes, and it holds without scripts and over whatever is done on a case.

use crate::screen::Screen;
use crate::view::filter::FilterText;
use crate::view::filter_pages::address;
use crate::view::filtered::filtered;
use crate::view::pages::{lane_of, title_of, view_of};
use crate::view::queue::{self, QueuePage, QueuePlace, QueueRow, View};
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use domain::case::Case;
use domain::id::CaseNumber;
use std::convert::Infallible;
use store::{Context, StoreError};
use web::session::cookie;

const COOKIE: &str = "list";
const AFTER: &str = "after";

/// A page of the queue: its view, its filter, and the place it begins behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    word: String,
    filter: FilterText,
    after: Option<QueuePlace>,
}

/// The list that the browser says it came from.
pub(crate) struct CameFrom(pub Option<List>);

impl<S: Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<CameFrom, Infallible> {
        Ok(CameFrom(cookie(&parts.headers, COOKIE).and_then(|text| List::read(&text))))
    }
}

/// Cases that stand beside an open one.
pub(crate) struct ListBeside {
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
        List { word: word.to_owned(), filter: filter.clone(), after: after.cloned() }
    }

    /// Reads what [`List::cookie`] wrote; a word that is no view makes it nothing.
    fn read(text: &str) -> Option<List> {
        let (word, query) = text.split_once('?').unwrap_or((text, ""));
        title_of(word).ok()?;
        let mut after = None;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if name == AFTER {
                after = QueuePlace::read(&value);
            }
        }
        Some(List { word: word.to_owned(), filter: FilterText::of_query(query), after })
    }

    /// Where it stands.
    pub fn href(&self) -> String {
        let here = address(&self.word, &self.filter.query());
        let Some(after) = &self.after else { return here };
        let join = if here.contains('?') { '&' } else { '?' };
        format!("{here}{join}{AFTER}={after}")
    }

    /// The header that makes it the list of this browser.
    pub fn cookie(&self, ctx: &Context) -> HeaderValue {
        let secure = if ctx.base_url.starts_with("https://") { "; Secure" } else { "" };
        let text = self.href();
        let value = text.strip_prefix("/q/").unwrap_or(&text);
        let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    async fn page(&self, ctx: &Context, screen: &Screen) -> Result<Option<QueuePage>, StoreError> {
        // What was a word of the filter when the list was looked at may be none now.
        let Ok(filter) = self.filter.read(screen.signed.staff.id) else { return Ok(None) };
        let Ok(view) = view_of(&self.word) else { return Ok(None) };
        let lane = lane_of(screen, &self.word);
        let page = filtered(ctx, &screen.reach, lane, view, &filter, self.after.as_ref()).await?;
        Ok(Some(page))
    }
}

impl ListBeside {
    /// The list one came from; where there is none, the one that the case belongs to.
    pub async fn of(ctx: &Context, screen: &Screen, case: &Case) -> Result<ListBeside, StoreError> {
        if let Some(list) = &screen.list
            && let Some(page) = list.page(ctx, screen).await?
            && !page.rows.is_empty()
        {
            let next = match &page.next {
                Some(place) if page.rows.last().is_some_and(|row| row.case.id == case.id) => {
                    let behind = List { after: Some(place.clone()), ..list.clone() };
                    let behind = behind.page(ctx, screen).await?;
                    behind.and_then(|page| page.rows.first().map(|row| row.case.number))
                }
                _ => None,
            };
            let title = title_of(&list.word).unwrap_or_default();
            return Ok(ListBeside { title, href: list.href(), rows: page.rows, next });
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
    fn what_is_no_view_is_no_list() {
        assert_eq!(List::read("somewhere?kind=idea"), None);
        assert_eq!(List::read(""), None);
        let odd = List::read("team?kind=idea&colour=red").unwrap();
        assert_eq!(odd.href(), "/q/team?kind=idea");
    }
}
