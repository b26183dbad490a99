//! Finding the person a new case is for, with the cases they have open already. Read only:
//! `customers` writes them.

use crate::case::new_case::NewCaseForm;
use casework::case::sql::id;
use domain::id::{CaseNumber, CustomerId};
use sqlx::FromRow;
use store::scope::Reach;
use store::{Context, Doing, Store, StoreError, on};

/// People shown for one search.
const PEOPLE: i64 = 8;
/// Open cases shown with a person.
const OPEN_CASES: i64 = 3;

/// The customer with this number, when the reader may see them.
pub(crate) async fn customer_by_number(
    store: &Store,
    reach: &Reach,
    number: i64,
) -> Result<Option<CustomerId>, StoreError> {
    const SQL: &str =
        concat!("SELECT c.id FROM customer c WHERE c.number = $3 AND ", store::visible_in_unit!());
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(number).fetch_optional(db).await)
    .doing("looking for a customer")?;
    found.map(|customer| id(&customer)).transpose()
}

#[derive(FromRow)]
struct PersonRow {
    id: String,
    number: i64,
    name: String,
    address: Option<String>,
}

/// Somebody who was found.
pub(crate) struct PersonView {
    pub number: String,
    pub name: String,
    pub address: String,
    pub chosen: bool,
    /// Open cases: number and subject. Perhaps this is one of them.
    pub open: Vec<(String, String)>,
}

/// People whose name, e-mail address, telephone or customer number begins with `text`.
pub(crate) async fn find(
    ctx: &Context,
    reach: &Reach,
    form: &NewCaseForm,
) -> Result<Vec<PersonView>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.id, c.number, c.name,
            (SELECT i.value FROM identity i WHERE i.customer_id = c.id
             ORDER BY i.kind, i.made_at_ms, i.value LIMIT 1) AS address
         FROM customer c WHERE ",
        store::visible_in_unit!(),
        " AND (c.number = $3 OR c.number = $4 OR ($5 <> '' AND (LOWER(c.name) LIKE $5 ESCAPE '!'
              OR LOWER(c.name) LIKE $6 ESCAPE '!' OR c.name LIKE $7 ESCAPE '!'
              OR c.id IN (SELECT customer_id FROM identity WHERE value LIKE $5 ESCAPE '!'
                          OR ($8 <> '' AND value LIKE $8)))))
          ORDER BY c.name, c.id LIMIT $9"
    );
    let find = form.find.trim();
    let chosen: i64 = form.who.parse().unwrap_or(0);
    let escaped: String = find
        .chars()
        .take(200)
        .flat_map(|c| if "!%_".contains(c) { vec!['!', c] } else { vec![c] })
        .collect();
    let low = escaped.to_lowercase();
    let begins = |text: &str| if text.is_empty() { String::new() } else { format!("{text}%") };
    let inside = format!("% {low}%");
    let rows: Vec<PersonRow> = on!(Store &ctx.store, db => sqlx::query_as(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(find.parse::<i64>().unwrap_or(0)).bind(chosen)
        .bind(begins(&low)).bind(&inside).bind(begins(&escaped)).bind(begins(&phone_of(find)))
        .bind(PEOPLE).fetch_all(db).await)
    .doing("looking for a person")?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(PersonView {
            open: open_cases(&ctx.store, reach, &row.id).await?,
            chosen: row.number == chosen,
            number: row.number.to_string(),
            name: row.name,
            address: row.address.unwrap_or_default(),
        });
    }
    Ok(found)
}

/// A telephone number in the spelling in which it is kept, or empty when it is none.
fn phone_of(text: &str) -> String {
    let is_phone = text.chars().all(|c| c.is_ascii_digit() || " +()-/.".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !is_phone || digits.len() < 4 {
        return String::new();
    }
    match digits.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None if text.starts_with('+') => format!("+{digits}"),
        None => digits,
    }
}

async fn open_cases(
    store: &Store,
    reach: &Reach,
    customer: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, c.subject FROM \"case\" c
         WHERE c.customer_id = $3 AND c.tray <> 'closed' AND ",
        store::visible!(),
        " ORDER BY c.opened_at_ms DESC, c.id LIMIT $4"
    );
    let rows: Vec<(i64, String)> = on!(Store store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(customer).bind(OPEN_CASES).fetch_all(db).await)
    .doing("looking for open cases of a person")?;
    Ok(rows.into_iter().map(|(n, subject)| (CaseNumber(n).to_string(), subject)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_found_however_it_is_written() {
        assert_eq!(phone_of("0047 22 33 44 55"), "+4722334455");
        assert_eq!(phone_of("+47 (22) 33-44"), "+47223344");
        assert_eq!(phone_of("22 33 44"), "223344");
        for no in ["Amara", "12", "a@b.example"] {
            assert_eq!(phone_of(no), "", "{no}");
        }
    }
}
