//! What can be done to many cases at once, and how it is told.

use casework::refusal::refusals;
use domain::id::{LabelId, StaffId};
use domain::permit::Act;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Cases of one change.
pub const MOST: u32 = 200_000;
/// Cases that a program may name in one change; a list takes more.
pub const NAMED_MOST: usize = 1_000;
/// Changes of so many cases are finished before the page answers.
pub const AT_ONCE: u32 = 20;

refusals! {
    /// Why many cases were not changed at once.
    BulkRefused {
        /// No case was chosen, or none is left in the list.
        Empty = "nothing_chosen" at "/cases", "Choose at least one case.";
        /// More than one change takes.
        TooMany = "too_many_chosen" at "/cases",
            "One change takes at most 200,000 cases. Narrow the list with a filter.";
    }
}

/// What is done to each of the cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum BulkAct {
    /// Whoever asks takes them, from nobody.
    Take,
    /// Somebody gets them; nobody is their team.
    Assign {
        /// Who.
        owner: Option<StaffId>,
    },
    /// They are put aside.
    Snooze {
        /// Until when.
        until: Timestamp,
    },
    /// Labels are put on and taken off.
    Label {
        /// Put on.
        add: Vec<LabelId>,
        /// Taken off.
        remove: Vec<LabelId>,
    },
    /// How bad they are is corrected.
    Priority {
        /// 0 to 4.
        severity: u8,
    },
    /// They become read, or unread, for whoever asks.
    Seen {
        /// Whether they count as read then.
        read: bool,
    },
    /// They become read, or unread when all of them are read: settled when it begins.
    Turn,
    /// An earlier change is taken back, case by case.
    Undo {
        /// The earlier change.
        of: String,
    },
}

impl BulkAct {
    /// What one must be allowed on each case.
    pub fn needs(&self) -> Act {
        match self {
            BulkAct::Seen { .. } | BulkAct::Turn => Act::ReadCase,
            _ => Act::HandleCase,
        }
    }

    /// What it does in words, with `{n}` for how many cases. `names` are those of the owner, or of
    /// the labels put on and taken off.
    pub fn says(&self, names: &Names) -> String {
        match self {
            BulkAct::Take => "Took {n}".to_owned(),
            BulkAct::Assign { owner: None } => "Put {n} back to the team".to_owned(),
            BulkAct::Assign { .. } => format!("Gave {{n}} to {}", names.owner),
            BulkAct::Snooze { .. } => "Put {n} aside".to_owned(),
            BulkAct::Label { .. } => match (names.added.as_str(), names.removed.as_str()) {
                (on, "") => format!("Labelled {{n}}: put on {on}"),
                ("", off) => format!("Labelled {{n}}: took off {off}"),
                (on, off) => format!("Labelled {{n}}: put on {on}, took off {off}"),
            },
            BulkAct::Priority { severity } => format!("Set {{n}} to severity {severity}"),
            BulkAct::Seen { read: true } => "Marked {n} as read".to_owned(),
            BulkAct::Seen { read: false } | BulkAct::Turn => "Marked {n} as unread".to_owned(),
            BulkAct::Undo { .. } => "Took back the change of {n}".to_owned(),
        }
    }
}

/// Names that stand in the words of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Who gets the cases.
    pub owner: String,
    /// Labels put on, with commas between.
    pub added: String,
    /// Labels taken off, with commas between.
    pub removed: String,
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was changed.
    Changed,
    /// It was so already.
    Same,
    /// It was left as it is, for a reason.
    Refused,
}

impl Outcome {
    /// Every outcome, those that need a person first.
    pub const ALL: [Outcome; 3] = [Outcome::Refused, Outcome::Same, Outcome::Changed];

    /// The one word for it in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Changed => "changed",
            Outcome::Same => "same",
            Outcome::Refused => "refused",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// The words of a change with how many cases it reached: "412 of 1,234 cases".
pub fn told(says: &str, so_many: &str) -> String {
    says.replacen("{n}", so_many, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_our_own_mark_in_it_is_left_as_it_is() {
        let names = Names { added: "{n}".to_owned(), ..Names::default() };
        let act = BulkAct::Label { add: Vec::new(), remove: Vec::new() };
        assert_eq!(told(&act.says(&names), "2 cases"), "Labelled 2 cases: put on {n}");
        assert_eq!(told(&BulkAct::Take.says(&names), "1 case"), "Took 1 case");
    }

    #[test]
    fn reading_is_enough_to_mark_as_read_and_for_nothing_else() {
        assert_eq!(BulkAct::Turn.needs(), Act::ReadCase);
        assert_eq!(BulkAct::Take.needs(), Act::HandleCase);
        assert_eq!(BulkAct::Undo { of: String::new() }.needs(), Act::HandleCase);
    }

    #[test]
    fn an_outcome_is_read_back_from_its_word() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_word(outcome.as_str()), Some(outcome));
        }
        assert_eq!(Outcome::from_word(""), None);
    }
}
