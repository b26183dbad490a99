//! `/settings/teams`: people who work on the same cases.

use super::actions;
use super::rules::TeamText;
use crate::unit;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::id::TeamId;
use domain::permit::{Act, Staff};
use house::change::ChangeError;
use house::page::{Choice, Errors, form_version, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/teams", get(list).post(add))
        .route("/settings/teams/new", get(new))
        .route("/settings/teams/{id}", get(one).post(change))
}

struct Row {
    id: String,
    name: String,
    unit: String,
    phone: String,
}

#[derive(askama::Template)]
#[template(path = "team/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
}

#[derive(askama::Template)]
#[template(path = "team/form.html")]
struct FormPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    action: String,
    is_new: bool,
    version: String,
    text: TeamText,
    units: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TeamForm {
    name: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    version: String,
}

impl TeamForm {
    fn text(&self) -> TeamText {
        TeamText { name: self.name.clone(), unit: self.unit.clone(), phone: self.phone.clone() }
    }
}

/// `GET /settings/teams`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let units = unit::list(&ctx, &signed.staff).await?;
    let teams = actions::list(&ctx, &signed.staff).await?;
    let rows = teams.into_iter().map(|team| Row {
        id: team.id.to_string(),
        unit: units
            .iter()
            .find(|unit| unit.id == team.unit)
            .map(|unit| unit.name.clone())
            .unwrap_or_default(),
        name: team.name,
        phone: team.phone,
    });
    let errors = Errors::default();
    let page = ListPage { frame: frame(&signed, "Teams", &errors), rows: rows.collect() };
    show(&page, &errors)
}

/// `GET /settings/teams/new`
async fn new(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let unit = signed.staff.units.first().map(ToString::to_string).unwrap_or_default();
    let text = TeamText { unit, ..TeamText::default() };
    form_page(&ctx, &signed, None, String::new(), text, Errors::default()).await
}

/// `POST /settings/teams`
async fn add(State(ctx): State<Context>, form: Form<TeamForm>) -> Result<Response, Problem> {
    let text = form.value.text();
    match actions::add(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(_) => Ok(go("/settings/teams")),
        Err(error) => form_page(&ctx, &form.by, None, String::new(), text, wrong_of(error)?).await,
    }
}

/// `GET /settings/teams/{id}`
async fn one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<TeamId>,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let teams = actions::list(&ctx, &signed.staff).await?;
    let team = teams.into_iter().find(|team| team.id == id).ok_or(ChangeError::Missing)?;
    let text = TeamText { name: team.name, unit: team.unit.to_string(), phone: team.phone };
    let version = team.version.to_string();
    form_page(&ctx, &signed, Some(id), version, text, Errors::default()).await
}

/// `POST /settings/teams/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<TeamId>,
    form: Form<TeamForm>,
) -> Result<Response, Problem> {
    let text = form.value.text();
    let version = form_version(&form.value.version)?;
    match actions::change(&ctx, &form.by.staff, id, &text, version, &form.press).await {
        Ok(()) => Ok(go("/settings/teams")),
        Err(error) => {
            let errors = wrong_of(error)?;
            form_page(&ctx, &form.by, Some(id), form.value.version, text, errors).await
        }
    }
}

fn may(staff: &Staff) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::ManageStaff)?;
    Ok(())
}

async fn form_page(
    ctx: &Context,
    signed: &SignedIn,
    id: Option<TeamId>,
    version: String,
    text: TeamText,
    errors: Errors,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let units = unit::list(ctx, &signed.staff).await?;
    let units = units.into_iter().map(|unit| {
        let value = unit.id.to_string();
        Choice { on: value == text.unit, value, words: unit.name }
    });
    let page = FormPage {
        frame: frame(signed, if id.is_some() { "Change a team" } else { "Add a team" }, &errors),
        press: new_press(ctx),
        action: id.map_or("/settings/teams".to_owned(), |id| format!("/settings/teams/{id}")),
        is_new: id.is_none(),
        version,
        units: units.collect(),
        text,
        errors,
    };
    show(&page, &page.errors)
}
