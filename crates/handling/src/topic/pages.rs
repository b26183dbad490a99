//! What a case is about, on its page: the lines of the panel, "not right", and the form.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use casework::topic::rules::Listed;
use casework::topic::{actions, sql};
use desk::api::Nothing;
use desk::dialog::{About, Dialog, Field, FieldKind};
use domain::id::{CaseNumber, TopicId};
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/topics", get(show_form).post(set))
        .route("/cases/{number}/topics/{id}/refutation", post(refute))
}

const NONE: &str = "The house has no topics yet. A lead adds them under Settings.";

fn dialog(about: &About, list: &[Listed], chosen: &[TopicId]) -> Dialog {
    let shown = list.iter().filter(|topic| !topic.ended || chosen.contains(&topic.id));
    let choice = |t: &Listed| (t.id.to_string(), t.path.clone(), chosen.contains(&t.id));
    let choices: Vec<_> = shown.map(choice).collect();
    let intro = if choices.is_empty() { NONE } else { "The reader learns from what you say." };
    Dialog {
        title: format!("What is {} about?", about.view.case.number),
        intro: intro.to_owned(),
        fields: vec![Field::new("topics", "It is about", FieldKind::Several(choices))],
        submit: "Keep these topics",
        path: "topics".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/topics`
async fn show_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let dialog = dialog(&about, &list, &about.view.case.topics);
    about.show(&ctx, dialog).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[serde(default)]
    topics: Vec<String>,
}

/// `POST /cases/{number}/topics`
async fn set(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Chosen>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let list = sql::list(&ctx.store).await.map_err(Problem::ours)?;
    let read = form.value.topics.iter().map(|word| word.parse().ok());
    let Some(topics) = read.collect::<Option<Vec<TopicId>>>() else {
        let dialog = dialog(&about, &list, &about.view.case.topics);
        return about.put_right(&ctx, dialog, "topics", "Choose from the list.").await;
    };
    let dialog = dialog(&about, &list, &topics);
    let staff = &about.screen.signed.staff;
    let done = actions::set_topics(&ctx, staff, about.view.case.number, &topics, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "topics").await
}

/// `POST /cases/{number}/topics/{id}/refutation`: "not right", in one press.
async fn refute(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, TopicId)>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    let number: CaseNumber = number.parse().map_err(|_| desk::view::case::missing())?;
    actions::correct(&ctx, &form.by.staff, number, &[], &[id], &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")).into_response())
}
