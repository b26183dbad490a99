//! What `customers` and `casework` are handed of a thing that was understood.

use crate::said::Joins;
use crate::understood::Understood;
use domain::channel::Kind;
use domain::feedback::{FeedbackIn, Imported, ThreadEvidence};
use domain::id::{CaseNumber, TeamId, TopicId, UnitId};
use domain::urgency::Facts;
use reading::{Reading, SignalKind};
use store::{Doing, StoreError, Tx, on};

/// A signal below this probability is left to whoever reads the text.
const SURE_ENOUGH: f32 = 0.5;

/// The team that hears a unit's channels: the first that was made in it.
///
/// # Errors
/// When the store fails or the unit has no team.
pub async fn hearing_team(tx: &mut Tx, unit: UnitId) -> Result<TeamId, StoreError> {
    const SQL: &str = "SELECT id FROM team WHERE unit_id = $1 ORDER BY made_at_ms, id LIMIT 1";
    let doing = "looking for the team that hears a unit";
    let unit = unit.to_string();
    let id: Option<String> =
        on!(Tx tx, db => sqlx::query_scalar(SQL).bind(&unit).fetch_optional(db).await)
            .doing(doing)?;
    let id = id.ok_or_else(|| StoreError::unreadable(doing, "the unit has no team"))?;
    id.parse().map_err(|error| StoreError::unreadable(doing, error))
}

impl Understood {
    /// What `casework` decides about; `team` hears the unit's channels.
    pub fn for_casework(&self, team: TeamId) -> FeedbackIn {
        let feedback = &self.feedback;
        let facts = Facts {
            public: feedback.public,
            reach_known: feedback.reach_known.map(i64::unsigned_abs),
            ..facts(&feedback.reading)
        };
        FeedbackIn {
            id: feedback.id,
            unit: feedback.unit,
            team,
            channel: feedback.channel,
            public: feedback.public,
            author: self.author.shown().to_owned(),
            address: self.author.address().to_owned(),
            subject: feedback.subject.clone(),
            text: feedback.text.clone(),
            folded: feedback.folded.clone(),
            language: feedback.language.clone(),
            kind: feedback.kind,
            severity: severity(&feedback.reading, feedback.kind),
            facts,
            topics: topics(&feedback.reading),
            said_at: feedback.said_at,
            wants_case: self.wants_case(),
            answerable: self.answerable && !self.automatic,
            because: self.because.clone(),
            thread: self.thread(),
            encrypted: self.encrypted,
            passed_on: self.passed_on.clone(),
            imported: match (self.quiet, self.closed_at) {
                (false, _) => Imported::No,
                (true, None) => Imported::Open,
                (true, Some(_)) => Imported::Closed,
            },
        }
    }

    /// Whether somebody should look. A program's mail is kept and asks for nobody, unless it
    /// complains: shops and forms write in people's names. What could not be read always does.
    fn wants_case(&self) -> bool {
        if self.error.is_some() {
            return true;
        }
        if matches!(self.joins, Joins::Notes(_) | Joins::OwnCopy) {
            return false;
        }
        let kind = self.feedback.kind;
        // Whoever takes part in a case, or has its address from us, writes to people there, even
        // with the marks of bulk mail.
        let in_thread = matches!(self.joins, Joins::Case(_) | Joins::Waits(_));
        !self.automatic
            || in_thread
            || self.passed_on.is_some()
            || matches!(kind, Kind::Complaint | Kind::Cancellation)
    }

    fn thread(&self) -> Option<ThreadEvidence> {
        if let Some(case) = self.earlier_case {
            return Some(ThreadEvidence { case, trusted: true });
        }
        match self.joins {
            Joins::Case(case) | Joins::Notes(case) => {
                Some(ThreadEvidence { case: CaseNumber(case), trusted: true })
            }
            Joins::Waits(case) => Some(ThreadEvidence { case: CaseNumber(case), trusted: false }),
            Joins::Nothing | Joins::Maybe(_) | Joins::OwnCopy => None,
        }
    }
}

fn facts(reading: &Reading) -> Facts {
    let has = |kind: SignalKind| {
        reading.signals.iter().any(|s| s.kind == kind && s.confidence >= SURE_ENOUGH)
    };
    Facts {
        safety: has(SignalKind::Safety),
        legal: has(SignalKind::Legal) || has(SignalKind::Regulator),
        press: has(SignalKind::Press),
        money: has(SignalKind::Money),
        cut_off: has(SignalKind::CutOff),
        needs_care: has(SignalKind::Vulnerability),
        ..Facts::default()
    }
}

/// What it is about; a guess puts nothing on a case.
fn topics(reading: &Reading) -> Vec<TopicId> {
    reading.about().filter_map(|hit| hit.id.parse().ok()).collect()
}

/// Severity 0 to 4 by the harm that is told; how hard the words are raises it to 2 at the most,
/// because somebody meek may suffer more than somebody loud (mission M10).
fn severity(reading: &Reading, kind: Kind) -> u8 {
    let facts = facts(reading);
    let by_harm = if facts.safety {
        4
    } else if facts.cut_off || facts.needs_care || facts.legal {
        3
    } else if facts.money || facts.press {
        2
    } else {
        0
    };
    let by_words = match reading.severity.value {
        0 | 1 => u8::from(matches!(kind, Kind::Complaint | Kind::Cancellation)),
        2 => 1,
        _ => 2,
    };
    by_harm.max(by_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity_of(text: &str) -> u8 {
        severity(&reading::Reader::shipped().read(text), Kind::Complaint)
    }

    #[test]
    fn harm_weighs_more_than_loudness() {
        let danger = severity_of("Sorry to bother you. The boiler caught fire and smoke came out.");
        let loud = severity_of("You are the worst company ever, this is outrageous, I am furious!");
        assert_eq!(danger, 4);
        assert!(loud <= 2);
        assert_eq!(severity_of("The parcel came a day late."), 1);
    }
}
