//! Making the state tables again from the record, through the projector that wrote them.

use crate::case::effects;
use crate::case::sql::project::{Named, project};
use crate::case::sql::{self, rebuild as statements};
use domain::case::Case;
use domain::event::Event;
use store::{Context, StoreError};

/// Cases read from the record at a time.
const CASES: u32 = 200;

/// What a rebuild went over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Cases.
    pub cases: u64,
    /// Events.
    pub events: u64,
}

/// Clears the state of every case and makes it again from the record, in one transaction: either
/// all of it is new or nothing changed. Letters, timers and links are not made again; drafts,
/// what people have read and their views stay. Nobody else writes cases meanwhile.
///
/// # Errors
/// When the engine fails or the record cannot be read.
pub async fn rebuild(ctx: &Context) -> Result<Rebuilt, StoreError> {
    let mut tx = ctx.begin().await?;
    statements::hold_others_off(&mut tx).await?;
    statements::clear(&mut tx).await?;
    tx.forget_tallies("queue/").await?;
    let mut rebuilt = Rebuilt::default();
    let mut after = String::new();
    loop {
        let cases = statements::cases_after(&mut tx, &after, CASES).await?;
        let Some(last) = cases.last() else { break };
        after.clone_from(last);
        for case in &cases {
            let record = statements::record(&mut tx, case).await?;
            let mut state: Option<(Case, Option<String>)> = None;
            for stored in &record {
                let entry = stored.entry()?;
                let (case, snippet) = match (state, &entry.event) {
                    (None, Event::Opened(opening)) => {
                        (Case::opened(entry.case, entry.at, opening), None)
                    }
                    (None, _) => {
                        let why = "the record does not begin with an opening";
                        return Err(StoreError::unreadable("rebuilding", why));
                    }
                    (Some((case, snippet)), event) => (case.after(event, entry.at), snippet),
                };
                let words = project(&mut tx, &case, &entry, &Named::InTheStore).await?;
                state = Some((case, words.or(snippet)));
                rebuilt.events += 1;
            }
            if let Some((case, snippet)) = state {
                sql::write(&mut tx, &case, snippet.as_deref(), 0).await?;
                effects::count(&mut tx, None, &case);
                rebuilt.cases += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(rebuilt)
}
