//! The form that puts labels on one case (`l`).

use crate::label::actions;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use casework::label::rules::Listed;
use casework::label::sql;
use desk::dialog::{About, Dialog, Field, FieldKind};
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

/// The form with `chosen` ticked, where `was` stood on the case when it was made.
fn dialog(about: &About, list: &[Listed], chosen: &[LabelId], was: &str) -> Dialog {
    let choices = choices(list, chosen);
    Dialog {
        title: format!("Labels and causes of {}", about.view.case.number),
        intro: if choices.is_empty() { NONE.to_owned() } else { String::new() },
        fields: vec![
            Field::new("labels", "On this case", FieldKind::Several(choices)),
            Field::new("was", "", FieldKind::Carried(was.to_owned())),
        ],
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
    let on = &about.view.case.labels;
    let was = on.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let dialog = dialog(&about, &list, on, &was);
    about.show(&ctx, dialog).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[serde(default)]
    labels: Vec<String>,
    /// What was on the case when the form was made, apart by spaces.
    was: Option<String>,
}

pub(crate) fn ids(words: &[String]) -> Option<Vec<LabelId>> {
    words.iter().map(|word| word.parse().ok()).collect()
}

/// What was ticked and what was unticked since `was`.
fn changed(was: &[LabelId], now: &[LabelId]) -> (Vec<LabelId>, Vec<LabelId>) {
    let without = |these: &[LabelId], those: &[LabelId]| {
        these.iter().copied().filter(|id| !those.contains(id)).collect()
    };
    (without(now, was), without(was, now))
}

/// `POST /cases/{number}/labels`
async fn set(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Chosen>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let Chosen { labels, was } = &form.value;
    let carried = was.clone().unwrap_or_default();
    let Some(labels) = ids(labels) else {
        let dialog = dialog(&about, &list, &about.view.case.labels, &carried);
        return about.put_right(&ctx, dialog, "labels", "Choose from the list.").await;
    };
    let dialog = dialog(&about, &list, &labels, &carried);
    let staff = &about.screen.signed.staff;
    let here = about.view.case.number;
    let done = match was {
        // Only what was ticked or unticked here: what a colleague put on meanwhile stays.
        Some(was) => {
            let was: Vec<LabelId> = was.split(' ').filter_map(|id| id.parse().ok()).collect();
            let (add, off) = changed(&was, &labels);
            actions::label(&ctx, staff, here, &add, &off, &form.press).await
        }
        None => actions::set_labels(&ctx, staff, here, &labels, &form.press).await,
    };
    about.answer(&ctx, done, dialog, |_| "labels").await
}
