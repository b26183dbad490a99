//! Keeping what people say of a reading.

use crate::correction::rules::{Label, is_said, read_of};
use crate::correction::sql::{self, New, Source};
use crate::refused::LearnError;
use anyhow::Context as _;
use domain::id::{CaseId, StaffId};
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use store::job::Job;
use store::scope::Reach;
use store::{Context, Once, Press, StoreError};

/// What the desk hands over when somebody corrected the reading of a case.
#[derive(Debug, Deserialize)]
struct Corrected {
    case: CaseId,
    by: StaffId,
    at: Timestamp,
    /// Kind before and now.
    kind: (String, String),
    /// Severity before and now.
    severity: (u8, u8),
    /// How the writer feels, when they said so.
    feeling: Option<String>,
    /// Why, or empty.
    #[serde(default)]
    reason: String,
}

/// Keeps the correction that `job` hands over, and finishes it.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub async fn keep(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: Corrected = serde_json::from_str(&job.body).context("reading a correction")?;
    let mut tx = ctx.begin().await?;
    if let Some((first, last)) = sql::texts_of(&mut tx, said.case).await? {
        let severity = (said.severity.0.to_string(), said.severity.1.to_string());
        let all = [
            (Label::Kind, &first, Some(&said.kind.0), Some(&said.kind.1)),
            (Label::Severity, &first, Some(&severity.0), Some(&severity.1)),
            (Label::Feeling, &last, None, said.feeling.as_ref()),
        ];
        for (label, source, before, now) in all {
            let Some(now) = now else { continue };
            let reading = reading_of(source)?;
            let Some(read) = read_of(&reading, label) else { continue };
            if before.is_some_and(|before| !is_said(&read.value, before, now)) {
                continue;
            }
            let (is_right, reason) = (now.as_str(), said.reason.as_str());
            let (by, at) = (said.by, said.at);
            let new = New { source, label, read: &read, is_right, reason, by, at };
            sql::keep(&mut tx, &new).await?;
        }
    }
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

fn reading_of(source: &Source) -> Result<Value, StoreError> {
    match reading::kept::full(&source.reading) {
        Value::Null => {
            let why = format!("the reading of feedback {} is no JSON object", source.id);
            Err(StoreError::unreadable("reading what was understood", why))
        }
        read => Ok(read),
    }
}

/// What is right about a text that belongs to no case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// Each label with what is right.
    pub values: Vec<(Label, String)>,
    /// Why, or empty.
    pub reason: String,
}

/// What was read of feedback that the person may see: each label with what was read.
///
/// # Errors
/// [`LearnError::Missing`] when there is none, or it is not theirs.
pub async fn read(
    ctx: &Context,
    staff: &Staff,
    feedback: &str,
) -> Result<Vec<(Label, String)>, LearnError> {
    staff.permit_anywhere(Act::HandleCase)?;
    let source = sql::source(&ctx.store, &Reach::from(staff), feedback).await?;
    let reading = reading_of(&source.ok_or(LearnError::Missing)?)?;
    let of = |label| Some((label, read_of(&reading, label)?.value));
    Ok(Label::ALL.into_iter().filter_map(of).collect())
}

/// Keeps what a person says of the reading of feedback.
///
/// # Errors
/// See [`LearnError`].
pub async fn correct(
    ctx: &Context,
    staff: &Staff,
    feedback: &str,
    right: &Right,
    press: &Press,
) -> Result<(), LearnError> {
    const REASON_MOST: usize = 500;
    staff.permit_anywhere(Act::HandleCase)?;
    let now = ctx.now();
    let source = sql::source(&ctx.store, &Reach::from(staff), feedback).await?;
    let source = source.ok_or(LearnError::Missing)?;
    for (label, value) in &right.values {
        if !label.values().contains(&value.as_str()) {
            return Err(LearnError::at(label.word(), "Choose one of the list."));
        }
    }
    if right.reason.chars().count() > REASON_MOST {
        return Err(LearnError::at("reason", "Write at most 500 letters."));
    }
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    let reading = reading_of(&source)?;
    for (label, is_right) in &right.values {
        let Some(read) = read_of(&reading, *label) else { continue };
        let (label, reason) = (*label, right.reason.as_str());
        let (by, at) = (staff.id, now);
        let new = New { source: &source, label, read: &read, is_right, reason, by, at };
        sql::keep(&mut tx, &new).await?;
    }
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}
