//! Offers: what we propose, together with the customer, to put it right.

use crate::channel::worded;
use crate::id::{OfferId, StaffId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

worded! {
    /// A kind of remedy (mission M32).
    Remedy {
        /// An apology, plain and outright.
        Apology = "apology",
        /// Money back.
        Refund = "refund",
        /// Repair, or doing the work again.
        Repair = "repair",
        /// A new one.
        Replacement = "replacement",
        /// A lower price.
        Discount = "discount",
        /// A gift.
        Gift = "gift",
        /// Miles, points or credit.
        Miles = "miles",
        /// A note written by hand.
        HandWrittenNote = "hand_written_note",
        /// An explanation of what happened.
        Explanation = "explanation",
        /// Something else, in words.
        Other = "other",
    }
}

/// One thing the customer can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferOption {
    /// What kind it is.
    pub remedy: Remedy,
    /// What the customer reads: `Engineer today 16–18 and 60 € off the next bill`.
    pub words: String,
    /// What it costs us in minor units of `currency`; 0 where it costs no money.
    pub cost_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

worded! {
    /// How an offer stands.
    OfferState {
        /// We asked what would be fair; the customer has not answered.
        Asked = "asked",
        /// Waiting for somebody with more authority.
        NeedsApproval = "needs_approval",
        /// Proposed; the customer has not chosen.
        Proposed = "proposed",
        /// The customer asks for something else, in their own words.
        Countered = "countered",
        /// Agreed.
        Accepted = "accepted",
        /// Taken back by us.
        Withdrawn = "withdrawn",
    }
}

impl OfferState {
    /// Whether somebody still has to answer it.
    pub const fn is_open(self) -> bool {
        !matches!(self, OfferState::Accepted | OfferState::Withdrawn)
    }
}

/// An offer on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Who made it.
    pub by: StaffId,
    /// What we found, in plain words; empty when we only ask what would be fair.
    pub finding: String,
    /// What the customer can choose from; empty when we only ask.
    pub options: Vec<OfferOption>,
    /// The core value that supports going beyond the usual, with one line why (mission M20).
    pub core_value: Option<String>,
    /// Why, in one line.
    pub because: Option<String>,
    /// How it stands.
    pub state: OfferState,
    /// What the customer said or chose.
    pub answer: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when the customer can choose.
    pub expires_at: Option<Timestamp>,
}

impl Offer {
    /// The most that this offer can cost, in minor units of its currency.
    pub fn cost_minor_most(&self) -> i64 {
        self.options.iter().map(|option| option.cost_minor).max().unwrap_or(0)
    }
}

/// How much one person may decide alone (mission M20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// The most for one case, in minor units of the organisation's currency.
    pub minor_most: i64,
    /// The most when a core value is named: decided at once, and counted rather than punished.
    pub minor_most_with_value: i64,
}

/// What authority says of a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthoritySays {
    /// Decide alone.
    Enough,
    /// Decide alone once a core value is named.
    NameAValue,
    /// Somebody with more authority decides.
    AskForMore,
}

impl Authority {
    /// Whether this authority covers `cost_minor` when `value_named` or not.
    pub fn covers(self, cost_minor: i64, value_named: bool) -> AuthoritySays {
        if cost_minor <= self.minor_most {
            AuthoritySays::Enough
        } else if cost_minor > self.minor_most_with_value {
            AuthoritySays::AskForMore
        } else if value_named {
            AuthoritySays::Enough
        } else {
            AuthoritySays::NameAValue
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_value_widens_authority_but_not_without_end() {
        let authority = Authority { minor_most: 5_000, minor_most_with_value: 20_000 };
        assert_eq!(authority.covers(5_000, false), AuthoritySays::Enough);
        assert_eq!(authority.covers(5_001, false), AuthoritySays::NameAValue);
        assert_eq!(authority.covers(5_001, true), AuthoritySays::Enough);
        assert_eq!(authority.covers(20_001, true), AuthoritySays::AskForMore);
    }
}
