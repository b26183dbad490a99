//! The organisation's own topics, found by the words it gave them.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use crate::fold::{Folded, fold};
use crate::{Reading, language};

/// How sure a topic is when one of its words stands in a text and nothing was learnt of that word:
/// whoever gave it is taken at their word four times of five.
pub const TRUST: f32 = 0.8;

/// Below this a topic is a guess: it stands in the reading and is put on no case.
pub const TOPIC_MIN: f32 = 0.5;

/// Topics of one text; who names more is about none of them.
const MOST: usize = 10;

/// A topic of the organisation's tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// What the organisation knows it by; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its place in the tree: `billing/late fee`.
    pub path: String,
    /// Words and phrases that speak of it; `*` at the end stands for any ending, and `de: ` before
    /// one says that it counts in texts of that language alone.
    pub words: Vec<String>,
    /// How often some of these words were right, 0 to 1; the others are taken at [`TRUST`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub trust: BTreeMap<String, f32>,
}

/// A topic found in a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicHit {
    /// What the organisation knows it by; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its place in the tree: `billing/late fee`.
    pub topic: String,
    /// How sure it is, 0 to 1: that not every one of its words found here misleads.
    pub confidence: f32,
    /// The organisation's words that were found, as it gave them.
    #[serde(default)]
    pub words: Vec<String>,
    /// Where: byte ranges of the text as given.
    pub spans: Vec<Range<usize>>,
}

/// The language of a phrase and the phrase itself: `de: Mahngebühr*` counts in German alone, and
/// without a language that the reader can tell a phrase counts in every one.
pub fn language_of_phrase(phrase: &str) -> (Option<&str>, &str) {
    match phrase.split_once(':') {
        Some((code, rest)) if code.len() == 2 && language::is_told(code) => {
            (Some(code), rest.trim())
        }
        _ => (None, phrase.trim()),
    }
}

/// A compiled tree of topics; cheap to use for many texts, and free where there is none.
#[derive(Debug, Default)]
pub struct Topics {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
    /// Id and path of each topic.
    named: Vec<(String, String)>,
}

#[derive(Debug)]
struct Pattern {
    topic: usize,
    any_ending: bool,
    trust: f32,
    language: Option<String>,
    words: String,
}

struct Found<'t> {
    pattern: &'t Pattern,
    span: Range<usize>,
}

impl Topics {
    /// Compiles a tree. Words that hold no letter or digit are passed over.
    pub fn new(tree: &[Topic]) -> Topics {
        let mut topics = Topics::default();
        let mut phrases = Vec::new();
        for (i, topic) in tree.iter().enumerate() {
            topics.named.push((topic.id.clone(), topic.path.clone()));
            for words in &topic.words {
                let (language, phrase) = language_of_phrase(words);
                let any_ending = phrase.ends_with('*');
                let folded = fold(phrase.trim_end_matches('*'));
                if !folded.tokens.is_empty() {
                    let end = folded.text.len() - usize::from(any_ending);
                    phrases.push(folded.text[..end].to_owned());
                    topics.patterns.push(Pattern {
                        topic: i,
                        any_ending,
                        trust: topic.trust.get(words).map_or(TRUST, |trust| trust.clamp(0.0, 1.0)),
                        language: language.map(str::to_owned),
                        words: words.clone(),
                    });
                }
            }
        }
        topics.automaton = AhoCorasick::new(&phrases).ok().filter(|_| !phrases.is_empty());
        topics
    }

    /// Whether no text can speak of anything.
    pub fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Topics found, the surest first. `is_in` says whether the text may be of a language.
    pub(crate) fn find(&self, folded: &Folded, is_in: impl Fn(&str) -> bool) -> Vec<TopicHit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut all: Vec<Found<'_>> = Vec::new();
        for found in automaton.find_overlapping_iter(&folded.text) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            if pattern.language.as_deref().is_some_and(|code| !is_in(code)) {
                continue;
            }
            let first = folded.token_from(found.start() + 1);
            let last = folded.token_from(found.end() - usize::from(!pattern.any_ending));
            let last = last.max(first + 1);
            let start = folded.tokens[first].start as usize;
            all.push(Found { pattern, span: start..folded.tokens[last - 1].end as usize });
        }
        all.sort_by_key(|found| (found.pattern.topic, found.span.start, found.span.end));
        let same = |a: &Found<'_>, b: &Found<'_>| a.pattern.topic == b.pattern.topic;
        let mut hits: Vec<TopicHit> = all.chunk_by(same).map(|of_one| self.hit(of_one)).collect();
        hits.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.topic.cmp(&b.topic)));
        hits
    }

    /// What was found of one topic. A word counts once however often it is said, because it
    /// misleads every time or never.
    fn hit(&self, found: &[Found<'_>]) -> TopicHit {
        let (id, path) = &self.named[found[0].pattern.topic];
        let mut words: Vec<String> = Vec::new();
        let mut misleads = 1.0;
        let mut spans: Vec<Range<usize>> = Vec::new();
        for Found { pattern, span } in found {
            if !words.contains(&pattern.words) {
                words.push(pattern.words.clone());
                misleads *= 1.0 - pattern.trust;
            }
            match spans.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => spans.push(span.clone()),
            }
        }
        let (id, topic) = (id.clone(), path.clone());
        TopicHit { id, topic, confidence: 1.0 - misleads, words, spans }
    }
}

impl Reading {
    /// What the text is about, the surest first and ten at the most; a guess is left out.
    pub fn about(&self) -> impl Iterator<Item = &TopicHit> {
        self.topics.iter().filter(|hit| hit.confidence >= TOPIC_MIN).take(MOST)
    }
}
