//! A8: put right and verified with the customer; closing without asking; conduct.

use crate::conduct::actions as conduct;
use crate::resolution::actions::{self, Ask};
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use desk::api::Nothing;
use desk::dialog::{About, Dialog, Field, FieldKind, choices};
use desk::screen::words_of;
use domain::case::Closing;
use domain::id::CaseNumber;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/resolution/new", get(resolve_form))
        .route("/cases/{number}/resolution", post(resolve))
        .route("/cases/{number}/closing/new", get(close_form))
        .route("/cases/{number}/closing", post(close))
        .route("/cases/{number}/reopening", post(reopen))
        .route("/cases/{number}/conduct/new", get(conduct_form))
        .route("/cases/{number}/conduct", post(step))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Resolved {
    what_we_did: String,
    ask: String,
    at: String,
}

const ASKS: [(&str, &str); 3] = [
    ("now", "Ask them now, in this letter"),
    ("later", "Ask them after the fix, at the time below"),
    ("phone", "Ring them, by the time below"),
];

fn resolve_dialog(about: &About, typed: &Resolved) -> Dialog {
    let owed = about.view.case.promises.iter().filter(|promise| promise.is_owed()).count();
    let intro = match owed {
        0 => "Solved is their word: they are asked “Did this solve it?”, and a no brings it back."
            .to_owned(),
        n => format!(
            "{} still open: keep or move {} first. Then they are asked “Did this solve it?”.",
            web::words::counted(n as u64, "promise is", "promises are"),
            if n == 1 { "it" } else { "them" }
        ),
    };
    Dialog {
        title: "What did we do to put it right?".to_owned(),
        intro,
        fields: vec![
            Field::new("what_we_did", "What we did", FieldKind::Area(typed.what_we_did.clone()))
                .hint("They read it on their page."),
            Field::new("ask", "How they are asked", FieldKind::Radio(choices(&ASKS, &typed.ask))),
            Field::new("at", "When", FieldKind::Moment(typed.at.clone())),
        ],
        submit: "Put right – ask them",
        path: "resolution".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/resolution/new`
async fn resolve_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let at = about.typed(about.end_of_day());
    let typed = Resolved { ask: "now".to_owned(), at, ..Resolved::default() };
    about.show(&ctx, resolve_dialog(&about, &typed)).await
}

/// `POST /cases/{number}/resolution`
async fn resolve(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Resolved>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let dialog = resolve_dialog(&about, typed);
    let say = "Say what we did, as they will read it.";
    let Ok(words) = words_of("what_we_did", &typed.what_we_did, 4_000, say) else {
        return about.put_right(&ctx, dialog, "what_we_did", say).await;
    };
    let ask = match (typed.ask.as_str(), about.moment(&typed.at)) {
        ("now", _) => Ask::Now,
        ("later", Some(at)) => Ask::At(at),
        ("phone", Some(at)) => Ask::ByPhone(at),
        ("later" | "phone", None) => {
            return about.put_right(&ctx, dialog, "at", "Choose a day and an hour.").await;
        }
        _ => return about.put_right(&ctx, dialog, "ask", "Choose how they are asked.").await,
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = actions::resolve(&ctx, staff, number, &words, ask, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "what_we_did").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Closed {
    because: String,
    reason: String,
}

const CLOSINGS: [(&str, &str); 3] = [
    ("answered", "Answered: praise, a question or an idea; nothing to put right"),
    ("withdrawn", "The customer took it back"),
    ("spam", "Not a person’s matter"),
];

fn close_dialog(about: &About, typed: &Closed) -> Dialog {
    Dialog {
        title: format!("Close {} without asking?", about.view.case.number),
        intro: "This does not count as solved: only their word does.".to_owned(),
        fields: vec![
            Field::new("because", "Why", FieldKind::Radio(choices(&CLOSINGS, &typed.because))),
            Field::new("reason", "In one line", FieldKind::Line(typed.reason.clone())),
        ],
        submit: "Close the case",
        path: "closing".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/closing/new`
async fn close_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let dialog = close_dialog(&about, &Closed::default());
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/closing`
async fn close(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Closed>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = close_dialog(&about, &form.value);
    let Some(because) = Closing::from_word(&form.value.because) else {
        return about.put_right(&ctx, dialog, "because", "Choose why.").await;
    };
    let say = "Say why in one line.";
    let Ok(reason) = words_of("reason", &form.value.reason, 500, say) else {
        return about.put_right(&ctx, dialog, "reason", say).await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = actions::close(&ctx, staff, number, because, &reason, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "because").await
}

/// `POST /cases/{number}/reopening`
async fn reopen(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let number: CaseNumber = number.parse().map_err(|_| desk::view::case::missing())?;
    actions::reopen(&ctx, &form.by.staff, number, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Step {
    step: String,
    words: String,
}

const STEPS: [(&str, &str); 2] = [
    ("warn", "State the limit to the customer"),
    ("end", "End the contact, after the limit was stated"),
];

fn conduct_dialog(typed: &Step) -> Dialog {
    let words = "We want to help you, and we will. We cannot do it while we are insulted. If it \
                 goes on, we end this contact.";
    let words = if typed.words.is_empty() { words.to_owned() } else { typed.words.clone() };
    Dialog {
        title: "Where is the limit?".to_owned(),
        intro: "Nobody has to bear abuse, and nobody takes it alone: your lead sees this step."
            .to_owned(),
        fields: vec![
            Field::new("step", "Step", FieldKind::Radio(choices(&STEPS, &typed.step))),
            Field::new("words", "What they will read", FieldKind::Area(words)),
        ],
        submit: "Take this step",
        path: "conduct".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/conduct/new`
async fn conduct_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let typed = Step { step: "warn".to_owned(), words: String::new() };
    about.show(&ctx, conduct_dialog(&typed)).await
}

/// `POST /cases/{number}/conduct`
async fn step(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Step>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = conduct_dialog(&form.value);
    let say = "Write what they will read.";
    let Ok(words) = words_of("words", &form.value.words, 4_000, say) else {
        return about.put_right(&ctx, dialog, "words", say).await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = match form.value.step.as_str() {
        "end" => conduct::end_contact(&ctx, staff, number, words, &form.press).await,
        _ => conduct::warn(&ctx, staff, number, words, &form.press).await,
    };
    about.answer(&ctx, done, dialog, |_| "step").await
}
