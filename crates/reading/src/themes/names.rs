//! What a theme is called: words and pairs of words that stand out in its texts.

use std::collections::{BTreeMap, HashMap};

use super::words::Words;

/// Terms that are told of a theme.
const TERMS: usize = 12;
/// A term stands in at least this share of the theme's texts.
const HELD_MIN: f32 = 0.12;
/// Texts of one theme that tell which terms may name it.
const LOOKED_AT: usize = 2000;
/// How much the prior counts, in texts.
const PRIOR: f32 = 10.0;
/// Parts of a name, and words in all of them.
const PARTS: usize = 3;
const NAME_WORDS: usize = 4;
/// A pair of words says more than one of them: it names a theme even if it stands out only so much
/// as far as the farthest single word.
const PAIR_ENOUGH: f32 = 0.55;
/// A further part of a name stands out at least so much as far as the first.
const PART_ENOUGH: f32 = 0.4;
/// Words that begin with so many like letters are forms of one word, and so is a word of one
/// letter less with an ending of up to three.
const STEM: usize = 5;

/// A word, or two that stand side by side.
type Term = (u32, u32);
const ALONE: u32 = u32::MAX;

/// In how many texts each term stands that may name a theme.
pub(super) struct Said<'w> {
    words: &'w Words,
    small: Vec<bool>,
    seen: HashMap<Term, u32>,
}

impl<'w> Said<'w> {
    /// Counts what enough texts of one of the groups say. Of a large group some texts tell which
    /// terms those may be, so that memory does not grow with every pair of words ever written.
    pub(super) fn count(words: &'w Words, groups: &[Vec<usize>]) -> Said<'w> {
        let mut said = Said { words, small: words.small(), seen: HashMap::new() };
        for group in groups {
            let step = group.len().div_ceil(LOOKED_AT).max(1);
            let mut counts: HashMap<Term, u32> = HashMap::new();
            for &text in group.iter().step_by(step) {
                said.terms(text).into_iter().for_each(|term| *counts.entry(term).or_default() += 1);
            }
            let least = HELD_MIN * 0.8 * (group.len() / step) as f32;
            let held = counts.into_iter().filter(|(_, n)| *n as f32 >= least && *n > 1);
            said.seen.extend(held.map(|(term, _)| (term, 0)));
        }
        for text in 0..words.texts.len() {
            for term in said.terms(text) {
                if let Some(n) = said.seen.get_mut(&term) {
                    *n += 1;
                }
            }
        }
        said
    }

    /// The terms of a text, each once.
    fn terms(&self, text: usize) -> Vec<Term> {
        let of = &self.words.texts[text];
        let names = |word: u32| !self.small[word as usize];
        let alone = of.iter().filter(|&&word| names(word)).map(|&word| (word, ALONE));
        let pairs = of.windows(2).map(|pair| (pair[0], pair[1]));
        let pairs = pairs.filter(|&(a, b)| a != b && names(a) && names(b));
        let mut terms: Vec<Term> = alone.chain(pairs).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Terms that stand out in some texts against the others: log-odds with an informative prior,
    /// in standard deviations, each text counting once.
    pub(super) fn standing_out(&self, members: &[usize]) -> Vec<(String, f32)> {
        let mut counts: BTreeMap<Term, u32> = BTreeMap::new();
        for &text in members {
            let known = self.terms(text).into_iter().filter(|term| self.seen.contains_key(term));
            known.for_each(|term| *counts.entry(term).or_default() += 1);
        }
        let (here, all) = (members.len() as f32, self.words.texts.len() as f32);
        let least = (here * HELD_MIN).max(2.0);
        let held = counts.iter().filter(|(_, n)| **n as f32 >= least);
        let mut terms: Vec<(Term, f32)> = held
            .map(|(&term, &n)| {
                let (n, whole) = (n as f32, self.seen[&term] as f32);
                let prior = PRIOR * whole / all;
                let odds = |n: f32, of: f32| (n + prior) / (of + PRIOR - n - prior).max(0.5);
                let apart = (odds(n, here) / odds(whole - n, all - here)).ln();
                (term, apart / (1.0 / (n + prior) + 1.0 / (whole - n + prior)).sqrt())
            })
            .collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let word = |word: u32| self.words.shown[word as usize].as_str();
        let mut told: Vec<(String, f32)> = Vec::new();
        for ((first, second), apart) in terms {
            let term = match second {
                ALONE => word(first).to_owned(),
                _ => format!("{} {}", word(first), word(second)),
            };
            // Of the forms of one word the farthest is told, and of the same pair turned round.
            let known = |(other, _): &(String, f32)| {
                other.split(' ').count() == term.split(' ').count() && shares(other, &term, true)
            };
            if told.len() < TERMS && !told.iter().any(known) {
                told.push((term, apart));
            }
        }
        told
    }
}

/// Whether two terms have a word in common, in whatever form; with `all`, whether every word of
/// the one is in the other.
pub(super) fn shares(one: &str, other: &str, all: bool) -> bool {
    let mut known = one.split(' ').map(|word| other.split(' ').any(|other| is_form(word, other)));
    if all { known.all(|known| known) } else { known.any(|known| known) }
}

/// Whether two words look like forms of one, such as `call` and `calling`, `fee` and `fees`.
fn is_form(one: &str, other: &str) -> bool {
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let (one_is, other_is) = (one.chars().count(), other.chars().count());
    let begins = alike == one_is.min(other_is);
    let plural = one.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(one);
    let ending = one_is.abs_diff(other_is);
    alike >= STEM || plural || begins && (ending == 0 || alike + 1 == STEM && ending <= 3)
}

/// A name of two to four words: a pair of words if one stands out, and what else does.
pub(super) fn name(terms: &[(String, f32)]) -> Vec<String> {
    let Some(farthest) = terms.first() else { return Vec::new() };
    let is_pair = |term: &(String, f32)| term.0.contains(' ');
    let pair = terms.iter().find(|term| is_pair(term) && term.1 >= farthest.1 * PAIR_ENOUGH);
    let mut parts: Vec<&str> = vec![&pair.unwrap_or(farthest).0];
    let mut room = NAME_WORDS - parts[0].split(' ').count();
    for (term, apart) in terms {
        let words = term.split(' ').count();
        let new = parts.iter().all(|part| !shares(part, term, false));
        if new && words <= room && parts.len() < PARTS && *apart >= farthest.1 * PART_ENOUGH {
            parts.push(term);
            room -= words;
        }
    }
    parts.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_a_pair_and_repeats_no_word() {
        let terms =
            [("fees", 9.0), ("late fee", 8.0), ("charged", 6.0), ("charges", 5.0), ("odd", 1.0)];
        let terms: Vec<(String, f32)> = terms.map(|(t, z)| (t.to_owned(), z)).to_vec();
        assert_eq!(name(&terms), ["late fee", "charged"]);
        assert!(name(&[]).is_empty());
    }

    #[test]
    fn what_all_texts_say_does_not_stand_out() {
        let texts = ["the bank lost my card", "the bank lost my card again", "the bank is shut"];
        let words = Words::count(texts.into_iter());
        let told = Said::count(&words, &[vec![0, 1]]).standing_out(&[0, 1]);
        assert!(told.iter().any(|(term, _)| term == "lost"), "{told:?}");
        assert!(told.iter().all(|(term, apart)| term != "bank" || *apart < 1.0), "{told:?}");
    }
}
