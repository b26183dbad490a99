//! Every statement on customers and identities.

use crate::customer::actions::Recognised;
use crate::customer::rules::Identity;
use domain::id::{CustomerId, MessageId, UnitId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Sql, Store, StoreError, Tx, Write, on};

/// Which of these identities belong to somebody, and to whom.
pub(crate) async fn known_by(
    tx: &mut Tx,
    asked: &[(UnitId, &Identity)],
) -> Result<Vec<((UnitId, Identity), Recognised)>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT j.key, i.customer_id, c.name FROM json_each($1) j
            JOIN identity i ON i.unit_id = j.value ->> 0 AND i.kind = j.value ->> 1
                AND i.value = j.value ->> 2
            JOIN customer c ON c.id = i.customer_id ORDER BY j.key",
        postgres: "
            SELECT place - 1, i.customer_id, c.name
            FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (r, place)
            JOIN identity i ON i.unit_id = r ->> 0 AND i.kind = r ->> 1 AND i.value = r ->> 2
            JOIN customer c ON c.id = i.customer_id ORDER BY place",
    };
    let doing = "recognising customers";
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = asked.iter().map(|(unit, one)| (unit, one.kind, &one.value)).collect();
    let rows = serde_json::to_string(&rows).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = tx.text(SQL);
    let found: Vec<(i64, String, String)> =
        on!(Tx tx, db => sqlx::query_as(text).bind(&rows).fetch_all(db).await).doing(doing)?;
    let read = |(place, id, name): (i64, String, String)| {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let (unit, identity) = asked.get(place).ok_or_else(|| bad("a place that is none"))?;
        let id = id.parse().map_err(bad)?;
        Ok(((*unit, (*identity).clone()), Recognised { id, name }))
    };
    found.into_iter().map(read).collect()
}

fn bad(why: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("recognising customers", why)
}

/// A customer to be made.
pub(crate) struct New {
    pub id: CustomerId,
    pub unit: UnitId,
    pub name: String,
    pub language: String,
    pub since: Timestamp,
    pub now: Timestamp,
}

/// Lays a customer aside to be written with others.
pub(crate) fn insert(tx: &mut Tx, new: &New, number: i64) -> Result<(), StoreError> {
    const CUSTOMER: Write = Write {
        doing: "making a customer",
        sql: Sql {
            sqlite: "
                INSERT INTO customer (id, number, unit_id, name, language, since_ms, made_at_ms)
                SELECT column1, column2, column3, column4, column5,
                    column6, column7 FROM rows",
            postgres: "
                INSERT INTO customer (id, number, unit_id, name, language, since_ms, made_at_ms)
                SELECT r ->> 0, (r ->> 1)::bigint, r ->> 2, r ->> 3, r ->> 4, (r ->> 5)::bigint,
                    (r ->> 6)::bigint
                FROM jsonb_array_elements($1::jsonb) AS t (r)",
        },
    };
    let (since, now) = (new.since.as_millisecond(), new.now.as_millisecond());
    tx.later(CUSTOMER, &(new.id, number, new.unit, &new.name, &new.language, since, now))
}

/// Takes back a customer made in this transaction, with the addresses noted for them.
pub(crate) async fn remove_made_twice(tx: &mut Tx, id: CustomerId) -> Result<(), StoreError> {
    const IDENTITIES: &str = "DELETE FROM identity WHERE customer_id = $1";
    const CUSTOMER: &str = "DELETE FROM customer WHERE id = $1";
    let doing = "taking back a customer made twice";
    let id = id.to_string();
    for sql in [IDENTITIES, CUSTOMER] {
        on!(Tx tx, db => sqlx::query(sql).bind(&id).execute(db).await.map(|_| ())).doing(doing)?;
    }
    Ok(())
}

/// An identity that becomes somebody's.
pub(crate) struct Address {
    pub unit: UnitId,
    pub identity: Identity,
    pub customer: CustomerId,
    pub verified_at: Option<Timestamp>,
    pub now: Timestamp,
}

/// Adds identities that are nobody's yet; gives how many that were.
pub(crate) async fn add_addresses(tx: &mut Tx, all: &[Address]) -> Result<usize, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            INSERT INTO identity (unit_id, kind, value, customer_id, verified_at_ms, made_at_ms)
            SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
            FROM json_each($1) WHERE true ON CONFLICT (unit_id, kind, value) DO NOTHING",
        postgres: "
            INSERT INTO identity (unit_id, kind, value, customer_id, verified_at_ms, made_at_ms)
            SELECT r ->> 0, r ->> 1, r ->> 2, r ->> 3, (r ->> 4)::bigint, (r ->> 5)::bigint
            FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (r, place)
            ORDER BY r ->> 0, r ->> 1, r ->> 2
            ON CONFLICT (unit_id, kind, value) DO NOTHING",
    };
    let doing = "noting addresses";
    let row = |one: &Address| {
        let verified = one.verified_at.map(Timestamp::as_millisecond);
        let Identity { kind, value } = one.identity.clone();
        serde_json::json!([one.unit, kind, value, one.customer, verified, one.now.as_millisecond()])
    };
    let rows: serde_json::Value = all.iter().map(row).collect();
    let rows = rows.to_string();
    let text = tx.text(SQL);
    let added = on!(Tx tx, db => sqlx::query(text).bind(&rows).execute(db).await
        .map(|done| done.rows_affected()))
    .doing(doing)?;
    Ok(usize::try_from(added).unwrap_or(usize::MAX))
}

/// Whether a message was taken back before it left.
pub(crate) async fn was_taken_back(tx: &mut Tx, message: MessageId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT delivery FROM message WHERE id = $1";
    let found: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(message.to_string())
        .fetch_optional(db).await)
    .doing("looking whether a message was taken back")?;
    Ok(found.as_deref() == Some("undone"))
}

/// Has letters to a customer go to this address from now on. Does nothing where it is another
/// customer's.
pub(crate) async fn prefer(tx: &mut Tx, one: &Address) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO identity (unit_id, kind, value, customer_id, made_at_ms, preferred_at_ms)
        VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (unit_id, kind, value) DO UPDATE SET preferred_at_ms = excluded.preferred_at_ms
        WHERE identity.customer_id = excluded.customer_id";
    on!(Tx tx, db => sqlx::query(SQL).bind(one.unit.to_string()).bind(one.identity.kind)
        .bind(&one.identity.value).bind(one.customer.to_string())
        .bind(one.now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("noting where a customer is written to")
}

/// The unit of a customer.
pub(crate) async fn unit_of(tx: &mut Tx, customer: &str) -> Result<UnitId, StoreError> {
    const SQL: &str = "SELECT unit_id FROM customer WHERE id = $1";
    let doing = "reading the unit of a customer";
    let unit: String = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(customer).fetch_one(db).await)
        .doing(doing)?;
    unit.parse().map_err(|error| StoreError::unreadable(doing, error))
}

/// Whose an address is in a unit.
pub(crate) async fn whose(
    tx: &mut Tx,
    unit: UnitId,
    identity: &Identity,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        SELECT customer_id FROM identity WHERE unit_id = $1 AND kind = $2 AND value = $3";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(unit.to_string()).bind(identity.kind)
        .bind(&identity.value).fetch_optional(db).await)
    .doing("looking whose an address is")
}

/// A name that was unknown becomes known; a known one is never overwritten by a stranger's.
pub(crate) async fn name_if_unknown(
    tx: &mut Tx,
    customer: CustomerId,
    name: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE customer SET name = $2 WHERE id = $1 AND (name = '' OR name LIKE '%@%')";
    on!(Tx tx, db => sqlx::query(SQL).bind(customer.to_string()).bind(name)
        .execute(db).await.map(|_| ()))
    .doing("noting a name")
}

/// A customer as lists and pages show them.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub language: String,
    pub since_ms: i64,
    pub wishes: String,
    pub needs_care: i64,
}

/// Customers whose name or address begins with `query` (all when empty), by name, after
/// `(name, id)`.
pub(crate) async fn page(
    store: &Store,
    reach: &Reach,
    query: &str,
    after: &(String, String),
    most: u32,
) -> Result<Vec<Row>, StoreError> {
    const ALL: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE ",
        store::visible_in_unit!(),
        " AND (c.name, c.id) > ($3, $4) ORDER BY c.name, c.id LIMIT $5"
    );
    const FOUND: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE ",
        store::visible_in_unit!(),
        " AND (c.name, c.id) > ($3, $4)
          AND c.id IN (SELECT customer_id FROM identity WHERE value >= $6 AND value < $7
                       UNION SELECT id FROM customer WHERE name >= $8 AND name < $9)
          ORDER BY c.name, c.id LIMIT $5"
    );
    let doing = "listing customers";
    let most = i64::from(most);
    if query.is_empty() {
        return on!(Store store, db => sqlx::query_as(ALL).bind(&reach.scope).bind(&reach.staff)
            .bind(&after.0).bind(&after.1).bind(most).fetch_all(db).await)
        .doing(doing);
    }
    let low = query.to_lowercase();
    let (low_end, end) = (format!("{low}\u{10ffff}"), format!("{query}\u{10ffff}"));
    on!(Store store, db => sqlx::query_as(FOUND).bind(&reach.scope).bind(&reach.staff)
        .bind(&after.0).bind(&after.1).bind(most).bind(&low).bind(&low_end).bind(query).bind(&end)
        .fetch_all(db).await)
    .doing(doing)
}

/// One customer by number; `None` also when they are not the reader's to see.
pub(crate) async fn one(
    store: &Store,
    reach: &Reach,
    number: i64,
) -> Result<Option<Row>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.id, c.number, c.name, c.language, c.since_ms, c.wishes, c.needs_care
         FROM customer c WHERE c.number = $3 AND ",
        store::visible_in_unit!()
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff).bind(number)
        .fetch_optional(db).await)
    .doing("reading a customer")
}

/// Addresses of customers that were already shown to be the reader's: kind, value, verified.
pub(crate) async fn identities_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Vec<(String, String, Option<i64>)>, StoreError> {
    const SQL: &str = "
        SELECT kind, value, verified_at_ms FROM identity WHERE customer_id = $1
        ORDER BY kind, value LIMIT 100";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_all(db).await)
        .doing("reading a customer's addresses")
}

/// A case of a customer.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct CaseRow {
    pub number: i64,
    pub subject: String,
    pub kind: String,
    pub stage: String,
    pub closing: Option<String>,
    pub opened_at_ms: i64,
}

/// Cases of a customer that the reader may see, newest first.
pub(crate) async fn cases(
    store: &Store,
    reach: &Reach,
    customer: &str,
    most: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, c.subject, c.kind, c.stage, c.closing, c.opened_at_ms
         FROM \"case\" c WHERE c.customer_id = $3 AND ",
        store::visible!(),
        " ORDER BY c.opened_at_ms DESC, c.id LIMIT $4"
    );
    on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope).bind(&reach.staff)
        .bind(customer).bind(i64::from(most)).fetch_all(db).await)
    .doing("reading a customer's cases")
}

/// How promises to this customer fared: state and count.
pub(crate) async fn promises_for_checked(
    store: &Store,
    customer: &str,
) -> Result<Vec<(String, i64)>, StoreError> {
    const SQL: &str = "
        SELECT p.state, COUNT(*) FROM promise p JOIN \"case\" c ON c.id = p.case_id
        WHERE c.customer_id = $1 GROUP BY p.state ORDER BY p.state LIMIT 10";
    on!(Store store, db => sqlx::query_as(SQL).bind(customer).fetch_all(db).await)
        .doing("counting promises to a customer")
}

/// The number of a customer.
pub(crate) async fn number_of(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT number FROM customer WHERE id = $1";
    on!(Tx tx, db => sqlx::query_scalar(SQL).bind(customer.to_string()).fetch_one(db).await)
        .doing("reading the number of a customer")
}

/// Whether there is such a unit.
pub(crate) async fn is_unit(store: &Store, unit: UnitId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM unit WHERE id = $1";
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(unit.to_string()).fetch_optional(db).await)
    .doing("looking for a unit")?;
    Ok(found.is_some())
}
