//! Keeping what people say of topics, for the reader to learn from.

use crate::topic::rules::{TopicOfHouse, for_reader};
use crate::topic::sql::{self, New, Source};
use anyhow::Context as _;
use domain::id::{CaseId, StaffId, TopicId};
use jiff::Timestamp;
use reading::{Reader, TOPIC_MIN, TRUST, TopicHit, Topics};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::job::Job;
use store::{Context, StoreError, Tx};

/// The job by which the desk is handed a topic that was found in a case later.
const FOUND_JOB: &str = "topic_found";

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

/// Which topic is new, or speaks with other words.
#[derive(Debug, Deserialize)]
struct Changed {
    topic: TopicId,
}

/// Looks for a topic in the newest texts of open cases, and hands those that speak of it to the
/// desk, each as a job of its own.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub async fn read_again(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let changed: Changed = serde_json::from_str(&job.body).context("reading which topic")?;
    let mut tree = for_reader(&sql::list(&ctx.store).await?);
    tree.retain(|topic| topic.id == changed.topic.to_string());
    let Some(topic) = tree.first().cloned() else {
        let mut tx = ctx.begin().await?;
        tx.finish(job).await?;
        return Ok(tx.commit().await?);
    };
    let texts = sql::open_texts(&ctx.store).await?;
    let work = move || {
        let reader = Reader::shipped().with_topics(Topics::new(&tree));
        let speaks =
            |text: &str| reader.read(text).topics.iter().any(|t| t.confidence >= TOPIC_MIN);
        let found = texts.into_iter().filter(|(_, text)| speaks(text)).map(|(case, _)| case);
        found.collect::<BTreeSet<String>>()
    };
    let cases = tokio::task::spawn_blocking(work).await.context("reading again")?;
    let one = |case: String| {
        let body = json!({"timer": "topic", "case": case, "topic": {"id": changed.topic, "name": topic.path}});
        (format!("{FOUND_JOB}/{}/{case}", job.id), body.to_string())
    };
    let jobs: Vec<(String, String)> = cases.into_iter().map(one).collect();
    let mut tx = ctx.begin().await?;
    tx.enqueue_many(FOUND_JOB, &jobs, ctx.now()).await?;
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
        let about: Vec<String> = serde_json::from_str(&about)?;
        for hit in hits_of(&reading)?.1 {
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
    let (model, hits) = hits_of(&source.reading)?;
    let hit = hits.into_iter().find(|hit| hit.id == topic.to_string());
    let hit = hit.map(|hit| Hit { words: hit.words, sure: f64::from(hit.confidence), model });
    Ok(hit)
}

/// What read a text, and the topics it found; a reading from before there were topics has none.
fn hits_of(reading: &str) -> Result<(String, Vec<TopicHit>), StoreError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Read {
        model: String,
        topics: Vec<TopicHit>,
    }
    let read: Read = serde_json::from_str(reading)
        .map_err(|error| StoreError::unreadable("reading what a text is about", error))?;
    Ok((read.model, read.topics))
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
