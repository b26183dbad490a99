//! Lists of words and phrases with their meaning, in a plain format that others can extend.
//!
//! ```text
//! # a comment
//! language en
//! [negative]
//! awful : 3
//! rubbish, waste of money : 2.5
//! ```
//!
//! A line is one or more phrases parted by commas and, after ` : `, their strength (1 if missing).
//! `*` at the end of a phrase stands for any ending. Case and accents do not matter.
//! `docs/lexicon.md` lists the sections.

use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::fold::{Folded, Sort, fold};

/// Entries in all lexicons together at the most.
const ENTRIES_MAX: usize = 200_000;

macro_rules! sections {
    ($($variant:ident $word:literal,)*) => {
        /// What the entries of a section mean; `docs/lexicon.md` says it for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Section { $(#[doc = $word] $variant,)* }

        impl Section {
            /// All sections.
            pub const ALL: &[Section] = &[$(Section::$variant,)*];

            /// The name of the section in a lexicon file.
            pub fn word(self) -> &'static str {
                match self { $(Section::$variant => $word,)* }
            }
        }
    };
}

sections! {
    Positive "positive", Negative "negative", Anger "anger", Negator "negator",
    Intensifier "intensifier", Diminisher "diminisher",
    Complaint "complaint", Question "question", Praise "praise", Idea "idea",
    Cancellation "cancellation", Request "request",
    Attack "attack", Insult "insult", Thanks "thanks", Effort "effort", Urgency "urgency",
    Hedge "hedge",
    Safety "safety", Legal "legal", Press "press", Regulator "regulator", Churn "churn",
    Vulnerability "vulnerability", Money "money", CutOff "cut_off",
    Refund "outcome refund", Replacement "outcome replacement", Repair "outcome repair",
    Apology "outcome apology", Explanation "outcome explanation", Contact "outcome contact",
    Correction "outcome correction", Delivery "outcome delivery",
    Stop "outcome stop",
    PromiseWriter "promise writer", PromiseOther "promise other",
    Vague "vague time", When "when", Unit "unit of time",
    Common "common",
}

impl Section {
    /// True for sections that weigh a feeling, where "not happy" must silence "happy".
    fn is_feeling(self) -> bool {
        matches!(
            self,
            Section::Positive
                | Section::Negative
                | Section::Anger
                | Section::Praise
                | Section::Complaint
        )
    }
}

/// Why a lexicon could not be read: the line, counted from 1, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexiconError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub why: String,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for LexiconError {}

/// One parsed lexicon file.
#[derive(Debug, Clone)]
pub struct Lexicon {
    language: String,
    entries: Vec<(String, Section, f32)>,
}

impl Lexicon {
    /// Parses a lexicon.
    ///
    /// # Errors
    /// On a line that is neither comment, language, section nor phrase; on a strength that is no
    /// number from -5 to 5; on a phrase before the first section.
    pub fn parse(text: &str) -> Result<Lexicon, LexiconError> {
        let mut language = None;
        let mut section = None;
        let mut entries = Vec::new();
        for (i, raw) in text.lines().enumerate() {
            let wrong = |why: &str| LexiconError { line: i + 1, why: why.to_owned() };
            let line = raw.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(code) = line.strip_prefix("language ") {
                language = Some(code.trim().to_owned());
            } else if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                let found = Section::ALL.iter().find(|s| s.word() == name);
                section = Some(*found.ok_or_else(|| wrong("there is no such section"))?);
            } else {
                let section = section.ok_or_else(|| wrong("a phrase stands before a section"))?;
                let (phrases, strength) = phrases(line).map_err(wrong)?;
                let phrases = phrases.split(',').map(str::trim).filter(|p| !p.is_empty());
                entries.extend(phrases.map(|p| (p.to_owned(), section, strength)));
            }
        }
        let language = language
            .ok_or_else(|| LexiconError { line: 1, why: "no `language` line".to_owned() })?;
        Ok(Lexicon { language, entries })
    }

    /// The language code; `any` for a lexicon that holds for every language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Phrases of one section with their strength, as written.
    pub fn phrases(&self, section: Section) -> impl Iterator<Item = (&str, f32)> {
        self.entries.iter().filter(move |e| e.1 == section).map(|e| (e.0.as_str(), e.2))
    }
}

fn phrases(line: &str) -> Result<(&str, f32), &'static str> {
    let (phrase, strength) = match line.rsplit_once(" : ") {
        Some((phrase, number)) => {
            (phrase, number.trim().parse().map_err(|_| "the strength is not a number")?)
        }
        None => (line, 1.0),
    };
    if !(-5.0..=5.0).contains(&strength) {
        return Err("the strength must be from -5 to 5");
    }
    Ok((phrase, strength))
}

/// All lexicons compiled into one automaton, so that one pass finds everything.
#[derive(Debug)]
pub(crate) struct Lexicons {
    automaton: AhoCorasick,
    entries: Vec<Entry>,
    languages: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    section: Section,
    strength: f32,
    language: u8,
    any_ending: bool,
}

/// A phrase of a lexicon found in a text.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub section: Section,
    /// Strength after negation and intensifiers.
    pub strength: f32,
    pub negated: bool,
    /// Index into [`Lexicons::languages`].
    pub language: u8,
    pub tokens: Range<usize>,
}

impl Lexicons {
    /// Compiles lexicons.
    ///
    /// # Errors
    /// If there are more entries than the room allows or the automaton grows too large.
    pub(crate) fn build(lexicons: &[Lexicon]) -> Result<Lexicons, LexiconError> {
        let mut patterns = Vec::new();
        let mut entries = Vec::new();
        let mut languages = Vec::new();
        for (language, lexicon) in lexicons.iter().enumerate() {
            languages.push(lexicon.language.clone());
            for (phrase, section, strength) in &lexicon.entries {
                let any_ending = phrase.ends_with('*');
                let folded = fold(phrase.trim_end_matches('*'));
                let end = folded.text.len() - usize::from(any_ending);
                if folded.tokens.is_empty() {
                    continue;
                }
                patterns.push(folded.text[..end].to_owned());
                entries.push(Entry {
                    section: *section,
                    strength: *strength,
                    language: language as u8,
                    any_ending,
                });
            }
        }
        if entries.len() > ENTRIES_MAX {
            return Err(LexiconError { line: 0, why: "too many entries".to_owned() });
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|error| LexiconError { line: 0, why: error.to_string() })?;
        Ok(Lexicons { automaton, entries, languages })
    }

    /// The language codes, `any` among them.
    pub(crate) fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Every phrase found, in all languages, in the order of their ends.
    pub(crate) fn find(&self, folded: &Folded) -> Vec<Hit> {
        let mut hits = Vec::new();
        for found in self.automaton.find_overlapping_iter(&folded.text) {
            let entry = self.entries[found.pattern().as_usize()];
            let first = folded.token_from(found.start() + 1);
            let end = found.end() - usize::from(!entry.any_ending);
            let last = folded.token_from(end).max(first + 1);
            hits.push(Hit {
                section: entry.section,
                strength: entry.strength,
                negated: false,
                language: entry.language,
                tokens: first..last,
            });
        }
        hits
    }
}

/// Keeps the hits of one language (and of every language), lets longer phrases silence shorter
/// ones of the same sort inside them, and applies negation and intensity.
pub(crate) fn settle(folded: &Folded, hits: &[Hit], keep: impl Fn(u8) -> bool) -> Vec<Hit> {
    let mut kept: Vec<Hit> = hits.iter().filter(|hit| keep(hit.language)).cloned().collect();
    kept.sort_by_key(|hit| (hit.tokens.start, usize::MAX - hit.tokens.end));
    let mut marks = vec![Mark::default(); folded.tokens.len()];
    for hit in &kept {
        let mark = &mut marks[hit.tokens.end - 1];
        match hit.section {
            Section::Negator => mark.negator = true,
            Section::Intensifier => mark.factor = 1.0 + 0.3 * hit.strength,
            Section::Diminisher => mark.factor = 1.0 / (1.0 + 0.4 * hit.strength),
            _ => {}
        }
    }
    let mut out: Vec<Hit> = Vec::with_capacity(kept.len());
    let mut reach = vec![0; Section::ALL.len() + 1]; // ends of the longest hit so far, by sort
    for mut hit in kept {
        let sort = if hit.section.is_feeling() { 0 } else { hit.section as usize + 1 };
        if hit.tokens.end <= reach[sort] && hit.tokens.len() < 8 && !same_place(&out, &hit) {
            continue;
        }
        reach[sort] = reach[sort].max(hit.tokens.end);
        let (negated, factor) = scope(folded, &marks, hit.tokens.start);
        hit.negated = negated;
        hit.strength *= factor;
        out.push(hit);
    }
    out
}

/// True if the same words already stand in another section: "awful" may be feeling and attack.
fn same_place(out: &[Hit], hit: &Hit) -> bool {
    let same = |o: &&Hit| o.tokens == hit.tokens;
    let twins: Vec<&Hit> = out.iter().rev().take(6).filter(same).collect();
    !twins.is_empty() && twins.iter().all(|twin| twin.section != hit.section)
}

#[derive(Clone, Copy)]
struct Mark {
    negator: bool,
    factor: f32,
}

impl Default for Mark {
    fn default() -> Mark {
        Mark { negator: false, factor: 1.0 }
    }
}

/// Whether a negator stands within three words before, and what the two words before add.
fn scope(folded: &Folded, marks: &[Mark], start: usize) -> (bool, f32) {
    const REACH: usize = 3;
    let mut negated = false;
    let mut factor = 1.0;
    for back in 1..=REACH.min(start) {
        let at = start - back;
        if folded.tokens[at].sort == Sort::End {
            break;
        }
        negated ^= marks[at].negator;
        if back <= 2 {
            factor *= marks[at].factor;
        }
    }
    (negated, factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "language en\n[positive]\nhappy : 2\n[negative]\nnot happy : 3\n\
                         frustrat* : 2\n\
                         [negator]\nnot\nnever\n[intensifier]\nvery\n";

    fn hits(text: &str) -> Vec<(Section, f32, bool)> {
        let lexicons = Lexicons::build(&[Lexicon::parse(SMALL).unwrap()]).unwrap();
        let folded = fold(text);
        settle(&folded, &lexicons.find(&folded), |_| true)
            .into_iter()
            .filter(|hit| hit.section.is_feeling())
            .map(|hit| (hit.section, hit.strength, hit.negated))
            .collect()
    }

    #[test]
    fn a_phrase_silences_the_words_inside_it() {
        assert_eq!(hits("I am not happy"), [(Section::Negative, 3.0, false)]);
    }

    #[test]
    fn a_negator_turns_what_follows_but_not_across_a_sentence() {
        assert_eq!(hits("never once happy"), [(Section::Positive, 2.0, true)]);
        assert_eq!(hits("Certainly not. Happy"), [(Section::Positive, 2.0, false)]);
    }

    #[test]
    fn endings_and_intensity_count() {
        assert_eq!(hits("very frustrating"), [(Section::Negative, 2.6, false)]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = Lexicon::parse("language en\n[positive]\nfine : much\n").unwrap_err();
        assert_eq!(error.line, 3);
        assert!(Lexicon::parse("language en\nfine\n").is_err());
        assert!(Lexicon::parse("[nothing]\n").is_err());
    }
}
