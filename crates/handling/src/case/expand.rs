//! What comes along with cases that programs read: customers, promises, and of one case all of it.

use desk::api::unreadable;
use desk::case::body::{CaseBody, IdentityPart, KnownBody};
use desk::message::body::{MessageBody, NoteBody};
use desk::offer::body::OfferBody;
use desk::promise::body::PromiseBody;
use desk::view::promises::of_cases;
use desk::view::queue::QueueRow;
use desk::view::record;
use domain::id::CaseNumber;
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::FromRow;
use std::collections::HashMap;
use store::scope::Reach;
use store::{Context, Doing, Sql, Store, StoreError, on};
use utoipa::ToSchema;
use web::Problem;
use web::json::PAGE_MOST;

/// What may come along with every case of a list.
pub(crate) const OF_MANY: &[&str] = &["customer", "promises"];
/// What may come along with one case.
pub(crate) const OF_ONE: &[&str] = &["customer", "promises", "messages", "notes", "offers"];

/// What was asked to come along.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expand<'a>(&'a str);

impl<'a> Expand<'a> {
    /// Reads `customer,promises`. Who may not read customers is refused them by name.
    pub(crate) fn read(text: &'a str, known: &[&str], by: &Staff) -> Result<Expand<'a>, Problem> {
        let expand = Expand(text);
        if expand.parts().any(|part| !known.contains(&part)) {
            let says = format!("Give any of {}, with commas between.", known.join(", "));
            return Err(unreadable("expand", &says));
        }
        if expand.has("customer") {
            by.permit_anywhere(Act::ReadCustomer).map_err(|_| Problem::not_permitted())?;
        }
        Ok(expand)
    }

    fn parts(self) -> impl Iterator<Item = &'a str> {
        self.0.split(',').filter(|part| !part.is_empty())
    }

    fn has(self, name: &str) -> bool {
        self.parts().any(|part| part == name)
    }
}

/// A case with what hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeCaseBody {
    #[serde(flatten)]
    case: CaseBody,
    /// Messages in both directions, oldest first; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<MessageBody>>,
    /// Private notes, oldest first; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<NoteBody>>,
    /// Promises, oldest first; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    promises: Option<Vec<PromiseBody>>,
    /// Offers, oldest first; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Vec<OfferBody>>,
}

/// The cases of a list with what was asked to come along: one look at the store a kind of it.
pub(crate) async fn many(
    ctx: &Context,
    reach: &Reach,
    rows: Vec<QueueRow>,
    expand: Expand<'_>,
) -> Result<Vec<WholeCaseBody>, StoreError> {
    let numbers: Vec<CaseNumber> = rows.iter().map(|row| row.case.number).collect();
    let mut promises: HashMap<CaseNumber, Vec<PromiseBody>> = HashMap::new();
    if expand.has("promises") {
        for line in of_cases(ctx, reach, &numbers).await? {
            promises.entry(line.case).or_default().push(PromiseBody::from(line));
        }
    }
    let mut known = HashMap::new();
    if expand.has("customer") {
        let ids = rows.iter().map(|row| row.case.customer.to_string()).collect::<Vec<_>>();
        known = customers_for_checked(&ctx.store, &ids).await?;
    }
    let has_promises = expand.has("promises");
    let whole = |row: QueueRow| {
        let promises = promises.remove(&row.case.number).unwrap_or_default();
        let mut case = CaseBody::from(row);
        case.customer.known = known.get(&case.customer.id).cloned();
        WholeCaseBody {
            case,
            promises: has_promises.then_some(promises),
            messages: None,
            notes: None,
            offers: None,
        }
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// One case with what was asked to come along; at most 200 of each.
pub(crate) async fn one(
    ctx: &Context,
    reach: &Reach,
    row: QueueRow,
    expand: Expand<'_>,
) -> Result<Option<WholeCaseBody>, StoreError> {
    let (id, store) = (row.case.id, &ctx.store);
    let Some(mut whole) = many(ctx, reach, vec![row], expand).await?.pop() else { return Ok(None) };
    if let Some(promises) = &mut whole.promises {
        promises.truncate(PAGE_MOST as usize);
    }
    if expand.has("messages") {
        let rows = record::messages_for_checked(store, id, 0, PAGE_MOST).await?;
        whole.messages = Some(rows.into_iter().map(MessageBody::from).collect());
    }
    if expand.has("notes") {
        let rows = record::notes_for_checked(store, id, 0, PAGE_MOST).await?;
        whole.notes = Some(rows.into_iter().map(NoteBody::from).collect());
    }
    if expand.has("offers") {
        let offers = record::offers_for_checked(store, id).await?;
        whole.offers = Some(offers.into_iter().map(OfferBody::from).collect());
    }
    Ok(Some(whole))
}

#[derive(FromRow)]
struct Row {
    id: String,
    number: i64,
    language: String,
    since_ms: i64,
    needs_care: i64,
    kind: Option<String>,
    value: Option<String>,
}

/// Customers by their ids; for cases that the reader may see.
async fn customers_for_checked(
    store: &Store,
    ids: &[String],
) -> Result<HashMap<String, KnownBody>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT u.id, u.number, u.language, u.since_ms, u.needs_care, i.kind, i.value
            FROM customer u LEFT JOIN identity i ON i.customer_id = u.id
            WHERE u.id IN (SELECT value FROM json_each($1)) ORDER BY u.id, i.kind, i.value",
        postgres: "
            SELECT u.id, u.number, u.language, u.since_ms, u.needs_care, i.kind, i.value
            FROM customer u LEFT JOIN identity i ON i.customer_id = u.id
            WHERE u.id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY u.id, i.kind, i.value",
    };
    let doing = "reading the customers of cases";
    let ids = serde_json::to_string(ids).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = store.text(SQL);
    let rows: Vec<Row> =
        on!(Store store, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)?;
    let mut known: HashMap<String, KnownBody> = HashMap::new();
    for row in rows {
        let since = Timestamp::from_millisecond(row.since_ms);
        let since = since.map_err(|error| StoreError::unreadable(doing, error))?;
        let customer = known.entry(row.id).or_insert_with(|| KnownBody {
            number: row.number,
            language: row.language,
            since: since.to_string(),
            needs_care: row.needs_care != 0,
            identities: Vec::new(),
        });
        let identity = row.kind.zip(row.value);
        customer.identities.extend(identity.map(|(kind, value)| IdentityPart { kind, value }));
    }
    Ok(known)
}
