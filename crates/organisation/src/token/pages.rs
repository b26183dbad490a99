//! `/settings/tokens`: programs that act for you.

use super::actions::{self, Created};
use super::rules::{Token, TokenText};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::permit::{Act, Staff};
use house::page::{Choice, Errors, frame, go, show, wrong_of};
use jiff::Timestamp;
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/tokens", get(list).post(create))
        .route("/settings/tokens/{id}/end", post(end))
}

struct Row {
    id: String,
    name: String,
    may: String,
    made: String,
    used: String,
    ends: String,
}

#[derive(askama::Template)]
#[template(path = "token/list.html")]
struct ListPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    rows: Vec<Row>,
    text: TokenText,
    acts: Vec<Choice>,
}

#[derive(askama::Template)]
#[template(path = "token/created.html")]
struct CreatedPage {
    frame: StaffFrame,
    name: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenForm {
    name: String,
    #[serde(default)]
    acts: Vec<String>,
    #[serde(default)]
    days: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `GET /settings/tokens`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let text = TokenText { days: "90".to_owned(), ..TokenText::default() };
    page(&ctx, &signed, text, Errors::default()).await
}

/// `POST /settings/tokens`. Answered directly, because the token is told only here.
async fn create(State(ctx): State<Context>, form: Form<TokenForm>) -> Result<Response, Problem> {
    let TokenForm { name, acts, days } = form.value;
    let text = TokenText { name, acts, days };
    match actions::create(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(created) => created_page(&form.by, text.name, created),
        Err(error) => page(&ctx, &form.by, text, wrong_of(error)?).await,
    }
}

/// `POST /settings/tokens/{id}/end`
async fn end(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    actions::end(&ctx, &form.by.staff, &id, &form.press).await?;
    Ok(go("/settings/tokens"))
}

fn created_page(signed: &SignedIn, name: String, created: Created) -> Result<Response, Problem> {
    let errors = Errors::default();
    let secret = created.secret.unwrap_or_default();
    show(&CreatedPage { frame: frame(signed, "Your token", &errors), name, secret }, &errors)
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    text: TokenText,
    errors: Errors,
) -> Result<Response, Problem> {
    const MOST: i64 = 100;
    let now = ctx.now();
    let tokens = actions::list(ctx, &signed.staff, "", MOST).await?;
    let page = ListPage {
        frame: frame(signed, "Tokens", &errors),
        press: new_press(ctx),
        rows: tokens.iter().map(|token| row(token, now)).collect(),
        acts: acts_of(&signed.staff, &text.acts),
        text,
        errors,
    };
    show(&page, &page.errors)
}

fn row(token: &Token, now: Timestamp) -> Row {
    let day = |at: Timestamp| at.strftime("%-d %b %Y").to_string();
    let may: Vec<String> = token.acts.iter().map(|act| words_of(*act)).collect();
    Row {
        id: token.id.clone(),
        name: token.name.clone(),
        may: if may.is_empty() { "everything you may".to_owned() } else { may.join(", ") },
        made: day(token.made_at),
        used: token.used_at.map_or("never".to_owned(), day),
        ends: match token.ends_at {
            None => "when you end it".to_owned(),
            Some(ends) if ends <= now => format!("ended {}", day(ends)),
            Some(ends) => day(ends),
        },
    }
}

fn acts_of(staff: &Staff, on: &[String]) -> Vec<Choice> {
    let theirs = Act::ALL.iter().filter(|act| staff.has(**act));
    theirs
        .map(|act| Choice {
            value: act.to_string(),
            words: words_of(*act),
            on: on.iter().any(|word| word == act.as_str()),
        })
        .collect()
}

fn words_of(act: Act) -> String {
    act.as_str().replace('_', " ")
}
