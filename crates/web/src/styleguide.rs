//! `/styleguide`: every component with made-up people, in practice mode only.
//!
//! It is the living contract of the components: rooms copy their markup from its template, and the
//! tests and the accessibility check read it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use speech::Say;

use crate::{
    frame::{
        CustomerFrame, Density, Face, Meter, Place, PlainFrame, Presence, StaffFrame, Strip, Theme,
        Toast, Tone, Undo,
    },
    icons,
    time_words::{DueClock, Moment, due_clock, moment},
};

/// Thursday 19 November 2026, 14:08 in Oslo: where practice stands still.
pub const PRACTICE_NOW: Timestamp = Timestamp::constant(1_795_093_680, 0);

/// Which page of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Parts of staff pages, each by itself.
    Parts,
    /// A queue with its peek pane.
    Queue,
    /// A case with thread, composer and panel.
    Case,
    /// Today.
    Today,
    /// Signing in.
    SignIn,
    /// The first page of a customer.
    Start,
    /// A customer's form with something to put right.
    Form,
    /// A customer's confirmation.
    Confirmation,
    /// A customer's case page.
    Progress,
}

impl Sheet {
    /// All of them, with the name in their address.
    pub const ALL: [(&'static str, Sheet); 9] = [
        ("parts", Sheet::Parts),
        ("queue", Sheet::Queue),
        ("case", Sheet::Case),
        ("today", Sheet::Today),
        ("sign-in", Sheet::SignIn),
        ("start", Sheet::Start),
        ("form", Sheet::Form),
        ("confirmation", Sheet::Confirmation),
        ("progress", Sheet::Progress),
    ];
}

/// How one wants to see the guide: `?theme=dark&direction=rtl&density=compact`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    theme: String,
    direction: String,
    density: String,
}

/// `/styleguide/…`. Mounted in practice mode only; it stands still at the practice moment.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/styleguide", get(|| async { Redirect::to("/styleguide/parts") }))
        .route("/styleguide/{sheet}", get(show))
}

/// `GET /styleguide/{sheet}`
async fn show(Path(name): Path<String>, Query(wish): Query<Wish>) -> Response {
    let Some((_, sheet)) = Sheet::ALL.into_iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut frame = practice_frame();
    match wish.theme.as_str() {
        "dark" => frame.theme = Theme::Dark,
        "light" => frame.theme = Theme::Light,
        _ => {}
    }
    if wish.direction == "rtl" {
        frame.direction = "rtl";
    }
    if wish.density == "compact" {
        frame.density = Density::Compact;
    }
    match page(sheet, frame) {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// One page of the guide as HTML; `frame` says how this person likes pages. Clocks count from
/// [`PRACTICE_NOW`].
///
/// # Errors
/// If a template fails to render, which none of them can.
pub fn page(sheet: Sheet, frame: StaffFrame) -> askama::Result<String> {
    let guide = Guide::new(sheet, frame, PRACTICE_NOW);
    match sheet {
        Sheet::Parts => PartsSheet { guide: &guide, frame: &guide.frame }.render(),
        Sheet::Queue => QueueSheet { guide: &guide, frame: &guide.frame }.render(),
        Sheet::Case => CaseSheet { guide: &guide, frame: &guide.frame }.render(),
        Sheet::Today => TodaySheet { guide: &guide, frame: &guide.frame }.render(),
        Sheet::SignIn => SignInSheet { frame: PlainFrame::new("Sign in") }.render(),
        Sheet::Start | Sheet::Form | Sheet::Confirmation | Sheet::Progress => {
            CustomerSheet { sheet, frame: guide.customer_frame(sheet) }.render()
        }
    }
}

/// A frame as an agent in practice mode would see it.
pub fn practice_frame() -> StaffFrame {
    StaffFrame {
        staff_name: "Jo Lind".to_owned(),
        csrf: "practice".to_owned(),
        places: Place::GROUPS.iter().copied().flatten().copied().collect(),
        counts: vec![(Place::Queue, 118), (Place::Promises, 9), (Place::Feedback, 14)],
        bell: 3,
        meter: Some(Meter { value: 12, words: "Calm, 12".to_owned(), tone: Tone::Plain }),
        here_now: vec![
            Face { name: "Maya Berg".to_owned(), presence: Presence::Looking },
            Face { name: "Priya Nair".to_owned(), presence: Presence::Replying },
        ],
        strips: vec![Strip {
            tone: Tone::Promise,
            words: "Practice: nothing leaves this program.".to_owned(),
            link: Some(("/styleguide/parts".to_owned(), "Look at the parts".to_owned())),
        }],
        events_url: String::new(),
        practice_now: Some(PRACTICE_NOW),
        ..StaffFrame::new("Style guide", Place::Elsewhere)
    }
}

/// Made-up rows, clocks and faces the sheets share.
struct Guide {
    frame: StaffFrame,
    rows: Vec<Row>,
    over: DueClock,
    warn: DueClock,
    plain: DueClock,
    sent: Moment,
    icons: Vec<&'static str>,
}

/// A row of the made-up queue.
struct Row {
    id: &'static str,
    who: &'static str,
    channel: (&'static str, &'static str),
    subject: &'static str,
    words: &'static str,
    strong: &'static str,
    why: &'static str,
    mine: bool,
    owner: Option<Face>,
    unread: bool,
    due: DueClock,
}

impl Guide {
    fn new(sheet: Sheet, frame: StaffFrame, now: Timestamp) -> Guide {
        let oslo = TimeZone::get("Europe/Oslo").unwrap_or(TimeZone::UTC);
        let clock = |left_minutes: i64, gone_minutes: i64| {
            let at = |minutes| now + jiff::SignedDuration::from_mins(minutes);
            due_clock(now, at(left_minutes), at(-gone_minutes), &oslo)
        };
        let (title, place, scope) = match sheet {
            Sheet::Queue => ("Queue – mine", Place::Queue, "list"),
            Sheet::Case => ("Amara Okafor, R-10482", Place::Queue, "case"),
            Sheet::Today => ("Today", Place::Today, "list"),
            _ => ("Style guide", Place::Elsewhere, "anywhere"),
        };
        let toast = (sheet == Sheet::Parts).then(|| Toast {
            id: "practice".to_owned(),
            words: "Snoozed Amara's case until tomorrow 09:00".to_owned(),
            undo: Some(Undo { action: "/undo/1".to_owned(), seconds: 15 }),
        });
        Guide {
            frame: StaffFrame { title: title.to_owned(), place, scope, toast, ..frame },
            rows: rows(&clock),
            over: clock(-27 * 60, 3000),
            warn: clock(22, 200),
            plain: clock(300, 10),
            sent: moment(now, now - jiff::SignedDuration::from_mins(17), &oslo),
            icons: icons::names().collect(),
        }
    }

    fn customer_frame(&self, sheet: Sheet) -> CustomerFrame {
        let title = match sheet {
            Sheet::Start => "Tell us what went wrong",
            Sheet::Form => "What would make it right?",
            Sheet::Confirmation => "We have it",
            _ => "Your problem",
        };
        CustomerFrame {
            has_errors: sheet == Sheet::Form,
            another_way: "Call 020 1234 (8–20) or write to Nordlys, Box 12, Oslo.".to_owned(),
            back: (sheet == Sheet::Form).then(|| "/complain/1".to_owned()),
            foot_links: vec![
                ("/how-we-did".to_owned(), "How we treat you".to_owned()),
                ("/privacy".to_owned(), "My data".to_owned()),
            ],
            ..CustomerFrame::new(title, "Nordlys Heating").spoken(Say::default(), "/styleguide")
        }
    }
}

fn rows(clock: &dyn Fn(i64, i64) -> DueClock) -> Vec<Row> {
    let mut rows = late_rows(clock);
    rows.extend(calm_rows(clock));
    rows
}

fn row(id: &'static str, who: &'static str, due: DueClock) -> Row {
    Row {
        id,
        who,
        channel: ("mail", "e-mail"),
        subject: "",
        words: "",
        strong: "",
        why: "",
        mine: false,
        owner: None,
        unread: false,
        due,
    }
}

fn late_rows(clock: &dyn Fn(i64, i64) -> DueClock) -> Vec<Row> {
    vec![
        Row {
            subject: "Still no engineer",
            words: "You said Tuesday. It is Thursday and nobody has called.",
            strong: "promise broken yesterday",
            why: "second contact · cut off (no heating)",
            mine: true,
            unread: true,
            ..row("R-10482", "Amara Okafor", clock(22, 200))
        },
        Row {
            channel: ("review", "1 star on Google"),
            subject: "Charged twice",
            words: "Twice the amount in October and no answer to my letters",
            strong: "public, seen by about 12,000",
            why: "money taken twice · waiting 3 h",
            owner: Some(Face { name: "Maya Berg".to_owned(), presence: Presence::Replying }),
            unread: true,
            ..row("R-10479", "J. Weiss", clock(-40, 300))
        },
    ]
}

fn calm_rows(clock: &dyn Fn(i64, i64) -> DueClock) -> Vec<Row> {
    vec![
        Row {
            channel: ("call", "call"),
            subject: "Wrong size, twice",
            words: "Second parcel, same size",
            why: "likely I-57 Courier swap (41 cases)",
            ..row("R-10475", "Li Na", clock(190, 600))
        },
        Row {
            subject: "Refund question",
            words: "When can I expect the money back?",
            why: "waiting 2 h",
            ..row("R-10470", "Sofia Rossi", clock(310, 120))
        },
        Row {
            channel: ("chat", "chat"),
            subject: "Invoice address with a very long subject that has to be cut somewhere",
            words: "It still says the old street",
            why: "transferred 3 times · reopened by customer",
            owner: Some(Face { name: "Priya Nair".to_owned(), presence: Presence::Looking }),
            ..row("R-10466", "Bartholomew Featherstonehaugh-Cholmondeley", clock(420, 100))
        },
    ]
}

#[derive(Template)]
#[template(path = "frame/styleguide.html")]
struct PartsSheet<'a> {
    guide: &'a Guide,
    frame: &'a StaffFrame,
}

#[derive(Template)]
#[template(path = "frame/styleguide_queue.html")]
struct QueueSheet<'a> {
    guide: &'a Guide,
    frame: &'a StaffFrame,
}

#[derive(Template)]
#[template(path = "frame/styleguide_case.html")]
struct CaseSheet<'a> {
    guide: &'a Guide,
    frame: &'a StaffFrame,
}

#[derive(Template)]
#[template(path = "frame/styleguide_today.html")]
struct TodaySheet<'a> {
    guide: &'a Guide,
    frame: &'a StaffFrame,
}

#[derive(Template)]
#[template(path = "frame/styleguide_sign_in.html")]
struct SignInSheet {
    frame: PlainFrame,
}

#[derive(Template)]
#[template(path = "frame/styleguide_customer.html")]
struct CustomerSheet {
    sheet: Sheet,
    frame: CustomerFrame,
}

#[cfg(test)]
mod tests;
