//! `/insight/themes`: what people talk about.

use crate::page::{Errors, frame, show};
use crate::theme::actions::themes;
use crate::theme::rules::Told;
use crate::theme::sql::TEXTS;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::channel::Kind;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Problem, Query, SignedIn, new_press, words};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/insight/themes", get(list))
}

struct Line {
    name: String,
    /// "12 customers in 15 texts".
    counts: String,
    /// Length of its bar, of 100.
    bar: usize,
    terms: String,
    /// The address of the case, its number, how it begins.
    typical: Vec<(String, String, String)>,
    /// What a topic made of it is called and looks for.
    topic_name: String,
    topic_words: String,
    /// A press of its own: each theme may become a topic.
    press: String,
}

#[derive(askama::Template)]
#[template(path = "theme/list.html")]
struct ListPage {
    frame: StaffFrame,
    /// Address, words, whether it is the one shown.
    tabs: Vec<(String, &'static str, bool)>,
    summary: String,
    lines: Vec<Line>,
    may_make: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    kind: String,
}

/// What may be looked at: the word of the kind, and what people read.
const TABS: [(&str, &str); 5] = [
    ("", "Everything"),
    ("complaint", "Complaints"),
    ("question", "Questions"),
    ("idea", "Ideas"),
    ("praise", "Praise"),
];

/// `GET /insight/themes`
async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let kind = Kind::from_word(&asked.kind).map_or("", |kind| kind.as_str());
    let found = themes(&ctx, &signed.staff, kind).await?;
    let most = found.themes.iter().map(|theme| theme.customers).max().unwrap_or(1);
    let tab = |(word, says): (&str, &'static str)| {
        let query = if word.is_empty() { String::new() } else { format!("?kind={word}") };
        (format!("/insight/themes{query}"), says, word == kind)
    };
    let errors = Errors::default();
    let page = ListPage {
        frame: frame(&signed, "What people talk about", &errors),
        tabs: TABS.into_iter().map(tab).collect(),
        summary: summary(found.texts),
        lines: found.themes.into_iter().map(|theme| line(&ctx, theme, most)).collect(),
        may_make: signed.staff.has(Act::KeepLists),
    };
    show(&page, &errors)
}

fn summary(texts: usize) -> String {
    let said = words::counted(texts as u64, "text", "texts");
    let newest = if texts >= TEXTS as usize { "the newest " } else { "" };
    format!("Found in {newest}{said} of the last 90 days that you may see.")
}

fn line(ctx: &Context, theme: Told, most: usize) -> Line {
    let customers = words::counted(theme.customers as u64, "customer", "customers");
    let texts = words::counted(theme.texts as u64, "text", "texts");
    let terms: Vec<&str> = theme.terms.iter().map(|(word, _)| word.as_str()).collect();
    let address = |case: Option<i64>| case.map(|n| format!("/cases/R-{n}")).unwrap_or_default();
    let number = |case: Option<i64>, own| {
        case.map_or_else(|| format!("F-{own}"), |number| format!("R-{number}"))
    };
    Line {
        counts: format!("{customers} in {texts}"),
        bar: (theme.customers * 100).div_ceil(most.max(1)),
        terms: terms.join(", "),
        typical: theme
            .typical
            .into_iter()
            .map(|said| (address(said.case), number(said.case, said.number), said.text))
            .collect(),
        topic_name: capital(theme.name.split(", ").next().unwrap_or_default()),
        topic_words: theme.words.join("\n"),
        name: capital(&theme.name),
        press: new_press(ctx),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).take(60).collect()
}
