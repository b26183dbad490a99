//! `/settings/record`: who changed what in the house.

use super::api::may_read;
use super::rules::What;
use super::sql;
use crate::agreed;
use crate::page::{Errors, frame, show};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::event::Actor;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Context, StoreError};
use web::frame::StaffFrame;
use web::{Problem, Query, SignedIn};

/// The addresses of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/settings/record", get(record))
}

const ROWS: usize = 50;

struct Row {
    n: i64,
    when: web::time_words::Moment,
    who: String,
    what: &'static str,
    thing: String,
    /// Field, before, after; only what differs.
    changes: Vec<(String, String, String)>,
}

#[derive(askama::Template)]
#[template(path = "settings/record.html")]
struct RecordPage {
    frame: StaffFrame,
    rows: Vec<Row>,
    older: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordQuery {
    before: Option<i64>,
}

/// `GET /settings/record`
async fn record(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<RecordQuery>,
) -> Result<Response, Problem> {
    may_read(&signed.staff)?;
    let rows = rows(&ctx, query.before).await.map_err(Problem::ours)?;
    let last = rows.last().filter(|last| rows.len() == ROWS && last.n > 1);
    let older = last.map(|last| format!("/settings/record?before={}", last.n)).unwrap_or_default();
    let errors = Errors::default();
    show(&RecordPage { frame: frame(&signed, "Record", &errors), rows, older }, &errors)
}

async fn rows(ctx: &Context, before: Option<i64>) -> Result<Vec<Row>, StoreError> {
    let now = ctx.now();
    let hours = agreed::hours(&ctx.store).await?;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut rows = Vec::new();
    for stored in sql::latest(&ctx.store, before, ROWS as i64).await? {
        let entry = stored.entry()?;
        let who = match &entry.actor {
            Actor::Staff(id) => name_of(ctx, &mut names, &id.to_string()).await?,
            Actor::Customer(_) => "A customer".to_owned(),
            Actor::Rule(rule) => format!("The {rule} line"),
        };
        rows.push(Row {
            n: entry.n,
            when: web::time_words::moment(now, entry.at, hours.zone()),
            who,
            what: words_of(entry.what),
            thing: name_of(ctx, &mut names, &entry.thing).await?,
            changes: changes(&entry.before, &entry.after),
        });
    }
    Ok(rows)
}

/// The name of a person, or the thing as it is named.
async fn name_of(
    ctx: &Context,
    names: &mut BTreeMap<String, String>,
    thing: &str,
) -> Result<String, StoreError> {
    if let Some(name) = names.get(thing) {
        return Ok(name.clone());
    }
    let name = sql::name_of_person(&ctx.store, thing).await?.unwrap_or_else(|| thing.to_owned());
    names.insert(thing.to_owned(), name.clone());
    Ok(name)
}

fn words_of(what: What) -> &'static str {
    match what {
        What::HouseOpened => "opened the house",
        What::UnitAdded => "added a unit",
        What::UnitChanged => "changed a unit",
        What::TeamAdded => "added a team",
        What::TeamChanged => "changed a team",
        What::LabelAdded => "added a label",
        What::LabelChanged => "changed a label",
        What::TopicAdded => "added a topic",
        What::TopicChanged => "changed a topic",
        What::ReplyTextAdded => "added a reply text",
        What::ReplyTextChanged => "changed a reply text",
        What::StaffAdded => "added",
        What::StaffChanged => "changed",
        What::StaffLeft => "noted that somebody left:",
        What::StaffReturned => "took back",
        What::PasswordSet => "set the password of",
        What::WayInMade => "made a way in for",
        What::SignedIn => "signed in:",
        What::SessionEnded => "ended a session of",
        What::TokenMade => "made a token",
        What::TokenEnded => "ended a token",
        What::MailboxSetUp => "set up the mailbox",
        What::MailboxEnded => "ended the mailbox",
        What::RelaySetUp => "named the mail server for our letters",
        What::RelayEnded => "took away the mail server for our letters",
        What::MailKeyRotated => "changed the key that signs our letters to",
        What::CustomerAddressAdded => "gave an address of the customer",
        What::PolicyChanged => "changed the policy",
    }
}

fn changes(before: &Value, after: &Value) -> Vec<(String, String, String)> {
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
            fields.sort();
            fields.dedup();
            let differ = fields.into_iter().filter(|field| old.get(*field) != new.get(*field));
            differ.map(|f| (f.replace('_', " "), text(old.get(f)), text(new.get(f)))).collect()
        }
        (Value::Null, _) | (_, Value::Null) => vec![],
        (old, new) => vec![(String::new(), text(Some(old)), text(Some(new)))],
    }
}
