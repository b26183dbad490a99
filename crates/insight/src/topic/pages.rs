//! `/settings/topics`: what customers talk about, as a tree of the house's own.

use crate::page::{Errors, go, show};
use crate::refused::LearnError;
use crate::topic::rules::{TopicOfHouse, TopicText};
use crate::topic::{actions, sql};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::id::TopicId;
use domain::permit::{Act, Staff};
use serde::Deserialize;
use std::collections::HashMap;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, SignedIn, new_press, staff_frame};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/topics", get(list).post(add))
        .route("/settings/topics/new", get(new))
        .route("/settings/topics/{id}", get(one).post(change))
}

struct Row {
    id: String,
    path: String,
    words: String,
    /// "3 said so, 1 said not": empty where nobody said anything.
    said: String,
    ended: bool,
}

#[derive(askama::Template)]
#[template(path = "topic/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
}

#[derive(askama::Template)]
#[template(path = "topic/form.html")]
struct FormPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    action: String,
    is_new: bool,
    version: String,
    text: TopicText,
    /// Value, words, chosen.
    parents: Vec<(String, String, bool)>,
    /// A word with how often it was right, in per cent.
    learnt: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicForm {
    name: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    ended: Option<String>,
    #[serde(default)]
    version: String,
}

impl TopicForm {
    fn text(&self) -> TopicText {
        TopicText {
            name: self.name.clone(),
            parent: self.parent.clone(),
            words: self.words.clone(),
            ended: self.ended.is_some(),
        }
    }

    /// The version it was made from; a form without it insists on none.
    fn version(&self) -> Result<Option<i64>, LearnError> {
        let read = (!self.version.is_empty()).then(|| self.version.parse()).transpose();
        read.map_err(|_| LearnError::at("version", "Reload the page and send it as it is."))
    }
}

fn may(staff: &Staff) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::KeepLists)?;
    Ok(())
}

fn frame(signed: &SignedIn, title: &str, errors: &Errors) -> StaffFrame {
    let mut frame = staff_frame(signed, title, Place::Settings);
    frame.has_errors = !errors.list.is_empty();
    frame
}

/// `GET /settings/topics`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    const WORDS_SHOWN: usize = 5;
    may(&signed.staff)?;
    let said = sql::said(&ctx.store).await.map_err(Problem::ours)?;
    let said: HashMap<String, (i64, i64)> =
        said.into_iter().map(|(id, right, wrong)| (id, (right, wrong))).collect();
    let row = |topic: TopicOfHouse| {
        let id = topic.id.to_string();
        let mut words =
            topic.words.iter().take(WORDS_SHOWN).cloned().collect::<Vec<_>>().join(", ");
        if topic.words.len() > WORDS_SHOWN {
            words.push_str(&format!(" and {} more", topic.words.len() - WORDS_SHOWN));
        }
        let said = said.get(&id).map(|(right, wrong)| format!("{right} right, {wrong} not right"));
        Row { id, path: topic.path, words, said: said.unwrap_or_default(), ended: topic.ended }
    };
    let rows = actions::list(&ctx, &signed.staff).await?.into_iter().map(row).collect();
    let errors = Errors::default();
    show(&ListPage { frame: frame(&signed, "Topics", &errors), rows }, &errors)
}

/// `GET /settings/topics/new`
async fn new(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let text = TopicText::default();
    form_page(&ctx, &signed, None, String::new(), text, Errors::default()).await
}

/// `POST /settings/topics`
async fn add(State(ctx): State<Context>, form: Form<TopicForm>) -> Result<Response, Problem> {
    let text = form.value.text();
    match actions::add(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(_) => Ok(go("/settings/topics")),
        Err(error) => {
            let errors = Errors::of_error(error)?;
            form_page(&ctx, &form.by, None, String::new(), text, errors).await
        }
    }
}

/// `GET /settings/topics/{id}`
async fn one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<TopicId>,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let topics = actions::list(&ctx, &signed.staff).await?;
    let topic = topics.into_iter().find(|topic| topic.id == id).ok_or(LearnError::Missing)?;
    let text = TopicText {
        name: topic.name,
        parent: topic.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        words: topic.words.join("\n"),
        ended: topic.ended,
    };
    form_page(&ctx, &signed, Some(id), topic.version.to_string(), text, Errors::default()).await
}

/// `POST /settings/topics/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<TopicId>,
    form: Form<TopicForm>,
) -> Result<Response, Problem> {
    let text = form.value.text();
    let version = form.value.version()?;
    match actions::change(&ctx, &form.by.staff, id, &text, version, &form.press).await {
        Ok(()) => Ok(go("/settings/topics")),
        Err(error) => {
            let errors = Errors::of_error(error)?;
            form_page(&ctx, &form.by, Some(id), form.value.version, text, errors).await
        }
    }
}

async fn form_page(
    ctx: &Context,
    signed: &SignedIn,
    id: Option<TopicId>,
    version: String,
    text: TopicText,
    errors: Errors,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let list = actions::list(ctx, &signed.staff).await?;
    let own = list.iter().find(|topic| Some(topic.id) == id);
    let percent = |trust: &f32| format!("{:.0} %", trust * 100.0);
    let learnt = own
        .map(|own| own.trust.iter().map(|(word, trust)| (word.clone(), percent(trust))).collect());
    let mut parents = vec![(String::new(), "Nothing: it stands alone".to_owned(), false)];
    let others = list.iter().filter(|topic| Some(topic.id) != id);
    parents.extend(others.map(|topic| {
        let value = topic.id.to_string();
        let is_chosen = value == text.parent;
        (value, topic.path.clone(), is_chosen)
    }));
    let title = if id.is_some() { "Change a topic" } else { "Add a topic" };
    let page = FormPage {
        frame: frame(signed, title, &errors),
        press: new_press(ctx),
        action: id.map_or("/settings/topics".to_owned(), |id| format!("/settings/topics/{id}")),
        is_new: id.is_none(),
        version,
        text,
        parents,
        learnt: learnt.unwrap_or_default(),
        errors,
    };
    show(&page, &page.errors)
}
