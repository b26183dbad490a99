//! Orders, contracts and values for programs.

use crate::customer::api::is_of;
use crate::value::rules::Row;
use crate::value::sql::{self, ValueRow};
use crate::value::{actions, rules};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Router, routing::get, routing::post};
use domain::id::UnitId;
use domain::permit::Act;
use jiff::Timestamp;
use reading::value::at_risk;
use serde::{Deserialize, Serialize};
use store::scope::Reach;
use store::{Context, Once};
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/api/v1/customers/{number}/value", get(read_value))
        .route("/api/v1/orders", post(keep_orders))
}

/// What a customer is worth.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WorthBody {
    /// `orders` (BG/NBD and Gamma-Gamma) or `contract`.
    pub(crate) method: String,
    /// What to expect, in minor units: within 52 weeks by orders, over its life by contract.
    pub(crate) expected_minor: i64,
    /// Nine of ten such customers bring at least that.
    pub(crate) low_minor: i64,
    /// Nine of ten such customers bring at most that.
    pub(crate) high_minor: i64,
    /// ISO 4217.
    pub(crate) currency: String,
    /// Share of the unit's customers who are worth less, 0 to 1.
    pub(crate) lower_share: f64,
    /// What is at risk while a complaint is open: an assumption, by its severity.
    pub(crate) at_risk_minor: i64,
    /// How it came about.
    pub(crate) formula: String,
    /// When it was worked out.
    pub(crate) worked_out_at: String,
}

impl WorthBody {
    pub(crate) fn of(row: ValueRow, worst_open: Option<i64>) -> WorthBody {
        let severity = worst_open.map(|level| u8::try_from(level).unwrap_or(0));
        let at = Timestamp::from_millisecond(row.worked_out_at_ms);
        WorthBody {
            at_risk_minor: severity.map_or(0, |level| at_risk(row.expected_minor, level)),
            method: row.method,
            expected_minor: row.expected_minor,
            low_minor: row.low_minor,
            high_minor: row.high_minor,
            currency: row.currency,
            lower_share: row.lower_share,
            formula: row.formula,
            worked_out_at: at.unwrap_or(Timestamp::UNIX_EPOCH).to_string(),
        }
    }
}

/// Reads what a customer is worth: from orders, or from contracts where there are some. 404 too
/// where nothing is known of either. It changes nobody's place in the queue, clock or remedy.
#[utoipa::path(get, path = "/api/v1/customers/{number}/value", tag = "customers",
    params(("number" = i64, Path, description = "The customer's number")),
    responses((status = 200, body = WorthBody)), security(("token" = [])))]
pub async fn read_value(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    let missing = || Problem::missing("value_missing", "Nothing is known of what they are worth.");
    by.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| missing())?;
    let reach = Reach::from(&by.staff);
    let row = crate::customer::sql::one(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let value = sql::value_for_checked(&ctx.store, &row.id).await?.ok_or_else(missing)?;
    let worst = sql::worst_open_for_checked(&ctx.store, &row.id).await?;
    Ok(web::json::hashed(&headers, &WorthBody::of(value, worst)))
}

/// An order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrderBody {
    /// The company's own number of it; the same again is the same order.
    order: String,
    /// An e-mail address, or the company's own number of the customer.
    customer: String,
    /// Money: `12.50`.
    amount: String,
    /// ISO 4217.
    currency: String,
    /// A day or a moment.
    at: String,
}

/// A contract.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContractBody {
    /// The company's own number of it; the same again is the same contract.
    contract: String,
    /// An e-mail address, or the company's own number of the customer.
    customer: String,
    /// What a month brings: `12.50`.
    margin: String,
    /// ISO 4217.
    currency: String,
    /// The share that stays each month: `0.98`.
    retention: String,
    /// Since when: a day or a moment.
    since: String,
    /// When it ended.
    #[serde(default)]
    ended: String,
}

/// Orders and contracts, together at most 500.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrdersBody {
    /// The id of a unit of yours.
    unit: String,
    /// Orders.
    #[serde(default)]
    orders: Vec<NewOrderBody>,
    /// Contracts.
    #[serde(default)]
    contracts: Vec<NewContractBody>,
}

impl OrdersBody {
    fn read(&self) -> Result<(UnitId, Vec<Row>), Problem> {
        let mut problem = Problem::refused("fields_refused", "Some fields must be put right.");
        let mut rows = Vec::new();
        let n = self.orders.len() + self.contracts.len();
        if n == 0 || n > actions::AT_ONCE {
            problem = problem.at("/orders", "Give 1 to 500 orders and contracts.");
        }
        for (n, order) in self.orders.iter().enumerate() {
            match order.row() {
                Ok(row) => rows.push(row),
                Err(why) => problem = problem.at(format!("/orders/{n}"), why),
            }
        }
        for (n, contract) in self.contracts.iter().enumerate() {
            match contract.row() {
                Ok(row) => rows.push(row),
                Err(why) => problem = problem.at(format!("/contracts/{n}"), why),
            }
        }
        let Ok(unit) = self.unit.parse() else {
            return Err(problem.at("/unit", "Give the id of a unit of yours."));
        };
        if problem.errors.is_empty() { Ok((unit, rows)) } else { Err(problem) }
    }
}

impl NewOrderBody {
    fn row(&self) -> Result<Row, String> {
        rules::row(|name| match name {
            "order" => self.order.clone(),
            "customer" => self.customer.clone(),
            "amount" => self.amount.clone(),
            "currency" => self.currency.clone(),
            "at" => self.at.clone(),
            _ => String::new(),
        })
    }
}

impl NewContractBody {
    fn row(&self) -> Result<Row, String> {
        rules::row(|name| match name {
            "contract" => self.contract.clone(),
            "customer" => self.customer.clone(),
            "margin" => self.margin.clone(),
            "currency" => self.currency.clone(),
            "retention" => self.retention.clone(),
            "since" => self.since.clone(),
            "ended" => self.ended.clone(),
            _ => String::new(),
        })
    }
}

/// What was kept.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BroughtIn {
    /// How many orders and contracts.
    kept: usize,
}

/// Keeps orders and contracts of customers, who are found or made. What customers are worth is
/// worked out of them in the night.
#[utoipa::path(post, path = "/api/v1/orders", tag = "customers", request_body = OrdersBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = BroughtIn)), security(("token" = [])))]
pub async fn keep_orders(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<OrdersBody>,
) -> Result<axum::Json<BroughtIn>, Problem> {
    by.staff.permit_anywhere(Act::Import).map_err(|_| Problem::not_permitted())?;
    let (unit, rows) = body.value.read()?;
    if !is_of(&ctx, &by.staff, unit).await? {
        let says = "Some fields must be put right.";
        return Err(
            Problem::refused("fields_refused", says).at("/unit", "Give the id of a unit of yours.")
        );
    }
    let kept = BroughtIn { kept: rows.len() };
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<BroughtIn>(&body.press, now).await? {
        Once::New => {}
        Once::Done(kept) => return Ok(axum::Json(kept)),
        Once::OtherBody => {
            let says = "This was already sent with other content.";
            return Err(Problem::refused("key_used_otherwise", says));
        }
    }
    actions::keep_rows_in(&mut tx, &ctx, unit, &rows).await?;
    tx.done_once(&body.press, &kept).await?;
    tx.commit().await?;
    Ok(axum::Json(kept))
}
