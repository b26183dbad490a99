//! Whom an action needs to know: the customer's address, colleagues, teams. Read only; their
//! rooms write them.

use crate::case::sql::id;
use domain::id::{CustomerId, StaffId, TeamId, UnitId};
use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;
use store::{Doing, Sql, StoreError, Tx, on};

/// How a customer is called and reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Contact {
    /// Their name, or empty.
    pub name: String,
    /// The language they are known to read, ISO 639-1, or empty.
    pub language: String,
    /// The unit they belong to.
    pub unit_id: String,
    /// Their e-mail address: the one somebody said last, else a verified one first, else the first
    /// we knew.
    pub email: Option<String>,
    /// How many of their e-mail addresses are verified.
    pub n_verified: i64,
}

/// How a customer is reached.
pub async fn contact(tx: &mut Tx, customer: CustomerId) -> Result<Option<Contact>, StoreError> {
    const SQL: &str = "
        SELECT c.name, c.language, c.unit_id,
               (SELECT i.value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'email'
                ORDER BY CASE WHEN i.preferred_at_ms IS NULL THEN 1 ELSE 0 END,
                         i.preferred_at_ms DESC,
                         CASE WHEN i.verified_at_ms IS NULL THEN 1 ELSE 0 END, i.made_at_ms,
                         i.value LIMIT 1) AS email,
               (SELECT COUNT(*) FROM identity i WHERE i.customer_id = c.id AND i.kind = 'email'
                AND i.verified_at_ms IS NOT NULL) AS n_verified
        FROM customer c WHERE c.id = $1";
    let customer = customer.to_string();
    on!(Tx tx, db => sqlx::query_as(SQL).bind(&customer).fetch_optional(db).await)
        .doing("reading how a customer is reached")
}

/// Letters that programs of ours wrote to an address.
pub(crate) struct AutomaticLetters {
    /// How many.
    pub n: i64,
    /// When the last one left or is to leave.
    pub last_at: Option<Timestamp>,
}

/// What programs of ours wrote to `address` since `since`. Two openings at once ask one after the
/// other, because each holds the customer first.
pub(crate) async fn automatic_letters(
    tx: &mut Tx,
    customer: CustomerId,
    address: &str,
    since: Timestamp,
) -> Result<AutomaticLetters, StoreError> {
    const HOLD: Sql = Sql {
        sqlite: "SELECT id FROM customer WHERE id = $1",
        postgres: "SELECT id FROM customer WHERE id = $1 FOR UPDATE",
    };
    const SQL: &str = "
        SELECT COUNT(*), MAX(COALESCE(leaves_at_ms, at_ms)) FROM message
        WHERE recipient = $1 AND at_ms > $2 AND automatic = 1 AND delivery <> 'undone'";
    let doing = "looking for automatic letters";
    let hold = tx.text(HOLD);
    let customer = customer.to_string();
    let _held: Option<String> =
        on!(Tx tx, db => sqlx::query_scalar(hold).bind(&customer).fetch_optional(db).await)
            .doing(doing)?;
    let (n, last_ms): (i64, Option<i64>) = on!(Tx tx, db => sqlx::query_as(SQL).bind(address)
        .bind(since.as_millisecond()).fetch_one(db).await)
    .doing(doing)?;
    let last_at = last_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Ok(AutomaticLetters { n, last_at })
}

/// The most that a customer handed in within `within` in the time since `since`; counts no further
/// than is of interest to whoever stops at `most`.
pub(crate) async fn most_at_once(
    tx: &mut Tx,
    customer: CustomerId,
    since: Timestamp,
    within: SignedDuration,
    most: i64,
) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT received_at_ms FROM feedback
        WHERE customer_id = $1 AND said_at_ms > $2 AND received_at_ms > $2
        ORDER BY said_at_ms DESC LIMIT $3";
    let customer = customer.to_string();
    // A sender who goes on is known by the last of it.
    let rows = most.saturating_mul(20);
    let mut came: Vec<i64> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(&customer)
        .bind(since.as_millisecond()).bind(rows).fetch_all(db).await)
    .doing("counting what somebody handed in lately")?;
    came.sort_unstable();
    let span = i64::try_from(within.as_millis()).unwrap_or(i64::MAX);
    let mut first = 0;
    let mut found = 0;
    for (last, at) in came.iter().enumerate() {
        while at - came[first] > span {
            first += 1;
        }
        found = found.max(last - first + 1);
    }
    // The one that is being taken in is not kept yet.
    Ok(i64::try_from(found).unwrap_or(i64::MAX).saturating_add(1))
}

/// A colleague who still works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// The name customers and colleagues read.
    pub name: String,
}

/// The colleague, when they still work here and can see cases of `unit`.
pub async fn colleague(
    tx: &mut Tx,
    staff: StaffId,
    unit: UnitId,
) -> Result<Option<Colleague>, StoreError> {
    const SQL: &str = "
        SELECT s.name FROM staff s WHERE s.id = $1 AND s.left_at_ms IS NULL
            AND (s.scope = 'all' OR EXISTS (
                SELECT 1 FROM staff_unit u WHERE u.staff_id = s.id AND u.unit_id = $2)
              OR EXISTS (
                SELECT 1 FROM team_member m JOIN team t ON t.id = m.team_id
                WHERE m.staff_id = s.id AND t.unit_id = $2))";
    let name: Option<String> = on!(Tx tx, db => sqlx::query_scalar(SQL).bind(staff.to_string())
        .bind(unit.to_string()).fetch_optional(db).await)
    .doing("looking for a colleague")?;
    Ok(name.map(|name| Colleague { id: staff, name }))
}

/// Somebody of `team` who can answer for it: a lead first, else whoever joined first.
pub async fn somebody_of(tx: &mut Tx, team: TeamId) -> Result<Option<Colleague>, StoreError> {
    const SQL: &str = "
        SELECT s.id, s.name FROM team_member m JOIN staff s ON s.id = m.staff_id
        WHERE m.team_id = $1 AND s.left_at_ms IS NULL
        ORDER BY CASE WHEN EXISTS (SELECT 1 FROM staff_role r
                                   WHERE r.staff_id = s.id AND r.role = 'lead')
                 THEN 0 ELSE 1 END, s.id LIMIT 1";
    let found: Option<(String, String)> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(team.to_string()).fetch_optional(db).await)
            .doing("looking for somebody of a team")?;
    found.map(|(staff, name)| Ok(Colleague { id: id(&staff)?, name })).transpose()
}

/// A lead of `team`.
pub async fn lead_of(tx: &mut Tx, team: TeamId) -> Result<Option<Colleague>, StoreError> {
    const SQL: &str = "
        SELECT s.id, s.name FROM team_member m JOIN staff s ON s.id = m.staff_id
        JOIN staff_role r ON r.staff_id = s.id AND r.role = 'lead'
        WHERE m.team_id = $1 AND s.left_at_ms IS NULL ORDER BY s.id LIMIT 1";
    let found: Option<(String, String)> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(team.to_string()).fetch_optional(db).await)
            .doing("looking for the lead of a team")?;
    found.map(|(staff, name)| Ok(Colleague { id: id(&staff)?, name })).transpose()
}

/// A team as a transfer needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamCard {
    /// Which.
    pub id: TeamId,
    /// Its unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its direct line, or empty.
    pub phone: String,
}

/// A team that has not ended.
pub async fn team(tx: &mut Tx, team: TeamId) -> Result<Option<TeamCard>, StoreError> {
    const SQL: &str = "SELECT unit_id, name, phone FROM team WHERE id = $1";
    let found: Option<(String, String, String)> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(team.to_string()).fetch_optional(db).await)
            .doing("reading a team")?;
    found
        .map(|(unit, name, phone)| Ok(TeamCard { id: team, unit: id(&unit)?, name, phone }))
        .transpose()
}
