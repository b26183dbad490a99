//! Clocks: the due moments that a policy sets on a case, in business time.

use crate::channel::worded;
use crate::hours::Hours;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

worded! {
    /// What a clock waits for.
    ClockKind {
        /// Our first word that we have it.
        Acknowledge = "acknowledge",
        /// An answer to what the customer said last.
        Answer = "answer",
        /// News, even if it is only "still waiting".
        Update = "update",
        /// Putting it right.
        Resolve = "resolve",
        /// A date that a regulator sets.
        Regulator = "regulator",
    }
}

/// A clock on a case. At most one of each kind runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// What it waits for.
    pub kind: ClockKind,
    /// When it began to count.
    pub set_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Whether it was already reported as over.
    pub over: bool,
}

/// Open minutes within which each clock is due, by severity 0 to 4 (mission M16).
///
/// The figures are ours; an organisation sets its own. Severity 4 means danger or great harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockPolicy {
    /// Minutes to the first word.
    pub acknowledge: [u32; 5],
    /// Minutes to an answer.
    pub answer: [u32; 5],
    /// Minutes to the next news after ours.
    pub update: [u32; 5],
    /// Minutes to putting it right.
    pub resolve: [u32; 5],
}

impl Default for ClockPolicy {
    fn default() -> Self {
        Self {
            acknowledge: [480, 480, 240, 60, 30],
            answer: [960, 960, 480, 240, 60],
            update: [2_400, 2_400, 1_440, 960, 240],
            resolve: [9_600, 9_600, 4_800, 2_400, 960],
        }
    }
}

/// A policy together with the hours in which it counts.
#[derive(Clone, Debug)]
pub struct ClockRules {
    /// Minutes by severity.
    pub policy: ClockPolicy,
    /// When we are open.
    pub hours: Hours,
}

impl ClockRules {
    /// Gives the clock of `kind` that begins at `now` for a case of `severity` 0 to 4.
    ///
    /// A regulator's date is set by hand and counts calendar time: it has no policy, so `None`.
    pub fn begin(&self, kind: ClockKind, severity: u8, now: Timestamp) -> Option<Clock> {
        let minutes = match kind {
            ClockKind::Acknowledge => self.policy.acknowledge,
            ClockKind::Answer => self.policy.answer,
            ClockKind::Update => self.policy.update,
            ClockKind::Resolve => self.policy.resolve,
            ClockKind::Regulator => return None,
        }[usize::from(severity.min(4))];
        let due_at = self.hours.add(now, SignedDuration::from_mins(i64::from(minutes)));
        Some(Clock { kind, set_at: now, due_at, over: false })
    }
}
