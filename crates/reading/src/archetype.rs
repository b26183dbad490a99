//! Hints on how a customer complains, from evidence over their history (Wysocki, Kepner & Glasser,
//! University of Florida IFAS): advice for whoever answers, never a label.
//!
//! A hint must never change order, clocks or remedies: nothing here gives a priority, and callers
//! show it beside the case only. Each hint ends by itself.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How somebody complains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archetype {
    /// Does not say what is wrong: ask more.
    Meek,
    /// Is loud: listen to the end, agree on the fact, say what will be done and when.
    Aggressive,
    /// Pays well and hates excuses: lead with the fix.
    HighRoller,
    /// Complains often, and may well be right: patience, one person, a full answer each time.
    Chronic,
    /// Asks for more than was lost: stay objective, repeat what is fair.
    Barnacle,
}

/// A customer's history as the hints see it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct History {
    /// Messages read.
    pub messages: u32,
    /// Of these, with words that make oneself small ("sorry to bother you").
    pub hedged: u32,
    /// Of these, attacking the company or insulting people.
    pub attacking: u32,
    /// Bad survey scores or bad events after which nothing was said.
    pub silent_after_bad: u32,
    /// Complaints within twelve months.
    pub complaints: u32,
    /// Of these, the ones in which the customer was right.
    pub upheld: u32,
    /// What was asked for in money, in minor units, over all complaints.
    pub asked_minor: i64,
    /// What was lost in money, in minor units, over all complaints.
    pub lost_minor: i64,
    /// Share of customers that are worth less, 0 to 1.
    pub value_rank: f32,
}

/// A hint with its strength and evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    /// How this customer seems to complain.
    pub archetype: Archetype,
    /// 0 to 1; below 0.5 no hint is given.
    pub strength: f32,
    /// What speaks for it, as sentences.
    pub evidence: Vec<Cow<'static, str>>,
    /// Days after which the hint ends unless it is found again.
    pub ends_after_days: u16,
}

/// Messages that must have been read before anything but *meek* is hinted.
const MESSAGES_MIN: u32 = 3;

/// The hints that a history gives, the strongest first; mostly none.
pub fn hints(h: &History) -> Vec<Hint> {
    let mut hints: Vec<Hint> = [meek(h), aggressive(h), high_roller(h), chronic(h), barnacle(h)]
        .into_iter()
        .flatten()
        .collect();
    hints.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    hints
}

fn hint(archetype: Archetype, strength: f32, days: u16, evidence: Vec<String>) -> Option<Hint> {
    let evidence = evidence.into_iter().map(Cow::Owned).collect();
    let strength = strength.clamp(0.0, 1.0);
    (strength >= 0.5).then_some(Hint { archetype, strength, evidence, ends_after_days: days })
}

fn meek(h: &History) -> Option<Hint> {
    let hedged = h.hedged as f32 / h.messages.max(1) as f32;
    let strength = 0.6 * hedged + 0.3 * h.silent_after_bad.min(2) as f32;
    let mut evidence = Vec::new();
    if h.hedged > 0 {
        evidence.push(format!("Makes little of it in {} of {} messages.", h.hedged, h.messages));
    }
    if h.silent_after_bad > 0 {
        evidence.push(format!("Said nothing after {} bad experiences.", h.silent_after_bad));
    }
    hint(Archetype::Meek, strength, 90, evidence)
}

fn aggressive(h: &History) -> Option<Hint> {
    if h.messages < MESSAGES_MIN {
        return None;
    }
    let share = h.attacking as f32 / h.messages as f32;
    let evidence = vec![format!("Attacks us in {} of {} messages.", h.attacking, h.messages)];
    hint(Archetype::Aggressive, 1.2 * share, 30, evidence)
}

fn high_roller(h: &History) -> Option<Hint> {
    let strength = if h.value_rank >= 0.95 { h.value_rank } else { 0.0 };
    let share = ((1.0 - h.value_rank) * 100.0).max(1.0).round();
    let evidence = vec![format!("Among the {share} % of customers who are worth most.")];
    hint(Archetype::HighRoller, strength, 180, evidence)
}

/// Many complaints count only while most were not upheld: who is right often is no burden.
fn chronic(h: &History) -> Option<Hint> {
    if h.messages < MESSAGES_MIN || h.complaints < 5 {
        return None;
    }
    let refused = 1.0 - h.upheld as f32 / h.complaints as f32;
    let evidence = vec![format!(
        "{} complaints in twelve months; {} of them were right.",
        h.complaints, h.upheld
    )];
    let often = (h.complaints as f32 / 10.0).min(1.0);
    hint(Archetype::Chronic, refused * (0.5 + 0.5 * often), 180, evidence)
}

fn barnacle(h: &History) -> Option<Hint> {
    if h.messages < MESSAGES_MIN || h.complaints < 3 || h.asked_minor <= 0 {
        return None;
    }
    let ratio = h.asked_minor as f32 / h.lost_minor.max(1) as f32;
    let refused = 1.0 - h.upheld as f32 / h.complaints as f32;
    if ratio < 3.0 || refused < 0.5 {
        return None;
    }
    let evidence = vec![format!(
        "Asked for {ratio:.0} times what was lost, and {} of {} complaints were not upheld.",
        h.complaints - h.upheld.min(h.complaints),
        h.complaints
    )];
    hint(Archetype::Barnacle, 0.4 + 0.1 * ratio.min(5.0), 180, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(h: &History) -> Vec<Archetype> {
        hints(h).into_iter().map(|h| h.archetype).collect()
    }

    #[test]
    fn one_angry_message_makes_nobody_aggressive_but_one_meek_one_may_be_asked_about() {
        let angry = History { messages: 1, attacking: 1, ..History::default() };
        assert!(names(&angry).is_empty());
        let shy = History { messages: 1, hedged: 1, ..History::default() };
        assert_eq!(names(&shy), [Archetype::Meek]);
    }

    #[test]
    fn who_complains_often_and_rightly_is_not_chronic() {
        let often = History { messages: 12, complaints: 10, upheld: 9, ..History::default() };
        assert!(names(&often).is_empty());
        assert_eq!(names(&History { upheld: 1, ..often }), [Archetype::Chronic]);
    }

    #[test]
    fn asking_for_much_more_than_was_lost_is_shown_with_its_numbers() {
        let h = History {
            messages: 6,
            complaints: 4,
            upheld: 1,
            asked_minor: 50_000,
            lost_minor: 10_000,
            ..History::default()
        };
        let found = hints(&h);
        assert_eq!(found[0].archetype, Archetype::Barnacle);
        assert!(found[0].evidence[0].contains("5 times") && found[0].ends_after_days > 0);
    }
}
