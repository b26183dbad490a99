//! Reply texts and the telephone of a team, as the desk reads them.

use domain::id::TeamId;
use domain::permit::Staff;
use sqlx::FromRow;
use store::{Doing, Store, StoreError, on};

/// A text that is offered.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Offered {
    pub id: String,
    pub name: String,
    pub text: String,
}

/// The texts for whoever writes on a case of `team`: those of every team, of that team and of
/// their own.
pub(crate) async fn offered(
    store: &Store,
    staff: &Staff,
    team: TeamId,
) -> Result<Vec<Offered>, StoreError> {
    const SQL: &str = "
        SELECT t.id, t.name, t.text FROM reply_text t
        WHERE t.ended = 0 AND (t.team_id = '' OR t.team_id = $1 OR t.team_id IN
            (SELECT team_id FROM team_member WHERE staff_id = $2))
        ORDER BY t.name, t.id LIMIT 200";
    on!(Store store, db => sqlx::query_as(SQL).bind(team.to_string()).bind(staff.id.to_string())
        .fetch_all(db).await)
    .doing("reading the reply texts")
}

/// The number customers of a team may call, or empty.
pub(crate) async fn phone_of(store: &Store, team: TeamId) -> Result<String, StoreError> {
    const SQL: &str = "SELECT phone FROM team WHERE id = $1";
    let phone: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(team.to_string()).fetch_optional(db).await)
    .doing("looking up the number of a team")?;
    Ok(phone.unwrap_or_default())
}
