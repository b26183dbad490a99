//! Rule packs: what the coach knows of a language, as data. The format is in `packs/README.md`.

use crate::concept::Concept;
use crate::finding::Severity;
use crate::{Context, Draft};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use thiserror::Error;

/// Why a pack cannot be taken.
#[derive(Debug, Error)]
pub enum PackRefused {
    /// Not the format.
    #[error("the pack cannot be read: {0}")]
    Unreadable(#[from] Box<toml::de::Error>),
    /// A pattern that is none.
    #[error("rule {rule}: the pattern “{pattern}” cannot be read: {why}")]
    Pattern {
        /// The rule, or the list, that holds it.
        rule: String,
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// An example that does not come out as the pack says.
    #[error("rule {rule}: expected {} in “{text}”", if *.speaks { "a finding" } else { "none" })]
    Example {
        /// The rule.
        rule: String,
        /// Whether it should have spoken.
        speaks: bool,
        /// The example.
        text: String,
    },
}

/// What one language's pack says, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pack {
    pub language: String,
    /// Words that carry no matter of their own; they also tell the language of a draft.
    #[serde(deserialize_with = "split_at_spaces")]
    pub function_words: Vec<String>,
    pub dates: Dates,
    pub ease: Ease,
    pub publicity: PublicityTexts,
    pub lists: BTreeMap<Concept, Vec<String>>,
    pub rule: Vec<RuleText>,
    /// Rules that the organisation does not want.
    pub off: Vec<String>,
}

fn split_at_spaces<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words = String::deserialize(deserializer)?;
    Ok(words.split_whitespace().map(str::to_owned).collect())
}

/// How days are called and moments written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Dates {
    /// Monday first.
    pub weekdays: Vec<String>,
    pub months: Vec<String>,
    pub today: Vec<String>,
    pub tomorrow: Vec<String>,
    /// With `{weekday}`, `{day}`, `{month}` and `{time}`.
    pub moment: String,
}

/// How reading ease is measured in a language, and the grade that is still easy.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ease {
    pub formula: Formula,
    pub most: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Formula {
    /// School grade after Kincaid et al. (1975), for English.
    FleschKincaid,
    /// Fourth Vienna formula (Bamberger and Vanecek 1984), for German.
    Vienna,
    /// Words per sentence plus per cent of long words (Björnsson 1968), for other languages.
    #[default]
    Lix,
}

/// What the publicity check says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PublicityTexts {
    pub reach: String,
    pub broken: String,
    pub refused: String,
    pub strong: String,
    pub legal: String,
    pub policy: String,
    pub no_date: String,
    pub no_apology: String,
    pub calm: String,
    pub good: String,
}

/// One rule, or one part of it, in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub id: String,
    /// Which of several faults of one rule this text speaks of.
    #[serde(default)]
    pub part: String,
    #[serde(default = "advice")]
    pub severity: Severity,
    pub says: String,
    pub reason: String,
    #[serde(default)]
    pub source: String,
    /// Better wordings; the first whose slots can be filled is offered.
    #[serde(default)]
    pub better: Vec<String>,
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Patterns that make the same words harmless when they match at the same place.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Words with their better words.
    #[serde(default)]
    pub replace: BTreeMap<String, String>,
    /// Whether the whole sentence is marked, not only the words.
    #[serde(default)]
    pub whole: bool,
    /// Examples in which the rule must speak.
    #[serde(default)]
    pub positive: Vec<Example>,
    /// Examples in which it must stay silent.
    #[serde(default)]
    pub negative: Vec<Example>,
}

fn advice() -> Severity {
    Severity::Advice
}

/// An example: a text, alone or with what is known around it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Example {
    Text(String),
    Full(Box<FullExample>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FullExample {
    pub draft: Draft,
    #[serde(default)]
    pub context: Context,
}

impl Example {
    /// The draft in the pack's language, and its context.
    pub fn draft(&self, language: &str) -> (Draft, Context) {
        let (mut draft, context) = match self {
            Example::Text(text) => {
                (Draft { text: text.clone(), ..Draft::default() }, Context::default())
            }
            Example::Full(full) => (full.draft.clone(), full.context.clone()),
        };
        draft.language.get_or_insert_with(|| language.to_owned());
        (draft, context)
    }
}

impl Pack {
    pub fn parse(toml: &str) -> Result<Pack, PackRefused> {
        Ok(toml::from_str(toml).map_err(Box::new)?)
    }
}

/// A pack ready to be used.
#[derive(Debug)]
pub(crate) struct Speech {
    pub pack: Pack,
    pub rules: Vec<PatternRule>,
    concepts: BTreeMap<Concept, Regex>,
    function_words: HashSet<String>,
}

/// A rule that patterns can say.
#[derive(Debug)]
pub(crate) struct PatternRule {
    /// The rule's text, by its place in the pack.
    pub text: usize,
    pub found_by: Regex,
    pub unless: Option<Regex>,
    /// What the words are replaced with, if they have better words of their own.
    pub better: Option<String>,
}

impl Speech {
    pub fn compile(pack: Pack) -> Result<Speech, PackRefused> {
        let mut rules = Vec::new();
        for (text, rule) in pack.rule.iter().enumerate() {
            if pack.off.contains(&rule.id) {
                continue;
            }
            let unless = any_of(&rule.id, &rule.unless)?;
            if let Some(found_by) = any_of(&rule.id, &rule.patterns)? {
                rules.push(PatternRule { text, found_by, unless: unless.clone(), better: None });
            }
            for (words, better) in &rule.replace {
                if let Some(found_by) = any_of(&rule.id, std::slice::from_ref(words))? {
                    let better = Some(better.clone());
                    rules.push(PatternRule { text, found_by, unless: unless.clone(), better });
                }
            }
        }
        let mut concepts = BTreeMap::new();
        for (concept, patterns) in &pack.lists {
            if let Some(regex) = any_of(&format!("{concept:?}"), patterns)? {
                concepts.insert(*concept, regex);
            }
        }
        let function_words = pack.function_words.iter().cloned().collect();
        Ok(Speech { pack, rules, concepts, function_words })
    }

    /// Whether a stretch of plain text says this.
    pub fn says(&self, concept: Concept, plain: &str) -> bool {
        self.find(concept, plain).is_some()
    }

    /// Where a stretch of plain text first says this.
    pub fn find(&self, concept: Concept, plain: &str) -> Option<Range<usize>> {
        self.concepts.get(&concept)?.find(plain).map(|found| found.range())
    }

    /// Everywhere a stretch of plain text says this.
    pub fn find_all(&self, concept: Concept, plain: &str) -> Vec<Range<usize>> {
        self.concepts.get(&concept).map_or_else(Vec::new, |regex| all_matches(regex, plain))
    }

    pub fn is_function_word(&self, word: &str) -> bool {
        self.function_words.contains(word)
    }

    /// The text of a rule's part, unless the organisation turned the rule off.
    pub fn text(&self, id: &str, part: &str) -> Option<&RuleText> {
        if self.pack.off.iter().any(|off| off == id) {
            return None;
        }
        self.pack.rule.iter().find(|rule| rule.id == id && rule.part == part)
    }
}

/// All matches; neighbours may share the space between them.
pub(crate) fn all_matches(regex: &Regex, plain: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < MOST_MATCHES
        && let Some(one) = regex.find_at(plain, at)
    {
        found.push(one.range());
        at = one.end() - 1;
    }
    found
}

/// Enough for any letter; keeps a flood from costing more than it tells.
const MOST_MATCHES: usize = 200;

/// One regular expression for a list of patterns.
fn any_of(rule: &str, patterns: &[String]) -> Result<Option<Regex>, PackRefused> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let all: Vec<String> = patterns.iter().map(|pattern| translate(pattern)).collect();
    build(&all.join("|")).map(Some).map_err(|why| {
        // All together are refused: name the one that is to blame.
        let to_blame = patterns.iter().find(|pattern| build(&translate(pattern)).is_err());
        PackRefused::Pattern {
            rule: rule.to_owned(),
            pattern: to_blame.cloned().unwrap_or_else(|| patterns.join(" | ")),
            why: why.to_string(),
        }
    })
}

fn build(alternatives: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!(" (?:{alternatives}) ")).unicode(true).build()
}

/// From the pack's notation to a regular expression over plain text: `*` is the rest of a word,
/// `_` one word, `..` up to five words of the sentence.
fn translate(pattern: &str) -> String {
    const WORD: &str = "[^ ]*[^ .?!]";
    let mut regex = String::with_capacity(pattern.len() * 2);
    let mut after_gap = true;
    for word in pattern.split_whitespace() {
        if word == ".." {
            regex.push_str(&format!("(?: {WORD}){{0,5}}"));
            after_gap = true;
            continue;
        }
        // "(private .. )" closes after the gap; ")?" and ")*" keep the space they stand for.
        let closes = word == ")" || word.starts_with(")|") || word.starts_with('|');
        if !(regex.is_empty() || after_gap && closes) {
            regex.push(' ');
        }
        after_gap = false;
        for c in word.chars() {
            match c {
                '*' if regex.ends_with([')', ']']) || regex.ends_with(r"\w") => regex.push('*'),
                '*' => regex.push_str("[^ ]*"),
                '_' => regex.push_str(WORD),
                '.' => regex.push_str(r"\."),
                c => regex.push(c),
            }
        }
    }
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, plain: &str) -> bool {
        any_of("X", &[pattern.to_owned()]).unwrap().unwrap().is_match(plain)
    }

    #[test]
    fn a_pattern_matches_whole_words_only() {
        assert!(finds("kindly", " kindly send it . "));
        assert!(!finds("kind", " kindly send it . "));
        assert!(finds("apolog*", " our apologies . "));
    }

    #[test]
    fn gaps_stay_within_the_sentence() {
        assert!(finds("sorry .. inconvenience", " sorry for all the inconvenience . "));
        assert!(finds("sorry .. inconvenience", " sorry inconvenience . "));
        assert!(!finds("sorry .. inconvenience", " i am sorry . an inconvenience . "));
        assert!(finds("any _ caused", " any trouble caused . "));
        assert!(finds("if you .. ", " and if you . "));
        assert!(finds("(no|if you .. ) please", " if you want please . "));
        assert!(finds("you (have |had )*failed", " you have had failed . "));
    }

    #[test]
    fn neighbours_share_their_space() {
        let regex = any_of("X", &["no".to_owned()]).unwrap().unwrap();
        assert_eq!(all_matches(&regex, " no no no . ").len(), 3);
    }

    #[test]
    fn a_pattern_that_is_none_is_refused_by_name() {
        let pack = "language = \"en\"\n[[rule]]\nid = \"O1\"\nsays = \"a\"\nreason = \"b\"\npatterns = [\"(open\"]";
        let refused = Speech::compile(Pack::parse(pack).unwrap()).unwrap_err();
        assert!(refused.to_string().contains("rule O1"), "{refused}");
    }
}
