//! Where something was said, and what kind of matter it is.

use serde::{Deserialize, Serialize};

macro_rules! worded {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of the list above.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The one word for it, the same in the database, the API and addresses.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Reads the word back; `None` for any other text.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use worded;

worded! {
    /// The way by which something reached us.
    Channel {
        /// E-mail.
        Mail = "mail",
        /// Our own web form.
        Form = "form",
        /// A call, logged by hand.
        Call = "call",
        /// A letter or a file.
        Letter = "letter",
        /// A visit in person.
        Visit = "visit",
        /// A chat.
        Chat = "chat",
        /// A survey answer.
        Survey = "survey",
        /// A review on another site.
        Review = "review",
        /// A post or mention on a social network.
        Post = "post",
        /// Handed in by another program.
        Api = "api",
        /// Taken over from a file of an earlier system.
        Import = "import",
    }
}

impl Channel {
    /// Whether others can read what was said there.
    pub const fn is_public(self) -> bool {
        matches!(self, Channel::Review | Channel::Post)
    }
}

worded! {
    /// What kind of matter a case is. Complaints come first; ideas have a tray of their own.
    Kind {
        /// Dissatisfaction that expects an answer (ISO 10002:2018, 3.2).
        Complaint = "complaint",
        /// Somebody wants to know something.
        Question = "question",
        /// Thanks and praise.
        Praise = "praise",
        /// A wish or an idea.
        Idea = "idea",
        /// Somebody wants to leave.
        Cancellation = "cancellation",
        /// None of these.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_word(channel.as_str()), Some(*channel));
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::from_word("ticket"), None);
    }
}
