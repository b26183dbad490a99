//! Saving and reading drafts.

use crate::case::sql as case_sql;
use crate::draft::{Draft, DraftKind, DraftSaved, Stamp, sql};
use crate::refusal::ActError;
use domain::id::{CaseId, CaseNumber};
use domain::permit::{Act, Staff};
use store::scope::Reach;
use store::{Context, StoreError};

/// Longest draft, in bytes.
const DRAFT_MOST: usize = 200_000;

/// Saves a draft; an older save changes nothing, and neither does one of a page that knows nothing
/// of what another page saved. An empty text removes the draft.
///
/// # Errors
/// [`ActError::Missing`] when the case is not theirs to write on.
pub async fn save_draft(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    kind: DraftKind,
    text: &str,
    stamp: Stamp,
) -> Result<DraftSaved, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let case = case_sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    let act = match kind {
        DraftKind::Reply => Act::Reply,
        DraftKind::Note => Act::Note,
    };
    staff.permit(act, &case)?;
    let mut end = text.len().min(DRAFT_MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A zero byte cannot be kept by one of our databases and shows nothing.
    let text = text[..end].replace('\0', "");
    let known = sql::stamp(&mut tx, case.id, staff.id, kind.as_str()).await?;
    let stamp = match stamp.after(known) {
        Ok(stamp) => stamp,
        Err(why) => return Ok(why),
    };
    let saved = sql::save(&mut tx, case.id, staff.id, kind.as_str(), &text, stamp, now).await?;
    tx.commit().await?;
    Ok(if saved { DraftSaved::Kept } else { DraftSaved::Older })
}

/// The drafts on a case, empty ones included: their stamp is what a page goes on from.
///
/// # Errors
/// When the engine fails.
pub async fn drafts(ctx: &Context, reach: &Reach, case: CaseId) -> Result<Vec<Draft>, StoreError> {
    sql::of_case(&ctx.store, reach, case).await
}
