//! `/api/v1/teams`.

use super::actions;
use super::rules::{Team, TeamText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::TeamId;
use domain::permit::Staff;
use house::change::ChangeError;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::versioned;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(one, replace))
}

/// People who work on the same cases.
#[derive(Serialize, ToSchema)]
struct TeamJson {
    /// The id.
    id: String,
    /// The name; customers read it.
    name: String,
    /// The id of its unit.
    unit: String,
    /// The number customers may call; empty when there is none.
    phone: String,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

/// A team as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamBody {
    /// The name.
    name: String,
    /// The id of its unit.
    unit: String,
    /// The number customers may call.
    #[serde(default)]
    phone: String,
}

impl From<Team> for TeamJson {
    fn from(team: Team) -> TeamJson {
        TeamJson {
            id: team.id.to_string(),
            name: team.name,
            unit: team.unit.to_string(),
            phone: team.phone,
            version: team.version.unsigned_abs(),
        }
    }
}

impl TeamBody {
    fn text(self) -> TeamText {
        TeamText { name: self.name, unit: self.unit, phone: self.phone }
    }
}

/// The teams of units you see, by name.
#[utoipa::path(get, path = "/api/v1/teams", tag = "organisation", params(PageQuery),
    responses((status = 200, body = Page<TeamJson>)))]
async fn list(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let teams = actions::list(&ctx, &bearer.staff).await?;
    let teams: Vec<TeamJson> = teams.into_iter().map(TeamJson::from).collect();
    let teams = house::page::after(teams, query.after.as_deref(), |team| &team.id);
    let page = Page::of(teams, rows, |team: &TeamJson| team.id.clone());
    Ok(page.answer(&headers, "/api/v1/teams"))
}

/// Makes a team in a unit of yours.
#[utoipa::path(post, path = "/api/v1/teams", tag = "organisation", request_body = TeamBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "your own id of it")),
    responses((status = 201, body = TeamJson),
        (status = 422, description = "what must be put right, by field")))]
async fn create(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<TeamBody>,
) -> Result<Response, Problem> {
    let id = actions::add(&ctx, &bearer.staff, &body.value.text(), &body.press).await?;
    let team = find(&ctx, &bearer.staff, id).await?;
    Ok((StatusCode::CREATED, axum::Json(TeamJson::from(team))).into_response())
}

/// One team you see.
#[utoipa::path(get, path = "/api/v1/teams/{id}", tag = "organisation",
    params(("id" = String, Path)), responses((status = 200, body = TeamJson)))]
async fn one(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
    Path(id): Path<TeamId>,
) -> Result<Response, Problem> {
    let team = TeamJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&headers, team.version, &team))
}

/// Changes a team; `If-Match` refuses when somebody else changed it in between.
#[utoipa::path(put, path = "/api/v1/teams/{id}", tag = "organisation", request_body = TeamBody,
    params(("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = TeamJson), (status = 412, description = "changed meanwhile")))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    Path(id): Path<TeamId>,
    body: Json<TeamBody>,
) -> Result<Response, Problem> {
    let version = house::page::version(body.if_match);
    let text = body.value.text();
    actions::change(&ctx, &bearer.staff, id, &text, version, &body.press).await?;
    let team = TeamJson::from(find(&ctx, &bearer.staff, id).await?);
    Ok(versioned(&HeaderMap::new(), team.version, &team))
}

async fn find(ctx: &Context, staff: &Staff, id: TeamId) -> Result<Team, ChangeError> {
    let teams = actions::list(ctx, staff).await?;
    teams.into_iter().find(|team| team.id == id).ok_or(ChangeError::Missing)
}
