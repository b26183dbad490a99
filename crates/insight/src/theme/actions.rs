//! Finding the themes of what was said lately.

use crate::refused::LearnError;
use crate::theme::rules::{Told, told};
use crate::theme::sql;
use domain::id::{FeedbackId, uuid_v7};
use domain::permit::{Act, Staff};
use jiff::SignedDuration;
use store::scope::Reach;
use store::{Context, StoreError};
use tokio::sync::Semaphore;

/// Texts older than this are not lately.
const LATELY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// One at a time: finding themes takes a processor for a second, and others want to work.
static ONE: Semaphore = Semaphore::const_new(1);

/// Themes, and of how many texts they were found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Themes, those of most customers first.
    pub themes: Vec<Told>,
    /// Texts that were looked at.
    pub texts: usize,
}

/// The themes of what people said in the last 90 days, in the newest texts that `staff` may see.
/// `kind` narrows it, such as `complaint`; empty for everything. Writes nothing.
///
/// # Errors
/// When they may not learn, or the store fails.
pub async fn themes(ctx: &Context, staff: &Staff, kind: &str) -> Result<Found, LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    let from = (ctx.now() - LATELY).as_millisecond();
    // Ids begin with their moment.
    let from = FeedbackId::from(uuid_v7(from, [0; 10])).to_string();
    let all = sql::lately(&ctx.store, &Reach::from(staff), kind, &from).await?;
    let broke = |why: String| StoreError::unreadable("finding themes", why);
    let turn = ONE.acquire().await.map_err(|error| broke(error.to_string()))?;
    let texts = all.len();
    let found = tokio::task::spawn_blocking(move || told(&all)).await;
    drop(turn);
    let themes = found.map_err(|error| broke(error.to_string()))?;
    Ok(Found { themes, texts })
}
