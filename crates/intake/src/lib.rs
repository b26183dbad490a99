//! The one way in: raw bytes, kept and hashed before anything else happens.
//!
//! What it is for: an arrival is committed before its source is told so, exactly once by its
//! source key, and can be read, retried and undone ever after. What it must never know: what the
//! bytes mean. Understanding is the work of `hearing`, in the job that is laid out here.

mod counter;
mod packed;
mod receive;
mod state;

pub use receive::{
    Arrival, Fresh, MANY_MOST, Packed, Received, receive, receive_in, receive_many, receive_one_in,
};
pub use state::{
    Listed, Outcome, State, StoredArrival, by_source_key, list, listed, load, load_many, raw,
    retry, retry_all_since, settle, settle_many, split_group, still_waiting, take_waiting, undo_in,
    waiting, which_are_new,
};

/// The kind of the job for one arrival; its body is an [`ArrivalJob`].
pub const ARRIVAL_JOB: &str = "arrival";
/// The kind of the job for arrivals that came together; its body is an [`ArrivalsJob`].
pub const ARRIVALS_JOB: &str = "arrivals";

/// The body of a job of kind [`ARRIVAL_JOB`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ArrivalJob {
    /// Which arrival is to be understood.
    pub arrival: domain::id::ArrivalId,
}

/// The body of a job of kind [`ARRIVALS_JOB`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ArrivalsJob {
    /// Which arrivals are to be understood, in their order; [`MANY_MOST`] at the most.
    pub arrivals: Vec<domain::id::ArrivalId>,
}
