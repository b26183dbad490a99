//! Keeping what arrives, exactly once, before its source is told that we have it.

use crate::packed::Packer;
use crate::{ARRIVAL_JOB, ARRIVALS_JOB, ArrivalJob, ArrivalsJob};
use domain::channel::Channel;
use domain::id::{ArrivalId, BatchId};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use store::at_once::NewWork;
use store::course::Point;
use store::file::{hex, sha256_hex};
use store::{Context, Doing, Sql, StoreError, Tx, on};

/// Arrivals that one transaction takes at the most. The more there are, the fewer pages of the
/// indices are written twice.
pub const MANY_MOST: usize = 1_500;

/// Something that reaches us, as its source hands it over.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The way it came.
    pub channel: Channel,
    /// What makes it one: the source's own id of it, never a moment or a chance of ours.
    pub source_key: String,
    /// What stood outside the bytes: who, to whom, declared name and address, unit, form fields.
    /// Its shape belongs to the channel.
    pub envelope: Value,
    /// The bytes themselves.
    pub raw: Vec<u8>,
    /// The import it is part of.
    pub batch: Option<BatchId>,
}

/// Whether an arrival was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// Kept now.
    New,
    /// Kept before under the same source key.
    Known,
}

/// An arrival that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its id.
    pub id: ArrivalId,
    /// Whether this call kept it.
    pub fresh: Fresh,
}

/// Keeps one arrival and lays out the work of understanding it. When this returns `Ok`, both are
/// on the disk, and the source may be told. Arrivals that come at the same moment are kept with
/// one commit.
///
/// # Errors
/// When the store cannot take it; then nothing was kept, and the source should try again.
pub async fn receive(ctx: &Context, arrival: Arrival) -> Result<Received, StoreError> {
    crate::counter::hand_in(ctx, arrival).await
}

/// Keeps arrivals that came at the same moment, each with a job of its own, with one commit.
pub(crate) async fn receive_together(
    ctx: &Context,
    arrivals: &[Arrival],
) -> Result<Vec<Received>, StoreError> {
    let doing = "keeping an arrival";
    let now = ctx.now();
    let packed = Packed::of(ctx, now, arrivals)?;
    let mut jobs = Vec::with_capacity(packed.ids.len());
    for id in &packed.ids {
        let body = json_text(&ArrivalJob { arrival: *id })?;
        jobs.push((id.to_string(), format!("arrival/{id}"), body));
    }
    ctx.passes(Point::IntakePacked);
    let work =
        NewWork { doing, insert: INSERT, is_there: THERE, rows: &packed.rows, kind: ARRIVAL_JOB };
    let new = ctx.store.keep_with_jobs(&work, &jobs, now).await?;
    ctx.passes(Point::IntakeCommitted);
    if new.len() == packed.ids.len() {
        return Ok(all_new(&packed.ids));
    }
    let mut tx = ctx.begin().await?;
    let received = which(&mut tx, &packed, &new).await?;
    tx.rollback().await?;
    Ok(received)
}

/// The same inside a transaction of the caller; nothing is kept before that commits.
///
/// # Errors
/// When the store fails.
pub async fn receive_one_in(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    arrival: &Arrival,
) -> Result<Received, StoreError> {
    let packed = Packed::of(ctx, now, std::slice::from_ref(arrival))?;
    let received = insert(tx, now, &packed).await?[0];
    if received.fresh == Fresh::New {
        let body = json_text(&ArrivalJob { arrival: received.id })?;
        tx.enqueue(&format!("arrival/{}", received.id), ARRIVAL_JOB, &body, now, now).await?;
    }
    Ok(received)
}

/// Arrivals made ready to be kept: hashed, packed and named. That takes longest and needs no
/// store, so it is done before anybody holds the writer.
#[derive(Debug)]
pub struct Packed {
    ids: Vec<ArrivalId>,
    keys: Vec<String>,
    rows: String,
}

impl Packed {
    /// Up to [`MANY_MOST`] arrivals, made ready.
    ///
    /// # Errors
    /// When one cannot be written down.
    ///
    /// # Panics
    /// When there are more than [`MANY_MOST`].
    pub fn of(ctx: &Context, now: Timestamp, arrivals: &[Arrival]) -> Result<Packed, StoreError> {
        assert!(arrivals.len() <= MANY_MOST, "at most {MANY_MOST} arrivals in one transaction");
        let mut packer = Packer::new();
        let ids: Vec<ArrivalId> = arrivals.iter().map(|_| ctx.id(now)).collect();
        let keys: Vec<String> = arrivals.iter().map(|arrival| key(&arrival.source_key)).collect();
        let rows: Vec<Value> = arrivals
            .iter()
            .zip(ids.iter().zip(&keys))
            .map(|(arrival, (id, key))| row(&mut packer, arrival, *id, key))
            .collect();
        Ok(Packed { rows: json_text(&rows)?, ids, keys })
    }
}

/// Keeps up to [`MANY_MOST`] arrivals in one transaction, with one job for all that are new.
///
/// # Errors
/// When the store cannot take them; then none was kept.
///
/// # Panics
/// When there are more than [`MANY_MOST`].
pub async fn receive_many(
    ctx: &Context,
    arrivals: &[Arrival],
) -> Result<Vec<Received>, StoreError> {
    let now = ctx.now();
    let packed = Packed::of(ctx, now, arrivals)?;
    let mut tx = ctx.begin().await?;
    let received = receive_in(&mut tx, now, &packed).await?;
    tx.commit().await?;
    Ok(received)
}

/// The same inside a transaction of the caller, who keeps its own position with it.
///
/// # Errors
/// When the store fails.
pub async fn receive_in(
    tx: &mut Tx,
    now: Timestamp,
    packed: &Packed,
) -> Result<Vec<Received>, StoreError> {
    if packed.ids.is_empty() {
        return Ok(Vec::new());
    }
    let received = insert(tx, now, packed).await?;
    let new = received.iter().filter(|one| one.fresh == Fresh::New).map(|one| one.id);
    let new: Vec<ArrivalId> = new.collect();
    if let Some(first) = new.first() {
        let id = format!("arrivals/{first}");
        let body = json_text(&ArrivalsJob { arrivals: new })?;
        tx.enqueue(&id, ARRIVALS_JOB, &body, now, now).await?;
    }
    Ok(received)
}

pub(crate) fn json_text(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable("writing work", error))
}

/// One statement whatever their number: each row is an array of its columns in one JSON text.
const INSERT: Sql = Sql {
    sqlite: "
        INSERT INTO arrival (id, channel, source_key, batch_id, sha256, size, raw, envelope,
            received_at_ms)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
            unhex(value ->> 6), value ->> 7, $2
        FROM json_each($1) WHERE true
        ON CONFLICT (source_key) DO NOTHING",
    postgres: "
        INSERT INTO arrival (id, channel, source_key, batch_id, sha256, size, raw, envelope,
            received_at_ms)
        SELECT r ->> 0, r ->> 1, r ->> 2, r ->> 3, r ->> 4, (r ->> 5)::bigint,
            decode(r ->> 6, 'hex'), r ->> 7, $2
        FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (r, place) ORDER BY place
        ON CONFLICT (source_key) DO NOTHING",
};
/// Which of these ids were kept.
const KEPT: Sql = Sql {
    sqlite: "SELECT id FROM arrival WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    postgres: "
        SELECT id FROM arrival WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
        ORDER BY id",
};
/// Whether the id in `for_id` was kept.
const THERE: &str = "SELECT 1 FROM arrival WHERE arrival.id = for_id";

async fn insert(tx: &mut Tx, now: Timestamp, packed: &Packed) -> Result<Vec<Received>, StoreError> {
    let doing = "keeping an arrival";
    let text = tx.text(INSERT);
    let added = on!(Tx &mut *tx, db => sqlx::query(text).bind(&packed.rows)
        .bind(now.as_millisecond()).execute(db).await.map(|done| done.rows_affected()))
    .doing(doing)?;
    // As a rule all are new. To be told each by its name takes longer than to keep it.
    if added == packed.ids.len() as u64 {
        return Ok(all_new(&packed.ids));
    }
    let ids = json_text(&packed.ids)?;
    let text = tx.text(KEPT);
    let new: Vec<String> =
        on!(Tx &mut *tx, db => sqlx::query_scalar(text).bind(&ids).fetch_all(db).await)
            .doing(doing)?;
    which(tx, packed, &new).await
}

fn all_new(ids: &[ArrivalId]) -> Vec<Received> {
    ids.iter().map(|id| Received { id: *id, fresh: Fresh::New }).collect()
}

/// Which were kept now, and as what the others were kept before.
async fn which(tx: &mut Tx, packed: &Packed, new: &[String]) -> Result<Vec<Received>, StoreError> {
    let doing = "keeping an arrival";
    let kept = known(tx, &packed.keys).await?;
    let new: HashSet<&str> = new.iter().map(String::as_str).collect();
    let mut received = Vec::with_capacity(packed.ids.len());
    for (key, id) in packed.keys.iter().zip(&packed.ids) {
        received.push(if new.contains(id.to_string().as_str()) {
            Received { id: *id, fresh: Fresh::New }
        } else {
            let id = kept.get(key).copied();
            let id = id.ok_or_else(|| StoreError::unreadable(doing, "a known one is not there"))?;
            Received { id, fresh: Fresh::Known }
        });
    }
    Ok(received)
}

fn row(packer: &mut Packer, arrival: &Arrival, id: ArrivalId, key: &str) -> Value {
    json!([
        id,
        arrival.channel.as_str(),
        key,
        arrival.batch,
        sha256_hex(&arrival.raw),
        arrival.raw.len(),
        hex(&packer.pack(&arrival.raw)),
        without_nul(&arrival.envelope.to_string()),
    ])
}

/// Neither engine's index takes endless keys, and one of them takes no NUL.
pub(crate) fn key(source_key: &str) -> String {
    const LONGEST: usize = 500;
    if source_key.len() <= LONGEST && !source_key.contains('\0') {
        return source_key.to_owned();
    }
    format!("sha256:{}", sha256_hex(source_key.as_bytes()))
}

/// An escaped NUL in JSON becomes the replacement character: PostgreSQL cannot keep the one.
fn without_nul(json: &str) -> String {
    if json.contains("\\u0000") { json.replace("\\u0000", "\\ufffd") } else { json.to_owned() }
}

async fn known(tx: &mut Tx, keys: &[String]) -> Result<HashMap<String, ArrivalId>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            SELECT source_key, id FROM arrival
            WHERE source_key IN (SELECT value FROM json_each($1)) ORDER BY source_key",
        postgres: "
            SELECT source_key, id FROM arrival
            WHERE source_key IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY source_key",
    };
    let doing = "looking for arrivals that we have";
    let keys_text = json_text(&keys)?;
    let text = tx.text(SQL);
    let rows: Vec<(String, String)> =
        on!(Tx tx, db => sqlx::query_as(text).bind(&keys_text).fetch_all(db).await).doing(doing)?;
    let mut by_key = HashMap::with_capacity(rows.len());
    for (found, id) in rows {
        let id = id.parse().map_err(|error| StoreError::unreadable(doing, error))?;
        by_key.insert(found, id);
    }
    Ok(by_key)
}
