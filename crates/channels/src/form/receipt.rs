//! "We have it": what somebody reads right after sending, and again whenever they come back.

use crate::form::sql::{self, CaseRow};
use domain::clock::{Clock, ClockKind};
use domain::hours::Hours;
use domain::id::{ArrivalId, CaseId, CustomerId};
use jiff::tz::TimeZone;
use speech::Say;
use std::time::Duration;
use store::fact::{Fact, Heard};
use store::{Context, StoreError};

/// How long the first showing waits for the case.
const WAIT: Duration = Duration::from_secs(2);

/// What is known of a complaint that was sent.
pub(crate) struct Receipt {
    /// `R-10482`; empty while the case is not made yet.
    pub reference: String,
    /// Who reads it.
    pub reader: String,
    /// By when they hear from a person; empty when no clock runs.
    pub by_when: String,
    /// The case, for its link.
    pub case: Option<(CaseId, CustomerId)>,
}

/// What there is to say, waiting a moment for the case where it is not made yet.
pub(crate) async fn of(ctx: &Context, arrival: ArrivalId, say: Say) -> Result<Receipt, StoreError> {
    let mut facts = ctx.store.listen();
    let id = arrival.to_string();
    if let Some(case) = sql::case_of(&ctx.store, &id).await? {
        return shown(ctx, case, say).await;
    }
    let waited = tokio::time::timeout(WAIT, async {
        loop {
            match facts.next().await {
                Heard::Fact(Fact::Arrival { id: told }) if told == id => return,
                Heard::Missed | Heard::Closed => return,
                Heard::Fact(_) => {}
            }
        }
    });
    // Whether it was told or the time is over: what holds now is looked up.
    drop(waited.await);
    match sql::case_of(&ctx.store, &id).await? {
        Some(case) => shown(ctx, case, say).await,
        None => Ok(Receipt {
            reference: String::new(),
            reader: String::new(),
            by_when: String::new(),
            case: None,
        }),
    }
}

async fn shown(ctx: &Context, case: CaseRow, say: Say) -> Result<Receipt, StoreError> {
    let doing = "reading a receipt";
    let clocks: Vec<Clock> =
        serde_json::from_str(&case.clocks).map_err(|error| StoreError::unreadable(doing, error))?;
    let due = |kind| clocks.iter().find(|clock| clock.kind == kind).map(|clock| clock.due_at);
    let due = due(ClockKind::Answer).or_else(|| due(ClockKind::Acknowledge));
    let zone = zone(ctx).await?;
    let now = ctx.now();
    // The page is printed and opened again on other days, so the day has its date.
    let by_when = due.map(|at| say.by_day(now, at, &zone)).unwrap_or_default();
    let reader = match (case.owner, case.team) {
        (Some(owner), _) => owner,
        (None, Some(team)) => say.received_somebody_of(&team),
        (None, None) => say.received_a_person(),
    };
    let id = case.id.parse().map_err(|error| StoreError::unreadable(doing, error))?;
    let customer = case.customer_id.parse().map_err(|e| StoreError::unreadable(doing, e))?;
    let reference = format!("R-{}", case.number);
    Ok(Receipt { reference, reader, by_when, case: Some((id, customer)) })
}

/// The organisation's zone; UTC until it has set its hours.
pub(crate) async fn zone(ctx: &Context) -> Result<TimeZone, StoreError> {
    let hours = ctx.store.setting("policy/hours").await?;
    let hours = hours.and_then(|hours| serde_json::from_str::<Hours>(&hours).ok());
    Ok(hours.map_or(TimeZone::UTC, |hours| hours.zone().clone()))
}
