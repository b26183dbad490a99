//! What was corrected, for leads; and "not right" beside feedback, for whoever handles it.

use crate::correction::actions::{self, Right};
use crate::correction::rules::Label;
use crate::correction::sql;
use crate::correction::view::{CorrectionBody, MistakenBody, after, drift};
use crate::model::view::{ModelView, models};
use crate::page::{Errors, frame, go, share, show};
use crate::refused::LearnError;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::permit::Act;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Context;
use store::scope::Reach;
use web::frame::StaffFrame;
use web::time_words::{Moment, moment};
use web::{Form, Path, Problem, Query, SignedIn, new_press};

/// Rows of a page.
const ROWS: u32 = 50;

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/insight/readings", get(list))
        .route("/feedback/{id}/reading", get(form).post(correct))
}

struct Line {
    row: CorrectionBody,
    sure: String,
    at: Moment,
}

struct WeekLine {
    week: String,
    read: i64,
    shares: [String; 3],
}

#[derive(askama::Template)]
#[template(path = "correction/list.html")]
struct ListPage {
    frame: StaffFrame,
    press: String,
    models: Vec<ModelView>,
    weeks: Vec<WeekLine>,
    mistaken: Vec<MistakenBody>,
    lines: Vec<Line>,
    words: String,
    newest: String,
    older: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    after: Option<String>,
}

/// `GET /insight/readings`
async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::Learn).map_err(LearnError::from)?;
    let (reach, now) = (Reach::from(&signed.staff), ctx.now());
    let from = after(asked.after.as_deref()).ok_or_else(|| Problem::from(LearnError::Missing))?;
    let mut rows = sql::list(&ctx.store, &reach, &from, ROWS + 1).await.map_err(Problem::ours)?;
    let has_more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let zone = TimeZone::get(&signed.preferences.zone).unwrap_or(TimeZone::UTC);
    let line = |row: CorrectionBody| Line {
        sure: format!("{:.0} % sure", row.was_sure * 100.0),
        at: moment(now, Timestamp::from_millisecond(row.at_ms).unwrap_or(now), &zone),
        row,
    };
    let lines: Vec<Line> = rows.into_iter().map(|row| line(row.into())).collect();
    let older = lines.last().filter(|_| has_more).map(|last| &last.row.cursor);
    let drift = drift(&ctx.store, &reach, now).await.map_err(Problem::ours)?;
    let week = |week: &crate::correction::view::WeekBody| WeekLine {
        week: week.week.clone(),
        read: week.read,
        shares: [week.kind, week.severity, week.feeling].map(|n| share(n, week.read)),
    };
    let errors = Errors::default();
    let page = ListPage {
        frame: frame(&signed, "Readings", &errors),
        press: new_press(&ctx),
        models: models(&ctx.store, now, &zone).await.map_err(Problem::ours)?,
        weeks: drift.weeks.iter().rev().map(week).collect(),
        mistaken: drift.mistaken,
        words: "Newest first".to_owned(),
        newest: asked.after.map(|_| "/insight/readings".to_owned()).unwrap_or_default(),
        older: older.map(|cursor| format!("/insight/readings?after={cursor}")).unwrap_or_default(),
        lines,
    };
    show(&page, &errors)
}

/// One thing that was read, with what may be said of it: value, words, chosen.
struct Choice {
    id: &'static str,
    label: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
}

#[derive(askama::Template)]
#[template(path = "correction/form.html")]
struct FormPage {
    frame: StaffFrame,
    press: String,
    errors: Errors,
    id: String,
    choices: Vec<Choice>,
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Corrected {
    kind: Option<String>,
    severity: Option<String>,
    feeling: Option<String>,
    reason: String,
}

fn choice(label: Label, chosen: &str) -> Choice {
    let id = label.word();
    let words = match label {
        Label::Kind => "It is a",
        Label::Severity => "How bad it is",
        Label::Feeling => "How the writer feels",
    };
    let choices = label.values().iter().map(|value| (*value, in_words(value), *value == chosen));
    Choice { id, label: words, choices: choices.collect() }
}

/// A value as people say it.
fn in_words(value: &'static str) -> &'static str {
    match value {
        "complaint" => "Complaint",
        "question" => "Question",
        "praise" => "Praise",
        "idea" => "Idea",
        "cancellation" => "Cancellation",
        "other" => "Other",
        "0" => "0 – slight",
        "1" => "1 – a nuisance",
        "2" => "2 – a real loss of time or money",
        "3" => "3 – serious: cut off, much money, third time",
        "4" => "4 – danger or great harm",
        "negative" => "Bad",
        "neutral" => "Neither good nor bad",
        "positive" => "Good",
        other => other,
    }
}

/// `GET /feedback/{id}/reading`
async fn form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let read = actions::read(&ctx, &signed.staff, &id).await?;
    let errors = Errors::default();
    let page = FormPage {
        frame: frame(&signed, "What is right?", &errors),
        press: new_press(&ctx),
        choices: read.iter().map(|(label, value)| choice(*label, value)).collect(),
        reason: String::new(),
        errors,
        id,
    };
    show(&page, &page.errors)
}

/// `POST /feedback/{id}/reading`
async fn correct(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Corrected>,
) -> Result<Response, Problem> {
    let Corrected { kind, severity, feeling, reason } = form.value;
    let all = [(Label::Kind, kind), (Label::Severity, severity), (Label::Feeling, feeling)];
    let values = all.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
    let right = Right { values, reason };
    match actions::correct(&ctx, &form.by.staff, &id, &right, &form.press).await {
        Ok(()) => Ok(go("/feedback")),
        Err(error) => {
            let errors = Errors::of_error(error)?;
            let choices = right.values.iter().map(|(label, value)| choice(*label, value));
            let page = FormPage {
                frame: frame(&form.by, "What is right?", &errors),
                press: new_press(&ctx),
                choices: choices.collect(),
                reason: right.reason.clone(),
                errors,
                id,
            };
            show(&page, &page.errors)
        }
    }
}
