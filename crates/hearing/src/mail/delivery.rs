//! How far a letter of ours has come, as the work that records it is told.

use crate::understood::Placed;
use domain::message::Delivery;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

/// The kind of the job that asks `conversation` to record how far a letter has come; its body is a
/// [`DeliveryJob`].
pub const DELIVERY_JOB: &str = "delivery";

/// The body of a job of kind [`DELIVERY_JOB`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryJob {
    /// The letter's key: the message's id.
    pub message: String,
    /// How far it has come.
    pub state: Delivery,
    /// What the other side said, or the evidence.
    pub detail: String,
    /// Whether a delivery report says so, and not our own hand-over.
    #[serde(default)]
    pub reported: bool,
    /// The first day on which its reader is there again, where a report says that they are away.
    #[serde(default)]
    pub back_on: Option<Date>,
}

/// Lays out the work of recording what reports say of our letters.
///
/// # Errors
/// When the store fails.
pub(crate) async fn note_reports(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    for one in placed {
        let feedback = &one.understood.feedback;
        for report in &one.understood.reports {
            let job = DeliveryJob {
                message: report.key.clone(),
                state: report.state,
                detail: crate::said::line(&report.detail, 1_000),
                reported: true,
                back_on: report.back_on,
            };
            let body = serde_json::to_string(&job)
                .map_err(|error| StoreError::unreadable("noting a report", error))?;
            let id = format!("delivery/{}/{}", report.key, feedback.id);
            let at = feedback.received_at;
            tx.enqueue(&id, DELIVERY_JOB, &body, at, at).await?;
        }
    }
    Ok(())
}
