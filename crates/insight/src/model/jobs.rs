//! Learning each night.

use crate::model::actions::propose;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::job::Job;
use store::{Context, StoreError, Tx};

/// Hour of the night, in UTC.
const HOUR: i8 = 2;

/// Lays out the learning of the coming night; the same night twice is one job.
pub(crate) async fn lay_out(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let due = next_night(now);
    let id = format!("learn/{}", due.strftime("%Y-%m-%d"));
    tx.enqueue(&id, crate::model::JOB, "{}", due, now).await
}

fn next_night(now: Timestamp) -> Timestamp {
    let today = now.to_zoned(TimeZone::UTC).date().at(HOUR, 0, 0, 0).to_zoned(TimeZone::UTC);
    match today.map(|at| at.timestamp()) {
        Ok(at) if at > now => at,
        Ok(at) => at + SignedDuration::from_hours(24),
        Err(_) => now + SignedDuration::from_hours(24),
    }
}

/// Learns, and proposes what is better.
pub(crate) async fn learn(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    for proposed in propose(ctx).await? {
        let better = proposed.figures.is_better();
        tracing::info!(label = proposed.label.word(), better, "learnt from corrections");
    }
    crate::topic::jobs::learn(ctx).await?;
    let mut tx = ctx.begin().await?;
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_is_tonight_or_tomorrow() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(next_night(at("2026-11-19T13:08:00Z")), at("2026-11-20T02:00:00Z"));
        assert_eq!(next_night(at("2026-11-19T01:59:00Z")), at("2026-11-19T02:00:00Z"));
        assert_eq!(next_night(at("2026-11-19T02:00:00Z")), at("2026-11-20T02:00:00Z"));
    }
}
