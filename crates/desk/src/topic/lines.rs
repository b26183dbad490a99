//! What a case is about, as its page tells it.

use casework::topic::sql;
use domain::case::Case;
use domain::id::TopicId;
use reading::{Reader, TopicHit, Topics};
use store::{Store, StoreError};

/// A topic in the panel.
pub struct TopicLine {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// By which words, and how sure: "by “late fee*”, 80 % sure".
    pub because: String,
}

/// What the case is about, with the words that made it.
pub(crate) async fn lines(store: &Store, case: &Case) -> Result<Vec<TopicLine>, StoreError> {
    if case.topics.is_empty() {
        return Ok(Vec::new());
    }
    let list = sql::list(store).await?;
    let mut found: Vec<TopicHit> = Vec::new();
    for reading in sql::readings(store, case.id).await? {
        let read = reading::kept::full(&reading);
        let hits = serde_json::from_value::<Vec<TopicHit>>(read["topics"].clone());
        found.extend(hits.unwrap_or_default());
    }
    if !case.topics.iter().all(|id| found.iter().any(|hit| hit.id == id.to_string())) {
        let (unread, tree) = (sql::unread(store, case.id).await?, sql::looked_for(store).await?);
        let (reader, topics) = (Reader::shipped(), Topics::new(&tree));
        found.extend(unread.iter().flat_map(|text| reader.read_with(text, &topics).topics));
    }
    let line = |id: &TopicId| {
        let name = &list.iter().find(|topic| topic.id == *id)?.path;
        let (word, name) = (id.to_string(), name.clone());
        let because = because(found.iter().filter(|hit| hit.id == word));
        Some(TopicLine { id: word, name, because })
    };
    Ok(case.topics.iter().filter_map(line).collect())
}

fn because<'h>(hits: impl Iterator<Item = &'h TopicHit>) -> String {
    const WORDS_MOST: usize = 3;
    let mut words: Vec<String> = Vec::new();
    let mut sure = 0.0_f32;
    for hit in hits {
        sure = sure.max(hit.confidence);
        for word in &hit.words {
            let word = format!("“{word}”");
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.truncate(WORDS_MOST);
    if words.is_empty() {
        return "found or said later".to_owned();
    }
    format!("by {}, {:.0} % sure", words.join(", "), sure * 100.0)
}
