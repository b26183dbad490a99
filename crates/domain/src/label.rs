//! Labels: words of the house's own list that are put on cases, so that like is found with like.

use crate::case::Case;
use crate::channel::worded;
use crate::id::LabelId;
use serde::{Deserialize, Serialize};

worded! {
    /// What a word of the list says about a case.
    LabelKind {
        /// Something worth finding again: "Winter campaign".
        Label = "label",
        /// Why it happened: "Courier left it outside".
        Cause = "cause",
    }
}

/// A label as the record names it: the name is the one of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Which.
    pub id: LabelId,
    /// What people read.
    pub name: String,
}

/// Labels put on a case and taken off it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labelled {
    /// Put on.
    pub added: Vec<Label>,
    /// Taken off.
    pub removed: Vec<Label>,
}

impl Case {
    pub(crate) fn label(&mut self, how: &Labelled) {
        self.labels.retain(|id| !how.removed.iter().any(|label| label.id == *id));
        for label in &how.added {
            if !self.labels.contains(&label.id) {
                self.labels.push(label.id);
            }
        }
    }
}
