//! The house's tree of topics as the desk reads it, and what was read of them.

use crate::topic::rules::Listed;
use domain::id::{CaseId, TopicId};
use domain::topic::{Node, path};
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
pub(crate) async fn list(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let rows = on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    read(rows)
}

/// The same as a transaction sees it.
pub(crate) async fn list_in(tx: &mut Tx) -> Result<Vec<Listed>, StoreError> {
    let rows = on!(Tx tx, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    read(rows)
}

/// Readings of a case's last texts that found a topic, the newest first.
pub(crate) async fn readings(store: &Store, case: CaseId) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT reading FROM feedback WHERE case_id = $1 AND reading LIKE '%\"topics\":[{%'
        ORDER BY received_at_ms DESC, id LIMIT 10";
    on!(Store store, db => sqlx::query_scalar(SQL).bind(case.to_string()).fetch_all(db).await)
        .doing("reading by which words a topic was found")
}
