//! Why something was not done here, and what the reader meets.

use domain::permit::NotPermitted;
use store::StoreError;
use web::Problem;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// There is no such thing, or it is not theirs.
    #[error("There is nothing at this address.")]
    Missing,
    /// A model that reads held-back corrections no better is not adopted.
    #[error("It reads the corrections that were held back no better, so it is not adopted.")]
    NotBetter,
    /// Only the model in use can be taken back.
    #[error("This model is not in use.")]
    NotInUse,
    /// Personal data must not leave, whatever an organisation prefers.
    #[error("This rule keeps personal data from leaving. It stays on.")]
    StaysOn,
    /// Somebody else changed it in between.
    #[error("Somebody changed this meanwhile. Look at it again, then decide.")]
    Crossed {
        /// The version it has now.
        version: u64,
    },
    /// Fields must be put right: each with its words.
    #[error("Some fields must be put right.")]
    Wrong(Vec<(&'static str, String)>),
    /// The same press came with another content.
    #[error("This was already sent with other content.")]
    OtherBody,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LearnError {
    /// One field is wrong.
    pub(crate) fn at(field: &'static str, words: impl Into<String>) -> LearnError {
        LearnError::Wrong(vec![(field, words.into())])
    }
}

impl From<NotPermitted> for LearnError {
    fn from(_: NotPermitted) -> Self {
        LearnError::Missing
    }
}

impl From<LearnError> for Problem {
    fn from(error: LearnError) -> Problem {
        let says = error.to_string();
        match error {
            LearnError::Missing => Problem::missing("nothing_here", says),
            LearnError::NotBetter => Problem::conflict("model_not_better", says),
            LearnError::NotInUse => Problem::conflict("model_not_in_use", says),
            LearnError::StaysOn => Problem::conflict("rule_stays_on", says),
            LearnError::Wrong(wrong) => wrong
                .into_iter()
                .fold(Problem::refused("fields_refused", says), |problem, (field, words)| {
                    problem.at(format!("/{field}"), words)
                }),
            LearnError::Crossed { version } => Problem::changed_meanwhile(version),
            LearnError::OtherBody => Problem::refused("key_used_otherwise", says),
            LearnError::Store(error) => Problem::ours(error),
        }
    }
}
