//! Statements on who was named in a note, and who may be.

use crate::mention::rules::Colleague;
use domain::case::Case;
use domain::event::Entry;
use domain::id::CaseNumber;
use domain::message::PrivateNote;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// Colleagues who can read a case that lies with the unit `$1` and the team `$2` and is `$3`'s:
/// what `store::visible!` says, asked from the other side.
const READERS: &str = "
    SELECT s.id, s.name FROM staff s
    WHERE s.left_at_ms IS NULL AND (s.scope = 'all' OR s.id = $3
      OR (s.scope IN ('team', 'unit') AND s.id IN
          (SELECT staff_id FROM team_member WHERE team_id = $2))
      OR (s.scope = 'unit' AND s.id IN (SELECT staff_id FROM staff_unit WHERE unit_id = $1)))
    ORDER BY s.name, s.id LIMIT 500";

/// Who a note on `case` may name.
pub async fn readers_of(store: &Store, case: &Case) -> Result<Vec<Colleague>, StoreError> {
    let owner = case.owner.map(|owner| owner.to_string()).unwrap_or_default();
    let rows: Vec<(String, String)> = on!(Store store, db => sqlx::query_as(READERS)
        .bind(case.unit.to_string()).bind(case.team.to_string()).bind(&owner)
        .fetch_all(db).await)
    .doing("listing who can read a case")?;
    colleagues(rows)
}

/// The same inside the transaction that keeps the note.
pub async fn readers_in(tx: &mut Tx, case: &Case) -> Result<Vec<Colleague>, StoreError> {
    let owner = case.owner.map(|owner| owner.to_string()).unwrap_or_default();
    let rows: Vec<(String, String)> = on!(Tx tx, db => sqlx::query_as(READERS)
        .bind(case.unit.to_string()).bind(case.team.to_string()).bind(&owner)
        .fetch_all(db).await)
    .doing("listing who can read a case")?;
    colleagues(rows)
}

fn colleagues(rows: Vec<(String, String)>) -> Result<Vec<Colleague>, StoreError> {
    let read = |(id, name): (String, String)| {
        let id = id.parse().map_err(|error| StoreError::unreadable("naming a colleague", error))?;
        Ok(Colleague { id, name })
    };
    rows.into_iter().map(read).collect()
}

/// Writes down who a note names.
pub(crate) async fn named(
    tx: &mut Tx,
    entry: &Entry,
    note: &PrivateNote,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO mention (note_id, staff_id, case_id, n) VALUES ($1, $2, $3, $4)";
    for staff in &note.mentions {
        on!(Tx &mut *tx, db => sqlx::query(SQL).bind(note.id.to_string()).bind(staff.to_string())
            .bind(entry.case.to_string()).bind(entry.n.cast_signed()).execute(db).await
            .map(|_| ()))
        .doing("writing down who is named")?;
    }
    Ok(())
}

/// A note that names somebody who has not read it.
pub struct Unread {
    /// The case it was on.
    pub number: CaseNumber,
    /// Who wrote it.
    pub by: String,
    /// What was written.
    pub text: String,
}

/// Notes naming the reader that they have not read, the newest first.
pub async fn unread(store: &Store, reach: &Reach, most: u32) -> Result<Vec<Unread>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, (SELECT s.name FROM staff s WHERE s.id = p.by_id), p.text
         FROM mention m JOIN private_note p ON p.id = m.note_id
         JOIN \"case\" c ON c.id = m.case_id
         WHERE m.staff_id = $2 AND p.by_id <> $2 AND m.n > COALESCE(
            (SELECT t.version FROM case_seen t WHERE t.case_id = m.case_id AND t.staff_id = $2), 0)
           AND ",
        store::visible!(),
        " ORDER BY p.at_ms DESC, p.id LIMIT $3"
    );
    let rows: Vec<(i64, Option<String>, String)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(i64::from(most)).fetch_all(db).await)
    .doing("looking for notes that name somebody")?;
    let read = |(number, by, text): (i64, Option<String>, String)| Unread {
        number: CaseNumber(number),
        by: by.unwrap_or_default(),
        text,
    };
    Ok(rows.into_iter().map(read).collect())
}
