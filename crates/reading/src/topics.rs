//! The organisation's own topics, found by the words it gave them.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use crate::fold::{Folded, fold};

/// A topic of the organisation's tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its place in the tree: `billing/late fee`.
    pub path: String,
    /// Words and phrases that speak of it; `*` at the end stands for any ending.
    pub words: Vec<String>,
}

/// A topic found in a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicHit {
    /// Its place in the tree.
    pub topic: String,
    /// How much of the text's topic words speak of it, 0 to 1.
    pub confidence: f32,
    /// Where: byte ranges of the text as given.
    pub spans: Vec<Range<usize>>,
}

/// A compiled tree of topics; cheap to use for many texts.
#[derive(Debug, Default)]
pub struct Topics {
    automaton: Option<AhoCorasick>,
    /// For each pattern: its topic and whether any ending may follow.
    patterns: Vec<(usize, bool)>,
    paths: Vec<String>,
}

impl Topics {
    /// Compiles a tree. Words that hold no letter or digit are passed over.
    pub fn new(tree: &[Topic]) -> Topics {
        let mut topics = Topics::default();
        let mut phrases = Vec::new();
        for (i, topic) in tree.iter().enumerate() {
            topics.paths.push(topic.path.clone());
            for words in &topic.words {
                let any_ending = words.ends_with('*');
                let folded = fold(words.trim_end_matches('*'));
                if !folded.tokens.is_empty() {
                    let end = folded.text.len() - usize::from(any_ending);
                    phrases.push(folded.text[..end].to_owned());
                    topics.patterns.push((i, any_ending));
                }
            }
        }
        topics.automaton = AhoCorasick::new(&phrases).ok().filter(|_| !phrases.is_empty());
        topics
    }

    /// Topics found, the surest first.
    pub(crate) fn find(&self, folded: &Folded) -> Vec<TopicHit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut spans: Vec<Vec<Range<usize>>> = vec![Vec::new(); self.paths.len()];
        let mut total = 0.0;
        for found in automaton.find_overlapping_iter(&folded.text) {
            let (topic, any_ending) = self.patterns[found.pattern().as_usize()];
            let first = folded.token_from(found.start() + 1);
            let last = folded.token_from(found.end() - usize::from(!any_ending)).max(first + 1);
            let start = folded.tokens[first].start as usize;
            spans[topic].push(start..folded.tokens[last - 1].end as usize);
            total += 1.0;
        }
        let mut hits: Vec<TopicHit> = spans
            .into_iter()
            .zip(&self.paths)
            .filter(|(spans, _)| !spans.is_empty())
            .map(|(spans, path)| TopicHit {
                topic: path.clone(),
                confidence: spans.len() as f32 / (total + 0.5),
                spans,
            })
            .collect();
        hits.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.topic.cmp(&b.topic)));
        hits
    }
}
