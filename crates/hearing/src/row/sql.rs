//! What a row's reader looks up.

use crate::row::Mapping;
use domain::id::BatchId;
use intake::StoredArrival;
use std::collections::HashMap;
use store::{Doing, Store, StoreError, on};

/// The mappings of the imports that these arrivals belong to.
pub(crate) async fn mappings(
    store: &Store,
    arrivals: &[StoredArrival],
) -> Result<HashMap<BatchId, Mapping>, StoreError> {
    const SQL: &str = "SELECT mapping FROM import_batch WHERE id = $1";
    let doing = "reading how a file is read";
    let mut mappings = HashMap::new();
    for batch in arrivals.iter().filter_map(|arrival| arrival.batch) {
        if mappings.contains_key(&batch) {
            continue;
        }
        let id = batch.to_string();
        let text: Option<String> =
            on!(Store store, db => sqlx::query_scalar(SQL).bind(&id).fetch_optional(db).await)
                .doing(doing)?;
        // A mapping of another release reads as nothing: its rows become stubs that say so.
        if let Some(mapping) = text.and_then(|text| serde_json::from_str(&text).ok()) {
            mappings.insert(batch, mapping);
        }
    }
    Ok(mappings)
}
