//! Who stands behind the mails of a thread, in one sentence each, and whether they have words that
//! their reader does not see.

use desk::case::thread::EntryView;
use store::{Doing, Sql, Store, StoreError, on};

/// Tells it on each entry that came as a mail somebody checked.
pub(crate) async fn tell(store: &Store, entries: &mut [EntryView]) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT f.id, COALESCE(s.verdict, ''), COALESCE(s.says, ''), f.explanation
            FROM feedback f LEFT JOIN mail_sender s ON s.feedback_id = f.id
            WHERE f.id IN (SELECT value FROM json_each($1)) ORDER BY f.id LIMIT 500",
        postgres: "
            SELECT f.id, COALESCE(s.verdict, ''), COALESCE(s.says, ''), f.explanation
            FROM feedback f LEFT JOIN mail_sender s ON s.feedback_id = f.id
            WHERE f.id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY f.id LIMIT 500",
    };
    let doing = "reading who stands behind mails";
    let ids: Vec<&str> =
        entries.iter().filter_map(|entry| entry.original.strip_prefix("/feedback/")).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = serde_json::to_string(&ids).map_err(|e| StoreError::unreadable(doing, e))?;
    let text = store.text(SQL);
    let known: Vec<(String, String, String, String)> =
        on!(Store store, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)?;
    for (feedback, verdict, says, because) in known {
        let of = |entry: &&mut EntryView| {
            entry.original.strip_prefix("/feedback/") == Some(feedback.as_str())
        };
        for entry in entries.iter_mut().filter(of) {
            entry.hides_words = because.contains(mail::HIDDEN_SAYS);
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
