//! A text as a model sees it: its scores, and the words that made them.

use std::borrow::Cow;

use super::dense::dense_name;
use super::extract::{self, Features, Places};
use super::model::{Known, Model, lay_on};
use crate::Reason;
use crate::fold::Folded;
use crate::lexicon::Hit;
use crate::reader::Reader;

/// A text with its features and scores, so that all heads of a model look at it once.
#[derive(Debug)]
pub(crate) struct Seen<'t> {
    model: &'t Model,
    text: &'t str,
    folded: &'t Folded,
    features: Features,
    places: Places,
    /// For each n-gram of words what the model knows of it.
    words: Vec<Known>,
    letters: Vec<Known>,
    /// The lengths of the blocks.
    lengths: [f32; 2],
    pub(super) scores: Vec<f32>,
}

/// A row that no model has.
const UNKNOWN: u32 = u32::MAX;

/// Weights below this are no reason.
const WEIGHT_MIN: f32 = 0.05;

impl<'t> Seen<'t> {
    pub(crate) fn of(
        model: &'t Model,
        reader: &Reader,
        text: &'t str,
        folded: &'t Folded,
        hits: &'t [Hit],
    ) -> Seen<'t> {
        let (mut features, places) = extract::placed(text, folded, hits);
        if model.lays_on {
            lay_on(reader, text, folded, hits, &mut features);
        }
        let look = |counts: &[(u32, u16)]| -> Vec<Known> {
            counts.iter().map(|&gram| model.known(gram).unwrap_or((UNKNOWN, 0.0))).collect()
        };
        let sum =
            |grams: &[Known]| model.table.sum(grams.iter().copied().filter(|g| g.0 != UNKNOWN));
        let (words, letters) = (look(&features.words), look(&features.letters));
        let (of_words, of_letters) = (sum(&words), sum(&letters));
        let scores = model.join(&of_words, &of_letters, &features.dense);
        let lengths = [of_words.1, of_letters.1];
        Seen { model, text, folded, features, places, words, letters, lengths, scores }
    }

    /// The probability of each label of a head.
    pub(crate) fn probabilities(&self, head: usize) -> Vec<f32> {
        let head = &self.model.heads[head];
        head.calibration.probabilities(head.of(&self.scores))
    }

    /// The label of a head that is worth most among those from `first` on.
    pub(crate) fn best_from(&self, head: usize, first: usize, probabilities: &[f32]) -> usize {
        self.model.heads[head].calibration.best_from(first, probabilities)
    }

    /// The words that spoke most for a label of a head: weights of n-grams are laid on the words
    /// they stand in, so that a person sees words and not pieces.
    pub(crate) fn because(&self, head: usize, label: usize) -> Vec<Reason> {
        let head = &self.model.heads[head];
        // What each n-gram says each time it stands.
        let weigh = |grams: &[Known], counts: &[(u32, u16)], scale: f32| -> Vec<f32> {
            let weight = |(&(row, value), &(_, n)): (&Known, &(u32, u16))| match row {
                UNKNOWN => 0.0,
                row => {
                    let weight = |output| self.model.table.weight(row, output);
                    value / f32::from(n) * scale * head.speaks_for(weight, label)
                }
            };
            grams.iter().zip(counts).map(weight).collect()
        };
        let Features { words, letters, .. } = &self.features;
        let words = weigh(&self.words, words, head.blocks.words / self.lengths[0]);
        let letters = weigh(&self.letters, letters, head.blocks.letters / self.lengths[1]);
        let mut sums = vec![0.0f32; self.folded.tokens.len()];
        let mut lay = |tokens: std::ops::Range<u32>, weight: f32| {
            let share = weight / tokens.len().max(1) as f32;
            let (first, last) = (tokens.start as usize, tokens.end as usize);
            sums[first..last].iter_mut().for_each(|sum| *sum += share);
        };
        for (gram, tokens) in &self.places.words {
            lay(tokens.clone(), words[*gram as usize]);
        }
        let mut from = 0;
        for (end, tokens) in &self.places.runs {
            let grams = &self.places.letters[from..*end as usize];
            from = *end as usize;
            lay(tokens.clone(), grams.iter().map(|&gram| letters[gram as usize]).sum());
        }
        let mut reasons = self.reasons(&sums);
        for (i, &value) in self.features.dense.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            let row = self.model.dense_row(i);
            let weight = value * head.speaks_for(|output| row[output], label);
            if weight.abs() > WEIGHT_MIN {
                reasons.push(Reason { feature: dense_name(i).into(), span: 0..0, weight });
            }
        }
        reasons
    }

    fn reasons(&self, sums: &[f32]) -> Vec<Reason> {
        let tokens = self.folded.tokens.iter().zip(sums);
        let telling = tokens.filter(|(_, sum)| sum.abs() > WEIGHT_MIN);
        telling
            .map(|(token, &weight)| Reason {
                feature: Cow::Owned(self.text[token.span()].to_lowercase()),
                span: token.span(),
                weight,
            })
            .collect()
    }
}
