//! Customers: the list, and the whole relationship on one page (A9).

use crate::customer::actions;
use crate::customer::sql::{self, Row};
use crate::hint::api::HintBody;
use crate::hint::sql as hint_sql;
use crate::value::api::WorthBody;
use crate::value::sql as value_sql;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use domain::case::Closing;
use domain::id::CaseNumber;
use domain::permit::Act;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Context;
use store::scope::Reach;
use web::frame::{Place, StaffFrame};
use web::time_words::{Moment, moment};
use web::{Form, Path, Problem, Query, SignedIn, staff_frame};

/// Rows of the list.
const ROWS: u32 = 50;
/// Cases of one customer that are shown.
const CASES: u32 = 100;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/customers", get(list))
        .route("/customers/{number}", get(show))
        .route("/customers/{number}/addresses", post(add_address))
}

fn missing() -> Problem {
    Problem::missing("customer_missing", "There is no such customer among yours.")
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ListQuery {
    q: String,
    after: Option<String>,
    part: Option<String>,
}

struct Line {
    number: i64,
    name: String,
    language: String,
    since: i16,
    needs_care: bool,
}

#[derive(askama::Template)]
#[template(path = "customer/list.html")]
struct ListPage {
    frame: StaffFrame,
    q: String,
    lines: Vec<Line>,
    older: String,
    newest: String,
    words: String,
}

/// `GET /customers`
async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>, Problem> {
    signed.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| Problem::not_permitted())?;
    drop(query.part);
    let q: String = query.q.trim().chars().take(200).collect();
    let after = place(query.after.as_deref())?;
    let reach = Reach::from(&signed.staff);
    let mut rows = sql::page(&ctx.store, &reach, &q, &after, ROWS + 1).await?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let asked: String = url_encoded(&q);
    let cursor = rows.last().map(|row| url_encoded(&format!("{}\n{}", row.name, row.id)));
    let older = cursor.filter(|_| more).map(|c| format!("/customers?q={asked}&after={c}"));
    let lines: Vec<Line> = rows.iter().map(line).collect();
    web::page(&ListPage {
        frame: staff_frame(&signed, "Customers", Place::Customers),
        words: web::words::counted(lines.len() as u64, "customer", "customers"),
        older: older.unwrap_or_default(),
        newest: if query.after.is_some() { format!("/customers?q={asked}") } else { String::new() },
        lines,
        q,
    })
}

pub(crate) fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Where a page of the list begins: name and id of the last row before.
pub(crate) fn place(cursor: Option<&str>) -> Result<(String, String), Problem> {
    let Some(cursor) = cursor else { return Ok(Default::default()) };
    let (name, id) = cursor.split_once('\n').ok_or_else(|| {
        Problem::bad_request("cursor_unreadable", "Go back to the first page of the list.")
    })?;
    Ok((name.to_owned(), id.to_owned()))
}

fn line(row: &Row) -> Line {
    let since = Timestamp::from_millisecond(row.since_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    Line {
        number: row.number,
        name: row.name.clone(),
        language: row.language.clone(),
        since: since.to_zoned(TimeZone::UTC).year(),
        needs_care: row.needs_care != 0,
    }
}

struct CaseLine {
    number: String,
    subject: String,
    kind: String,
    how: String,
    agreed: bool,
    opened: Moment,
}

#[derive(askama::Template)]
#[template(path = "customer/show.html")]
struct ShowPage {
    frame: StaffFrame,
    line: Line,
    summary: String,
    identities: Vec<(String, String, bool)>,
    cases: Vec<CaseLine>,
    promises: String,
    wishes: String,
    press: String,
    may_refute: bool,
    may_add: bool,
    press_to_add: String,
    address: String,
    worth: Option<Worth>,
    hints: Vec<HintBody>,
}

/// What they are worth, in words.
struct Worth {
    value: String,
    at_risk: String,
    formula: String,
}

async fn worth(ctx: &Context, customer: &str) -> Result<Option<Worth>, Problem> {
    let Some(value) = value_sql::value_for_checked(&ctx.store, customer).await? else {
        return Ok(None);
    };
    let worst = value_sql::worst_open_for_checked(&ctx.store, customer).await?;
    let body = WorthBody::of(value, worst);
    let money = |minor: i64| web::words::money(minor, &body.currency);
    Ok(Some(Worth {
        value: format!(
            "{} ({} to {}), more than {:.0} % of customers",
            money(body.expected_minor),
            money(body.low_minor),
            money(body.high_minor),
            body.lower_share * 100.0
        ),
        at_risk: match worst {
            None => "nothing: no complaint is open".to_owned(),
            Some(_) => {
                format!("{}, assumed from the worst open complaint", money(body.at_risk_minor))
            }
        },
        formula: body.formula,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneAddress {
    email: String,
}

/// `POST /customers/{number}/addresses`
async fn add_address(
    State(ctx): State<Context>,
    Path(number): Path<i64>,
    form: Form<OneAddress>,
) -> Result<Redirect, Problem> {
    let email = &form.value.email;
    actions::add_address(&ctx, &form.by.staff, number, email, &form.press).await?;
    Ok(Redirect::to(&format!("/customers/{number}")))
}

/// An address that stands in the form already, from a visiting card.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Suggested {
    address: String,
}

/// `GET /customers/{number}`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<i64>,
    Query(suggested): Query<Suggested>,
) -> Result<Html<String>, Problem> {
    signed.staff.permit_anywhere(Act::ReadCustomer).map_err(|_| missing())?;
    let reach = Reach::from(&signed.staff);
    let row = sql::one(&ctx.store, &reach, number).await?.ok_or_else(missing)?;
    let identities = sql::identities_for_checked(&ctx.store, &row.id).await?;
    let cases = sql::cases(&ctx.store, &reach, &row.id, CASES).await?;
    let promises = sql::promises_for_checked(&ctx.store, &row.id).await?;
    let zone = TimeZone::get(&signed.preferences.zone).unwrap_or(TimeZone::UTC);
    let now = ctx.now();
    let cases: Vec<CaseLine> = cases
        .into_iter()
        .map(|case| {
            let at = Timestamp::from_millisecond(case.opened_at_ms).unwrap_or(now);
            let closing = case.closing.as_deref().and_then(Closing::from_word);
            CaseLine {
                number: CaseNumber(case.number).to_string(),
                subject: case.subject,
                kind: case.kind,
                how: closing
                    .map_or(case.stage, |closing| closing.as_str().to_owned())
                    .replace('_', " "),
                agreed: closing == Some(Closing::Confirmed),
                opened: moment(now, at, &zone),
            }
        })
        .collect();
    let hints = hint_sql::all_for_checked(&ctx.store, &row.id).await?;
    web::page(&ShowPage {
        press: web::new_press(&ctx),
        may_refute: signed.staff.has(Act::HandleCase),
        may_add: signed.staff.has(Act::HandleCase),
        press_to_add: web::new_press(&ctx),
        address: suggested.address.chars().take(254).collect(),
        worth: worth(&ctx, &row.id).await?,
        hints: hints.into_iter().filter_map(|hint| HintBody::of(hint, now)).collect(),
        frame: staff_frame(&signed, row.name.clone(), Place::Customers),
        summary: summary(&row, &cases),
        identities: identities
            .into_iter()
            .map(|(kind, value, verified)| (kind, value, verified.is_some()))
            .collect(),
        promises: promise_words(&promises),
        wishes: row.wishes.clone(),
        line: line(&row),
        cases,
    })
}

fn summary(row: &Row, cases: &[CaseLine]) -> String {
    let agreed = cases.iter().filter(|case| case.agreed).count();
    match (cases.len(), agreed) {
        (0, _) => format!("We know {} and have no case yet.", row.name),
        (1, _) => "First contact so far.".to_owned(),
        (all, agreed) => {
            format!("{all} cases so far; they said that {agreed} of them were solved.")
        }
    }
}

fn promise_words(promises: &[(String, i64)]) -> String {
    if promises.is_empty() {
        return "None made yet.".to_owned();
    }
    let words = promises.iter().map(|(state, n)| format!("{n} {}", state.replace('_', " ")));
    words.collect::<Vec<_>>().join(" · ")
}
