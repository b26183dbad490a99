//! What became of arrivals: read them back, say how understanding ended, try again, undo.

use crate::packed::unpack;
use crate::receive::{json_text, key};
use crate::{ARRIVAL_JOB, ArrivalJob, ArrivalsJob, Fresh};
use domain::channel::Channel;
use domain::id::{ArrivalId, BatchId, CaseId, FeedbackId};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::FromRow;
use store::fact::Fact;
use store::job::Job;
use store::{Context, Doing, Sql, Store, StoreError, Tx, Write, on};

/// Most arrivals that one retry of all starts again.
const RETRY_MOST: i64 = 10_000;

/// How far an arrival has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On the disk, not understood yet.
    Kept,
    /// Feedback was made of it.
    Understood,
    /// It could not be read; a stub shows it to a person.
    Unreadable,
    /// Its import was undone.
    Undone,
}

impl State {
    /// The word in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Understood => "understood",
            State::Unreadable => "unreadable",
            State::Undone => "undone",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<State> {
        [State::Kept, State::Understood, State::Unreadable, State::Undone]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// An arrival as it is kept, bytes included.
#[derive(Clone, Debug)]
pub struct StoredArrival {
    /// Its id.
    pub id: ArrivalId,
    /// The way it came.
    pub channel: Channel,
    /// What makes it one.
    pub source_key: String,
    /// The import it is part of.
    pub batch: Option<BatchId>,
    /// The hash of its bytes.
    pub sha256: String,
    /// What stood outside the bytes.
    pub envelope: Value,
    /// The bytes as they arrived.
    pub raw: Vec<u8>,
    /// When we got it.
    pub received_at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// The feedback made of it before, when it is read again.
    pub feedback: Option<FeedbackId>,
    /// The case it led to before.
    pub case: Option<CaseId>,
}

/// An arrival in a list, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The way it came.
    pub channel: String,
    /// Bytes before packing.
    pub size: i64,
    /// When we got it, in milliseconds.
    pub received_at_ms: i64,
    /// How far it has come.
    pub state: String,
    /// Why it could not be read.
    pub error: String,
    /// The feedback made of it.
    pub feedback_id: Option<String>,
    /// The case it led to.
    pub case_id: Option<String>,
}

/// How understanding an arrival ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which arrival.
    pub arrival: ArrivalId,
    /// The feedback made of it.
    pub feedback: FeedbackId,
    /// The case it led to, if to one.
    pub case: Option<CaseId>,
    /// Why it could not be read; `None` when it could.
    pub error: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    channel: String,
    source_key: String,
    batch_id: Option<String>,
    sha256: String,
    raw: Vec<u8>,
    envelope: String,
    received_at_ms: i64,
    state: String,
    feedback_id: Option<String>,
    case_id: Option<String>,
}

impl Row {
    fn read(self) -> Result<StoredArrival, StoreError> {
        let bad = |why: String| StoreError::unreadable("reading an arrival", why);
        let envelope = serde_json::from_str(&self.envelope).map_err(|e| bad(e.to_string()))?;
        let received_at =
            Timestamp::from_millisecond(self.received_at_ms).map_err(|e| bad(e.to_string()))?;
        Ok(StoredArrival {
            id: parsed(&self.id)?,
            channel: Channel::from_word(&self.channel)
                .ok_or_else(|| bad(format!("channel {}", self.channel)))?,
            source_key: self.source_key,
            batch: self.batch_id.as_deref().map(parsed).transpose()?,
            sha256: self.sha256,
            envelope,
            raw: unpack(&self.raw).map_err(bad)?,
            received_at,
            state: State::from_word(&self.state).ok_or_else(|| bad(self.state.clone()))?,
            feedback: self.feedback_id.as_deref().map(parsed).transpose()?,
            case: self.case_id.as_deref().map(parsed).transpose()?,
        })
    }
}

fn parsed<T: std::str::FromStr<Err = domain::id::NotAnId>>(id: &str) -> Result<T, StoreError> {
    id.parse().map_err(|error| StoreError::unreadable("reading an arrival", error))
}

/// One arrival with its bytes, for work that understands it; `None` when there is none.
///
/// # Errors
/// When the store fails.
pub async fn load(tx: &mut Tx, id: ArrivalId) -> Result<Option<StoredArrival>, StoreError> {
    Ok(load_many(tx, &[id]).await?.pop())
}

const MANY: Sql = Sql {
    sqlite: "
        SELECT a.id, channel, source_key, batch_id, sha256, raw, envelope, received_at_ms,
            state, feedback_id, case_id
        FROM json_each($1) j JOIN arrival a ON a.id = j.value ORDER BY j.key",
    postgres: "
        SELECT a.id, channel, source_key, batch_id, sha256, raw, envelope, received_at_ms,
            state, feedback_id, case_id
        FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS t (value, key)
        JOIN arrival a ON a.id = t.value ORDER BY t.key",
};

/// Arrivals with their bytes in the order of `ids`; one that is not there is left out.
///
/// # Errors
/// When the store fails.
pub async fn load_many(tx: &mut Tx, ids: &[ArrivalId]) -> Result<Vec<StoredArrival>, StoreError> {
    let ids = json_text(&ids)?;
    let text = tx.text(MANY);
    let rows: Vec<Row> = on!(Tx tx, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await)
        .doing("reading an arrival")?;
    rows.into_iter().map(Row::read).collect()
}

/// The arrivals among `ids` that wait to be understood, in their order, read outside any
/// transaction: for reading them through before one begins. Inside it, [`still_waiting`] says
/// which of them still wait.
///
/// # Errors
/// When the store fails.
pub async fn waiting(store: &Store, ids: &[ArrivalId]) -> Result<Vec<StoredArrival>, StoreError> {
    let ids = json_text(&ids)?;
    let text = store.text(MANY);
    let rows: Vec<Row> =
        on!(Store store, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await)
            .doing("reading an arrival")?;
    let arrivals: Result<Vec<StoredArrival>, StoreError> =
        rows.into_iter().map(Row::read).collect();
    let mut arrivals = arrivals?;
    arrivals.retain(|arrival| arrival.state == State::Kept);
    Ok(arrivals)
}

/// Which of `ids` still wait to be understood.
///
/// # Errors
/// When the store fails.
pub async fn still_waiting(
    tx: &mut Tx,
    ids: &[ArrivalId],
) -> Result<std::collections::HashSet<ArrivalId>, StoreError> {
    // One text for all of them: a row by itself costs a turn of the writer, whom all wait for.
    const SQL: Sql = Sql {
        sqlite: "
            SELECT json_group_array(id) FROM arrival WHERE state = 'kept'
            AND id IN (SELECT value FROM json_each($1))",
        postgres: "
            SELECT coalesce(jsonb_agg(id), '[]')::text FROM arrival WHERE state = 'kept'
            AND id IN (SELECT jsonb_array_elements_text($1::jsonb))",
    };
    let doing = "looking which arrivals still wait";
    let ids = json_text(&ids)?;
    let text = tx.text(SQL);
    let found: String =
        on!(Tx tx, db => sqlx::query_scalar(text).bind(&ids).fetch_one(db).await).doing(doing)?;
    serde_json::from_str(&found).map_err(|error| StoreError::unreadable(doing, error))
}

/// The arrivals among `ids` that still wait to be understood, in their order. The handlers of
/// [`ARRIVAL_JOB`](crate::ARRIVAL_JOB) and [`ARRIVALS_JOB`](crate::ARRIVALS_JOB) begin with it:
/// what was undone or understood meanwhile is left alone.
///
/// # Errors
/// When the store fails.
pub async fn take_waiting(
    tx: &mut Tx,
    ids: &[ArrivalId],
) -> Result<Vec<StoredArrival>, StoreError> {
    let mut arrivals = load_many(tx, ids).await?;
    arrivals.retain(|arrival| arrival.state == State::Kept);
    Ok(arrivals)
}

/// The bytes of an arrival as they arrived, for work that has already checked who asks.
///
/// # Errors
/// When the store fails, or the bytes are not what their hash says.
pub async fn raw(ctx: &Context, id: ArrivalId) -> Result<Option<Vec<u8>>, StoreError> {
    const SQL: &str = "SELECT raw, sha256 FROM arrival WHERE id = $1";
    let doing = "reading the raw form of an arrival";
    let id = id.to_string();
    let row: Option<(Vec<u8>, String)> =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&id).fetch_optional(db).await)
            .doing(doing)?;
    let Some((stored, sha256)) = row else { return Ok(None) };
    let raw = unpack(&stored).map_err(|why| StoreError::unreadable(doing, why))?;
    if store::file::sha256_hex(&raw) != sha256 {
        return Err(StoreError::unreadable(doing, "its bytes are not what its hash says"));
    }
    Ok(Some(raw))
}

/// Notes in the transaction of the effect how understanding ended, and tells who waits for it.
///
/// # Errors
/// When the store fails.
pub fn settle(tx: &mut Tx, outcomes: &[Outcome]) -> Result<(), StoreError> {
    settle_many(tx, outcomes)?;
    for outcome in outcomes {
        tx.tell(Fact::Arrival { id: outcome.arrival.to_string() });
    }
    Ok(())
}

/// The same without telling: nobody waits for the rows of an import.
///
/// # Errors
/// When the store fails.
pub fn settle_many(tx: &mut Tx, outcomes: &[Outcome]) -> Result<(), StoreError> {
    const OUTCOME: Write = Write {
        doing: "noting what became of an arrival",
        sql: Sql {
            sqlite: "
                UPDATE arrival SET state = column2, error = column3, feedback_id = column4,
                    case_id = column5
                FROM rows WHERE arrival.id = column1",
            postgres: "
                UPDATE arrival SET state = r ->> 1, error = r ->> 2, feedback_id = r ->> 3,
                    case_id = r ->> 4
                FROM jsonb_array_elements($1::jsonb) AS t (r) WHERE arrival.id = r ->> 0",
        },
    };
    for o in outcomes {
        let state = if o.error.is_some() { State::Unreadable } else { State::Understood };
        let error: String = o.error.as_deref().unwrap_or("").chars().take(2_000).collect();
        let error = error.replace('\0', " ");
        tx.later(OUTCOME, &(o.arrival, state.as_str(), error, o.feedback, o.case))?;
    }
    Ok(())
}

/// Arrivals in `state`, newest first, `most` at the most, older than `before` (an id, or "" for
/// the newest). For people who operate the house: it shows no words of anybody.
///
/// # Errors
/// When the store fails.
pub async fn list(
    store: &Store,
    state: State,
    before: &str,
    most: u32,
) -> Result<Vec<Listed>, StoreError> {
    const SQL: &str = "
        SELECT id, channel, size, received_at_ms, state, error, feedback_id, case_id FROM arrival
        WHERE state = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3";
    on!(Store store, db => sqlx::query_as(SQL).bind(state.as_str()).bind(before)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("listing arrivals")
}

/// One arrival without its bytes.
///
/// # Errors
/// When the store fails.
pub async fn listed(store: &Store, id: ArrivalId) -> Result<Option<Listed>, StoreError> {
    const SQL: &str = "
        SELECT id, channel, size, received_at_ms, state, error, feedback_id, case_id FROM arrival
        WHERE id = $1";
    let id = id.to_string();
    on!(Store store, db => sqlx::query_as(SQL).bind(&id).fetch_optional(db).await)
        .doing("looking up an arrival")
}

/// The arrival that a source key made, without its bytes.
///
/// # Errors
/// When the store fails.
pub async fn by_source_key(store: &Store, source_key: &str) -> Result<Option<Listed>, StoreError> {
    const SQL: &str = "
        SELECT id, channel, size, received_at_ms, state, error, feedback_id, case_id FROM arrival
        WHERE source_key = $1";
    let source_key = key(source_key);
    on!(Store store, db => sqlx::query_as(SQL).bind(&source_key).fetch_optional(db).await)
        .doing("looking up an arrival")
}

/// Which of these source keys no arrival has yet, in their order, the first of equal ones as new.
///
/// # Errors
/// When the store fails.
pub async fn which_are_new(store: &Store, keys: &[&str]) -> Result<Vec<Fresh>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT source_key FROM arrival
            WHERE source_key IN (SELECT value FROM json_each($1)) ORDER BY source_key",
        postgres: "
            SELECT source_key FROM arrival
            WHERE source_key IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY source_key",
    };
    let keys: Vec<String> = keys.iter().map(|source_key| key(source_key)).collect();
    let asked = json_text(&keys)?;
    let text = store.text(SQL);
    let known: Vec<String> =
        on!(Store store, db => sqlx::query_scalar(text).bind(&asked).fetch_all(db).await)
            .doing("looking for arrivals that we have")?;
    let mut seen: std::collections::HashSet<String> = known.into_iter().collect();
    let fresh = |key: String| if seen.insert(key) { Fresh::New } else { Fresh::Known };
    Ok(keys.into_iter().map(fresh).collect())
}

/// Has an unreadable arrival read again. Says whether it was one.
///
/// # Errors
/// When the store fails.
pub async fn retry(ctx: &Context, id: ArrivalId) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE arrival SET state = 'kept' WHERE id = $1 AND state = 'unreadable'";
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let text = id.to_string();
    let rows = on!(Tx &mut tx, db => sqlx::query(SQL).bind(&text).execute(db).await
        .map(|done| done.rows_affected()))
    .doing("reading an arrival again")?;
    if rows == 1 {
        lay_out(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    Ok(rows == 1)
}

/// Has every unreadable arrival since `since` read again, at most 10,000; gives how many.
///
/// # Errors
/// When the store fails.
pub async fn retry_all_since(ctx: &Context, since: Timestamp) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE arrival SET state = 'kept' WHERE id IN (
            SELECT id FROM arrival WHERE state = 'unreadable' AND received_at_ms >= $1
            ORDER BY received_at_ms, id LIMIT $2)
        RETURNING id";
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let ids: Vec<String> = on!(Tx &mut tx, db => sqlx::query_scalar(SQL)
        .bind(since.as_millisecond()).bind(RETRY_MOST).fetch_all(db).await)
    .doing("reading arrivals again")?;
    for id in &ids {
        lay_out(&mut tx, parsed(id)?, now).await?;
    }
    tx.commit().await?;
    Ok(ids.len() as u64)
}

/// Lays out the work anew, with all its tries, also where the last one failed for good.
async fn lay_out(tx: &mut Tx, id: ArrivalId, now: Timestamp) -> Result<(), StoreError> {
    let job = format!("arrival/{id}");
    tx.cancel_job(&job).await?;
    tx.enqueue(&job, ARRIVAL_JOB, &json_text(&ArrivalJob { arrival: id })?, now, now).await
}

/// Turns the job of many arrivals into one job each, when together they could not be taken: so
/// one of them cannot hold up the others.
///
/// # Errors
/// When the store fails or the job's lease ran out.
pub async fn split_group(ctx: &Context, job: &Job) -> Result<(), StoreError> {
    let body: ArrivalsJob = serde_json::from_str(&job.body)
        .map_err(|error| StoreError::unreadable("reading work", error))?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    for id in body.arrivals {
        lay_out(&mut tx, id, now).await?;
    }
    tx.finish(job).await?;
    tx.commit().await
}

/// Marks up to `most` arrivals of a batch as undone and gives those that had become something.
/// Work on them that had not begun is taken off the list, and their source keys are free again,
/// so that the same file can come back. Empty when none is left.
///
/// # Errors
/// When the store fails.
pub async fn undo_in(tx: &mut Tx, batch: BatchId, most: u32) -> Result<Vec<Listed>, StoreError> {
    const SQL: &str = "
        UPDATE arrival SET state = 'undone', source_key = 'undone/' || id || '/' || source_key
        WHERE id IN (
            SELECT id FROM arrival WHERE batch_id = $1 AND state <> 'undone' ORDER BY id LIMIT $2)
        RETURNING id, channel, size, received_at_ms, state, error, feedback_id, case_id";
    let batch = batch.to_string();
    let rows: Vec<Listed> = on!(Tx &mut *tx, db => sqlx::query_as(SQL).bind(&batch)
        .bind(i64::from(most)).fetch_all(db).await)
    .doing("undoing an import")?;
    for row in rows.iter().filter(|row| row.feedback_id.is_none()) {
        tx.cancel_job(&format!("arrival/{}", row.id)).await?;
    }
    Ok(rows)
}
