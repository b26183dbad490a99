//! The house's labels as the desk reads them.

use crate::label::rules::Listed;
use domain::label::LabelKind;
use store::{Doing, Store, StoreError, Tx, on};

const SQL: &str = "SELECT id, name, kind, ended FROM label ORDER BY kind DESC, name, id LIMIT 500";
const DOING: &str = "reading the labels of the house";

type Row = (String, String, String, i64);

fn read((id, name, kind, ended): Row) -> Result<Listed, StoreError> {
    let unreadable = |why| StoreError::unreadable(DOING, why);
    Ok(Listed {
        id: id.parse().map_err(|_| unreadable("an id that is none"))?,
        kind: LabelKind::from_word(&kind).ok_or_else(|| unreadable("a kind that is none"))?,
        name,
        ended: ended != 0,
    })
}

/// The list, labels before causes, by name.
pub async fn list(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<Row> =
        on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    rows.into_iter().map(read).collect()
}

/// The same as a transaction sees it.
pub async fn list_in(tx: &mut Tx) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<Row> = on!(Tx tx, db => sqlx::query_as(SQL).fetch_all(db).await).doing(DOING)?;
    rows.into_iter().map(read).collect()
}
