//! `/api/v1/me` and `/api/v1/staff`.

use super::actions;
use super::rules::{Person, PersonText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::StaffId;
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Context;
use store::request_key::Press;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::{hashed, versioned};
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(list, create))
        .routes(routes!(one, replace, leave))
        .routes(routes!(give_way_in))
        .routes(routes!(return_to_work))
}

/// Whoever asks, and what they may.
#[derive(Serialize, ToSchema)]
struct Me {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// Their roles.
    roles: Vec<String>,
    /// `own`, `team`, `unit` or `all`.
    scope: String,
    /// Ids of their units.
    units: Vec<String>,
    /// Ids of their teams.
    teams: Vec<String>,
    /// What this token may do: their acts, narrowed to its own.
    acts: Vec<String>,
}

/// A member of staff as others see them.
#[derive(Serialize, ToSchema)]
struct StaffJson {
    /// The id.
    id: String,
    /// The name.
    name: String,
    /// The address they sign in with; only for who manages staff.
    email: Option<String>,
    /// Roles.
    roles: Vec<String>,
    /// `own`, `team`, `unit` or `all`; only for who manages staff.
    scope: Option<String>,
    /// Ids of units.
    units: Vec<String>,
    /// Ids of teams.
    teams: Vec<String>,
    /// `on`, `wrapping-up` or `away`.
    shift: String,
    /// Out of office from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    out_from: Option<Timestamp>,
    /// Out of office until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    out_until: Option<Timestamp>,
    /// The id of who stands in.
    stand_in: Option<String>,
    /// When they left; only for who manages staff.
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

/// A member of staff as they shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StaffBody {
    /// The address they sign in with.
    email: String,
    /// Their name.
    name: String,
    /// Roles: `agent`, `lead`, `insight`, `communications`, `administrator`, `viewer`.
    roles: Vec<String>,
    /// `own`, `team`, `unit` or `all`.
    scope: String,
    /// Ids of units.
    units: Vec<String>,
    /// Ids of teams.
    #[serde(default)]
    teams: Vec<String>,
    /// Out of office from then on: a moment such as `2026-12-24T15:00:00Z`.
    #[serde(default)]
    out_from: Option<String>,
    /// Out of office until then.
    #[serde(default)]
    out_until: Option<String>,
    /// The id of who stands in.
    #[serde(default)]
    stand_in: Option<String>,
}

/// Somebody who was added.
#[derive(Serialize, ToSchema)]
struct AddedJson {
    /// The id.
    id: String,
    /// The link by which they come in, for 72 hours; told once.
    way_in: Option<String>,
}

impl StaffBody {
    fn text(self) -> PersonText {
        PersonText {
            email: self.email,
            name: self.name,
            roles: self.roles,
            scope: self.scope,
            units: self.units,
            teams: self.teams,
            out_from: self.out_from.unwrap_or_default(),
            out_until: self.out_until.unwrap_or_default(),
            stand_in: self.stand_in.unwrap_or_default(),
        }
    }
}

fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn told(person: &Person, to: &Staff) -> StaffJson {
    let manages = to.has(Act::ManageStaff);
    StaffJson {
        id: person.staff.id.to_string(),
        name: person.staff.name.clone(),
        email: manages.then(|| person.email.clone()),
        roles: words(&person.staff.roles),
        scope: manages.then(|| person.staff.scope.to_string()),
        units: words(&person.staff.units),
        teams: words(&person.staff.teams),
        shift: person.shift.clone(),
        out_from: person.out_from,
        out_until: person.out_until,
        stand_in: person.stand_in.map(|id| id.to_string()),
        left_at: person.left_at.filter(|_| manages),
        version: person.version.unsigned_abs(),
    }
}

/// Who you are, and what this token may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "organisation", responses((status = 200, body = Me)))]
async fn me(bearer: Bearer, headers: HeaderMap) -> Response {
    let staff = &bearer.staff;
    let acts = Act::ALL.iter().filter(|act| staff.has(**act)).map(ToString::to_string);
    let me = Me {
        id: staff.id.to_string(),
        name: staff.name.clone(),
        roles: words(&staff.roles),
        scope: staff.scope.to_string(),
        units: words(&staff.units),
        teams: words(&staff.teams),
        acts: acts.collect(),
    };
    hashed(&headers, &me)
}

/// Colleagues by name: those of your units, or everybody where you see everything.
#[utoipa::path(get, path = "/api/v1/staff", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<StaffJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let after = query.after.as_deref().unwrap_or("");
    let people = actions::list(&ctx, &bearer.staff, after, i64::from(rows) + 1).await?;
    let people = people.iter().map(|person| told(person, &bearer.staff)).collect();
    let page = Page::of(people, rows, |person: &StaffJson| person.id.clone());
    Ok(page.answer(&headers, "/api/v1/staff"))
}

/// Adds somebody; the answer holds the link by which they come in.
#[utoipa::path(post, path = "/api/v1/staff", tag = "organisation", request_body = StaffBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = AddedJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<StaffBody>,
) -> Result<Response, Problem> {
    let added = actions::add(&ctx, &bearer.staff, &body.value.text(), &body.press).await?;
    let answer = AddedJson { id: added.id.to_string(), way_in: added.way_in };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// One person you manage.
#[utoipa::path(get, path = "/api/v1/staff/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 200, body = StaffJson),
        (status = 404, description = "nobody of yours")))]
async fn one(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<StaffId>,
) -> Result<Response, Problem> {
    let person = actions::one(&ctx, &bearer.staff, id).await?;
    let version = person.version.unsigned_abs();
    Ok(versioned(&headers, version, &told(&person, &bearer.staff)))
}

/// Changes somebody; `If-Match` refuses when somebody else changed them in between.
#[utoipa::path(put, path = "/api/v1/staff/{id}", tag = "organisation", request_body = StaffBody,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = StaffJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "what must be put right, by field")))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<StaffId>,
    body: Json<StaffBody>,
) -> Result<Response, Problem> {
    let version = house::page::version(body.if_match);
    let text = body.value.text();
    actions::change(&ctx, &bearer.staff, id, &text, version, &body.press).await?;
    let person = actions::one(&ctx, &bearer.staff, id).await?;
    let version = person.version.unsigned_abs();
    Ok(versioned(&HeaderMap::new(), version, &told(&person, &bearer.staff)))
}

/// Notes that somebody left: sessions, links and tokens end at once.
#[utoipa::path(delete, path = "/api/v1/staff/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 204, description = "they have left")))]
async fn leave(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<StaffId>,
) -> Result<StatusCode, Problem> {
    actions::leave(&ctx, &bearer.staff, id, None, &Press::none()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A body that says nothing: `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NothingMore {}

/// Makes a new way in for somebody who lost theirs: the password, sessions and links so far end.
#[utoipa::path(post, path = "/api/v1/staff/{id}/ways-in", tag = "organisation",
    request_body = NothingMore,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = AddedJson), (status = 404, description = "nobody of yours")))]
async fn give_way_in(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<StaffId>,
    body: Json<NothingMore>,
) -> Result<Response, Problem> {
    let NothingMore {} = body.value;
    let added = actions::give_way_in(&ctx, &bearer.staff, id, &body.press).await?;
    let answer = AddedJson { id: added.id.to_string(), way_in: added.way_in };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// Takes somebody back who had left.
#[utoipa::path(post, path = "/api/v1/staff/{id}/returns", tag = "organisation",
    request_body = NothingMore,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 200, body = StaffJson), (status = 404, description = "nobody of yours")))]
async fn return_to_work(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<StaffId>,
    body: Json<NothingMore>,
) -> Result<Response, Problem> {
    let NothingMore {} = body.value;
    actions::return_to_work(&ctx, &bearer.staff, id, &body.press).await?;
    let person = actions::one(&ctx, &bearer.staff, id).await?;
    let version = person.version.unsigned_abs();
    Ok(versioned(&HeaderMap::new(), version, &told(&person, &bearer.staff)))
}
