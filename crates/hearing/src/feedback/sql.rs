//! Every statement that writes feedback, its files, and the ids by which later mails name it; and
//! what understanding looks up.

use crate::understood::{KnownCustomer, Placed};
use domain::id::{CaseId, CaseNumber, FeedbackId, UnitId};
use mail::Verdict;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{Doing, Sql, StoreError, Tx, Write, on};

fn texts(value: &impl serde::Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(value)
        .map_err(|error| StoreError::unreadable("writing feedback", error))?;
    Ok(without_nul(text))
}

/// PostgreSQL keeps no NUL; readers give none, but a reading may quote one.
fn without_nul(json: String) -> String {
    if json.contains("\\u0000") { json.replace("\\u0000", "\\ufffd") } else { json }
}

/// Inserts feedback with its files; what was read before is replaced.
pub(crate) async fn insert(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    const FEEDBACK: Write = Write {
        doing: "keeping feedback",
        sql: Sql {
            sqlite: "
            INSERT INTO feedback (id, number, arrival_id, unit_id, channel, source, public, kind,
                author, address, subject, text, folded, language, rating, reach_known, url,
                said_at_ms, received_at_ms, reading, customer_id, case_id, explanation)
            SELECT column1, column2, column3, column4, column5, column6,
                column7, column8, column9, column10, column11, column12,
                column13, column14, column15, column16, column17,
                column18, column19, column20, column21, column22, column23
            FROM rows WHERE true
            ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, source = excluded.source,
                public = excluded.public, kind = excluded.kind, author = excluded.author,
                address = excluded.address, subject = excluded.subject, text = excluded.text,
                folded = excluded.folded, language = excluded.language, rating = excluded.rating,
                reach_known = excluded.reach_known, url = excluded.url,
                said_at_ms = excluded.said_at_ms, reading = excluded.reading,
                customer_id = excluded.customer_id, case_id = excluded.case_id,
                explanation = excluded.explanation",
            postgres: "
            INSERT INTO feedback (id, number, arrival_id, unit_id, channel, source, public, kind,
                author, address, subject, text, folded, language, rating, reach_known, url,
                said_at_ms, received_at_ms, reading, customer_id, case_id, explanation)
            SELECT r ->> 0, (r ->> 1)::bigint, r ->> 2, r ->> 3, r ->> 4, r ->> 5,
                (r ->> 6)::bigint, r ->> 7, r ->> 8, r ->> 9, r ->> 10, r ->> 11, r ->> 12,
                r ->> 13, (r ->> 14)::bigint, (r ->> 15)::bigint, r ->> 16, (r ->> 17)::bigint,
                (r ->> 18)::bigint, r ->> 19, r ->> 20, r ->> 21, r ->> 22
            FROM jsonb_array_elements($1::jsonb) AS t (r)
            ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, source = excluded.source,
                public = excluded.public, kind = excluded.kind, author = excluded.author,
                address = excluded.address, subject = excluded.subject, text = excluded.text,
                folded = excluded.folded, language = excluded.language, rating = excluded.rating,
                reach_known = excluded.reach_known, url = excluded.url,
                said_at_ms = excluded.said_at_ms, reading = excluded.reading,
                customer_id = excluded.customer_id, case_id = excluded.case_id,
                explanation = excluded.explanation",
        },
    };
    for one in placed {
        tx.later(FEEDBACK, &row(one)?)?;
    }
    insert_files(tx, placed).await?;
    insert_senders(tx, placed).await?;
    insert_ids(tx, placed).await
}

/// What is known of the senders of mails, where somebody checked.
async fn insert_senders(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO mail_sender (feedback_id, verdict, says, checked_by, spf, dkim, dmarc)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (feedback_id) DO UPDATE SET verdict = excluded.verdict,
            says = excluded.says, checked_by = excluded.checked_by, spf = excluded.spf,
            dkim = excluded.dkim, dmarc = excluded.dmarc";
    for one in placed {
        let Some(known) = &one.understood.sender else { continue };
        let verdict = match known.verdict {
            Verdict::Verified => "verified",
            Verdict::Unchecked => "unchecked",
            Verdict::Failed => "failed",
        };
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        let id = one.understood.feedback.id.to_string();
        on!(Tx &mut *tx, db => sqlx::query(SQL).bind(&id).bind(verdict).bind(&known.says)
            .bind(word(&known.checked_by)).bind(word(&known.spf)).bind(word(&known.dkim))
            .bind(word(&known.dmarc)).execute(db).await.map(|_| ()))
        .doing("keeping what is known of a sender")?;
    }
    Ok(())
}

fn row(one: &Placed<'_>) -> Result<Value, StoreError> {
    let (u, f) = (one.understood, &one.understood.feedback);
    Ok(json!([
        f.id,
        f.number,
        f.arrival,
        f.unit,
        f.channel.as_str(),
        f.source,
        i64::from(f.public),
        f.kind.as_str(),
        u.author.shown(),
        u.author.address(),
        f.subject,
        f.text,
        f.folded,
        f.language,
        f.rating,
        f.reach_known,
        f.url,
        f.said_at.as_millisecond(),
        f.received_at.as_millisecond(),
        without_nul(f.reading.kept()),
        one.customer,
        one.case,
        one.explanation,
    ]))
}

async fn insert_files(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            INSERT INTO feedback_file (feedback_id, place, sha256, name, media_type, size)
            SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
            FROM json_each($1) WHERE true ON CONFLICT (feedback_id, place) DO NOTHING",
        postgres: "
            INSERT INTO feedback_file (feedback_id, place, sha256, name, media_type, size)
            SELECT r ->> 0, (r ->> 1)::bigint, r ->> 2, r ->> 3, r ->> 4, (r ->> 5)::bigint
            FROM jsonb_array_elements($1::jsonb) AS t (r)
            ON CONFLICT (feedback_id, place) DO NOTHING",
    };
    let files = placed.iter().flat_map(|one| {
        let feedback = &one.understood.feedback;
        let files = feedback.files.iter().enumerate();
        files.map(|(n, f)| json!([feedback.id, n + 1, f.sha256, f.name, f.media_type, f.size]))
    });
    let files: Vec<Value> = files.collect();
    if files.is_empty() {
        return Ok(());
    }
    let (files, text) = (texts(&files)?, tx.text(SQL));
    on!(Tx tx, db => sqlx::query(text).bind(&files).execute(db).await.map(|_| ()))
        .doing("keeping the files of feedback")
}

async fn insert_ids(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            INSERT INTO mail_reference (message_id, feedback_id)
            SELECT value ->> 0, value ->> 1 FROM json_each($1) WHERE true
            ON CONFLICT (message_id, feedback_id) DO NOTHING",
        postgres: "
            INSERT INTO mail_reference (message_id, feedback_id)
            SELECT r ->> 0, r ->> 1 FROM jsonb_array_elements($1::jsonb) AS t (r)
            ON CONFLICT (message_id, feedback_id) DO NOTHING",
    };
    let ids = placed.iter().flat_map(|one| {
        let feedback = one.understood.feedback.id;
        one.understood.message_ids.iter().map(move |id| json!([id, feedback]))
    });
    let ids: Vec<Value> = ids.collect();
    if ids.is_empty() {
        return Ok(());
    }
    let (ids, text) = (texts(&ids)?, tx.text(SQL));
    on!(Tx tx, db => sqlx::query(text).bind(&ids).execute(db).await.map(|_| ()))
        .doing("keeping the ids of mails")
}

/// The numbers of feedback that was made before.
pub(crate) async fn numbers_of(
    tx: &mut Tx,
    ids: &[FeedbackId],
) -> Result<HashMap<FeedbackId, i64>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT id, number FROM feedback WHERE id IN (SELECT value FROM json_each($1))
            ORDER BY id",
        postgres: "
            SELECT id, number FROM feedback
            WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY id",
    };
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let doing = "looking for earlier feedback";
    let (ids, text) = (texts(&ids)?, tx.text(SQL));
    let rows: Vec<(String, i64)> =
        on!(Tx tx, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await).doing(doing)?;
    let read = |(id, number): (String, i64)| {
        let id = id.parse().map_err(|error| StoreError::unreadable(doing, error))?;
        Ok((id, number))
    };
    rows.into_iter().map(read).collect()
}

/// The number of a case that an earlier reading led to.
pub(crate) async fn case_number(
    tx: &mut Tx,
    case: CaseId,
) -> Result<Option<CaseNumber>, StoreError> {
    const SQL: &str = "SELECT number FROM \"case\" WHERE id = $1";
    let case = case.to_string();
    let number: Option<i64> =
        on!(Tx tx, db => sqlx::query_scalar(SQL).bind(&case).fetch_optional(db).await)
            .doing("looking up an earlier case")?;
    Ok(number.map(CaseNumber))
}

/// The customer of a case, and the unit it lies in.
pub(crate) async fn customer_of(
    tx: &mut Tx,
    number: i64,
) -> Result<Option<(KnownCustomer, UnitId)>, StoreError> {
    const SQL: &str = "
        SELECT u.id, u.name, c.unit_id FROM \"case\" c JOIN customer u ON u.id = c.customer_id
        WHERE c.number = $1";
    let doing = "reading whose a case is";
    let found: Option<(String, String, String)> =
        on!(Tx tx, db => sqlx::query_as(SQL).bind(number).fetch_optional(db).await).doing(doing)?;
    let Some((id, name, unit)) = found else { return Ok(None) };
    let id = id.parse().map_err(|error| StoreError::unreadable(doing, error))?;
    let unit = unit.parse().map_err(|error| StoreError::unreadable(doing, error))?;
    Ok(Some((KnownCustomer { id, name }, unit)))
}

/// Notes which case feedback belongs to, and why.
pub(crate) async fn set_case(
    tx: &mut Tx,
    feedback: FeedbackId,
    case: CaseId,
    because: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE feedback SET case_id = $2, explanation = TRIM(explanation || ' ' || $3)
        WHERE id = $1 AND COALESCE(case_id, '') <> $2";
    let (feedback, case) = (feedback.to_string(), case.to_string());
    on!(Tx tx, db => sqlx::query(SQL).bind(&feedback).bind(&case).bind(because).execute(db).await
        .map(|_| ()))
    .doing("noting the case of feedback")
}

/// Takes away feedback of undone arrivals that belongs to no case; gives how much.
///
/// # Errors
/// When the store fails.
pub async fn remove_loose_feedback(tx: &mut Tx, ids: &[String]) -> Result<u64, StoreError> {
    const FILES: Sql = Sql {
        sqlite: "
            DELETE FROM feedback_file WHERE feedback_id IN (
                SELECT id FROM feedback WHERE case_id IS NULL
                AND id IN (SELECT value FROM json_each($1)))",
        postgres: "
            DELETE FROM feedback_file WHERE feedback_id IN (
                SELECT id FROM feedback WHERE case_id IS NULL
                AND id IN (SELECT jsonb_array_elements_text($1::jsonb)))",
    };
    const SQL: Sql = Sql {
        sqlite: "
            DELETE FROM feedback WHERE case_id IS NULL
            AND id IN (SELECT value FROM json_each($1))",
        postgres: "
            DELETE FROM feedback WHERE case_id IS NULL
            AND id IN (SELECT jsonb_array_elements_text($1::jsonb))",
    };
    let doing = "taking imported feedback away";
    let ids = serde_json::to_string(ids).map_err(|e| StoreError::unreadable(doing, e))?;
    let (files, text) = (tx.text(FILES), tx.text(SQL));
    on!(Tx &mut *tx, db => sqlx::query(files).bind(&ids).execute(db).await.map(|_| ()))
        .doing(doing)?;
    on!(Tx tx, db => sqlx::query(text).bind(&ids).execute(db).await.map(|d| d.rows_affected()))
        .doing(doing)
}
