//! Somebody who wrote on a case they take no part in. They wait in a box of their own until a
//! person takes them in or makes a case of their words.

use crate::channel::{Kind, worded};
use crate::id::CustomerId;
use crate::message::ReceivedMessage;
use crate::urgency::Facts;
use serde::{Deserialize, Serialize};

worded! {
    /// What somebody taken in is to the case, beside the one whose case it is.
    Part {
        /// Speaks for the customer: a relative, an assistant, a lawyer.
        Representative = "representative",
        /// Met by the same problem.
        Affected = "affected",
    }
}

/// Somebody who came with a case's own signed address or id and takes no part in it. Such an
/// address is forwarded, quoted and leaked, so it proves what the words are about and never who
/// writes them: nothing of the case changes, and nothing of it is given to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joiner {
    /// What they wrote.
    pub message: ReceivedMessage,
    /// The writer as a customer.
    pub customer: CustomerId,
    /// Their address, or empty.
    pub address: String,
    /// What links it to the case, and how far the sender can be believed, in words.
    pub because: String,
    /// Subject line, or empty.
    pub subject: String,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// What kind of matter it reads as.
    pub kind: Kind,
    /// 0 (slight) to 4 (danger or great harm).
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// Whether a program may answer it.
    pub answerable: bool,
}
