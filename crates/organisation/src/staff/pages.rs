//! `/settings/people`: who works here.

use super::actions::{self, Added};
use super::rules::{Person, PersonText};
use crate::{team, unit};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::hours::Hours;
use domain::id::StaffId;
use domain::permit::{Act, Role, Scope};
use house::agreed;
use house::change::ChangeError;
use house::page::{Choice, Errors, form_version, frame, go, show, wrong_of};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, Query, SignedIn, new_press};

/// Rows of one page of the list.
const ROWS: usize = 50;

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/people", get(list).post(add))
        .route("/settings/people/new", get(new))
        .route("/settings/people/{id}", get(one).post(change))
        .route("/settings/people/{id}/way-in", post(give_way_in))
        .route("/settings/people/{id}/leaving", post(leave))
        .route("/settings/people/{id}/return", post(return_to_work))
}

struct Row {
    id: String,
    name: String,
    email: String,
    roles: String,
    sees: &'static str,
    state: &'static str,
}

#[derive(askama::Template)]
#[template(path = "staff/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
    older: String,
}

#[derive(askama::Template)]
#[template(path = "staff/form.html")]
struct FormPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    action: String,
    is_new: bool,
    has_left: bool,
    version: String,
    text: PersonText,
    roles: Vec<Choice>,
    scopes: Vec<Choice>,
    units: Vec<Choice>,
    teams: Vec<Choice>,
    stand_ins: Vec<Choice>,
    zone: String,
}

#[derive(askama::Template)]
#[template(path = "staff/way_in.html")]
struct WayInPage {
    frame: StaffFrame,
    name: String,
    link: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    after: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonForm {
    #[serde(default)]
    version: String,
    email: String,
    name: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    teams: Vec<String>,
    #[serde(default)]
    out_from: String,
    #[serde(default)]
    out_until: String,
    #[serde(default)]
    stand_in: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl PersonForm {
    /// What the form says, its local times read in the zone of our hours.
    fn text(&self, hours: &Hours) -> PersonText {
        PersonText {
            email: self.email.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            scope: self.scope.clone(),
            units: self.units.clone(),
            teams: self.teams.clone(),
            out_from: moment_of(&self.out_from, hours),
            out_until: moment_of(&self.out_until, hours),
            stand_in: self.stand_in.clone(),
        }
    }
}

/// A local time as a moment; what is no local time stays as it is, for the rule to refuse.
fn moment_of(text: &str, hours: &Hours) -> String {
    let local: Result<DateTime, _> = text.trim().parse();
    let zoned = local.ok().and_then(|local| local.to_zoned(hours.zone().clone()).ok());
    zoned.map_or_else(|| text.to_owned(), |zoned| zoned.timestamp().to_string())
}

/// A moment as the field for a local time shows it.
fn local_of(text: &str, hours: &Hours) -> String {
    let moment: Result<Timestamp, _> = text.parse();
    moment.map_or_else(
        |_| text.to_owned(),
        |moment| hours.zone().to_datetime(moment).strftime("%Y-%m-%dT%H:%M").to_string(),
    )
}

/// `GET /settings/people`
async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::ManageStaff).map_err(ChangeError::from)?;
    let mut people = actions::list(&ctx, &signed.staff, &query.after, ROWS as i64 + 1).await?;
    let more = people.len() > ROWS;
    people.truncate(ROWS);
    let last = people.last().filter(|_| more);
    let older = last.map(|last| format!("/settings/people?after={}", last.staff.id));
    let now = ctx.now();
    let page = ListPage {
        frame: frame(&signed, "People", &Errors::default()),
        rows: people.iter().map(|person| row(person, now)).collect(),
        older: older.unwrap_or_default(),
    };
    show(&page, &Errors::default())
}

fn row(person: &Person, now: Timestamp) -> Row {
    let roles: Vec<&str> = person.staff.roles.iter().map(|role| role_words(*role).0).collect();
    let state = match person {
        person if person.left_at.is_some() => "Left",
        person if person.is_out(now) => "Out of office",
        person if !person.has_password => "Invited",
        _ => "Here",
    };
    Row {
        id: person.staff.id.to_string(),
        name: person.staff.name.clone(),
        email: person.email.clone(),
        roles: roles.join(", "),
        sees: scope_words(person.staff.scope),
        state,
    }
}

/// What a role is called, and what it may, in one line.
fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Agent => ("Agent", "answers customers, makes promises and offers"),
        Role::Lead => ("Lead", "keeps a team moving, approves what needs more authority"),
        Role::Insight => ("Insight", "finds causes; reads cases and the record"),
        Role::Communications => ("Communications", "speaks in public and in a crisis"),
        Role::Administrator => ("Administrator", "sets the house up; may do everything"),
        Role::Viewer => ("Viewer", "looks, and changes nothing"),
    }
}

fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "Their own cases",
        Scope::Team => "Cases of their teams",
        Scope::Unit => "Cases of their units",
        Scope::All => "Everything",
    }
}

/// `GET /settings/people/new`
async fn new(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let units = signed.staff.units.iter().take(1).map(ToString::to_string).collect();
    let text = PersonText {
        scope: Scope::Team.to_string(),
        roles: vec![Role::Agent.to_string()],
        units,
        ..PersonText::default()
    };
    form_page(&ctx, &signed, None, text, Errors::default()).await
}

/// `POST /settings/people`
async fn add(State(ctx): State<Context>, form: Form<PersonForm>) -> Result<Response, Problem> {
    let hours = hours(&ctx).await?;
    let text = form.value.text(&hours);
    match actions::add(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(added) => way_in_page(&form.by, &text.name, &added),
        Err(error) => {
            let errors = wrong_of(error)?;
            form_page(&ctx, &form.by, None, text, errors).await
        }
    }
}

/// `GET /settings/people/{id}`
async fn one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<StaffId>,
) -> Result<Response, Problem> {
    let person = actions::one(&ctx, &signed.staff, id).await?;
    let text = text_of(&person);
    form_page(&ctx, &signed, Some(&person), text, Errors::default()).await
}

/// `POST /settings/people/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<StaffId>,
    form: Form<PersonForm>,
) -> Result<Response, Problem> {
    let hours = hours(&ctx).await?;
    let text = form.value.text(&hours);
    let version = form_version(&form.value.version)?;
    match actions::change(&ctx, &form.by.staff, id, &text, version, &form.press).await {
        Ok(()) => Ok(go("/settings/people")),
        Err(error) => {
            let errors = wrong_of(error)?;
            let mut person = actions::one(&ctx, &form.by.staff, id).await?;
            person.version = version.unwrap_or(person.version);
            form_page(&ctx, &form.by, Some(&person), text, errors).await
        }
    }
}

/// `POST /settings/people/{id}/way-in`. Answered directly, because the link is told only here.
async fn give_way_in(
    State(ctx): State<Context>,
    Path(id): Path<StaffId>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let person = actions::one(&ctx, &form.by.staff, id).await?;
    let added = actions::give_way_in(&ctx, &form.by.staff, id, &form.press).await?;
    way_in_page(&form.by, &person.staff.name, &added)
}

/// `POST /settings/people/{id}/leaving`
async fn leave(
    State(ctx): State<Context>,
    Path(id): Path<StaffId>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    match actions::leave(&ctx, &form.by.staff, id, None, &form.press).await {
        Ok(()) => Ok(go("/settings/people")),
        Err(error) => {
            let errors = wrong_of(error)?;
            let person = actions::one(&ctx, &form.by.staff, id).await?;
            let text = text_of(&person);
            form_page(&ctx, &form.by, Some(&person), text, errors).await
        }
    }
}

/// `POST /settings/people/{id}/return`
async fn return_to_work(
    State(ctx): State<Context>,
    Path(id): Path<StaffId>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    actions::return_to_work(&ctx, &form.by.staff, id, &form.press).await?;
    Ok(go(&format!("/settings/people/{id}")))
}

async fn hours(ctx: &Context) -> Result<Hours, Problem> {
    agreed::hours(&ctx.store).await.map_err(Problem::ours)
}

fn way_in_page(signed: &SignedIn, name: &str, added: &Added) -> Result<Response, Problem> {
    let page = WayInPage {
        frame: frame(signed, "A way in", &Errors::default()),
        name: name.to_owned(),
        link: added.way_in.clone().unwrap_or_default(),
        id: added.id.to_string(),
    };
    show(&page, &Errors::default())
}

fn text_of(person: &Person) -> PersonText {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    PersonText {
        email: person.email.clone(),
        name: person.staff.name.clone(),
        roles: person.staff.roles.iter().map(ToString::to_string).collect(),
        scope: person.staff.scope.to_string(),
        units: person.staff.units.iter().map(ToString::to_string).collect(),
        teams: person.staff.teams.iter().map(ToString::to_string).collect(),
        out_from: moment(person.out_from),
        out_until: moment(person.out_until),
        stand_in: person.stand_in.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// Things to tick, as value and words; `on` are the values that are ticked.
fn choices(all: impl IntoIterator<Item = (String, String)>, on: &[String]) -> Vec<Choice> {
    let choice = |(value, words)| Choice { on: on.contains(&value), value, words };
    all.into_iter().map(choice).collect()
}

fn roles_of(text: &PersonText) -> Vec<Choice> {
    let roles = Role::ALL.iter().map(|role| {
        let (name, may) = role_words(*role);
        (role.to_string(), format!("{name}: {may}"))
    });
    choices(roles, &text.roles)
}

fn scopes_of(text: &PersonText, widest: Scope) -> Vec<Choice> {
    let scopes = Scope::ALL.iter().filter(|scope| **scope <= widest);
    let scopes = scopes.map(|scope| (scope.to_string(), scope_words(*scope).to_owned()));
    choices(scopes, std::slice::from_ref(&text.scope))
}

async fn form_page(
    ctx: &Context,
    signed: &SignedIn,
    person: Option<&Person>,
    text: PersonText,
    errors: Errors,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::ManageStaff).map_err(ChangeError::from)?;
    let hours = hours(ctx).await?;
    let units = unit::list(ctx, &signed.staff).await?;
    let teams = team::list(ctx, &signed.staff).await?;
    let colleagues = actions::list(ctx, &signed.staff, "", 200).await?;
    let own = person.map(|person| person.staff.id);
    let title = person.map_or("Add somebody", |person| person.staff.name.as_str());
    let unit_name = |id| units.iter().find(|unit| unit.id == id).map_or("", |unit| &unit.name);
    let teams = teams
        .iter()
        .map(|team| (team.id.to_string(), format!("{}, {}", team.name, unit_name(team.unit))));
    let stand_ins = colleagues
        .iter()
        .filter(|other| Some(other.staff.id) != own && other.left_at.is_none())
        .map(|other| (other.staff.id.to_string(), other.staff.name.clone()));
    let units = units.iter().map(|unit| (unit.id.to_string(), unit.name.clone()));
    let page = FormPage {
        frame: frame(signed, title, &errors),
        press: new_press(ctx),
        action: own.map_or("/settings/people".to_owned(), |id| format!("/settings/people/{id}")),
        is_new: person.is_none(),
        has_left: person.is_some_and(|person| person.left_at.is_some()),
        version: person.map(|person| person.version.to_string()).unwrap_or_default(),
        roles: roles_of(&text),
        scopes: scopes_of(&text, signed.staff.scope),
        teams: choices(teams, &text.teams),
        stand_ins: choices(stand_ins, std::slice::from_ref(&text.stand_in)),
        units: choices(units, &text.units),
        zone: hours.zone().iana_name().unwrap_or("UTC").to_owned(),
        text: PersonText {
            out_from: local_of(&text.out_from, &hours),
            out_until: local_of(&text.out_until, &hours),
            ..text
        },
        errors,
    };
    show(&page, &page.errors)
}
