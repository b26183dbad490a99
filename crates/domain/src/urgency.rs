//! Urgency: why a case is where it is. Computed, never typed in, and always with its reasons.
//!
//! A customer's archetype and small reach never lower anything (missions M10, M12).

use crate::case::Case;
use crate::clock::ClockKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Nobody's voice counts as smaller than this (mission M12).
pub const REACH_FLOOR: u64 = 10_000;

/// Known reach, never below the floor.
pub fn reach(known: Option<u64>) -> u64 {
    known.unwrap_or(0).max(REACH_FLOOR)
}

/// What was noticed about a case that bears on its urgency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Somebody may be hurt.
    pub safety: bool,
    /// Courts, lawyers or an authority are named.
    pub legal: bool,
    /// The press is named.
    pub press: bool,
    /// Money was taken twice or wrongly.
    pub money: bool,
    /// Cut off: no heating, no phone, no account.
    pub cut_off: bool,
    /// Somebody told us that they need extra care.
    pub needs_care: bool,
    /// Others can read it.
    pub public: bool,
    /// How many can see it as far as known; read it through [`reach`].
    pub reach_known: Option<u64>,
    /// A customer of high value; raises attention, never the other way round.
    pub high_value: bool,
}

/// Why a case is where it is. The vocabulary is fixed; at most three are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// A promise was broken.
    PromiseBroken,
    /// A letter of ours did not arrive.
    Undelivered,
    /// A promise is due within a day.
    PromiseDue,
    /// Words of danger.
    SafetyWords,
    /// Words of law or press.
    LegalOrPress,
    /// A regulator's date is set.
    RegulatorDate,
    /// Others can read it.
    Public {
        /// Seen by about so many; at least [`REACH_FLOOR`].
        seen_by: u64,
    },
    /// The customer said that it was not solved.
    Reopened,
    /// The customer wrote again.
    Contact {
        /// Which contact this is: 2 for the second.
        n: u32,
    },
    /// Money was taken twice or wrongly.
    Money,
    /// No heating, no phone, no account.
    CutOff,
    /// They told us that they need extra care.
    NeedsCare,
    /// Handed over several times.
    Transferred {
        /// How often.
        n: u32,
    },
    /// Waiting for us.
    Waiting {
        /// Whole hours since the customer's last word.
        hours: u32,
    },
    /// A customer of long standing and high value.
    HighValue,
}

/// Every reason that holds for `case` at `now`, strongest first.
pub fn reasons(case: &Case, now: Timestamp) -> Vec<Reason> {
    const DAY_MS: i64 = 86_400_000;
    let facts = &case.facts;
    let mut found = Vec::new();
    let mut add = |holds: bool, reason: Reason| {
        if holds {
            found.push(reason);
        }
    };
    let due_soon = case
        .promises
        .iter()
        .filter(|promise| promise.is_owed())
        .any(|promise| promise.due_at.as_millisecond() - now.as_millisecond() <= DAY_MS);
    add(case.has_broken_promise(), Reason::PromiseBroken);
    add(!case.undelivered.is_empty(), Reason::Undelivered);
    add(facts.safety, Reason::SafetyWords);
    add(case.clocks.iter().any(|c| c.kind == ClockKind::Regulator), Reason::RegulatorDate);
    add(due_soon && !case.has_broken_promise(), Reason::PromiseDue);
    add(facts.legal || facts.press, Reason::LegalOrPress);
    add(facts.public, Reason::Public { seen_by: reach(facts.reach_known) });
    add(case.reopened > 0, Reason::Reopened);
    add(facts.cut_off, Reason::CutOff);
    add(facts.needs_care, Reason::NeedsCare);
    add(facts.money, Reason::Money);
    add(case.contacts > 1, Reason::Contact { n: case.contacts });
    add(case.transfers > 1, Reason::Transferred { n: case.transfers });
    if let Some(since) = case.waiting_since {
        let hours = (now.as_millisecond() - since.as_millisecond()) / 3_600_000;
        add(hours >= 1, Reason::Waiting { hours: u32::try_from(hours).unwrap_or(u32::MAX) });
    }
    add(facts.high_value, Reason::HighValue);
    found
}

/// The place of a case in the queue; smaller comes first.
///
/// Order: broken promises and words of ours that did not arrive → due soonest (in steps of a
/// quarter of an hour) → safety or legal words → reach → waiting longest. It depends on nothing
/// that changes by itself with time, so it is stored and indexed; a promise that turns broken is
/// an event.
///
/// Layout, high to low: 1 bit nothing broken, 24 bits due, 1 bit calm, 3 bits reach, 34 bits
/// waiting.
pub fn order(case: &Case) -> i64 {
    const STEP_MS: i64 = 900_000;
    let not_broken = i64::from(!case.has_broken_promise() && !case.has_undelivered_words());
    let due = match case.next_due() {
        Some(due) => (due.as_millisecond() / STEP_MS).clamp(0, (1 << 24) - 2),
        None => (1 << 24) - 1,
    };
    let facts = &case.facts;
    let calm = i64::from(!(facts.safety || facts.legal || facts.press));
    // 10,000 → 0, 100,000 → 1 … so that 7 − band puts the widest reach first.
    let band = i64::from(reach(facts.reach_known).ilog10().saturating_sub(4).min(7));
    let since = case.waiting_since.unwrap_or(case.opened_at);
    let waiting = since.as_second().clamp(0, (1 << 34) - 1);
    (not_broken << 62) | (due << 38) | (calm << 37) | ((7 - band) << 34) | waiting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_counts_as_smaller_than_the_floor() {
        assert_eq!([None, Some(0), Some(340), Some(9_999)].map(reach), [REACH_FLOOR; 4]);
        assert_eq!(reach(Some(12_000)), 12_000);
    }
}
