//! What somebody does on the form: begin, answer, add files, send.

use crate::form::sql;
use domain::channel::Channel;
use domain::id::ArrivalId;
use hearing::form::{Answers, DraftFile, ReachBy};
use hearing::said::{Envelope, Shape};
use intake::Arrival;
use jiff::SignedDuration;
use store::file::{hex, sha256_hex};
use store::{Context, StoreError};

/// How long answers are kept.
pub(crate) const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Complaints of one network and hour.
pub(crate) const BY_NETWORK_MOST: i64 = 10;
/// Complaints for one address and hour.
pub(crate) const BY_ADDRESS_MOST: i64 = 3;
/// Complaints begun by one network and hour.
const BEGUN_MOST: i64 = 60;
/// Files of one complaint.
pub(crate) const FILES_MOST: usize = 100;
/// Bytes of one file.
pub(crate) const FILE_MOST: usize = 25 * 1024 * 1024;
/// Bytes of all files of one complaint.
pub(crate) const FILES_BYTES_MOST: i64 = 200 * 1024 * 1024;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A draft that somebody holds the token of.
pub(crate) struct Draft {
    pub token: String,
    pub answers: Answers,
    /// What it became, once it was sent.
    pub arrival: Option<ArrivalId>,
}

/// Why a step cannot be done.
#[derive(Debug)]
pub(crate) enum StepError {
    /// No draft opens with this token, or its days are over.
    Missing,
    /// It was sent already; nothing can be changed any more.
    Sent,
    /// Too many within the hour, from one network or for one address.
    TooOften,
    Store(StoreError),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        StepError::Store(error)
    }
}

fn hash(token: &str) -> String {
    sha256_hex(token.get(..token.len().min(64)).unwrap_or("").as_bytes())
}

fn written(answers: &Answers) -> Result<String, StoreError> {
    serde_json::to_string(answers).map_err(|error| StoreError::unreadable("keeping answers", error))
}

fn read(token: &str, row: sql::Row) -> Result<Draft, StepError> {
    let doing = "reading answers";
    let answers =
        serde_json::from_str(&row.answers).map_err(|error| StoreError::unreadable(doing, error))?;
    let arrival = row.arrival_id.map(|id| id.parse()).transpose();
    let arrival = arrival.map_err(|error| StoreError::unreadable(doing, error))?;
    Ok(Draft { token: token.to_owned(), answers, arrival })
}

/// Begins a complaint with its first answer; gives the token.
pub(crate) async fn begin(
    ctx: &Context,
    network: &str,
    answers: &Answers,
) -> Result<String, StepError> {
    let now = ctx.now();
    let token = hex(&ctx.chance::<16>());
    let mut tx = ctx.begin().await?;
    if sql::begun_since(&mut tx, network, now - HOUR).await? >= BEGUN_MOST {
        return Err(StepError::TooOften);
    }
    let ends = now + KEPT_FOR;
    sql::insert(&mut tx, &hash(&token), &written(answers)?, network, now, ends).await?;
    tx.commit().await?;
    Ok(token)
}

/// The draft of a token.
pub(crate) async fn open(ctx: &Context, token: &str) -> Result<Draft, StepError> {
    let row = sql::load(&ctx.store, &hash(token), ctx.now()).await?;
    read(token, row.ok_or(StepError::Missing)?)
}

/// Changes the answers of a draft that was not sent.
pub(crate) async fn answer(
    ctx: &Context,
    token: &str,
    change: impl FnOnce(&mut Answers),
) -> Result<Draft, StepError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let row = sql::hold(&mut tx, &hash(token), now).await?.ok_or(StepError::Missing)?;
    let mut draft = read(token, row)?;
    if draft.arrival.is_some() {
        return Err(StepError::Sent);
    }
    change(&mut draft.answers);
    sql::save(&mut tx, &hash(token), &written(&draft.answers)?).await?;
    tx.commit().await?;
    Ok(draft)
}

/// Why a file was not added; each with its name.
pub(crate) enum FileRefused {
    /// As many as fit are here.
    TooMany(String),
    /// All of them together would be too large.
    TooMuch(String),
}

/// Adds a file; its name is data and nothing else. The same file twice is one.
pub(crate) async fn add_file(
    ctx: &Context,
    token: &str,
    name: &str,
    media_type: &str,
    bytes: &[u8],
) -> Result<Result<(), FileRefused>, StepError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let row = sql::hold(&mut tx, &hash(token), now).await?.ok_or(StepError::Missing)?;
    let mut draft = read(token, row)?;
    if draft.arrival.is_some() {
        return Err(StepError::Sent);
    }
    let files = &mut draft.answers.files;
    let name = ::mail::attachment::safe_name(name, media_type, None, files.len() + 1);
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let all: i64 = files.iter().map(|file| file.size).sum();
    if files.len() >= FILES_MOST {
        return Ok(Err(FileRefused::TooMany(name)));
    }
    if all.saturating_add(size) > FILES_BYTES_MOST {
        return Ok(Err(FileRefused::TooMuch(name)));
    }
    let sha256 = tx.keep_file(bytes, now).await?;
    if !files.iter().any(|file| file.sha256 == sha256 && file.name == name) {
        let media_type = hearing::said::line(media_type, 100);
        files.push(DraftFile { name, media_type, size, sha256 });
    }
    sql::save(&mut tx, &hash(token), &written(&draft.answers)?).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Sends a complete draft: kept as an arrival in the same transaction that marks it sent. Sending
/// it again changes nothing.
pub(crate) async fn send(ctx: &Context, token: &str, network: &str) -> Result<(), StepError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let hash = hash(token);
    let row = sql::hold(&mut tx, &hash, now).await?.ok_or(StepError::Missing)?;
    let draft = read(token, row)?;
    if draft.arrival.is_some() {
        return Ok(());
    }
    let address = match draft.answers.by {
        // Further words on a case are not one more complaint of an address.
        _ if draft.answers.case.is_some() => String::new(),
        ReachBy::Email => draft.answers.email.trim().to_lowercase(),
        ReachBy::Phone | ReachBy::Letter => String::new(),
    };
    let address = if address.is_empty() { address } else { sha256_hex(address.as_bytes()) };
    let (here, there) = sql::sent_since(&mut tx, network, &address, now - HOUR).await?;
    if here >= BY_NETWORK_MOST || there >= BY_ADDRESS_MOST {
        return Err(StepError::TooOften);
    }
    let envelope = serde_json::to_value(Envelope::of(Shape::Form))
        .map_err(|error| StoreError::unreadable("sending a complaint", error))?;
    let arrival = Arrival {
        channel: Channel::Form,
        source_key: format!("form/{hash}"),
        envelope,
        raw: written(&draft.answers)?.into_bytes(),
        batch: None,
    };
    let received = intake::receive_one_in(&mut tx, ctx, now, &arrival).await?;
    sql::mark_sent(&mut tx, &hash, &received.id.to_string(), &address, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets drafts whose seven days are over, at most 1,000 at a time; gives how many.
///
/// # Errors
/// When the store fails.
pub async fn forget_old_drafts(ctx: &Context) -> Result<u64, StoreError> {
    let mut tx = ctx.begin().await?;
    let forgotten = sql::forget(&mut tx, ctx.now(), 1_000).await?;
    tx.commit().await?;
    Ok(forgotten)
}
