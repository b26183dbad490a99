//! What an action can answer: done, or why not.

use crate::bulk::rules::BulkRefused;
use crate::case::rules::CaseRefused;
use crate::conduct::rules::ConductRefused;
use crate::escalation::rules::EscalationRefused;
use crate::joiner::rules::JoinerRefused;
use crate::label::rules::LabelRefused;
use crate::merger::rules::MergerRefused;
use crate::message::rules::MessageRefused;
use crate::offer::rules::OfferRefused;
use crate::promise::rules::PromiseRefused;
use crate::resolution::rules::ResolutionRefused;
use crate::suggestion::rules::SuggestionRefused;
use crate::topic::rules::TopicRefused;
use crate::transfer::rules::TransferRefused;
use crate::undelivered::rules::UndeliveredRefused;
use domain::permit::NotPermitted;
use store::StoreError;
use web::Problem;

/// Declares why something is refused: a variant, a code that never changes, a sentence.
macro_rules! refusals {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $ty:ty),+ $(,)? })?
            = $code:literal $(at $pointer:literal)?, $sentence:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $($(#[$vdoc])* #[error($sentence)] $variant $({ $($(#[$fdoc])* $field: $ty),+ })?),+
        }

        impl $name {
            /// The code that never changes.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),+ }
            }

            /// Which field of what was sent is to be put right; none when the case's state is
            /// what stands in the way.
            pub const fn pointer(&self) -> Option<&'static str> {
                match self { $(Self::$variant { .. } => refusals!(@ $($pointer)?)),+ }
            }
        }
    };
    (@ $pointer:literal) => { Some($pointer) };
    (@) => { None };
}
pub(crate) use refusals;

macro_rules! refused {
    ($($(#[$doc:meta])* $variant:ident($of:ty),)+) => {
        /// Why a rule said no, by the noun whose rule it was.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Refused { $($(#[$doc])* #[error(transparent)] $variant(#[from] $of)),+ }

        impl Refused {
            /// The code that never changes: `case_closed`.
            pub const fn code(&self) -> &'static str {
                match self { $(Refused::$variant(why) => why.code()),+ }
            }

            /// Which field of what was sent is to be put right, as a JSON pointer.
            pub const fn pointer(&self) -> Option<&'static str> {
                match self { $(Refused::$variant(why) => why.pointer()),+ }
            }
        }

        $(impl From<$of> for ActError {
            fn from(why: $of) -> ActError { ActError::Refused(Refused::$variant(why)) }
        })+
    };
}

refused! {
    /// About the case itself.
    Case(CaseRefused),
    /// About a message.
    Message(MessageRefused),
    /// About a promise.
    Promise(PromiseRefused),
    /// About a transfer.
    Transfer(TransferRefused),
    /// About an escalation.
    Escalation(EscalationRefused),
    /// About an offer.
    Offer(OfferRefused),
    /// About putting right and closing.
    Resolution(ResolutionRefused),
    /// About somebody who waits to join.
    Joiner(JoinerRefused),
    /// About labels.
    Label(LabelRefused),
    /// About topics.
    Topic(TopicRefused),
    /// About merging and splitting.
    Merger(MergerRefused),
    /// About a letter that did not arrive.
    Undelivered(UndeliveredRefused),
    /// About conduct.
    Conduct(ConductRefused),
    /// About many cases at once.
    Bulk(BulkRefused),
    /// About what a language model is asked.
    Suggestion(SuggestionRefused),
}

/// Why an action did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No such thing among theirs; also what is not permitted.
    #[error("There is no such case among yours.")]
    Missing,
    /// The page or the caller saw an older version.
    #[error("Somebody changed this case in between. Look at it again.")]
    Changed {
        /// The version it has now.
        version: u64,
    },
    /// The same press came with another content.
    #[error("This was already sent with other content.")]
    OtherBody,
    /// A rule said no; the sentence says what to do.
    #[error(transparent)]
    Refused(Refused),
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotPermitted> for ActError {
    fn from(_: NotPermitted) -> Self {
        ActError::Missing
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Problem {
        match error {
            ActError::Missing => Problem::missing("case_missing", error.to_string()),
            ActError::Changed { version } => Problem::changed_meanwhile(version),
            ActError::OtherBody => Problem::refused("key_used_otherwise", error.to_string()),
            ActError::Refused(why) => match why.pointer() {
                Some(pointer) => {
                    Problem::refused(why.code(), why.to_string()).at(pointer, why.to_string())
                }
                None => Problem::conflict(why.code(), why.to_string()),
            },
            ActError::Store(error) => Problem::ours(error),
        }
    }
}
