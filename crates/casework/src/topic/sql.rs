//! The house's tree of topics as the desk reads it, and what was read of them.

use crate::topic::rules::Listed;
use domain::id::{CaseId, TopicId};
use domain::topic::{Node, path};
use reading::Topic;
use store::{Doing, Store, StoreError, Tx, on};

const SQL: &str = "SELECT id, parent_id, name, ended FROM topic ORDER BY name, id LIMIT 500";
const DOING: &str = "reading the topics of the house";

type Row = (String, Option<String>, String, i64);

fn read(rows: Vec<Row>) -> Result<Vec<Listed>, StoreError> {
    let id = |text: &str| {
        let id = text.parse::<TopicId>();
        id.map_err(|_| StoreError::unreadable(DOING, "an id that is none"))
    };
    let mut tree = Vec::with_capacity(rows.len());
    let mut ended = Vec::with_capacity(rows.len());
    for (own, parent, name, is_over) in rows {
        let parent = parent.as_deref().map(id).transpose()?;
        tree.push(Node { id: id(&own)?, parent, name });
        ended.push(is_over != 0);
    }
    let listed = tree.iter().zip(ended);
    let mut all: Vec<Listed> = listed
        .map(|(node, ended)| Listed { id: node.id, path: path(&tree, node), ended })
        .collect();
    all.sort_by_cached_key(|topic| topic.path.to_lowercase());
    Ok(all)
}

/// The tree, ended topics included, each before what lies below it.
pub async fn list(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let rows = on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    read(rows)
}

/// The same as a transaction sees it.
pub(crate) async fn list_in(tx: &mut Tx) -> Result<Vec<Listed>, StoreError> {
    let rows = on!(Tx tx, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    read(rows)
}

/// Readings of a case's last texts that found a topic, the newest first; texts of cases that are
/// part of it among them.
pub async fn readings(store: &Store, case: CaseId) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT reading FROM feedback
        WHERE (case_id = $1 OR case_id IN (SELECT case_id FROM merger WHERE into_id = $1))
            AND reading LIKE '%\"topics\":[{%'
        ORDER BY received_at_ms DESC, id LIMIT 10";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(case.to_string()).fetch_all(db).await)
        .doing("reading by which words a topic was found")
}

const WORDS: &str = "
    SELECT id, name, words, trust FROM topic WHERE ended = 0 AND words <> '[]'
    ORDER BY name, id LIMIT 500";

type Words = (String, String, String, String);

fn tree(rows: Vec<Words>) -> Result<Vec<Topic>, StoreError> {
    let unreadable = |error| StoreError::unreadable(DOING, error);
    let topic = |(id, path, words, trust): Words| {
        let words = serde_json::from_str(&words).map_err(unreadable)?;
        let trust = serde_json::from_str(&trust).map_err(unreadable)?;
        Ok(Topic { id, path, words, trust })
    };
    rows.into_iter().map(topic).collect()
}

/// The topics that are looked for, with the words that speak of them; each under its own name.
pub async fn looked_for(store: &Store) -> Result<Vec<Topic>, StoreError> {
    tree(on!(Store store, db => sqlx::query_as(WORDS).fetch_all(db).await).doing(DOING)?)
}

/// The same as a transaction sees it.
pub(crate) async fn looked_for_in(tx: &mut Tx) -> Result<Vec<Topic>, StoreError> {
    tree(on!(Tx tx, db => sqlx::query_as(WORDS).fetch_all(db).await).doing(DOING)?)
}

/// The last words of the customer that came by no channel and so have no reading of their own:
/// typed on the page of the case, or written down by whoever opened it.
pub async fn unread(store: &Store, case: CaseId) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT text FROM message WHERE (case_id = $1
            OR case_id IN (SELECT case_id FROM merger WHERE into_id = $1))
            AND direction = 'in' AND feedback_id IS NULL
        ORDER BY at_ms DESC, id LIMIT 10";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(case.to_string()).fetch_all(db).await)
        .doing("reading what a customer added")
}
