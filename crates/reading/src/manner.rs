//! How somebody writes, for hints over a history: the words by which they make little of what is
//! wrong, and those by which they attack; and how hints are put into words.

use crate::archetype::Archetype;
use crate::judge::{self, Evidence};
use crate::lexicon::Section;
use crate::reader::Reader;

/// Words shown for one manner.
const WORDS_MOST: usize = 4;

/// The manner of one text, by the words of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manner {
    /// "sorry to bother you", "probably nothing".
    pub hedged: Vec<String>,
    /// Insults and attacks; empty unless the text attacks as a whole.
    pub attacking: Vec<String>,
}

impl Reader {
    /// How a text is written; linear in the text.
    pub fn manner(&self, text: &str) -> Manner {
        let (folded, hits) = self.hits(text);
        let evidence = Evidence::gather(text, &folded, &hits);
        let words = |because: Vec<crate::Reason>| {
            let mut words: Vec<String> = because
                .iter()
                .filter(|reason| reason.weight > 0.0 && !reason.feature.is_empty())
                .map(|reason| reason.feature.to_string())
                .collect();
            words.dedup();
            words.truncate(WORDS_MOST);
            words
        };
        let bad = self.judge(text, &folded, &hits, &evidence).bad;
        let attack = judge::attack(&evidence, bad);
        let attacks = attack.decided() == Some(&true);
        Manner {
            hedged: words(evidence.reasons(&[(Section::Hedge, 1.0)])),
            attacking: if attacks { words(attack.because) } else { Vec::new() },
        }
    }
}

impl Archetype {
    /// All of them.
    pub const ALL: [Archetype; 5] = [
        Archetype::Meek,
        Archetype::Aggressive,
        Archetype::HighRoller,
        Archetype::Chronic,
        Archetype::Barnacle,
    ];

    /// The word used in JSON, tables and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Archetype::Meek => "meek",
            Archetype::Aggressive => "aggressive",
            Archetype::HighRoller => "high_roller",
            Archetype::Chronic => "chronic",
            Archetype::Barnacle => "barnacle",
        }
    }

    /// The archetype of a word.
    pub fn of_word(word: &str) -> Option<Archetype> {
        Archetype::ALL.into_iter().find(|archetype| archetype.word() == word)
    }

    /// How a hint reads, so that it can be shown to the person: "usually says less than is wrong".
    pub fn in_words(self) -> &'static str {
        match self {
            Archetype::Meek => "usually says less than is wrong",
            Archetype::Aggressive => "is loud when something is wrong",
            Archetype::HighRoller => "wants the fix, not the reasons",
            Archetype::Chronic => "writes to us often",
            Archetype::Barnacle => "turns offers down for more",
        }
    }

    /// What helps whoever answers.
    pub fn what_helps(self) -> &'static str {
        match self {
            Archetype::Meek => "Ask gently what else is wrong; they tell you less than there is.",
            Archetype::Aggressive => {
                "Stay level, don't mirror. Ask: “What else may I help you with?”"
            }
            Archetype::HighRoller => {
                "Lead with the fix and the time. No excuses. One named contact."
            }
            Archetype::Chronic => {
                "Patience each time. The issue may still be right; tell them when the cause is \
                 fixed."
            }
            Archetype::Barnacle => {
                "Stay objective. Say the policy and the offer once, keep it short, close kindly; \
                 still as if 10,000 were watching."
            }
        }
    }

    /// How strong a hint is, in a word.
    pub fn strength_in_words(strength: f32) -> &'static str {
        match strength {
            s if s >= 0.8 => "strong evidence",
            s if s >= 0.65 => "some evidence",
            _ => "slight evidence",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_and_loud_ones_are_told_apart() {
        let reader = Reader::shipped();
        let meek = reader.manner("Sorry to bother you, no rush, but the heating is off.");
        assert!(!meek.hedged.is_empty() && meek.attacking.is_empty(), "{meek:?}");
        let loud = reader.manner("You are liars and thieves, shame on you, you useless idiots!");
        assert!(loud.hedged.is_empty() && !loud.attacking.is_empty(), "{loud:?}");
        assert_eq!(reader.manner("The heating is off."), Manner::default());
    }
}
