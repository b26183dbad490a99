//! `/settings/reply-texts`: what a team writes often.

use super::actions;
use super::rules::ReplyTextText;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::id::ReplyTextId;
use domain::permit::{Act, Staff};
use domain::variable::VARIABLES;
use house::change::ChangeError;
use house::page::{Choice, Errors, form_version, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/reply-texts", get(list).post(add))
        .route("/settings/reply-texts/new", get(new))
        .route("/settings/reply-texts/{id}", get(one).post(change))
}

const EVERY_TEAM: &str = "Every team";

struct Row {
    id: String,
    name: String,
    team: String,
    ended: bool,
}

#[derive(askama::Template)]
#[template(path = "reply_text/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
}

#[derive(askama::Template)]
#[template(path = "reply_text/form.html")]
struct FormPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    action: String,
    is_new: bool,
    version: String,
    text: ReplyTextText,
    teams: Vec<Choice>,
    /// Each gap as it is written, and what stands in it.
    gaps: Vec<(String, &'static str)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextForm {
    name: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    ended: Option<String>,
    #[serde(default)]
    version: String,
}

impl TextForm {
    fn text(&self) -> ReplyTextText {
        ReplyTextText {
            name: self.name.clone(),
            team: self.team.clone(),
            text: self.text.clone(),
            ended: self.ended.is_some(),
        }
    }
}

/// `GET /settings/reply-texts`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let teams = actions::teams(&ctx, &signed.staff).await?;
    let texts = actions::list(&ctx, &signed.staff).await?;
    let rows = texts.into_iter().map(|text| Row {
        id: text.id.to_string(),
        name: text.name,
        team: teams
            .iter()
            .find(|(team, _)| Some(*team) == text.team)
            .map_or_else(|| EVERY_TEAM.to_owned(), |(_, name)| name.clone()),
        ended: text.ended,
    });
    let errors = Errors::default();
    let frame = frame(&signed, "Reply texts", &errors);
    show(&ListPage { frame, rows: rows.collect() }, &errors)
}

/// `GET /settings/reply-texts/new`
async fn new(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let text = ReplyTextText::default();
    form_page(&ctx, &signed, None, String::new(), text, Errors::default()).await
}

/// `POST /settings/reply-texts`
async fn add(State(ctx): State<Context>, form: Form<TextForm>) -> Result<Response, Problem> {
    let text = form.value.text();
    match actions::add(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(_) => Ok(go("/settings/reply-texts")),
        Err(error) => form_page(&ctx, &form.by, None, String::new(), text, wrong_of(error)?).await,
    }
}

/// `GET /settings/reply-texts/{id}`
async fn one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<ReplyTextId>,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let texts = actions::list(&ctx, &signed.staff).await?;
    let found = texts.into_iter().find(|text| text.id == id).ok_or(ChangeError::Missing)?;
    let text = ReplyTextText {
        name: found.name,
        team: found.team.map(|team| team.to_string()).unwrap_or_default(),
        text: found.text,
        ended: found.ended,
    };
    let version = found.version.to_string();
    form_page(&ctx, &signed, Some(id), version, text, Errors::default()).await
}

/// `POST /settings/reply-texts/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<ReplyTextId>,
    form: Form<TextForm>,
) -> Result<Response, Problem> {
    let text = form.value.text();
    let version = form_version(&form.value.version)?;
    match actions::change(&ctx, &form.by.staff, id, &text, version, &form.press).await {
        Ok(()) => Ok(go("/settings/reply-texts")),
        Err(error) => {
            let errors = wrong_of(error)?;
            form_page(&ctx, &form.by, Some(id), form.value.version, text, errors).await
        }
    }
}

fn may(staff: &Staff) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    Ok(())
}

async fn form_page(
    ctx: &Context,
    signed: &SignedIn,
    id: Option<ReplyTextId>,
    version: String,
    text: ReplyTextText,
    errors: Errors,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let every = ("".to_owned(), EVERY_TEAM.to_owned());
    let known = actions::teams(ctx, &signed.staff).await?;
    let known = known.into_iter().map(|(team, name)| (team.to_string(), name));
    let teams = std::iter::once(every).chain(known).map(|(value, words)| Choice {
        on: value == text.team,
        value,
        words,
    });
    let title = if id.is_some() { "Change a reply text" } else { "Add a reply text" };
    let to = id.map_or(String::new(), |id| format!("/{id}"));
    let page = FormPage {
        frame: frame(signed, title, &errors),
        press: new_press(ctx),
        action: format!("/settings/reply-texts{to}"),
        is_new: id.is_none(),
        version,
        teams: teams.collect(),
        gaps: VARIABLES.iter().map(|(name, what)| (format!("{{{{{name}}}}}"), *what)).collect(),
        text,
        errors,
    };
    show(&page, &page.errors)
}
