//! Who looks at a page for customers, as far as we know: which language they asked for, and which
//! their browser does.
//!
//! A language that was asked for stands in the address, `?lang=de`, and is carried on through the
//! links and forms of the same visit; nothing is kept of it by looking. Without it a page follows
//! the customer's language where we know it, then the browser, then English.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use speech::{Language, Say};
use std::cmp::Reverse;
use std::convert::Infallible;

/// The name in the address.
const NAME: &str = "lang";
/// Languages of a browser that are looked at.
const LISTED_MOST: usize = 20;

/// The languages of somebody who looks at a page for customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    asked: Option<Language>,
    browser: Option<Language>,
}

impl Visitor {
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Visitor {
        let query = uri.query().unwrap_or("");
        let asked = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == NAME)
            .and_then(|(_, code)| Language::of(&code));
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Visitor { asked, browser: wanted.and_then(wanted_first) }
    }

    /// The language they asked for in the address.
    pub fn asked(&self) -> Option<Language> {
        self.asked
    }

    /// The language they chose or are known by, as far as we speak it. `known` are codes of the
    /// customer's language, the first one first; empty where we know none.
    pub fn language(&self, known: &[&str]) -> Option<Language> {
        let known = || Language::first_of(known.iter().copied());
        self.asked.or_else(known).or(self.browser)
    }

    /// Our words for them: in that language, else in English.
    pub fn say(&self, known: &[&str]) -> Say {
        self.language(known).unwrap_or_default().say()
    }

    /// An address of ours that keeps to the language they asked for.
    pub fn to(&self, address: &str) -> String {
        match self.asked {
            Some(language) => in_language(address, language),
            None => address.to_owned(),
        }
    }

    /// Sends them on, in the language they asked for.
    pub fn go_to(&self, address: &str) -> Response {
        Redirect::to(&self.to(address)).into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Infallible> {
        Ok(Visitor::of(&parts.uri, &parts.headers))
    }
}

/// The language we speak that a browser wants most: `de-CH, de;q=0.9, en;q=0.5`.
fn wanted_first(header: &str) -> Option<Language> {
    let mut wanted: Vec<(u16, Language)> = header
        .split(',')
        .take(LISTED_MOST)
        .filter_map(|one| {
            let mut parts = one.split(';');
            let language = Language::of(parts.next().unwrap_or("").trim())?;
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok())?;
            // The clamp bounds it, and what is not a number becomes 0.
            Some(((weight.clamp(0.0, 1.0) * 1_000.0) as u16, language))
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    wanted.sort_by_key(|(weight, _)| Reverse(*weight));
    wanted.first().map(|(_, language)| *language)
}

/// An address of ours with a language in place of the one it may name.
pub(crate) fn in_language(address: &str, language: Language) -> String {
    let (address, place) = match address.split_once('#') {
        Some((address, place)) => (address, format!("#{place}")),
        None => (address, String::new()),
    };
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let names_it = |pair: &&str| !pair.is_empty() && !pair.starts_with("lang=");
    let mut pairs: Vec<&str> = query.split('&').filter(names_it).collect();
    let lang = format!("{NAME}={}", language.code());
    pairs.push(&lang);
    format!("{path}?{}{place}", pairs.join("&"))
}

/// Whether customers, not staff, look at pages under this path.
pub(crate) fn is_customers(path: &str) -> bool {
    path == "/start"
        || path == "/complain"
        || ["/c/", "/complain/"].iter().any(|part| path.starts_with(part))
}

/// Whether a pair of a query only says in which language a page is shown.
pub(crate) fn is_language(name: &str) -> bool {
    name == NAME
}

/// Says in the headers which language an answer is in, and on what that depended.
pub(crate) fn mark(answer: &mut Response, language: Language) {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    let vary = "cookie, authorization, hx-request, accept, accept-language";
    headers.insert(header::VARY, HeaderValue::from_static(vary));
}

/// Writes a page for customers, with its language in the headers.
///
/// # Errors
/// A fault of ours when the template fails.
pub fn page_in(template: &impl askama::Template, say: Say) -> Result<Response, Problem> {
    let html = template.render().map(Html).map_err(Problem::ours)?;
    let mut answer = html.into_response();
    mark(&mut answer, say.language);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(uri: &str, wanted: &str) -> Visitor {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(wanted).unwrap());
        Visitor::of(&uri.parse().unwrap(), &headers)
    }

    fn code(visitor: Visitor, known: &[&str]) -> &'static str {
        visitor.say(known).language.code()
    }

    #[test]
    fn a_page_follows_what_was_asked_for_then_the_customer_then_the_browser_then_english() {
        assert_eq!(code(visitor("/c/1?lang=fr", "nl"), &["de"]), "fr");
        assert_eq!(code(visitor("/c/1", "nl"), &["de"]), "de");
        assert_eq!(code(visitor("/c/1", "nl"), &["", "pl"]), "nl");
        assert_eq!(code(visitor("/c/1?lang=tlh", "pl, ja;q=0.9"), &[]), "en");
    }

    #[test]
    fn a_browser_says_what_it_wants_most() {
        let wants = |header| wanted_first(header).map(Language::code);
        assert_eq!(wants("pl, en;q=0.5, de-CH;q=0.8"), Some("de"));
        assert_eq!(wants("de;q=0, it;q=0.1"), Some("it"));
        assert_eq!(wants("de;q=NaN, nl;q=x"), None);
        assert_eq!(wants("*"), None);
    }

    #[test]
    fn the_language_is_carried_on_and_takes_the_place_of_another() {
        let visitor = visitor("/start?lang=de", "en");
        assert_eq!(visitor.to("/complain"), "/complain?lang=de");
        assert_eq!(
            visitor.to("/c/1/solved?answer=no&lang=fr#x"),
            "/c/1/solved?answer=no&lang=de#x"
        );
        assert_eq!(Visitor::default().to("/complain"), "/complain");
    }

    #[test]
    fn pages_of_staff_are_not_customers_pages() {
        for path in ["/start", "/complain", "/complain/1/wish", "/c/1"] {
            assert!(is_customers(path), "{path}");
        }
        for path in ["/", "/cases/R-1", "/customers", "/complaints"] {
            assert!(!is_customers(path), "{path}");
        }
    }
}
