//! Feedback as people and programs read it.

use crate::feedback::sql::Row;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use web::time_words::Moment;

/// One thing that was said.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FeedbackBody {
    /// Its id.
    pub id: String,
    /// The number people say: `F-1001`.
    pub reference: String,
    /// The way it came.
    pub channel: String,
    /// The site or system it was said on.
    pub source: String,
    /// Whether others can read it.
    pub public: bool,
    /// What kind of matter it reads as.
    pub kind: String,
    /// The writer as shown.
    pub author: String,
    /// Subject line.
    pub subject: String,
    /// The words.
    pub text: String,
    /// ISO 639-1, or empty.
    pub language: String,
    /// Stars, 1 to 5.
    pub rating: Option<i64>,
    /// How many could see it; never below 10,000.
    pub reach: u64,
    /// Where it can be read.
    pub url: String,
    /// When it was said.
    pub said_at: String,
    /// When we got it.
    pub received_at: String,
    /// What was understood of it, with reasons and the model's version.
    #[schema(value_type = Object)]
    pub reading: serde_json::Value,
    /// The customer's number, where we know who it is.
    pub customer: Option<i64>,
    /// The case it belongs to: `R-10482`.
    pub case: Option<String>,
    /// Why it went there.
    pub explanation: String,
}

fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|at| at.to_string()).unwrap_or_default()
}

impl From<Row> for FeedbackBody {
    fn from(row: Row) -> Self {
        FeedbackBody {
            reference: format!("F-{}", row.number),
            public: row.public == 1,
            reach: reach(&row),
            said_at: moment(row.said_at_ms),
            received_at: moment(row.received_at_ms),
            reading: reading::kept::full(&row.reading),
            customer: row.customer_number,
            case: row.case_number.map(|number| format!("R-{number}")),
            id: row.id,
            channel: row.channel,
            source: row.source,
            kind: row.kind,
            author: row.author,
            subject: row.subject,
            text: row.text,
            language: row.language,
            rating: row.rating,
            url: row.url,
            explanation: row.explanation,
        }
    }
}

fn reach(row: &Row) -> u64 {
    domain::urgency::reach(row.reach_known.map(i64::unsigned_abs))
}

/// A line of the list.
pub(crate) struct Line {
    pub id: String,
    pub who: String,
    pub source: String,
    pub subject: String,
    pub words: String,
    pub language: String,
    pub stars: String,
    pub stars_in_words: String,
    pub reach: String,
    pub kind: String,
    pub url: String,
    pub case: String,
    pub said: Moment,
}

impl Line {
    pub(crate) fn of(row: &Row, now: Timestamp, zone: &TimeZone) -> Line {
        let at = Timestamp::from_millisecond(row.said_at_ms).unwrap_or(now);
        let stars = row.rating.unwrap_or(0).clamp(0, 5).unsigned_abs();
        let n = usize::try_from(stars).unwrap_or(0);
        let source = if row.source.is_empty() { &row.channel } else { &row.source };
        Line {
            id: row.id.clone(),
            who: row.author.clone(),
            source: source.clone(),
            subject: row.subject.clone(),
            words: hearing::said::line(&row.text, 600),
            language: row.language.clone(),
            stars: if n > 0 {
                format!("{}{}", "★".repeat(n), "☆".repeat(5 - n))
            } else {
                String::new()
            },
            stars_in_words: if n > 0 { format!("{n} of 5 stars") } else { String::new() },
            reach: web::words::count(reach(row)),
            kind: row.kind.clone(),
            url: row.url.clone(),
            case: row.case_number.map(|number| format!("R-{number}")).unwrap_or_default(),
            said: web::time_words::moment(now, at, zone),
        }
    }
}

/// Where a list goes on: when the last row was said, and its id.
pub(crate) fn cursor(said_at_ms: i64, id: &str) -> String {
    format!("{said_at_ms}_{id}")
}

/// Reads a cursor; the beginning for none.
pub(crate) fn read_cursor(text: &str) -> Option<(i64, String)> {
    if text.is_empty() {
        return Some((i64::MAX, String::new()));
    }
    let (at, id) = text.split_once('_')?;
    let is_id = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    Some((at.parse().ok()?, id.to_owned())).filter(|_| is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_made_up_one_does_not() {
        let id = "01901234-5678-7abc-8def-0123456789ab";
        assert_eq!(read_cursor(&cursor(-5, id)), Some((-5, id.to_owned())));
        for wrong in ["x", "5_", "5_'; DROP", "_01901234-5678-7abc-8def-0123456789ab"] {
            assert_eq!(read_cursor(wrong), None, "{wrong}");
        }
    }
}
