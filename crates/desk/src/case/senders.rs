//! Who stands behind the mails of a thread, in one sentence each.

use crate::case::thread::EntryView;
use store::{Doing, Sql, Store, StoreError, on};

/// Tells it on each entry that came as a mail somebody checked.
pub(crate) async fn tell(store: &Store, entries: &mut [EntryView]) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT feedback_id, verdict, says FROM mail_sender
            WHERE feedback_id IN (SELECT value FROM json_each($1)) ORDER BY feedback_id LIMIT 500",
        postgres: "
            SELECT feedback_id, verdict, says FROM mail_sender
            WHERE feedback_id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY feedback_id LIMIT 500",
    };
    let doing = "reading who stands behind mails";
    let ids: Vec<&str> =
        entries.iter().filter_map(|entry| entry.original.strip_prefix("/feedback/")).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = serde_json::to_string(&ids).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = store.text(SQL);
    let known: Vec<(String, String, String)> =
        on!(Store store, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)?;
    for (feedback, verdict, says) in known {
        let of = |entry: &&mut EntryView| {
            entry.original.strip_prefix("/feedback/") == Some(feedback.as_str())
        };
        for entry in entries.iter_mut().filter(of) {
            entry.sender.clone_from(&says);
            entry.sender_tone = match verdict.as_str() {
                "verified" => "ok",
                "failed" => "danger",
                _ => "info",
            };
        }
    }
    Ok(())
}
