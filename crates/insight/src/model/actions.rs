//! Proposing a model, adopting it, taking it back.

use crate::correction::rules::{Label, read_of};
use crate::model::rules::{self, Example, Figures};
use crate::model::sql::{self, New};
use crate::refused::LearnError;
use crate::topic;
use anyhow::Context as _;
use domain::permit::{Act, Staff};
use reading::learn::Model;
use reading::{Home, Reader};
use std::sync::Arc;
use store::file::sha256_hex;
use store::{Context, Once, Press, Store, StoreError};

/// A model that was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Its id.
    pub id: String,
    /// What it reads.
    pub label: Label,
    /// How it compares with the reader in use.
    pub figures: Figures,
}

/// Learns each label from what was corrected since the last time, and keeps what came out with its
/// figures: as a proposal where it is better. Labels without anything new are left alone. Takes
/// seconds; nothing is locked meanwhile.
///
/// # Errors
/// When the store fails.
pub async fn propose(ctx: &Context) -> anyhow::Result<Vec<Proposed>> {
    let home = adopted(&ctx.store).await?;
    let mut all = Vec::new();
    for label in Label::ALL {
        let until = sql::last_correction(&ctx.store, label).await?;
        if until <= sql::learnt_until(&ctx.store, label).await? {
            continue;
        }
        let examples = examples(&ctx.store, label).await?;
        let (home, now) = (home.clone(), Reader::shipped().with_home(home.clone()));
        let work = move || rules::learn(&now, &home, label, &examples);
        let learnt = tokio::task::spawn_blocking(work).await.context("learning")?;
        let Some(learnt) = learnt else { continue };
        let figures = learnt.figures;
        let state = if figures.is_better() { "proposed" } else { "not_better" };
        let now = ctx.now();
        let id: uuid::Uuid = ctx.id(now);
        let id = id.to_string();
        let mut tx = ctx.begin().await?;
        let file_sha256 = tx.keep_file(&learnt.model.to_bytes(), now).await?;
        sql::end_proposals(&mut tx, label).await?;
        let (version, figures_text) = (learnt.model.version(), serde_json::to_string(&figures)?);
        let new = New {
            id: &id,
            label,
            state,
            version: &version,
            file_sha256: &file_sha256,
            figures: &figures_text,
            learnt_until_ms: until,
            now,
        };
        sql::keep(&mut tx, &new).await?;
        tx.commit().await?;
        all.push(Proposed { id, label, figures });
    }
    Ok(all)
}

async fn examples(store: &Store, label: Label) -> Result<Vec<Example>, StoreError> {
    let corrected = sql::corrections_for_job(store, label).await?;
    let mut all: Vec<Example> = corrected
        .into_iter()
        .map(|row| Example {
            text: row.text,
            is_right: row.is_right,
            corrected: row.corrected == 1,
            text_hash: row.text_hash,
        })
        .collect();
    // Whoever answered had the reading before their eyes and let it stand.
    for (text, reading) in sql::answered_for_job(store, label).await? {
        let reading = reading::kept::full(&reading);
        let Some(read) = read_of(&reading, label) else { continue };
        let text_hash = sha256_hex(text.as_bytes());
        all.push(Example { text, is_right: read.value, corrected: false, text_hash });
    }
    Ok(all)
}

/// Puts a proposed model into use. Every node reads with it within ten seconds.
///
/// # Errors
/// [`LearnError::NotBetter`] when it is not.
pub async fn adopt(
    ctx: &Context,
    staff: &Staff,
    id: &str,
    press: &Press,
) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let (label, state) = sql::state(&mut tx, id).await?.ok_or(LearnError::Missing)?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    if state != "proposed" {
        return Err(LearnError::NotBetter);
    }
    sql::end_use(&mut tx, &label, "replaced", staff.id, now).await?;
    sql::put_in_use(&mut tx, id, staff.id, now).await?;
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

/// Takes the model in use back; the one that was in use before it reads again, or what ships.
///
/// # Errors
/// [`LearnError::NotInUse`] when another is in use.
pub async fn roll_back(
    ctx: &Context,
    staff: &Staff,
    id: &str,
    press: &Press,
) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let (label, state) = sql::state(&mut tx, id).await?.ok_or(LearnError::Missing)?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    if state != "adopted" {
        return Err(LearnError::NotInUse);
    }
    let before = sql::used_before(&mut tx, &label).await?;
    sql::end_use(&mut tx, &label, "rolled_back", staff.id, now).await?;
    if let Some(before) = before {
        sql::put_in_use(&mut tx, &before, staff.id, now).await?;
    }
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

/// A name for the models and topics in use; it changes whenever they do.
///
/// # Errors
/// When the store fails.
pub async fn adopted_version(store: &Store) -> Result<String, StoreError> {
    let all = sql::in_use(store).await?;
    let (n, changes) = topic::sql::version(store).await?;
    let models: String = all.iter().map(|(label, file)| format!("{label}={file};")).collect();
    Ok(if n == 0 { models } else { format!("{models}topics={n}.{changes}") })
}

/// The models in use, for a reader.
///
/// # Errors
/// When the store fails.
pub async fn adopted(store: &Store) -> Result<Home, StoreError> {
    let mut home = Home::default();
    for (label, file) in sql::in_use(store).await? {
        let bytes = store.file_for_checked(&file).await?.unwrap_or_default();
        let model = Model::from_bytes(&bytes);
        match (Label::of_word(&label), model) {
            (Some(label), Ok(model)) => home = rules::with(&home, label, Arc::new(model)),
            (_, Err(error)) => {
                // Reading with what ships is better than not reading.
                tracing::warn!(label, %error, "a model in use cannot be read; what ships reads");
            }
            (None, _) => {}
        }
    }
    Ok(home)
}

/// Asks for learning now, in the background.
///
/// # Errors
/// When the store fails.
pub async fn ask(ctx: &Context, staff: &Staff, press: &Press) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    // One a minute is enough, however often it is pressed.
    let id = format!("learn/now/{}", now.as_second() / 60);
    tx.enqueue(&id, crate::model::JOB, "{}", now, now).await?;
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}
