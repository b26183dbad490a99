//! Keeping what people say of topics, for the reader to learn from.

use crate::topic::rules::TopicOfHouse;
use crate::topic::sql::{self, New, Source};
use anyhow::Context as _;
use domain::id::{CaseId, StaffId, TopicId};
use jiff::Timestamp;
use reading::{TRUST, TopicHit};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::job::Job;
use store::{Context, StoreError, Tx};

/// What the desk hands over when somebody said what a case is about.
#[derive(Debug, Deserialize)]
struct Corrected {
    case: CaseId,
    by: StaffId,
    at: Timestamp,
    added: Vec<TopicId>,
    removed: Vec<TopicId>,
}

/// Keeps what `job` hands over, and finishes it. What is not right is said of every text it was
/// read in; what is right and was not read, of the newest.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub async fn keep(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: Corrected = serde_json::from_str(&job.body).context("reading a correction")?;
    let mut tx = ctx.begin().await?;
    let texts = sql::texts_of(&mut tx, said.case).await?;
    let by = (said.by, said.at);
    for topic in &said.removed {
        for source in &texts {
            if let Some(hit) = hit_of(source, *topic)? {
                one(&mut tx, source, *topic, false, &hit, by).await?;
            }
        }
    }
    for topic in &said.added {
        if let Some(source) = texts.first() {
            let hit = hit_of(source, *topic)?.unwrap_or_default();
            one(&mut tx, source, *topic, true, &hit, by).await?;
        }
    }
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

/// Learns how often each word was right, of topics that people said something of. A word that was
/// not right counts against itself, one that an answered case was left with speaks for itself.
/// Changes nothing where nothing new was said.
///
/// # Errors
/// When the store fails.
pub async fn learn(ctx: &Context) -> anyhow::Result<()> {
    let said = sql::said_of_words(&ctx.store).await?;
    if said.is_empty() {
        return Ok(());
    }
    let mut counts = Counts::default();
    for (topic, words, is_right) in said {
        counts.say(topic, &serde_json::from_str::<Vec<String>>(&words)?, is_right == 1);
    }
    for (reading, about) in sql::let_stand(&ctx.store).await? {
        let mut reading: serde_json::Value = serde_json::from_str(&reading)?;
        let about: Vec<String> = serde_json::from_str(&about)?;
        for hit in serde_json::from_value::<Vec<TopicHit>>(reading["topics"].take())? {
            if about.contains(&hit.id) && counts.of.contains_key(&hit.id) {
                counts.say(hit.id, &hit.words, true);
            }
        }
    }
    let mut tx = ctx.begin().await?;
    for topic in sql::list_in(&mut tx).await? {
        let trust = counts.trust(&topic);
        if trust != topic.trust {
            sql::keep_trust(&mut tx, topic.id, &trust).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Of each topic that people said something of, how often each of its words was right and wrong.
#[derive(Default)]
struct Counts {
    of: BTreeMap<String, BTreeMap<String, (u32, u32)>>,
}

impl Counts {
    fn say(&mut self, topic: String, words: &[String], is_right: bool) {
        let of_topic = self.of.entry(topic).or_default();
        for word in words {
            let (right, wrong) = of_topic.entry(word.clone()).or_default();
            if is_right { *right += 1 } else { *wrong += 1 }
        }
    }

    /// How far the words of a topic can be trusted: what was counted, and beside it five texts in
    /// which they were right as often as [`TRUST`] says (the mean of a beta distribution). In
    /// whole per cent, so that one text more changes no reader that has read thousands.
    fn trust(&self, topic: &TopicOfHouse) -> BTreeMap<String, f32> {
        const BELIEVED: f32 = 5.0;
        let counted = self.of.get(&topic.id.to_string()).into_iter().flatten();
        let known = counted.filter(|(word, _)| topic.words.contains(word));
        let trust = |(right, wrong): (u32, u32)| {
            let (right, wrong) = (right as f32 + TRUST * BELIEVED, wrong as f32);
            (right / (right + wrong + (1.0 - TRUST) * BELIEVED) * 100.0).round() / 100.0
        };
        known.map(|(word, counts)| (word.clone(), trust(*counts))).collect()
    }
}

/// The words that made a topic, how sure it was, and what read it.
#[derive(Default)]
struct Hit {
    words: Vec<String>,
    sure: f64,
    model: String,
}

fn hit_of(source: &Source, topic: TopicId) -> Result<Option<Hit>, StoreError> {
    let doing = "reading what a text is about";
    let mut reading: serde_json::Value = serde_json::from_str(&source.reading)
        .map_err(|error| StoreError::unreadable(doing, error))?;
    let hits: Vec<TopicHit> = serde_json::from_value(reading["topics"].take())
        .map_err(|error| StoreError::unreadable(doing, error))?;
    let model = reading["model"].as_str().unwrap_or_default();
    let hit = hits.into_iter().find(|hit| hit.id == topic.to_string());
    Ok(hit.map(|hit| Hit {
        words: hit.words,
        sure: f64::from(hit.confidence),
        model: model.to_owned(),
    }))
}

async fn one(
    tx: &mut Tx,
    source: &Source,
    topic: TopicId,
    is_right: bool,
    hit: &Hit,
    (by, at): (StaffId, Timestamp),
) -> Result<(), StoreError> {
    let (words, model) = (hit.words.as_slice(), hit.model.as_str());
    let new = New { source, topic, is_right, words, was_sure: hit.sure, model, by, at };
    sql::keep(tx, &new).await
}
