//! Customers for programs.

use crate::customer::pages::place;
use crate::customer::sql::{self, Row};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use web::{Bearer, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/api/v1/customers", get(list_customers))
        .route("/api/v1/customers/{number}", get(read_customer))
}

/// A customer for programs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CustomerBody {
    /// Id.
    id: String,
    /// The number people say.
    number: i64,
    /// Name as shown.
    name: String,
    /// ISO 639-1 code, or empty.
    language: String,
    /// When they were first heard, in milliseconds since 1970-01-01 UTC.
    since_ms: i64,
    /// Whether they told us that they need extra care.
    needs_care: bool,
    /// How we know them; only when one customer is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identities: Vec<IdentityBody>,
}

/// A way we know a customer by.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IdentityBody {
    /// `email`, `phone`, `handle`, `reference`.
    kind: String,
    /// The value in its one spelling.
    value: String,
    /// Whether it was proved to be theirs.
    verified: bool,
}

impl From<Row> for CustomerBody {
    fn from(row: Row) -> Self {
        CustomerBody {
            id: row.id,
            number: row.number,
            name: row.name,
            language: row.language,
            since_ms: row.since_ms,
            needs_care: row.needs_care != 0,
            identities: Vec::new(),
        }
    }
}

/// Which customers.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct CustomersQuery {
    /// Name or address begins with this.
    q: String,
    /// Rows, at most 200.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// Lists customers by name.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(CustomersQuery),
    responses((status = 200, body = Page<CustomerBody>)), security(("token" = [])))]
pub async fn list_customers(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<CustomersQuery>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| Problem::not_permitted())?;
    let CustomersQuery { q, limit, after } = query;
    let most = PageQuery { limit, after: None }.rows()?;
    let decoded = after.map(|cursor| {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    });
    let after = place(decoded.as_deref())?;
    let reach = Reach::from(&by.staff);
    let rows = sql::page(&ctx.store, &reach, q.trim(), &after, most + 1).await?;
    let rows: Vec<CustomerBody> = rows.into_iter().map(CustomerBody::from).collect();
    let cursor = |row: &CustomerBody| URL_SAFE_NO_PAD.encode(format!("{}\n{}", row.name, row.id));
    Ok(Page::of(rows, most, cursor).answer(&headers, "/api/v1/customers"))
}

/// Reads one customer.
#[utoipa::path(get, path = "/api/v1/customers/{number}", tag = "customers",
    params(("number" = i64, Path, description = "The customer's number")),
    responses((status = 200, body = CustomerBody), (status = 404, description = "No such customer among yours")),
    security(("token" = [])))]
pub async fn read_customer(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    let missing = || Problem::missing("customer_missing", "There is no such customer among yours.");
    by.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| missing())?;
    let reach = Reach::from(&by.staff);
    let row = sql::one(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let identities = sql::identities_for_checked(&ctx.store, &row.id).await?;
    let mut body = CustomerBody::from(row);
    body.identities = identities
        .into_iter()
        .map(|(kind, value, at)| IdentityBody { kind, value, verified: at.is_some() })
        .collect();
    Ok(web::json::hashed(&headers, &body))
}
