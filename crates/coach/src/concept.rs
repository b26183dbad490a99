//! Ideas the checks look for, each said in many ways by the pack of a language.

use serde::Deserialize;

/// An idea that a pack spells out as a list of patterns (see `packs/README.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concept {
    /// "Hi", "Dear": a line that greets.
    Greeting,
    /// Any plain word of apology.
    Apology,
    /// We own it: "our mistake", "we should have".
    Responsibility,
    /// What is or will be done to put it right.
    Repair,
    /// Why it happened, in plain words.
    Explanation,
    /// It will not happen again.
    Repentance,
    /// An open door at the end: "just reply", "call me".
    Invitation,
    /// Something is going to be done by us.
    Commitment,
    /// A commitment that leaves the customer waiting, so that it needs a time.
    Awaited,
    /// A time that says nothing.
    VagueTime,
    /// A day, a date, an hour, a span of time.
    Time,
    /// Only if the customer wants it: no promise.
    Conditional,
    /// Somebody else takes over.
    HandOver,
    /// What the customer gains by it.
    Benefit,
    /// A stock excuse.
    Excuse,
    /// "Because", "due to": any reason given.
    Because,
    /// Money or goods offered.
    Offer,
    /// A gift, a voucher, a discount.
    Freebie,
    /// "What would be fair?"
    Fair,
    /// "We cannot", "not possible".
    Refusal,
    /// Out of the public eye: "private message", "write to us at".
    PrivateChannel,
    /// Words before a number that names one customer's record: "order", "policy".
    Record,
    /// Words before a secret: "password", "PIN".
    Secret,
    /// Law, press, danger, injury.
    LegalOrSafety,
    /// Openly says that an earlier word changes.
    Moved,
    /// Asks when.
    AsksWhen,
    /// Asks how much.
    AsksHowMuch,
    /// A question that waits for no answer.
    Rhetorical,
    /// We understand how that is.
    Empathy,
    /// Asks for what names one customer: an order number, an address.
    AsksDetails,
    /// What everybody says in praise: "great service".
    CommonPraise,
}

impl Concept {
    /// All of them; a shipped pack has every one.
    #[cfg(test)]
    pub(crate) const ALL: [Concept; 31] = [
        Concept::Greeting,
        Concept::Apology,
        Concept::Responsibility,
        Concept::Repair,
        Concept::Explanation,
        Concept::Repentance,
        Concept::Invitation,
        Concept::Commitment,
        Concept::Awaited,
        Concept::VagueTime,
        Concept::Time,
        Concept::Conditional,
        Concept::HandOver,
        Concept::Benefit,
        Concept::Excuse,
        Concept::Because,
        Concept::Offer,
        Concept::Freebie,
        Concept::Fair,
        Concept::Refusal,
        Concept::PrivateChannel,
        Concept::Record,
        Concept::Secret,
        Concept::LegalOrSafety,
        Concept::Moved,
        Concept::AsksWhen,
        Concept::AsksHowMuch,
        Concept::Rhetorical,
        Concept::Empathy,
        Concept::AsksDetails,
        Concept::CommonPraise,
    ];
}
