//! Forms that put labels on one case (`l`) and on several at once.

use crate::case::pages::missing;
use crate::dialog::{About, Dialog, Field, FieldKind};
use crate::label::rules::Listed;
use crate::label::{actions, sql};
use crate::refusal::ActError;
use crate::screen::Screen;
use crate::view::pages::{BULK_MOST, local, not_all};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::id::{CaseNumber, LabelId};
use domain::label::LabelKind;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, Query, SignedIn};

/// The forms of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/labels", get(form_of_one).post(set))
        .route("/labels/new", get(form_of_several))
        .route("/labels", post(label_several))
}

/// Value, words, chosen.
type Choice = (String, String, bool);

fn words_of(label: &Listed) -> String {
    match label.kind {
        LabelKind::Label => label.name.clone(),
        LabelKind::Cause => format!("Cause: {}", label.name),
    }
}

/// What may be put on, and what is on already.
fn choices(list: &[Listed], chosen: &[LabelId]) -> Vec<Choice> {
    let shown = list.iter().filter(|label| !label.ended || chosen.contains(&label.id));
    shown.map(|label| (label.id.to_string(), words_of(label), chosen.contains(&label.id))).collect()
}

const NONE: &str = "The house has no labels yet. A lead adds them under Settings.";

fn dialog(about: &About, list: &[Listed], chosen: &[LabelId]) -> Dialog {
    let choices = choices(list, chosen);
    Dialog {
        title: format!("Labels and causes of {}", about.view.case.number),
        intro: if choices.is_empty() { NONE.to_owned() } else { String::new() },
        fields: vec![Field::new("labels", "On this case", FieldKind::Several(choices))],
        submit: "Keep these labels",
        path: "labels".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/labels`
async fn form_of_one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let dialog = dialog(&about, &list, &about.view.case.labels);
    about.show(&ctx, dialog).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[serde(default)]
    labels: Vec<String>,
}

fn ids(words: &[String]) -> Option<Vec<LabelId>> {
    words.iter().map(|word| word.parse().ok()).collect()
}

/// `POST /cases/{number}/labels`
async fn set(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Chosen>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let Some(labels) = ids(&form.value.labels) else {
        let dialog = dialog(&about, &list, &about.view.case.labels);
        return about.put_right(&ctx, dialog, "labels", "Choose from the list.").await;
    };
    let dialog = dialog(&about, &list, &labels);
    let staff = &about.screen.signed.staff;
    let done = actions::set_labels(&ctx, staff, about.view.case.number, &labels, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "labels").await
}

#[derive(askama::Template)]
#[template(path = "label/several.html")]
struct SeveralPage {
    frame: StaffFrame,
    cases: Vec<String>,
    labels: Vec<Choice>,
    back: String,
    press: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeveralQuery {
    #[serde(default)]
    case: Vec<String>,
    #[serde(default)]
    back: String,
}

fn numbers(cases: &[String]) -> Result<Vec<CaseNumber>, Problem> {
    let read = cases.iter().take(BULK_MOST).map(|case| case.parse().map_err(|_| missing()));
    let numbers = read.collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() {
        return Err(Problem::refused("nothing_ticked", "Tick at least one case first."));
    }
    Ok(numbers)
}

/// `GET /labels/new`
async fn form_of_several(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<SeveralQuery>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    if !screen.may(Act::HandleCase) {
        return Err(missing());
    }
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let cases = numbers(&query.case)?;
    web::page(&SeveralPage {
        frame: screen.frame(&ctx, "Label several cases", Place::Queue, "anywhere").await?,
        cases: cases.iter().map(ToString::to_string).collect(),
        labels: choices(&list, &[]),
        back: local(&query.back, "/q/mine"),
        press: web::new_press(&ctx),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    #[serde(default)]
    case: Vec<String>,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    back: String,
}

/// `POST /labels`: the same labels on and off each of several cases.
async fn label_several(
    State(ctx): State<Context>,
    form: Form<Several>,
) -> Result<Response, Problem> {
    if !form.by.staff.has(Act::HandleCase) {
        return Err(missing());
    }
    let sent = &form.value;
    let numbers = numbers(&sent.case)?;
    let (Some(add), Some(remove)) = (ids(&sent.add), ids(&sent.remove)) else {
        let says = "Choose labels of the list.";
        return Err(Problem::refused("no_such_label", says).at("/labels", says));
    };
    let mut refused = Vec::new();
    for (place, number) in numbers.iter().enumerate() {
        let press = form.press.part(place);
        match actions::label(&ctx, &form.by.staff, *number, &add, &remove, &press).await {
            Ok(_) => {}
            Err(ActError::Refused(why)) => refused.push((*number, why)),
            Err(error) => return Err(error.into()),
        }
    }
    match refused.first() {
        None => Ok(Redirect::to(&local(&sent.back, "/q/mine")).into_response()),
        Some((_, first)) => Err(Problem::conflict(first.code(), not_all(numbers.len(), &refused))),
    }
}
