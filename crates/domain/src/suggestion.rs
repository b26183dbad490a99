//! What an optional language model was asked for on a case. Its words are nobody's until a person
//! takes them, so the record holds who asked for what and took it, and not the words.

use crate::channel::worded;
use serde::{Deserialize, Serialize};

worded! {
    /// What a model was asked for.
    SuggestionKind {
        /// A draft of our next reply.
        Reply = "reply",
        /// What happened so far, in a few lines.
        Summary = "summary",
        /// A message of the case in the language of the desk.
        MessageTranslation = "message_translation",
        /// The draft of somebody's reply in the customer's language.
        DraftTranslation = "draft_translation",
    }
}

worded! {
    /// What was done.
    SuggestionStep {
        /// It was asked for: words of the case went to the model.
        Asked = "asked",
        /// Somebody took what it said into their draft.
        Used = "used",
    }
}

/// A suggestion that was asked for, or taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggested {
    /// What for.
    pub kind: SuggestionKind,
    /// Asked for, or taken.
    pub step: SuggestionStep,
    /// The model's name, as the settings had it.
    pub model: String,
    /// How many personal data were taken out before anything was sent.
    pub hidden: u32,
}
