//! `/settings/units`: brands or branches that must not see each other.

use super::actions;
use super::rules::Unit;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::id::UnitId;
use domain::permit::{Act, Scope};
use house::change::ChangeError;
use house::page::{Errors, form_version, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/units", get(list).post(add))
        .route("/settings/units/{id}", post(change))
}

#[derive(askama::Template)]
#[template(path = "unit/list.html")]
struct ListPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    units: Vec<Unit>,
    may_add: bool,
    name: String,
    /// The unit whose form came back with an error; `None` for the form that adds one.
    wrong_at: Option<UnitId>,
}

impl ListPage {
    /// What stands in the field of `unit`.
    fn name_of(&self, unit: &Unit) -> String {
        let typed = self.wrong_at == Some(unit.id);
        if typed { self.name.clone() } else { unit.name.clone() }
    }

    fn error_of(&self, unit: &Unit) -> &str {
        if self.wrong_at == Some(unit.id) { self.errors.of("name") } else { "" }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitForm {
    name: String,
    #[serde(default)]
    version: String,
}

/// `GET /settings/units`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    page(&ctx, &signed, Errors::default(), String::new(), None).await
}

/// `POST /settings/units`
async fn add(State(ctx): State<Context>, form: Form<UnitForm>) -> Result<Response, Problem> {
    let name = form.value.name;
    match actions::add(&ctx, &form.by.staff, &name, &form.press).await {
        Ok(_) => Ok(go("/settings/units")),
        Err(error) => page(&ctx, &form.by, wrong_of(error)?, name, None).await,
    }
}

/// `POST /settings/units/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<UnitId>,
    form: Form<UnitForm>,
) -> Result<Response, Problem> {
    let UnitForm { name, version } = form.value;
    let version = form_version(&version)?;
    match actions::change(&ctx, &form.by.staff, id, &name, version, &form.press).await {
        Ok(()) => Ok(go("/settings/units")),
        Err(error) => page(&ctx, &form.by, wrong_of(error)?, name, Some(id)).await,
    }
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    errors: Errors,
    name: String,
    wrong_at: Option<UnitId>,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::ManageStaff).map_err(ChangeError::from)?;
    let page = ListPage {
        frame: frame(signed, "Units", &errors),
        press: new_press(ctx),
        units: actions::list(ctx, &signed.staff).await?,
        may_add: signed.staff.scope == Scope::All,
        name,
        wrong_at,
        errors,
    };
    show(&page, &page.errors)
}
