//! What an entry of the house's record is, and what a chain of them begins with.

use domain::event::Actor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What happened to the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The house was set up.
    HouseOpened,
    /// A unit was made.
    UnitAdded,
    /// A unit was changed.
    UnitChanged,
    /// A team was made.
    TeamAdded,
    /// A team was changed.
    TeamChanged,
    /// A label or a cause was added to the list.
    LabelAdded,
    /// A label or a cause was changed.
    LabelChanged,
    /// A topic was added to the tree.
    TopicAdded,
    /// A topic was changed.
    TopicChanged,
    /// A reply text was added to the list.
    ReplyTextAdded,
    /// A reply text was changed.
    ReplyTextChanged,
    /// Somebody joined.
    StaffAdded,
    /// Name, roles, scope, teams, units or absence of somebody changed.
    StaffChanged,
    /// Somebody left.
    StaffLeft,
    /// Somebody who had left is back.
    StaffReturned,
    /// A password was set.
    PasswordSet,
    /// A one-press link was made for somebody.
    WayInMade,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out, or a session was ended.
    SessionEnded,
    /// A token was made.
    TokenMade,
    /// A token was ended.
    TokenEnded,
    /// A mailbox is fetched from now on, or with another server or password.
    MailboxSetUp,
    /// A mailbox is fetched no longer.
    MailboxEnded,
    /// Another mail server takes our letters from now on, or we sign in there in another way.
    RelaySetUp,
    /// The mail server that was named on the page takes our letters no longer.
    RelayEnded,
    /// Letters are signed with a new key from now on.
    MailKeyRotated,
    /// Letters to a customer go to one more address.
    CustomerAddressAdded,
    /// A setting or policy was changed.
    PolicyChanged,
}

/// One entry of the house's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// 1 for the first entry, then without a gap.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What happened.
    pub what: What,
    /// The thing it happened to: an id, or the name of a policy.
    pub thing: String,
    /// What it was before; null for something new. Never a secret.
    pub before: Value,
    /// What it is now; null for something that ended. Never a secret.
    pub after: Value,
}

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// Entries so far.
    pub(crate) n: i64,
    /// The last hash, or [`BEGINNING`].
    pub(crate) hash: String,
}
