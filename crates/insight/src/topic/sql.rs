//! Every statement on topics and on what was said of them.

use crate::topic::rules::{MOST, TopicOfHouse, TopicWish, in_order};
use domain::id::{CaseId, StaffId, TopicId};
use jiff::Timestamp;
use sqlx::FromRow;
use std::collections::BTreeMap;
use store::{Doing, Store, StoreError, Tx, on};

#[derive(FromRow)]
struct Row {
    id: String,
    parent_id: Option<String>,
    name: String,
    words: String,
    trust: String,
    ended: i64,
    version: i64,
}

const LIST: &str = "
    SELECT id, parent_id, name, words, trust, ended, version FROM topic
    ORDER BY name, id LIMIT $1";
const LISTING: &str = "listing topics";

impl Row {
    fn read(self) -> Result<TopicOfHouse, StoreError> {
        let id = |text: &str| {
            let id = text.parse::<TopicId>();
            id.map_err(|_| StoreError::unreadable(LISTING, "an id that is none"))
        };
        let unreadable = |error| StoreError::unreadable(LISTING, error);
        Ok(TopicOfHouse {
            id: id(&self.id)?,
            parent: self.parent_id.as_deref().map(id).transpose()?,
            name: self.name,
            path: String::new(),
            words: serde_json::from_str(&self.words).map_err(unreadable)?,
            trust: serde_json::from_str(&self.trust).map_err(unreadable)?,
            ended: self.ended != 0,
            version: self.version,
        })
    }
}

/// All of them, each before what is a part of it.
pub(crate) async fn list(store: &Store) -> Result<Vec<TopicOfHouse>, StoreError> {
    let rows: Vec<Row> =
        on!(Store store, db => sqlx::query_as(LIST).bind(MOST).fetch_all(db).await)
            .doing(LISTING)?;
    Ok(in_order(rows.into_iter().map(Row::read).collect::<Result<_, _>>()?))
}

/// The same as a transaction sees it.
pub(crate) async fn list_in(tx: &mut Tx) -> Result<Vec<TopicOfHouse>, StoreError> {
    let rows: Vec<Row> =
        on!(Tx tx, db => sqlx::query_as(LIST).bind(MOST).fetch_all(db).await).doing(LISTING)?;
    Ok(in_order(rows.into_iter().map(Row::read).collect::<Result<_, _>>()?))
}

/// How many there are, and all their changes so far.
pub(crate) async fn version(store: &Store) -> Result<(i64, i64), StoreError> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM topic";
    on!(Store store, db => sqlx::query_as(SQL).fetch_one(db).await)
        .doing("looking whether topics changed")
}

fn json(words: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(words).map_err(|error| StoreError::unreadable("writing a topic", error))
}

/// Adds a topic.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: TopicId,
    wish: &TopicWish,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO topic (id, parent_id, name, words, ended, made_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let words = json(&wish.words)?;
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string())
        .bind(wish.parent.map(|parent| parent.to_string())).bind(&wish.name).bind(&words)
        .bind(i64::from(wish.ended)).bind(now.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("adding a topic")
}

/// Changes a topic.
pub(crate) async fn update(tx: &mut Tx, id: TopicId, wish: &TopicWish) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE topic SET parent_id = $2, name = $3, words = $4, ended = $5, version = version + 1
        WHERE id = $1";
    let words = json(&wish.words)?;
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string())
        .bind(wish.parent.map(|parent| parent.to_string())).bind(&wish.name).bind(&words)
        .bind(i64::from(wish.ended)).execute(db).await.map(|_| ()))
    .doing("changing a topic")
}

/// A text of a case with what was read of it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Source {
    pub id: String,
    pub unit_id: String,
    pub reading: String,
}

/// The last texts of a case and of those that are part of it, the newest first.
pub(crate) async fn texts_of(tx: &mut Tx, case: CaseId) -> Result<Vec<Source>, StoreError> {
    const SQL: &str = "
        SELECT id, unit_id, reading FROM feedback
        WHERE case_id = $1 OR case_id IN (SELECT case_id FROM merger WHERE into_id = $1)
        ORDER BY received_at_ms DESC, id DESC LIMIT 20";
    on!(Tx tx, db => sqlx::query_as(SQL).bind(case.to_string()).fetch_all(db).await)
        .doing("reading what a case is about")
}

/// The newest texts of cases that are not over, those of cases that are part of one among them:
/// what came by a channel, and what was typed on the page of a case or written down.
pub(crate) async fn open_texts(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    const CAME: &str = "
        SELECT a.id, f.text FROM feedback f LEFT JOIN merger g ON g.case_id = f.case_id
        JOIN \"case\" a ON a.id = COALESCE(g.into_id, f.case_id)
        WHERE a.tray <> 'closed' ORDER BY f.id DESC LIMIT 2000";
    const TYPED: &str = "
        SELECT a.id, m.text FROM message m LEFT JOIN merger g ON g.case_id = m.case_id
        JOIN \"case\" a ON a.id = COALESCE(g.into_id, m.case_id)
        WHERE a.tray <> 'closed' AND m.direction = 'in' AND m.feedback_id IS NULL
        ORDER BY m.id DESC LIMIT 2000";
    let doing = "reading open cases for a topic";
    let mut all: Vec<(String, String)> =
        on!(Store store, db => sqlx::query_as(CAME).fetch_all(db).await).doing(doing)?;
    let typed: Vec<(String, String)> =
        on!(Store store, db => sqlx::query_as(TYPED).fetch_all(db).await).doing(doing)?;
    all.extend(typed);
    Ok(all)
}

/// What somebody says of a text and a topic.
pub(crate) struct New<'a> {
    pub source: &'a Source,
    pub topic: TopicId,
    pub is_right: bool,
    pub words: &'a [String],
    pub was_sure: f64,
    pub model: &'a str,
    pub by: StaffId,
    pub at: Timestamp,
}

/// Keeps what was said; the last word counts.
pub(crate) async fn keep(tx: &mut Tx, new: &New<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO topic_correction (feedback_id, topic_id, unit_id, is_right, words, was_sure,
            model, by_id, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (feedback_id, topic_id) DO UPDATE SET is_right = excluded.is_right,
            words = excluded.words, was_sure = excluded.was_sure, model = excluded.model,
            by_id = excluded.by_id, at_ms = excluded.at_ms";
    let words = json(new.words)?;
    on!(Tx tx, db => sqlx::query(SQL).bind(&new.source.id).bind(new.topic.to_string())
        .bind(&new.source.unit_id).bind(i64::from(new.is_right)).bind(&words)
        .bind(new.was_sure).bind(new.model).bind(new.by.to_string())
        .bind(new.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("keeping what was said of a topic")
}

/// How often each topic was said to be right and not right by people.
pub(crate) async fn said(store: &Store) -> Result<Vec<(String, i64, i64)>, StoreError> {
    const SQL: &str = "
        SELECT topic_id, CAST(SUM(is_right) AS BIGINT), CAST(SUM(1 - is_right) AS BIGINT)
        FROM topic_correction GROUP BY topic_id ORDER BY topic_id LIMIT 500";
    on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
        .doing("counting what was said of topics")
}

/// What was said of topics and the words that had made them, the newest first.
pub(crate) async fn said_of_words(store: &Store) -> Result<Vec<(String, String, i64)>, StoreError> {
    const SQL: &str = "
        SELECT topic_id, words, is_right FROM topic_correction
        ORDER BY at_ms DESC, feedback_id, topic_id LIMIT 20000";
    on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
        .doing("reading what was said of topics")
}

/// Readings that found a topic, of the newest cases that somebody answered, with what the case is
/// about now.
pub(crate) async fn let_stand(store: &Store) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT f.reading, a.topics FROM feedback f JOIN \"case\" a ON a.id = f.case_id
        WHERE a.answered_at_ms IS NOT NULL AND a.topics <> '[]'
        ORDER BY f.id DESC LIMIT 5000";
    on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
        .doing("reading which topics people let stand")
}

/// Keeps how far the words of a topic can be trusted.
pub(crate) async fn keep_trust(
    tx: &mut Tx,
    id: TopicId,
    trust: &BTreeMap<String, f32>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE topic SET trust = $2, version = version + 1 WHERE id = $1";
    let doing = "keeping what was learnt of a topic";
    let trust =
        serde_json::to_string(trust).map_err(|error| StoreError::unreadable(doing, error))?;
    on!(Tx tx, db => sqlx::query(SQL).bind(id.to_string()).bind(&trust).execute(db).await
        .map(|_| ()))
    .doing(doing)
}
