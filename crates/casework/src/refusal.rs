//! What an action can answer: done, or why not.

use domain::permit::NotPermitted;
use std::error::Error;
use store::StoreError;
use web::Problem;

/// Declares why something is refused: a variant, a code that never changes, a sentence.
#[macro_export]
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
                match self { $(Self::$variant { .. } => $crate::refusals!(@ $($pointer)?)),+ }
            }
        }

        impl From<$name> for $crate::refusal::ActError {
            fn from(why: $name) -> Self {
                let (code, pointer) = (why.code(), why.pointer());
                Self::Refused($crate::refusal::Refused::of(code, pointer, why))
            }
        }
    };
    (@ $pointer:literal) => { Some($pointer) };
    (@) => { None };
}
pub use refusals;

/// Why a rule said no: the refusal of whichever noun's rule it was.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    code: &'static str,
    pointer: Option<&'static str>,
    why: Box<dyn Error + Send + Sync>,
}

impl Refused {
    /// What a rule said, with its code and the field it is about; for [`refusals!`].
    pub fn of<R>(code: &'static str, pointer: Option<&'static str>, why: R) -> Refused
    where
        R: Error + Send + Sync + 'static,
    {
        Refused { code, pointer, why: Box::new(why) }
    }

    /// The code that never changes: `case_closed`.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Which field of what was sent is to be put right, as a JSON pointer.
    pub const fn pointer(&self) -> Option<&'static str> {
        self.pointer
    }

    /// The refusal itself, when it is one of `R`.
    pub fn as_one_of<R: Error + 'static>(&self) -> Option<&R> {
        self.why.downcast_ref()
    }
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
