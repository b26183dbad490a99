//! The rules that need more than a pattern, one file per matter.

pub(crate) mod apology;
mod conflict;
mod ending;
mod heat;
mod length;
mod offer;
mod place;
mod problem;
mod promise;
mod repeated;

use crate::concept::Concept;
use crate::draft::{Context, Draft, Earlier, Kind};
use crate::finding::{Detail, Finding};
use crate::pack::{RuleText, Speech, all_matches};
use crate::slots::Slots;
use crate::text::{Sentence, Text};
use crate::{Prepared, secrets};
use std::ops::Range;

/// Findings of one rule that a person is shown; more of the same tells nothing new.
const MOST_OF_ONE_RULE: usize = 8;

/// What the checks look at, and what they have found so far.
pub(crate) struct Case<'a> {
    pub draft: &'a Draft,
    pub context: &'a Context,
    pub speech: &'a Speech,
    pub text: &'a Text,
    /// Our newest earlier messages, oldest first.
    pub ours: Vec<Said<'a>>,
    pub findings: Vec<Finding>,
}

/// An earlier message, read.
pub(crate) struct Said<'a> {
    pub message: &'a Earlier,
    pub text: Text,
}

/// Earlier messages of ours that are looked at.
const MOST_MESSAGES: usize = 20;
/// Bytes of one earlier message that are looked at.
pub(crate) const MOST_OF_A_MESSAGE: usize = 20_000;

fn ours(context: &Context, splits: bool) -> Vec<Said<'_>> {
    let all: Vec<&Earlier> = context.ours().collect();
    let newest = &all[all.len().saturating_sub(MOST_MESSAGES)..];
    let read = |message: &&'_ Earlier| -> Text {
        Text::read(beginning(&message.text, MOST_OF_A_MESSAGE), splits)
    };
    newest.iter().map(|message| Said { message, text: read(message) }).collect()
}

/// At most `bytes` of a text, cut on the border of a character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Makes all checks. Findings come in the order of the text.
pub(crate) fn review(prepared: &Prepared, draft: &Draft, context: &Context) -> Vec<Finding> {
    let (speech, text) = (prepared.speech, &prepared.text);
    let ours = ours(context, crate::splits_apostrophes(&speech.pack.language));
    let mut case = Case { draft, context, speech, text, ours, findings: Vec::new() };
    secrets::check(&mut case);
    repeated::check(&mut case);
    heat::check(&mut case);
    if prepared.spoken && text.count() > 0 {
        patterns(&mut case);
        apology::check(&mut case);
        problem::check(&mut case);
        ending::check(&mut case);
        promise::check(&mut case);
        conflict::check(&mut case);
        place::check(&mut case);
        offer::check(&mut case);
        length::check(&mut case);
    }
    let mut findings = case.findings;
    findings.sort_by(|a, b| (a.span.start, &a.rule).cmp(&(b.span.start, &b.rule)));
    findings
}

/// The rules that patterns can say.
fn patterns(case: &mut Case) {
    let speech = case.speech;
    for rule in &speech.rules {
        let text = &speech.pack.rule[rule.text];
        let found = all_matches(&rule.found_by, &case.text.plain);
        let spared = match &rule.unless {
            Some(unless) if !found.is_empty() => all_matches(unless, &case.text.plain),
            _ => Vec::new(),
        };
        for found in found {
            if spared.iter().any(|spared| overlap(spared, &found)) {
                continue;
            }
            let span = match case.sentence_at(found.start) {
                Some(sentence) if text.whole => sentence.raw.clone(),
                _ => case.text.raw_span(found.clone()),
            };
            let words = case.draft.text[span.clone()].to_owned();
            let extra = [("words", words.as_str())];
            let better = match &rule.better {
                Some(better) => Some(as_cased(better, &words)),
                None => case.slots(&extra).fill(&text.better),
            };
            case.push(text, span, text.reason.clone(), better, None);
        }
    }
}

/// The better word begins as the word it replaces.
fn as_cased(better: &str, words: &str) -> String {
    let capital = words.chars().next().is_some_and(char::is_uppercase);
    let mut letters = better.chars();
    match letters.next() {
        Some(first) if capital => first.to_uppercase().chain(letters).collect(),
        _ => better.to_owned(),
    }
}

pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

impl<'a> Case<'a> {
    /// Whether the draft says this anywhere.
    pub fn says(&self, concept: Concept) -> bool {
        self.speech.says(concept, &self.text.plain)
    }

    /// Whether one sentence of the draft says this.
    pub fn sentence_says(&self, sentence: &Sentence, concept: Concept) -> bool {
        self.speech.says(concept, self.text.of(sentence))
    }

    /// The place of the first sentence that says this.
    pub fn first_saying(&self, concept: Concept) -> Option<usize> {
        self.text.sentences.iter().position(|sentence| self.sentence_says(sentence, concept))
    }

    /// Whether one of our earlier messages says this.
    pub fn said_before(&self, concept: Concept) -> bool {
        self.ours.iter().any(|said| self.speech.says(concept, &said.text.plain))
    }

    /// Whether the apostrophe parts words in this language.
    pub fn splits(&self) -> bool {
        crate::splits_apostrophes(&self.speech.pack.language)
    }

    fn sentence_at(&self, plain: usize) -> Option<&'a Sentence> {
        let sentences = &self.text.sentences;
        let at = sentences.partition_point(|sentence| sentence.plain.end <= plain + 1);
        sentences.get(at)
    }

    /// The first sentence after the greeting: where an apology belongs.
    pub fn opening(&self) -> usize {
        let mut sentences = self.text.sentences.iter();
        let greets = |s: &Sentence| {
            !s.marked && s.words <= 6 || s.words <= 4 && self.sentence_says(s, Concept::Greeting)
        };
        match (sentences.next(), sentences.next()) {
            (Some(first), Some(second)) if greets(first) => second.raw.start,
            (Some(first), _) => first.raw.start,
            _ => 0,
        }
    }

    /// The end of what is said, before any signature.
    pub fn body_end(&self) -> usize {
        let last = self.text.body().last().or(self.text.sentences.last());
        last.map_or(self.draft.text.len(), |sentence| sentence.raw.end)
    }

    /// Words of a text that carry its matter: no function words, no name of the customer.
    pub fn content<'t>(&self, plain: &'t str) -> Vec<&'t str> {
        let name = self.context.customer_name.as_deref().unwrap_or_default().to_lowercase();
        let matters = |word: &&str| {
            (word.chars().count() >= 3 || word.bytes().any(|b| b.is_ascii_digit()))
                && !self.speech.is_function_word(word)
                && !name.split_whitespace().any(|part| part == *word)
        };
        plain.split(' ').filter(matters).take(MOST_CONTENT_WORDS).collect()
    }

    pub fn slots(&self, extra: &'a [(&'static str, &'a str)]) -> Slots<'a> {
        Slots::of(self.context, &self.speech.pack.dates, extra)
    }

    /// Notes a finding of a rule's part, with the better wording of the pack.
    pub fn note(&mut self, id: &str, part: &str, span: Range<usize>, detail: Option<Detail>) {
        self.note_with(id, part, span, detail, &[]);
    }

    /// Notes a finding with slots of its own for the better wording.
    pub fn note_with(
        &mut self,
        id: &str,
        part: &str,
        span: Range<usize>,
        detail: Option<Detail>,
        extra: &[(&'static str, &str)],
    ) {
        let speech = self.speech;
        let Some(text) = speech.text(id, part) else { return };
        let slots = Slots::of(self.context, &speech.pack.dates, extra);
        let better = slots.fill(&text.better);
        let reason = slots.fill(std::slice::from_ref(&text.reason));
        let reason = reason.unwrap_or_else(|| text.reason.clone());
        self.push(text, span, reason, better, detail);
    }

    fn push(
        &mut self,
        text: &RuleText,
        span: Range<usize>,
        reason: String,
        better: Option<String>,
        detail: Option<Detail>,
    ) {
        let same = |finding: &&Finding| finding.rule == text.id;
        let doubled = |finding: &Finding| {
            same(&finding) && (overlap(&finding.span, &span) || finding.span == span)
        };
        if self.findings.iter().filter(same).count() >= MOST_OF_ONE_RULE
            || self.findings.iter().any(doubled)
        {
            return;
        }
        self.findings.push(Finding {
            rule: text.id.clone(),
            severity: text.severity,
            span,
            says: text.says.clone(),
            reason,
            better,
            source: text.source.clone(),
            detail,
        });
    }

    /// A reply to somebody who complains.
    pub fn answers_complaint(&self) -> bool {
        self.context.is_complaint && self.draft.kind == Kind::Reply && !self.context.is_praise()
    }
}

/// Bounds what is compared word by word.
const MOST_CONTENT_WORDS: usize = 400;

/// Whether two words are forms of one: `delivered` and `delivery`, `heat` and `heating`.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    same >= 4 && same * 10 >= shorter * 8
}

/// How many of `wanted` are among `there`.
pub(crate) fn shared(wanted: &[&str], there: &[&str]) -> usize {
    wanted.iter().filter(|word| there.iter().any(|other| alike(word, other))).count()
}
