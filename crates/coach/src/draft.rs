//! What the coach is shown: the words about to be sent, and what is known around them.

use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Words that somebody is about to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The text as it would leave the house. Lines that begin with `>` are quoted and not judged.
    pub text: String,
    /// Its language as a tag such as `de` or `de-AT`, if known; otherwise it is guessed.
    pub language: Option<String>,
    /// Whether others than the customer can read it where it is sent.
    pub public: bool,
    /// What the words are for.
    pub kind: Kind,
}

/// What a draft is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An answer to somebody's message, post or review.
    #[default]
    Reply,
    /// The sentence a customer reads when a colleague takes over.
    Transfer,
    /// Words to all, in a crisis or about a known problem.
    Statement,
}

/// What is known around a draft. Whatever is not known keeps its default, and the rules that
/// would need it stay silent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// What the customer is called.
    pub customer_name: Option<String>,
    /// The problem in one line, as the case holds it.
    pub problem_line: Option<String>,
    /// Promises made to this customer and not yet kept.
    pub open_promises: Vec<OpenPromise>,
    /// What was written on this case before, oldest first.
    pub earlier_messages: Vec<Earlier>,
    /// What the writer may still give away without asking.
    pub authority_left: Option<Money>,
    /// Whether the customer's history hints at a *high roller*.
    pub hint_high_roller: bool,
    /// How many people could see the exchange.
    pub reach: u64,
    /// The moment of judging.
    pub now: Timestamp,
    /// IANA name of the customer's time zone; UTC if not known.
    pub zone: Option<String>,
    /// Who writes.
    pub agent_name: Option<String>,
    /// How the writer is reached directly.
    pub agent_contact: Option<String>,
    /// Stars of the review that is answered, 1 to 5.
    pub review_stars: Option<u8>,
    /// Whether the case is a complaint.
    pub is_complaint: bool,
    /// Whether the customer was already asked what would be fair.
    pub asked_fair: bool,
    /// The number of the case, which a customer may quote anywhere.
    pub case_number: Option<String>,
    /// Where we can be written to out of the public eye.
    pub private_channel: Option<String>,
    /// Who takes over, in a transfer.
    pub transfer_to: Option<String>,
    /// What the customer gains by the transfer, as a clause: "she can book a van".
    pub transfer_because: Option<String>,
    /// Addresses, telephone and account numbers of the company itself: no one's secret.
    pub own_details: Vec<String>,
    /// Clauses of published policies that bear on the case.
    pub policies: Vec<Clause>,
}

/// A promise that is still to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPromise {
    /// What was promised: "Priya calls Amara".
    pub words: String,
    /// By when. Before the moment of judging, it is broken.
    pub due: Timestamp,
}

/// A message of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Ours, or the customer's.
    pub from_us: bool,
    /// What it says.
    pub text: String,
    /// When it was written.
    #[serde(default)]
    pub at: Timestamp,
}

/// A clause of a published policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Its number: "4.2".
    pub number: String,
    /// What it says.
    pub words: String,
}

impl Context {
    /// Our own messages, oldest first.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Earlier> {
        self.earlier_messages.iter().filter(|message| message.from_us)
    }

    /// What the customer wrote since our last message, oldest first.
    pub(crate) fn unanswered(&self) -> &[Earlier] {
        let from = self.earlier_messages.iter().rposition(|message| message.from_us);
        &self.earlier_messages[from.map_or(0, |at| at + 1)..]
    }

    /// Promises whose moment has passed.
    pub(crate) fn broken_promises(&self) -> impl Iterator<Item = &OpenPromise> {
        self.open_promises.iter().filter(|promise| promise.due < self.now)
    }

    /// A review of four or five stars: praise, not a complaint.
    pub(crate) fn is_praise(&self) -> bool {
        self.review_stars.is_some_and(|stars| stars >= 4) && !self.is_complaint
    }
}
