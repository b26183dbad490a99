//! Statements on mergers, and what the record tells of them.

use crate::case::sql::{id, load};
use domain::case::Case;
use domain::event::{Entry, Event};
use domain::id::{CaseId, CaseNumber, MessageId, PromiseId};
use domain::merger::{Merged, TookIn};
use domain::message::ReceivedMessage;
use store::event::StoredEvent;
use store::{Doing, Store, StoreError, Tx, on};

/// Mergers followed from one case to the next.
const HOPS_MOST: usize = 32;

const INTO: &str = "SELECT into_id, into_number FROM merger WHERE case_id = $1";

/// The case that goes on where `number` is part of another, following mergers.
pub(crate) async fn survivor(tx: &mut Tx, number: CaseNumber) -> Result<CaseNumber, StoreError> {
    let mut at = number;
    for _ in 0..HOPS_MOST {
        let Some(next) = next(tx, at).await? else { break };
        at = next;
    }
    Ok(at)
}

/// Which case the one with this number is part of.
pub async fn next(tx: &mut Tx, number: CaseNumber) -> Result<Option<CaseNumber>, StoreError> {
    const SQL: &str = "
        SELECT m.into_number FROM \"case\" c JOIN merger m ON m.case_id = c.id
        WHERE c.number = $1";
    let next: Option<i64> =
        on!(Tx tx, db => sqlx::query_scalar(SQL).bind(number.0).fetch_optional(db).await)
            .doing("following a merger")?;
    Ok(next.map(CaseNumber))
}

/// The same by id, outside a transaction.
pub(crate) async fn survivor_of(store: &Store, case: CaseId) -> Result<CaseId, StoreError> {
    let mut at = case;
    for _ in 0..HOPS_MOST {
        let Some((next, _)) = into_of(store, at).await? else { break };
        at = next;
    }
    Ok(at)
}

/// Which case this one is part of.
pub async fn into_of(
    store: &Store,
    case: CaseId,
) -> Result<Option<(CaseId, CaseNumber)>, StoreError> {
    let found: Option<(String, i64)> = on!(Store store, db => sqlx::query_as(INTO)
        .bind(case.to_string()).fetch_optional(db).await)
    .doing("looking for a merger")?;
    found.map(|(case, number)| Ok((id(&case)?, CaseNumber(number)))).transpose()
}

/// Which case this one is part of, as this transaction sees it.
pub async fn part_of(tx: &mut Tx, case: CaseId) -> Result<Option<CaseNumber>, StoreError> {
    let found: Option<(String, i64)> = on!(Tx tx, db => sqlx::query_as(INTO)
        .bind(case.to_string()).fetch_optional(db).await)
    .doing("looking for a merger")?;
    Ok(found.map(|(_, number)| CaseNumber(number)))
}

/// Two cases, held in the order of their numbers, so that two who merge them both ways at once
/// do not wait for each other.
pub async fn both(
    tx: &mut Tx,
    one: CaseNumber,
    other: CaseNumber,
) -> Result<(Option<Case>, Option<Case>), StoreError> {
    if one.0 <= other.0 {
        let first = load(tx, one).await?;
        Ok((first, load(tx, other).await?))
    } else {
        let first = load(tx, other).await?;
        Ok((load(tx, one).await?, first))
    }
}

pub(crate) async fn insert(tx: &mut Tx, entry: &Entry, how: &Merged) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO merger (case_id, into_id, into_number, at_ms) VALUES ($1, $2, $3, $4)";
    on!(Tx tx, db => sqlx::query(SQL).bind(entry.case.to_string()).bind(how.into.to_string())
        .bind(how.into_number.0).bind(entry.at.as_millisecond()).execute(db).await.map(|_| ()))
    .doing("writing a merger")
}

pub(crate) async fn remove(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM merger WHERE case_id = $1";
    on!(Tx tx, db => sqlx::query(SQL).bind(entry.case.to_string()).execute(db).await.map(|_| ()))
        .doing("taking a merger back")
}

/// What is owed on the case is owed elsewhere from now on, under other ids.
pub(crate) async fn forget_owed(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM promise WHERE case_id = $1 AND state IN ('open', 'broken')";
    on!(Tx tx, db => sqlx::query(SQL).bind(entry.case.to_string()).execute(db).await.map(|_| ()))
        .doing("handing promises over")
}

/// These promises are owed elsewhere again.
pub(crate) async fn forget(tx: &mut Tx, promises: &[PromiseId]) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM promise WHERE id = $1";
    for promise in promises {
        on!(Tx &mut *tx, db => sqlx::query(SQL).bind(promise.to_string()).execute(db).await
            .map(|_| ()))
        .doing("handing promises back")?;
    }
    Ok(())
}

const RECORD: &str = "
    SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
    WHERE case_id = $1 AND name = $2 ORDER BY n DESC LIMIT 200";

async fn record(tx: &mut Tx, case: CaseId, name: &str) -> Result<Vec<Entry>, StoreError> {
    let stored: Vec<StoredEvent> = on!(Tx tx, db => sqlx::query_as(RECORD).bind(case.to_string())
        .bind(name).fetch_all(db).await)
    .doing("reading the record of a case")?;
    stored.iter().map(StoredEvent::entry).collect()
}

/// The last merger of `case`, as its record tells it.
pub async fn last_merger(tx: &mut Tx, case: CaseId) -> Result<Option<Merged>, StoreError> {
    let last = record(tx, case, "merged").await?.into_iter().next();
    Ok(last.and_then(|entry| match entry.event {
        Event::Merged(how) => Some(*how),
        _ => None,
    }))
}

/// The last time `case` took in the case `from`, and its version right after.
pub async fn last_taken_in(
    tx: &mut Tx,
    case: CaseId,
    from: CaseNumber,
) -> Result<Option<(TookIn, u64)>, StoreError> {
    let all = record(tx, case, "took_in").await?;
    Ok(all.into_iter().find_map(|entry| match entry.event {
        Event::TookIn(other) if other.from == from => Some((*other, entry.n)),
        _ => None,
    }))
}

/// Where words of a case went when they were split off.
pub async fn split_into(
    tx: &mut Tx,
    case: CaseId,
    message: MessageId,
) -> Result<Option<CaseNumber>, StoreError> {
    let all = record(tx, case, "split_off").await?;
    Ok(all.into_iter().find_map(|entry| match entry.event {
        Event::SplitOff { message: of, into } if of == message => Some(into),
        _ => None,
    }))
}

/// Words of theirs on a case, and their place in its record.
pub async fn received(
    tx: &mut Tx,
    case: CaseId,
    message: MessageId,
) -> Result<Option<(ReceivedMessage, u64)>, StoreError> {
    const PLACE: &str = "
        SELECT n FROM message WHERE id = $1 AND case_id = $2 AND direction = 'in'";
    const ENTRY: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND n = $2";
    let doing = "reading words of a case";
    let n: Option<i64> = on!(Tx &mut *tx, db => sqlx::query_scalar(PLACE)
        .bind(message.to_string()).bind(case.to_string()).fetch_optional(db).await)
    .doing(doing)?;
    let Some(n) = n else { return Ok(None) };
    let stored: Option<StoredEvent> = on!(Tx tx, db => sqlx::query_as(ENTRY)
        .bind(case.to_string()).bind(n).fetch_optional(db).await)
    .doing(doing)?;
    let Some(stored) = stored else { return Ok(None) };
    Ok(match stored.entry()?.event {
        Event::Received { message, .. } => Some((message, n.unsigned_abs())),
        Event::Opened(opening) => opening.message.map(|message| (message, n.unsigned_abs())),
        _ => None,
    })
}
