//! Mail: heard by a listener, understood, threaded, and carried out from the outbox.

mod key;
mod place;
mod read;
mod sql;

pub use key::{keys, source_key};
pub use mail::smtp::Protocol;

pub(crate) use place::{note_reports, place};
pub(crate) use read::{Read, read};
/// The kind of the job that asks `desk` to record how far a letter has come; its body is a
/// [`DeliveryJob`].
pub const DELIVERY_JOB: &str = "delivery";

/// The body of a job of kind [`DELIVERY_JOB`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DeliveryJob {
    /// The letter's key: the message's id.
    pub message: String,
    /// How far it has come.
    pub state: domain::message::Delivery,
    /// What the other side said, or the evidence.
    pub detail: String,
}
