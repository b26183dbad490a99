//! Customers for programs.

use crate::customer::actions::{self, Who, recognise};
use crate::customer::pages::{place, url_encoded};
use crate::customer::rules;
use crate::customer::sql::{self, Row};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::UnitId;
use domain::permit::{Act, Scope, Staff};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::scope::Reach;
use store::{Context, Once};
use utoipa::OpenApi;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/api/v1/customers", get(list_customers).post(meet_customer))
        .route("/api/v1/customers/{number}", get(read_customer))
        .route("/api/v1/customers/{number}/addresses", post(add_address))
}

#[derive(OpenApi)]
#[openapi(paths(
    list_customers,
    meet_customer,
    read_customer,
    add_address,
    crate::value::api::read_value,
    crate::value::api::keep_orders,
    crate::hint::api::list_hints,
    crate::hint::api::refute_hint
))]
struct Described;

/// What the addresses of this noun take and give, as OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Described::openapi()
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
    /// When they were first heard.
    since: String,
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
            since: Timestamp::from_millisecond(row.since_ms)
                .unwrap_or(Timestamp::UNIX_EPOCH)
                .to_string(),
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
    let path = format!("/api/v1/customers?limit={most}&q={}", url_encoded(q.trim()));
    Ok(Page::of(rows, most, cursor).answer(&headers, &path))
}

/// Somebody to be met. One of `name`, `email`, `phone` and `reference` must be there.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewCustomerBody {
    /// The id of a unit of yours: two units do not know each other's customers.
    unit: String,
    /// Their name.
    name: String,
    /// Their e-mail address.
    email: String,
    /// Their telephone number.
    phone: String,
    /// The company's own number of them.
    reference: String,
    /// ISO 639-1 code of their language.
    language: String,
}

impl NewCustomerBody {
    /// The unit and the person, once every field was found to be right.
    fn read(self) -> Result<(UnitId, Who), Problem> {
        let mut problem = Problem::refused("fields_refused", "Some fields must be put right.");
        let all = [&self.name, &self.email, &self.phone, &self.reference];
        if all.iter().all(|text| rules::one_line(text).is_empty()) {
            problem = problem.at("/name", "Give a name, an address or a number.");
        }
        if !self.email.is_empty() && rules::email(&self.email).is_none() {
            problem = problem.at("/email", "Give an e-mail address like name@example.com.");
        }
        if !self.phone.is_empty() && rules::phone(&self.phone).is_none() {
            problem = problem.at("/phone", "Give a telephone number like +47 22 33 44 55.");
        }
        let code = self.language.as_str();
        let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase());
        if !code.is_empty() && !is_code {
            problem = problem.at("/language", "Give a code of two letters, such as en.");
        }
        let Ok(unit) = self.unit.parse() else {
            return Err(problem.at("/unit", "Give the id of a unit of yours."));
        };
        if !problem.errors.is_empty() {
            return Err(problem);
        }
        // What a program says of somebody is claimed, not proved.
        let NewCustomerBody { name, email, phone, reference, language, .. } = self;
        Ok((unit, Who { name, email, phone, reference, language, ..Who::default() }))
    }
}

/// Whether people of this unit are theirs to meet.
pub(crate) async fn is_of(ctx: &Context, staff: &Staff, unit: UnitId) -> Result<bool, Problem> {
    if staff.scope != Scope::All {
        return Ok(staff.units.contains(&unit));
    }
    Ok(sql::is_unit(&ctx.store, unit).await?)
}

/// Finds the customer who is known by one of these addresses, or makes one. An address that nobody
/// proved is never added to somebody we know.
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = NewCustomerBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = CustomerBody),
        (status = 403, description = "Your roles do not include `open_case`."),
        (status = 422, description = "Fields must be put right; `errors` names each.")),
    security(("token" = [])))]
pub async fn meet_customer(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<NewCustomerBody>,
) -> Result<Response, Problem> {
    for act in [Act::OpenCase, Act::ReadCustomer] {
        by.staff.permit_anywhere(act).map_err(|_| Problem::not_permitted())?;
    }
    let (unit, who) = body.value.read()?;
    if !is_of(&ctx, &by.staff, unit).await? {
        let says = "There is no such unit of yours.";
        return Err(Problem::refused("fields_refused", says).at("/unit", says));
    }
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let number = match tx.once::<i64>(&body.press, now).await? {
        Once::Done(number) => number,
        Once::OtherBody => {
            let says = "This key was used for another request. Use a new one.";
            return Err(Problem::refused("key_used_otherwise", says));
        }
        Once::New => {
            let customer = recognise(&mut tx, &ctx, now, unit, &who).await?;
            let number = sql::number_of(&mut tx, customer).await?;
            tx.done_once(&body.press, &number).await?;
            tx.commit().await?;
            number
        }
    };
    let reach = Reach::from(&by.staff);
    answer(&ctx, &reach, &HeaderMap::new(), number).await
}

/// Reads one customer.
#[utoipa::path(get, path = "/api/v1/customers/{number}", tag = "customers",
    params(("number" = i64, Path, description = "The customer's number")),
    responses((status = 200, body = CustomerBody),
        (status = 404, description = "No such customer among yours")),
    security(("token" = [])))]
pub async fn read_customer(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    by.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| missing())?;
    answer(&ctx, &Reach::from(&by.staff), &headers, number).await
}

/// An address that letters go to from now on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressBody {
    /// One e-mail address.
    #[schema(example = "amara@example.org")]
    email: String,
}

/// Has letters to a customer go to one more e-mail address from now on. It proves nothing about
/// who writes from there.
#[utoipa::path(post, path = "/api/v1/customers/{number}/addresses", tag = "customers",
    request_body = AddressBody,
    params(("number" = i64, Path, description = "The customer's number"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 204, description = "Letters go there"),
        (status = 404, description = "No such customer among yours"),
        (status = 422, description = "It is no address, or another customer's")),
    security(("token" = [])))]
pub async fn add_address(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<i64>,
    body: Json<AddressBody>,
) -> Result<StatusCode, Problem> {
    actions::add_address(&ctx, &by.staff, number, &body.value.email, &body.press).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn missing() -> Problem {
    Problem::missing("customer_missing", "There is no such customer among yours.")
}

async fn answer(
    ctx: &Context,
    reach: &Reach,
    headers: &HeaderMap,
    number: i64,
) -> Result<Response, Problem> {
    let row = sql::one(&ctx.store, reach, number).await?.ok_or_else(missing)?;
    let identities = sql::identities_for_checked(&ctx.store, &row.id).await?;
    let mut body = CustomerBody::from(row);
    body.identities = identities
        .into_iter()
        .map(|(kind, value, at)| IdentityBody { kind, value, verified: at.is_some() })
        .collect();
    Ok(web::json::hashed(headers, &body))
}
