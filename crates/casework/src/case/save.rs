//! Saving: the events go into the record, the projector writes what they change, and their
//! effects (letters, timers, counters, links, facts) are laid out, all in one transaction.

use crate::case::effects::{self, Effects};
use crate::case::sql;
use crate::case::sql::project::{Named, project};
use crate::policy::Policy;
use domain::case::Case;
use domain::event::{Actor, Entry, Event, Opening};
use domain::id::CaseId;
use jiff::Timestamp;
use store::course::Point;
use store::event::{BEGINNING, ChainEnd};
use store::fact::Fact;
use store::{Context, StoreError, Tx};

/// Who does it, when, and by which policy.
pub struct By<'a> {
    /// Where it happens.
    pub ctx: &'a Context,
    /// Who, as the record names them.
    pub actor: Actor,
    /// The name customers read as the sender of letters.
    pub name: &'a str,
    /// What was decided for cases.
    pub policy: &'a Policy,
    /// The moment.
    pub now: Timestamp,
}

const DOING: &str = "saving a case";

/// Saves `events` on a case as it was loaded in this transaction, and gives it as it stands now.
///
/// # Errors
/// [`StoreError::Conflict`] or [`StoreError::Twice`] when somebody else was faster.
pub async fn save(
    tx: &mut Tx,
    by: &By<'_>,
    before: &Case,
    events: &[Event],
) -> Result<Case, StoreError> {
    let end = tx.chain_end(before.id).await?;
    if end.n != before.version {
        return Err(StoreError::Conflict { doing: DOING });
    }
    go_on(tx, by, Some(before), before.clone(), end, events, None).await
}

/// Opens a case and saves what follows at once.
///
/// # Errors
/// When the engine fails.
pub async fn open(
    tx: &mut Tx,
    by: &By<'_>,
    id: CaseId,
    opening: Opening,
    then: &[Event],
    customer: &Named<'_>,
) -> Result<Case, StoreError> {
    let beginning = ChainEnd { n: 0, hash: BEGINNING.to_owned() };
    let event = Event::Opened(Box::new(opening.clone()));
    let end = tx.append(id, &beginning, &by.actor, &event, by.now)?;
    let case = Case::opened(id, by.now, &opening);
    let entry = Entry { case: id, n: end.n, at: by.now, actor: by.actor.clone(), event };
    // The letter that follows refers to the row, so the row comes first.
    let snippet = project(tx, &case, &entry, customer).await?;
    effects::of_event(tx, &Effects { by, before: &case, after: &case }, &entry.event).await?;
    go_on(tx, by, None, case, end, then, snippet).await
}

async fn go_on(
    tx: &mut Tx,
    by: &By<'_>,
    before: Option<&Case>,
    mut case: Case,
    mut end: ChainEnd,
    events: &[Event],
    mut snippet: Option<String>,
) -> Result<Case, StoreError> {
    for event in events {
        end = tx.append(case.id, &end, &by.actor, event, by.now)?;
        let after = case.clone().after(event, by.now);
        let (id, actor, event) = (case.id, by.actor.clone(), event.clone());
        let entry = Entry { case: id, n: end.n, at: by.now, actor, event };
        let words = project(tx, &after, &entry, &Named::InTheStore).await?;
        snippet = words.or(snippet);
        let step = Effects { by, before: &case, after: &after };
        effects::of_event(tx, &step, &entry.event).await?;
        case = after;
    }
    let was = before.map_or(0, |before| before.version);
    sql::write(tx, &case, snippet.as_deref(), was).await?;
    effects::count(tx, before, &case);
    by.ctx.passes(Point::CaseWritten);
    tx.tell(Fact::Case {
        number: case.number.0,
        version: case.version,
        unit: case.unit.to_string(),
        team: case.team.to_string(),
        owner: case.owner.map(|owner| owner.to_string()),
    });
    Ok(case)
}
