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
    /// Turns each offer down for more: stay objective, repeat what is fair.
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
    /// Offers within twelve months that the customer answered.
    pub answered: u32,
    /// Of these, the ones that were turned down for something else.
    pub countered: u32,
    /// What was agreed with them within twelve months, in minor units.
    pub given_minor: i64,
    /// What other customers got for as many complaints, in minor units; 0 where it is not known.
    pub usual_minor: i64,
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

/// Turning offers down is everybody's right: only doing so nearly always, over several complaints,
/// is a hint, and having got far more than others do makes it stronger.
fn barnacle(h: &History) -> Option<Hint> {
    const COUNTERED_MIN: u32 = 3;
    const FAR_ABOVE: i64 = 3; // times what others got
    if h.messages < MESSAGES_MIN || h.complaints < 2 || h.countered < COUNTERED_MIN {
        return None;
    }
    if h.countered * 4 < h.answered * 3 {
        return None;
    }
    let mut evidence =
        vec![format!("Turned down {} of {} offers for more.", h.countered, h.answered)];
    let mut strength = 0.5 + 0.1 * (h.countered - COUNTERED_MIN).min(2) as f32;
    if h.usual_minor > 0 && h.given_minor >= h.usual_minor.saturating_mul(FAR_ABOVE) {
        let times = h.given_minor / h.usual_minor;
        evidence.push(format!("Got {times} times what others get for as many complaints."));
        strength += 0.25;
    }
    hint(Archetype::Barnacle, strength, 180, evidence)
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
    fn who_turns_each_offer_down_for_more_is_shown_with_the_numbers() {
        let h = History {
            messages: 6,
            complaints: 2,
            answered: 4,
            countered: 3,
            given_minor: 50_000,
            usual_minor: 10_000,
            ..History::default()
        };
        let found = hints(&h);
        assert_eq!(found[0].archetype, Archetype::Barnacle);
        let said = found[0].evidence.join(" ");
        assert!(said.contains("3 of 4 offers") && said.contains("5 times"), "{said}");
        let usual = hints(&History { given_minor: 12_000, ..h });
        assert!(usual[0].strength < found[0].strength && usual[0].evidence.len() == 1);
    }

    #[test]
    fn who_agrees_in_the_end_or_bargains_over_one_matter_is_no_barnacle() {
        let h =
            History { messages: 9, complaints: 4, answered: 6, countered: 4, ..History::default() };
        assert!(names(&h).is_empty(), "two of six were agreed");
        assert!(names(&History { complaints: 1, answered: 4, ..h }).is_empty(), "one matter");
    }
}
