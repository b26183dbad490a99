//! What forms let people choose from: kinds, teams, colleagues.

use casework::case::sql::id;
use domain::channel::Kind;
use store::{Doing, Store, StoreError, on};

/// The kinds as a form lists them.
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    Kind::ALL
        .iter()
        .map(|kind| {
            let words = match kind {
                Kind::Complaint => "Complaint",
                Kind::Question => "Question",
                Kind::Praise => "Praise",
                Kind::Idea => "Idea",
                Kind::Cancellation => "Cancellation",
                Kind::Other => "Other",
            };
            (kind.as_str(), words)
        })
        .collect()
}

/// A team as a form lists it.
pub async fn teams(
    store: &Store,
    staff: &domain::permit::Staff,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT t.id, t.name FROM team t
        WHERE t.ended_at_ms IS NULL AND ($2 = 'all' OR t.unit_id IN
            (SELECT unit_id FROM staff_unit WHERE staff_id = $1))
        ORDER BY t.name, t.id LIMIT 500";
    on!(Store store, db => sqlx::query_as(SQL).bind(staff.id.to_string())
        .bind(staff.scope.as_str()).fetch_all(db).await)
    .doing("listing teams")
}

/// Colleagues of the units that `staff` belongs to, as a form lists them.
pub async fn colleagues(
    store: &Store,
    staff: &domain::permit::Staff,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT DISTINCT s.id, s.name FROM staff s
        LEFT JOIN staff_unit u ON u.staff_id = s.id
        WHERE s.left_at_ms IS NULL AND ($2 = 'all' OR s.scope = 'all' OR u.unit_id IN
            (SELECT unit_id FROM staff_unit WHERE staff_id = $1))
        ORDER BY s.name, s.id LIMIT 500";
    on!(Store store, db => sqlx::query_as(SQL).bind(staff.id.to_string())
        .bind(staff.scope.as_str()).fetch_all(db).await)
    .doing("listing colleagues")
}

/// The unit a team belongs to.
pub async fn unit_of(
    store: &Store,
    team: domain::id::TeamId,
) -> Result<Option<domain::id::UnitId>, StoreError> {
    const SQL: &str = "SELECT unit_id FROM team WHERE id = $1";
    let found: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(team.to_string()).fetch_optional(db).await)
    .doing("looking up a team")?;
    found.map(|unit| id(&unit)).transpose()
}
