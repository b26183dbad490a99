//! The form that puts labels on one case (`l`).

use crate::dialog::{About, Dialog, Field, FieldKind};
use crate::label::rules::Listed;
use crate::label::{actions, sql};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::id::LabelId;
use domain::label::LabelKind;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// The forms of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/labels", get(form_of_one).post(set))
}

/// Value, words, chosen.
pub(crate) type Choice = (String, String, bool);

fn words_of(label: &Listed) -> String {
    match label.kind {
        LabelKind::Label => label.name.clone(),
        LabelKind::Cause => format!("Cause: {}", label.name),
    }
}

/// What may be put on, and what is on already.
pub(crate) fn choices(list: &[Listed], chosen: &[LabelId]) -> Vec<Choice> {
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

pub(crate) fn ids(words: &[String]) -> Option<Vec<LabelId>> {
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
