//! Rules of the coach with what became of their findings, as people and programs read them.

use crate::coaching::rules::{SHIPPED, STAYS_ON};
use crate::coaching::sql;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::scope::Reach;
use store::{Store, StoreError};
use utoipa::ToSchema;

/// Days that are counted.
const DAYS: i64 = 90;

/// A rule of the coach and whether it helps.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CoachRuleBody {
    /// `C01` to `C22`, or `O1` and on for rules of one's own.
    pub id: String,
    /// What it finds.
    pub finds: String,
    /// The language of a rule of one's own; empty for one that ships in all of them.
    pub language: String,
    /// Whether it is the organisation's own.
    pub own: bool,
    /// Whether it is off.
    pub off: bool,
    /// Whether it can be switched off.
    pub may_switch: bool,
    /// Who set it last; empty when nobody did.
    pub set_by: String,
    /// When that was.
    pub set_at: Option<String>,
    /// Findings whose better words were used, in 90 days.
    pub used: i64,
    /// Findings that were waved away.
    pub kept: i64,
    /// Findings that still stood when the message was sent.
    pub sent_anyway: i64,
    /// Share of findings that were used, 0 to 1; null where there was none.
    pub helps: Option<f64>,
    /// The same by language of the draft.
    pub languages: Vec<CoachLanguageBody>,
}

/// What became of a rule's findings in one language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CoachLanguageBody {
    /// Two letters, or empty where it was not known.
    pub language: String,
    /// Used.
    pub used: i64,
    /// Waved away.
    pub kept: i64,
    /// Sent anyway.
    pub sent_anyway: i64,
}

/// The coach as a whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CoachBody {
    /// Replies that people sent in 90 days.
    pub replies: i64,
    /// Publicity checks that were made before sending.
    pub publicity_checks: i64,
    /// Of these, the ones that opened by themselves; fewer than one in twenty replies is wanted.
    pub publicity_opened: i64,
    /// The rules, the most helpful first, those that never spoke last.
    pub rules: Vec<CoachRuleBody>,
}

/// Reads the rules and what became of their findings, as far as the reader may see.
pub(crate) async fn coach(
    store: &Store,
    reach: &Reach,
    now: Timestamp,
) -> Result<CoachBody, StoreError> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let set = sql::rules(store).await?;
    let counts = sql::counts(store, reach, since).await?;
    let rule = |id: &str, finds: &str, language: &str, own: bool| {
        let sum = |what: &str| {
            let of = counts.iter().filter(|(rule, _, w, _)| rule == id && w == what);
            of.map(|(.., n)| n).sum::<i64>()
        };
        let (used, kept, sent_anyway) = (sum("used"), sum("kept"), sum("sent_anyway"));
        let spoke = used + kept + sent_anyway;
        let row = set.iter().find(|row| row.id == id);
        let at = row.and_then(|row| Timestamp::from_millisecond(row.changed_at_ms).ok());
        CoachRuleBody {
            set_by: row.and_then(|row| row.changed_by.clone()).unwrap_or_default(),
            set_at: at.map(|at| at.to_string()),
            id: id.to_owned(),
            finds: finds.to_owned(),
            language: language.to_owned(),
            own,
            off: row.is_some_and(|row| row.is_off == 1),
            may_switch: id != STAYS_ON,
            used,
            kept,
            sent_anyway,
            helps: (spoke > 0).then(|| used as f64 / spoke as f64),
            languages: languages(&counts, id),
        }
    };
    let shipped = SHIPPED.iter().map(|(id, finds)| rule(id, finds, "", false));
    let own = set.iter().filter(|row| !row.body.is_empty());
    let own = own.map(|row| rule(&row.id, &row.says, &row.language, true));
    let mut rules: Vec<CoachRuleBody> = shipped.chain(own).collect();
    // Stable, so that rules which never spoke stay in the order of their ids.
    rules.sort_by(|a, b| b.helps.unwrap_or(-1.0).total_cmp(&a.helps.unwrap_or(-1.0)));
    let (publicity_checks, publicity_opened) = sql::checks(store, reach, since).await?;
    let replies = sql::replies(store, reach, since).await?;
    Ok(CoachBody { replies, publicity_checks, publicity_opened, rules })
}

fn languages(counts: &[(String, String, String, i64)], id: &str) -> Vec<CoachLanguageBody> {
    let mut all: Vec<CoachLanguageBody> = Vec::new();
    for (_, language, what, n) in counts.iter().filter(|(rule, ..)| rule == id) {
        if all.last().is_none_or(|last| last.language != *language) {
            let language = language.clone();
            all.push(CoachLanguageBody { language, used: 0, kept: 0, sent_anyway: 0 });
        }
        let Some(last) = all.last_mut() else { continue };
        match what.as_str() {
            "used" => last.used += n,
            "kept" => last.kept += n,
            _ => last.sent_anyway += n,
        }
    }
    all
}
