//! Every statement on `reply_text`.

use super::rules::{MOST, ReplyText, ReplyTextWish};
use domain::id::{ReplyTextId, TeamId};
use jiff::Timestamp;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Doing, Store, StoreError, Tx, on};

/// Teams of a list, at the most.
const TEAMS_MOST: i64 = 2_000;

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: String,
    name: String,
    text: String,
    ended: i64,
    version: i64,
}

impl Row {
    fn read(self) -> Result<ReplyText, StoreError> {
        let unreadable = |error| StoreError::unreadable("reading a reply text", error);
        let team = (!self.team_id.is_empty()).then(|| self.team_id.parse());
        Ok(ReplyText {
            id: self.id.parse().map_err(unreadable)?,
            team: team.transpose().map_err(unreadable)?,
            name: self.name,
            text: self.text,
            ended: self.ended != 0,
            version: self.version,
        })
    }
}

/// All of them, by name.
pub(super) async fn list(store: &Store) -> Result<Vec<ReplyText>, StoreError> {
    const SQL: &str = "
        SELECT id, team_id, name, text, ended, version FROM reply_text
        ORDER BY name, id LIMIT $1";
    let rows: Vec<Row> = on!(Store store, db => sqlx::query_as(SQL).bind(MOST).fetch_all(db).await)
        .doing("listing reply texts")?;
    rows.into_iter().map(Row::read).collect()
}

/// The text with `id` as this transaction sees it.
pub(super) async fn one_in(tx: &mut Tx, id: ReplyTextId) -> Result<Option<ReplyText>, StoreError> {
    const SQL: &str = "
        SELECT id, team_id, name, text, ended, version FROM reply_text WHERE id = $1";
    let row: Option<Row> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await)
            .doing("reading a reply text")?;
    row.map(Row::read).transpose()
}

/// How many there are.
pub(super) async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM reply_text";
    on!(Tx tx, db => sqlx::query_scalar(SQL).fetch_one(db).await).doing("counting reply texts")
}

fn team_of(wish: &ReplyTextWish) -> String {
    wish.team.map(|team| team.to_string()).unwrap_or_default()
}

/// Adds a text.
pub(super) async fn insert(
    tx: &mut Tx,
    id: ReplyTextId,
    wish: &ReplyTextWish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO reply_text (id, team_id, name, text, ended, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(team_of(wish))
        .bind(wish.name.as_str()).bind(wish.text.as_str()).bind(i64::from(wish.ended))
        .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("adding a reply text")
}

/// Changes a text.
pub(super) async fn update(
    tx: &mut Tx,
    id: ReplyTextId,
    wish: &ReplyTextWish,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE reply_text SET team_id = $2, name = $3, text = $4, ended = $5,
            version = version + 1
        WHERE id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(team_of(wish))
        .bind(wish.name.as_str()).bind(wish.text.as_str()).bind(i64::from(wish.ended))
        .execute(db).await.map(|_| ()))
    .doing("changing a reply text")
}

/// Teams of units within `reach`, by name, all of them.
pub(super) async fn teams(
    store: &Store,
    reach: &Reach,
) -> Result<Vec<(TeamId, String)>, StoreError> {
    const SQL: &str = "
        SELECT id, name FROM team
        WHERE ($1 = 'all' OR unit_id IN (SELECT unit_id FROM staff_unit WHERE staff_id = $2))
            AND ended_at_ms IS NULL
        ORDER BY name, id LIMIT $3";
    let doing = "listing teams for reply texts";
    let rows: Vec<(String, String)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(TEAMS_MOST).fetch_all(db).await)
    .doing(doing)?;
    let read = |(id, name): (String, String)| {
        let id = id.parse().map_err(|error| StoreError::unreadable(doing, error))?;
        Ok((id, name))
    };
    rows.into_iter().map(read).collect()
}
