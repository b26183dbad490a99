//! A5: making, keeping and moving a promise; L2: the ledger.

use crate::promise::actions::{self, MakePromise};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use casework::promise::rules::ClosedHours;
use desk::dialog::{About, Dialog, Field, FieldKind, choices, colleague};
use desk::screen::{Screen, words_of};
use desk::view::choices::colleagues;
use desk::view::ledger::LedgerLine;
use desk::view::promises::{Band, band_count, kept_on_time, ledger};
use domain::id::PromiseId;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, Query, SignedIn, words};

/// Letters of a promise.
const WORDS_MOST: usize = 500;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/promises", get(show_ledger))
        .route("/cases/{number}/promises/new", get(new_form))
        .route("/cases/{number}/promises", post(make))
        .route("/cases/{number}/promises/{id}/kept", get(kept_form).post(keep))
        .route("/cases/{number}/promises/{id}/date", get(date_form).post(put_off))
}

fn missing() -> Problem {
    Problem::missing("promise_missing", "There is no such promise on this case.")
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct New {
    words: String,
    keeper: String,
    due: String,
    hidden: Option<String>,
    closed_hours: Option<String>,
}

async fn new_dialog(ctx: &Context, about: &About, typed: &New) -> Result<Dialog, Problem> {
    let people = colleagues(&ctx.store, &about.screen.signed.staff).await?;
    let ticks = vec![
        ("hidden".to_owned(), "Keep it off the customer’s page".to_owned(), typed.hidden.is_some()),
        (
            "closed_hours".to_owned(),
            "It is meant to fall into closed hours".to_owned(),
            typed.closed_hours.is_some(),
        ),
    ];
    let hint = "A day and an hour. The customer reads it, and it cannot be moved in silence.";
    Ok(Dialog {
        title: "What will we do, and by when?".to_owned(),
        intro: String::new(),
        fields: vec![
            Field::new("words", "We will…", FieldKind::Line(typed.words.clone()))
                .hint("For example: call you with the result"),
            Field::new("keeper", "Who keeps it", FieldKind::Pick(choices(&people, &typed.keeper))),
            Field::new("due", "By", FieldKind::Moment(typed.due.clone())).hint(hint),
            Field::new("ticks", "Also", FieldKind::Ticks(ticks)),
        ],
        submit: "Make the promise",
        path: "promises".to_owned(),
        letter: None,
    })
}

/// `GET /cases/{number}/promises/new`
async fn new_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let keeper = about.screen.signed.staff.id.to_string();
    let due = about.typed(about.end_of_day());
    let typed = New { keeper, due, ..New::default() };
    let dialog = new_dialog(&ctx, &about, &typed).await?;
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/promises`
async fn make(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<New>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let dialog = new_dialog(&ctx, &about, typed).await?;
    let say = "Say in a few words what we will do.";
    let Ok(words) = words_of("words", &typed.words, WORDS_MOST, say) else {
        return about.put_right(&ctx, dialog, "words", say).await;
    };
    let Some(due_at) = about.moment(&typed.due) else {
        return about.put_right(&ctx, dialog, "due", "Choose a day and an hour.").await;
    };
    let Ok(keeper) = colleague(&typed.keeper) else {
        return about.put_right(&ctx, dialog, "keeper", "Choose a colleague.").await;
    };
    let promise = MakePromise {
        words,
        keeper,
        due_at,
        visible: typed.hidden.is_none(),
        closed_hours: closed_hours(typed.closed_hours.as_deref()),
    };
    let staff = &about.screen.signed.staff;
    let done = actions::make(&ctx, staff, about.view.case.number, promise, &form.press).await;
    about.answer(&ctx, done, dialog, promise_field).await
}

fn closed_hours(ticked: Option<&str>) -> ClosedHours {
    if ticked.is_some() { ClosedHours::Confirmed } else { ClosedHours::Refused }
}

fn promise_field(code: &str) -> &'static str {
    if code.contains("keeper") { "keeper" } else { "due" }
}

fn owed<'a>(about: &'a About, id: &str) -> Result<&'a domain::promise::Promise, Problem> {
    let id: Option<PromiseId> = id.parse().ok();
    about.view.case.promises.iter().find(|p| Some(p.id) == id).ok_or_else(missing)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    done: String,
}

fn kept_dialog(promise: &domain::promise::Promise, typed: &Kept) -> Dialog {
    Dialog {
        title: format!("Kept: we will {}", promise.words),
        intro: "The customer reads what was done.".to_owned(),
        fields: vec![Field::new("done", "What was done", FieldKind::Area(typed.done.clone()))],
        submit: "Mark it as kept and tell them",
        path: format!("promises/{}/kept", promise.id),
        letter: None,
    }
}

/// `GET /cases/{number}/promises/{id}/kept`
async fn kept_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let dialog = kept_dialog(owed(&about, &id)?, &Kept::default());
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/promises/{id}/kept`
async fn keep(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Kept>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let promise = owed(&about, &id)?;
    let dialog = kept_dialog(promise, &form.value);
    let say = "Write in one line what was done.";
    let Ok(done) = words_of("done", &form.value.done, WORDS_MOST, say) else {
        return about.put_right(&ctx, dialog, "done", say).await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let kept = actions::keep(&ctx, staff, number, promise.id, done, &form.press).await;
    about.answer(&ctx, kept, dialog, |_| "done").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewDate {
    due: String,
    told: String,
    closed_hours: Option<String>,
}

fn date_dialog(promise: &domain::promise::Promise, typed: &NewDate) -> Dialog {
    let ticks = vec![(
        "closed_hours".to_owned(),
        "It is meant to fall into closed hours".to_owned(),
        typed.closed_hours.is_some(),
    )];
    let told = FieldKind::Area(typed.told.clone());
    Dialog {
        title: format!("A new date for: we will {}", promise.words),
        intro: "A promise cannot be moved in silence: they get your sentence now.".to_owned(),
        fields: vec![
            Field::new("due", "By", FieldKind::Moment(typed.due.clone())),
            Field::new("told", "What they will read", told)
                .hint("Why it takes longer, and what happens instead."),
            Field::new("ticks", "Also", FieldKind::Ticks(ticks)),
        ],
        submit: "Set the new date and tell them",
        path: format!("promises/{}/date", promise.id),
        letter: None,
    }
}

/// `GET /cases/{number}/promises/{id}/date`
async fn date_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let due = about.typed(about.end_of_day());
    let dialog = date_dialog(owed(&about, &id)?, &NewDate { due, ..NewDate::default() });
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/promises/{id}/date`
async fn put_off(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<NewDate>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let promise = owed(&about, &id)?;
    let dialog = date_dialog(promise, &form.value);
    let Some(due_at) = about.moment(&form.value.due) else {
        return about.put_right(&ctx, dialog, "due", "Choose a day and an hour.").await;
    };
    let say = "Write the sentence that they will read.";
    let Ok(told) = words_of("told", &form.value.told, 2_000, say) else {
        return about.put_right(&ctx, dialog, "told", say).await;
    };
    let hours = closed_hours(form.value.closed_hours.as_deref());
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done =
        actions::put_off(&ctx, staff, number, promise.id, due_at, hours, &told, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "due").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LedgerQuery {
    band: String,
    after: Option<String>,
    part: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "promise/ledger.html")]
struct LedgerPage {
    frame: StaffFrame,
    says: String,
    tabs: Vec<Tab>,
    empty: &'static str,
    lines: Vec<LedgerLine>,
    older: String,
    newest: String,
    shown: String,
}

/// A band of the ledger, with how many promises it holds.
struct Tab {
    word: &'static str,
    name: &'static str,
    count: String,
    here: bool,
}

/// Bands in the order of their tabs, and what an empty one says.
const BANDS: [(&str, &str, &str); 5] = [
    ("broken", "Broken", "No promise is broken."),
    ("hour", "Next hour", "Nothing we promised is due within the hour."),
    ("today", "Today", "Nothing else we promised is due today."),
    ("later", "Later", "Nothing is promised for later days."),
    ("kept", "Kept today", "No promise was kept yet today."),
];

/// A tab counts up to here.
const COUNT_MOST: u64 = 1_000;

/// `GET /promises`
async fn show_ledger(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<LedgerQuery>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    drop(query.part);
    let mut tabs = Vec::with_capacity(BANDS.len());
    let mut fullest = "";
    for (word, name, _) in BANDS {
        let most = COUNT_MOST.cast_signed() + 1;
        let n = band_count(&ctx, &screen.reach, band_of(&screen, word)?, most).await?;
        // Without a wish the first band with something in it: what breaks first.
        if fullest.is_empty() && n > 0 && word != "kept" {
            fullest = word;
        }
        let n = n.unsigned_abs();
        let count = if n == 0 { String::new() } else { words::count_up_to(n, COUNT_MOST) };
        tabs.push(Tab { word, name, count, here: false });
    }
    let band = match (query.band.as_str(), fullest) {
        ("", "") => "today",
        ("", fullest) => fullest,
        (asked, _) => asked,
    };
    tabs.iter_mut().for_each(|tab| tab.here = tab.word == band);
    let after = query.after.as_deref().and_then(|cursor| {
        let (at, id) = cursor.split_once('-')?;
        Some((at.parse().ok()?, id.to_owned()))
    });
    let page = ledger(&ctx, &screen.reach, band_of(&screen, band)?, after.as_ref()).await?;
    let (kept, late, broken) = kept_on_time(&ctx, &screen.reach, 30).await?;
    let lines: Vec<LedgerLine> =
        page.lines.iter().map(|line| LedgerLine::of(&screen, line)).collect();
    let older = page.next.map(|(at, id)| format!("/promises?band={band}&after={at}-{id}"));
    web::page(&LedgerPage {
        frame: screen.frame(&ctx, "Promises", Place::Promises, "list").await?,
        says: on_time_words(kept, late, broken),
        empty: BANDS.iter().find(|known| known.0 == band).map_or("", |known| known.2),
        tabs,
        shown: words::counted(lines.len() as u64, "promise", "promises"),
        lines,
        older: older.unwrap_or_default(),
        newest: if after.is_some() { format!("/promises?band={band}") } else { String::new() },
    })
}

fn band_of(screen: &Screen, band: &str) -> Result<Band, Problem> {
    let now = screen.now;
    let day = now.to_zoned(screen.zone.clone());
    let midnight = day.tomorrow().and_then(|day| day.start_of_day());
    let midnight = midnight.map_or(now + SignedDuration::from_hours(24), |at| at.timestamp());
    let morning = day.start_of_day().map_or(now, |at| at.timestamp());
    let hour = now + SignedDuration::from_hours(1);
    Ok(match band {
        "broken" => Band::Broken,
        "hour" => Band::Due { from: Timestamp::MIN, until: hour },
        "today" => Band::Due { from: hour, until: midnight.max(hour) },
        "later" => Band::Due { from: midnight.max(hour), until: Timestamp::MAX },
        "kept" => Band::Kept { from: morning, until: midnight },
        _ => return Err(Problem::missing("band_missing", "There is no such list of promises.")),
    })
}

/// The first figure of the company. No per cent under 30 promises: it would pretend.
fn on_time_words(kept: i64, late: i64, broken: i64) -> String {
    let all = kept + late + broken;
    if all < 30 {
        return format!("In 30 days: {kept} kept on time, {late} kept late, {broken} broken.");
    }
    let share = kept as f64 * 100.0 / all as f64;
    format!("Kept on time in 30 days: {share:.1} % of {all} ({late} late, {broken} broken).")
}
