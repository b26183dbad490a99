//! The publicity check: if this were public tomorrow, would it embarrass us, would we be proud of
//! it, could a customer hold it against us?

use crate::Prepared;
use crate::checks::shared;
use crate::concept::Concept;
use crate::draft::{Context, Draft, Kind};
use crate::finding::{Finding, Severity};
use crate::pack::{PublicityTexts, Speech};
use crate::text::Text;
use serde::Serialize;

/// With more than this many possible readers the check opens by itself.
pub const REACH_THAT_OPENS: u64 = 50_000;

/// Reasons given for one answer at the most.
const MOST_REASONS: usize = 4;

/// The three questions with suggested answers. The person changes them as they see fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publicity {
    /// Why the check should open without being asked for; empty if it should not.
    pub opens_because: Vec<String>,
    /// Would it embarrass us?
    pub embarrasses: Answer,
    /// Would we be proud of it?
    pub proud: Answer,
    /// Could a customer hold it against us?
    pub held_against_us: Answer,
}

/// A suggested answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Yes or no.
    pub yes: bool,
    /// Why.
    pub reasons: Vec<String>,
}

impl Publicity {
    /// Whether the check should open without being asked for.
    pub fn opens_by_itself(&self) -> bool {
        !self.opens_because.is_empty()
    }
}

pub(crate) fn check(
    prepared: &Prepared,
    draft: &Draft,
    context: &Context,
    findings: &[Finding],
) -> Publicity {
    let sight = Sight { prepared, draft, context, findings };
    let texts = &prepared.speech.pack.publicity;
    let embarrassing = sight.embarrassing(texts);
    let against_us = sight.against_us(texts);
    let proud = embarrassing.is_empty() && against_us.is_empty() && findings.is_empty();
    let why = if proud { &texts.good } else { &texts.calm };
    let not_proud = embarrassing.first().or(against_us.first()).cloned();
    let not_proud = not_proud.or_else(|| findings.first().map(|finding| finding.says.clone()));
    Publicity {
        opens_because: sight.opens_because(texts),
        embarrasses: answer(embarrassing, &texts.calm),
        proud: Answer { yes: proud, reasons: vec![not_proud.unwrap_or_else(|| why.clone())] },
        held_against_us: answer(against_us, &texts.calm),
    }
}

fn answer(mut reasons: Vec<String>, otherwise: &str) -> Answer {
    let yes = !reasons.is_empty();
    reasons.truncate(MOST_REASONS);
    if !yes {
        reasons.push(otherwise.to_owned());
    }
    Answer { yes, reasons }
}

struct Sight<'a> {
    prepared: &'a Prepared<'a>,
    draft: &'a Draft,
    context: &'a Context,
    findings: &'a [Finding],
}

impl Sight<'_> {
    fn says(&self, concept: Concept) -> bool {
        self.prepared.spoken && self.speech().says(concept, &self.prepared.text.plain)
    }

    fn speech(&self) -> &Speech {
        self.prepared.speech
    }

    fn broken(&self) -> usize {
        self.context.broken_promises().count()
    }

    fn opens_because(&self, texts: &PublicityTexts) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.context.reach > REACH_THAT_OPENS {
            reasons.push(texts.reach.replace("{reach}", &self.context.reach.to_string()));
        }
        if self.broken() > 0 && self.says(Concept::Refusal) {
            reasons.push(texts.refused.clone());
        }
        let strong = |finding: &&Finding| finding.severity >= Severity::Strong;
        if self.draft.public
            && let Some(finding) = self.findings.iter().find(strong)
        {
            reasons.push(texts.strong.replace("{says}", &finding.says));
        }
        if self.draft.kind != Kind::Statement && self.says(Concept::LegalOrSafety) {
            reasons.push(texts.legal.clone());
        }
        reasons
    }

    fn embarrassing(&self, texts: &PublicityTexts) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.broken() > 0 {
            reasons.push(texts.broken.replace("{n}", &self.broken().to_string()));
        }
        if self.findings.iter().any(|finding| finding.rule == "C07") {
            reasons.push(texts.no_date.clone());
        }
        if self.findings.iter().any(|finding| finding.rule == "C02") {
            reasons.push(texts.no_apology.clone());
        }
        let hurts = |finding: &&Finding| finding.severity >= Severity::Strong;
        reasons.extend(self.findings.iter().filter(hurts).map(|finding| finding.says.clone()));
        reasons.dedup();
        reasons
    }

    fn against_us(&self, texts: &PublicityTexts) -> Vec<String> {
        let mut reasons = Vec::new();
        for rule in ["C08", "C13", "C14"] {
            let found = self.findings.iter().find(|finding| finding.rule == rule);
            reasons.extend(found.map(|finding| finding.says.clone()));
        }
        if self.says(Concept::LegalOrSafety) {
            reasons.push(texts.legal.clone());
        }
        let vague = self.findings.iter().any(|finding| finding.rule == "C07");
        if vague || self.says(Concept::Refusal) {
            reasons.extend(self.clauses(texts));
        }
        reasons
    }

    /// Clauses of our own policies about what the draft speaks of.
    fn clauses(&self, texts: &PublicityTexts) -> Vec<String> {
        let speech = self.speech();
        let matters = |word: &&str| word.chars().count() >= 4 && !speech.is_function_word(word);
        let problem = self.context.problem_line.as_deref().unwrap_or_default();
        let told = Text::read(problem, false);
        let said = self.prepared.text.words().map(|(word, _)| word);
        let words: Vec<&str> =
            said.chain(told.words().map(|(word, _)| word)).filter(matters).take(400).collect();
        let bears = |clause: &&crate::Clause| {
            let clause = Text::read(&clause.words, false);
            let wanted: Vec<&str> =
                clause.words().map(|(word, _)| word).filter(matters).take(60).collect();
            shared(&wanted, &words) >= 2
        };
        let clauses = self.context.policies.iter().filter(bears);
        let say = |clause: &crate::Clause| {
            texts.policy.replace("{number}", &clause.number).replace("{words}", &clause.words)
        };
        clauses.map(say).collect()
    }
}
