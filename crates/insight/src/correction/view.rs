//! Corrections as people and programs read them: the list, and how the share of corrected
//! readings moves.

use crate::correction::rules::Label;
use crate::correction::sql::{self, After, Row};
use domain::id::{FeedbackId, uuid_v7};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use store::scope::Reach;
use store::{Store, StoreError};
use utoipa::ToSchema;

/// Weeks that drift is shown for.
const WEEKS: i64 = 8;
/// A week in milliseconds.
const WEEK_MS: i64 = 604_800_000;
/// From Monday 29 December 1969 to 1 January 1970.
const TO_MONDAY_MS: i64 = 259_200_000;
/// Letters of a text in a list.
const TEXT_SHOWN: usize = 280;

/// A correction.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionBody {
    /// The id of the text.
    pub feedback: String,
    /// Its number: `F-1001`.
    pub reference: String,
    /// What was corrected: `kind`, `severity` or `feeling`.
    pub label: String,
    /// The case it belongs to: `R-10482`.
    pub case: Option<String>,
    /// How the text begins.
    pub text: String,
    /// What was read.
    pub was: String,
    /// How sure that was, 0 to 1.
    pub was_sure: f64,
    /// The words that made it.
    pub because: String,
    /// What is right.
    pub is_right: String,
    /// Why, as the person says it; may be empty.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// What read it.
    pub model: String,
    /// When it was corrected.
    pub at: String,
    /// The cursor after this row.
    #[serde(skip)]
    pub cursor: String,
    #[serde(skip)]
    pub at_ms: i64,
}

impl From<Row> for CorrectionBody {
    fn from(row: Row) -> CorrectionBody {
        let mut text: String = row.text.chars().take(TEXT_SHOWN).collect();
        if text.len() < row.text.len() {
            text.push('…');
        }
        CorrectionBody {
            cursor: format!("{}.{}.{}", row.at_ms, row.feedback_id, row.label),
            reference: format!("F-{}", row.feedback_number),
            case: row.case_number.map(|number| format!("R-{number}")),
            at: Timestamp::from_millisecond(row.at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string(),
            at_ms: row.at_ms,
            feedback: row.feedback_id,
            label: row.label,
            text,
            was: row.was,
            was_sure: row.was_sure,
            because: row.because,
            is_right: row.is_right,
            reason: row.reason,
            by: row.by_name.unwrap_or_default(),
            model: row.model,
        }
    }
}

/// Where a list goes on after `cursor`; `None` when it is no cursor of ours.
pub(crate) fn after(cursor: Option<&str>) -> Option<After> {
    let Some(cursor) = cursor else {
        return Some((i64::MAX, String::new(), String::new()));
    };
    let mut parts = cursor.split('.');
    let at = parts.next()?.parse().ok()?;
    let (feedback, label) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some((at, feedback, label))
}

/// How many readings of one week were corrected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WeekBody {
    /// The Monday it begins on, in UTC: `2026-11-16`.
    pub week: String,
    /// Texts of cases that came in.
    pub read: i64,
    /// Of these, how many had their kind corrected.
    pub kind: i64,
    /// Of these, how many had their severity corrected.
    pub severity: i64,
    /// Of these, how many had their feeling corrected.
    pub feeling: i64,
}

/// What is taken for what.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MistakenBody {
    /// `kind`, `severity` or `feeling`.
    pub label: String,
    /// What was read.
    pub was: String,
    /// What is right.
    pub is_right: String,
    /// How often, in the weeks shown.
    pub n: i64,
}

/// How the share of corrected readings moves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DriftBody {
    /// Week by week, the oldest first; by when a text came in, not by when it was corrected.
    pub weeks: Vec<WeekBody>,
    /// What is taken for what most often.
    pub mistaken: Vec<MistakenBody>,
}

/// Reads the drift of the last eight weeks, as far as the reader may see.
pub(crate) async fn drift(
    store: &Store,
    reach: &Reach,
    now: Timestamp,
) -> Result<DriftBody, StoreError> {
    let this_week = (now.as_millisecond() + TO_MONDAY_MS) / WEEK_MS;
    let first = this_week - WEEKS + 1;
    // Ids begin with their moment, so the key of the table finds the weeks.
    let from = first * WEEK_MS - TO_MONDAY_MS;
    let from = FeedbackId::from(uuid_v7(from, [0; 10])).to_string();
    let read = sql::read_by_week(store, reach, &from).await?;
    let read: BTreeMap<i64, i64> = read.into_iter().collect();
    let corrected = sql::corrected_by_week(store, reach, &from).await?;
    let of = |week: i64, label: Label| {
        let hits = corrected.iter().filter(|(w, l, _)| *w == week && l == label.word());
        hits.map(|(.., n)| n).sum()
    };
    let weeks = (first..=this_week).map(|week| WeekBody {
        week: monday(week),
        read: read.get(&week).copied().unwrap_or(0),
        kind: of(week, Label::Kind),
        severity: of(week, Label::Severity),
        feeling: of(week, Label::Feeling),
    });
    let weeks = weeks.collect();
    let mistaken = sql::mistaken(store, reach, &from).await?;
    let mistaken = mistaken.into_iter().map(|(label, was, is_right, n)| MistakenBody {
        label,
        was,
        is_right,
        n,
    });
    Ok(DriftBody { weeks, mistaken: mistaken.collect() })
}

fn monday(week: i64) -> String {
    let at = Timestamp::from_millisecond(week * WEEK_MS - TO_MONDAY_MS);
    let at = at.unwrap_or(Timestamp::UNIX_EPOCH) + SignedDuration::from_secs(1);
    at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_its_monday() {
        let at: Timestamp = "2026-11-19T13:08:00Z".parse().unwrap();
        let week = (at.as_millisecond() + TO_MONDAY_MS) / WEEK_MS;
        assert_eq!(monday(week), "2026-11-16");
        assert_eq!(monday(week - 1), "2026-11-09");
    }

    #[test]
    fn a_cursor_of_ours_is_read_and_another_is_not() {
        assert_eq!(after(Some("7.a-b.kind")), Some((7, "a-b".to_owned(), "kind".to_owned())));
        assert_eq!(after(Some("x")), None);
        assert_eq!(after(None).map(|after| after.0), Some(i64::MAX));
    }
}
