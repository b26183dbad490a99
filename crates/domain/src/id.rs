//! Ids: one type a thing, so that a case can never be mistaken for a customer.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// What could not be read as an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

/// Makes UUIDv7 ids from a moment and chance that are handed in, so that a seed replays a run.
///
/// - `at_ms`: milliseconds since 1970-01-01 UTC; its low 48 bits are kept.
/// - `chance`: 80 random bits, of which version and variant take six.
///
/// Source: RFC 9562 section 5.7.
pub fn uuid_v7(at_ms: i64, chance: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(at_ms.max(0).unsigned_abs(), &chance).into_uuid()
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // Only the canonical form: two spellings of one id would be two keys.
                if text.len() != 36 { return Err(NotAnId); }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

id! {
    /// A case.
    CaseId
    /// A message sent to or received from a customer.
    MessageId
    /// A private note.
    NoteId
    /// A promise made to a customer.
    PromiseId
    /// An offer of a remedy.
    OfferId
    /// A customer.
    CustomerId
    /// A member of staff.
    StaffId
    /// A team.
    TeamId
    /// A unit: a brand or branch that sees only its own.
    UnitId
    /// One thing said to us or about us.
    FeedbackId
    /// One raw arrival as intake kept it.
    ArrivalId
    /// One import of a file.
    BatchId
    /// A label or a cause of the house's list.
    LabelId
    /// A topic of the house's tree.
    TopicId
    /// A text that a team writes often.
    ReplyTextId
    /// What a language model said to somebody.
    SuggestionId
}

/// The number of a case as people say it: `R-10482`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseNumber(pub i64);

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{}", self.0)
    }
}

impl FromStr for CaseNumber {
    type Err = NotAnId;
    /// Reads `R-10482`, `r-10482` or `10482`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.strip_prefix("R-").or_else(|| text.strip_prefix("r-")).unwrap_or(text);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !plain || digits.len() > 15 {
            return Err(NotAnId);
        }
        digits.parse().map(CaseNumber).map_err(|_| NotAnId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = CaseId::from(uuid_v7(1_700_000_000_000, [7; 10]));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("".parse::<CaseId>(), Err(NotAnId));
        assert_eq!("0190".parse::<CaseId>(), Err(NotAnId));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let early = uuid_v7(1_700_000_000_000, [255; 10]);
        let late = uuid_v7(1_700_000_000_001, [0; 10]);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn a_case_number_is_read_with_and_without_its_letter() {
        assert_eq!("R-10482".parse(), Ok(CaseNumber(10_482)));
        assert_eq!("10482".parse(), Ok(CaseNumber(10_482)));
        for wrong in ["", "R-", "R-1x", "-5", "R--5", "９"] {
            assert_eq!(wrong.parse::<CaseNumber>(), Err(NotAnId), "{wrong}");
        }
    }
}
