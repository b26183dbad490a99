//! Which rules of the coach help, for leads; switching them; rules of one's own.

use crate::coaching::actions;
use crate::coaching::rules::OwnRule;
use crate::coaching::view::{CoachLanguageBody, CoachRuleBody, coach};
use crate::page::{Errors, frame, go, share, show};
use crate::refused::LearnError;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use store::scope::Reach;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press, words};

/// The languages a rule of one's own may be in: what the coach speaks.
const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "it", "pt", "nl"];

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/insight/coach", get(list).post(add))
        .route("/insight/coach/{id}/switch", post(switch))
}

struct Line {
    rule: CoachRuleBody,
    helps: String,
    spoke: i64,
    languages: String,
}

#[derive(askama::Template)]
#[template(path = "coaching/list.html")]
struct ListPage {
    frame: StaffFrame,
    press: String,
    errors: Errors,
    lines: Vec<Line>,
    summary: String,
    typed: OwnRule,
    languages: Vec<(&'static str, String, bool)>,
}

/// `GET /insight/coach`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let typed = OwnRule { language: "en".to_owned(), ..OwnRule::default() };
    page(&ctx, &signed, typed, Errors::default()).await
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    typed: OwnRule,
    errors: Errors,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::Learn).map_err(LearnError::from)?;
    let reach = Reach::from(&signed.staff);
    let all = coach(&ctx.store, &reach, ctx.now()).await.map_err(Problem::ours)?;
    let opened = share(all.publicity_opened, all.replies.max(all.publicity_opened));
    let line = |rule: CoachRuleBody| Line {
        spoke: rule.used + rule.kept + rule.sent_anyway,
        helps: rule.helps.map_or("never spoke".to_owned(), |h| format!("{:.0} %", h * 100.0)),
        languages: rule.languages.iter().map(in_one).collect::<Vec<_>>().join(" · "),
        rule,
    };
    let language =
        |code: &'static str| (code, words::language(code).to_owned(), typed.language == code);
    let page = ListPage {
        frame: frame(signed, "Coach", &errors),
        press: new_press(ctx),
        summary: format!(
            "{} in 90 days. The publicity check opened by itself before {opened} of them.",
            words::counted(all.replies.unsigned_abs(), "reply", "replies"),
        ),
        lines: all.rules.into_iter().map(line).collect(),
        languages: LANGUAGES.into_iter().map(language).collect(),
        typed,
        errors,
    };
    show(&page, &page.errors)
}

fn in_one(one: &CoachLanguageBody) -> String {
    let language = if one.language.is_empty() { "?" } else { &one.language };
    format!("{language} {}/{}", one.used, one.used + one.kept + one.sent_anyway)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRule {
    #[serde(default)]
    language: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    says: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    better: String,
    #[serde(default)]
    example: String,
    #[serde(default)]
    counter_example: String,
}

/// `POST /insight/coach`
async fn add(State(ctx): State<Context>, form: Form<NewRule>) -> Result<Response, Problem> {
    let new = form.value;
    let rule = OwnRule {
        language: new.language,
        words: new.words,
        says: new.says,
        reason: new.reason,
        better: new.better,
        example: new.example,
        counter_example: new.counter_example,
    };
    match actions::add(&ctx, &form.by.staff, &rule, &form.press).await {
        Ok(_) => Ok(go("/insight/coach")),
        Err(error) => page(&ctx, &form.by, rule, Errors::of_error(error)?).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    #[serde(default)]
    off: String,
}

/// `POST /insight/coach/{id}/switch`
async fn switch(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Switch>,
) -> Result<Response, Problem> {
    let off = form.value.off == "1";
    actions::switch(&ctx, &form.by.staff, &id, off, &form.press).await?;
    Ok(go("/insight/coach"))
}
