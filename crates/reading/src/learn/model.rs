//! A trained model and what it says of a text.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::extract::{self, Block, DENSE, Features, dense_name};
use crate::fold::Folded;
use crate::lexicon::Hit;
use crate::reader::Reader;
use crate::{Judged, Reason};

/// A model that gives a text one of its labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) labels: Vec<String>,
    pub(super) bits: u32,
    /// For each bucket its row plus one, or 0.
    pub(super) index: Vec<u32>,
    /// For each row how rare its n-gram is.
    pub(super) idf: Vec<f32>,
    /// Rows of weights, one for each output; after them one row for each dense feature and the
    /// bias.
    pub(super) weights: Vec<f32>,
    pub(super) outputs: usize,
    pub(super) blocks: Blocks,
    pub(super) calibration: Calibration,
    pub(super) trained_on: u32,
}

/// How much each group of features weighs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Blocks {
    pub words: f32,
    pub letters: f32,
}

/// A label with how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The label.
    pub label: String,
    /// Probability that it is right, 0 to 1.
    pub confidence: f32,
    /// The probability of each label, in the order of [`Model::labels`].
    pub probabilities: Vec<f32>,
}

/// A text with its features, so that several models look at it once.
#[derive(Debug)]
pub(crate) struct Seen<'t> {
    text: &'t str,
    folded: &'t Folded,
    hits: &'t [Hit],
    features: Features,
    /// For each byte of the text how many tokens end at or before it.
    token_at: Vec<u32>,
}

impl<'t> Seen<'t> {
    pub(crate) fn of(text: &'t str, folded: &'t Folded, hits: &'t [Hit], bits: u32) -> Seen<'t> {
        let mut token_at = Vec::with_capacity(text.len() + 1);
        for (i, token) in folded.tokens.iter().enumerate() {
            token_at.resize((token.end as usize).max(token_at.len()), i as u32);
        }
        token_at.resize(text.len() + 1, folded.tokens.len() as u32);
        let features = extract::of_parts(text, folded, hits, bits);
        Seen { text, folded, hits, features, token_at }
    }
}

impl Model {
    /// The labels it knows, in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many texts it was trained on.
    pub fn trained_on(&self) -> u32 {
        self.trained_on
    }

    /// The label of a text, in time linear in the text.
    pub fn predict(&self, reader: &Reader, text: &str) -> Prediction {
        let features = extract::extract(reader, text, self.bits);
        self.predict_features(&features)
    }

    pub(super) fn predict_features(&self, features: &Features) -> Prediction {
        let scores = self.scores(features);
        let (best, probabilities) = self.calibration.decide(&scores);
        Prediction {
            label: self.labels[best].clone(),
            confidence: probabilities[best],
            probabilities,
        }
    }

    /// The label of a text with the words that made it; abstains below `floor`.
    pub fn explain(&self, reader: &Reader, text: &str, floor: f32) -> Judged<String> {
        let (folded, hits) = reader.hits(text);
        let seen = Seen::of(text, &folded, &hits, self.bits);
        self.judge(&seen, floor, str::to_owned)
    }

    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// The probability of each label for a text seen with this model's [`Model::bits`].
    pub(crate) fn probabilities(&self, seen: &Seen<'_>) -> Vec<f32> {
        self.calibration.probabilities(&self.scores(&seen.features))
    }

    /// The likeliest label by this model and by another judge together, and its probability.
    pub(crate) fn both(&self, seen: &Seen<'_>, other: impl Fn(&str) -> f32) -> (usize, f32) {
        const SHARE: f32 = 0.7; // of each expert's say; 1 would count what they share twice
        let p = self.probabilities(seen);
        let product = |i: usize| (p[i].max(1e-4) * other(&self.labels[i]).max(1e-4)).powf(SHARE);
        let products: Vec<f32> = (0..p.len()).map(product).collect();
        let total: f32 = products.iter().sum();
        let best = (0..p.len()).max_by(|&a, &b| products[a].total_cmp(&products[b])).unwrap_or(0);
        (best, products[best] / total)
    }

    /// The label as a value of the caller's, with its reasons.
    pub(crate) fn judge<T>(
        &self,
        seen: &Seen<'_>,
        floor: f32,
        value: impl Fn(&str) -> T,
    ) -> Judged<T> {
        let (best, probabilities) = self.calibration.decide(&self.scores(&seen.features));
        let because = self.because(seen, best);
        Judged::new(value(&self.labels[best]), probabilities[best], floor, because)
    }

    pub(super) fn scores(&self, features: &Features) -> Vec<f32> {
        let mut scores = self.row(self.idf.len() + DENSE).to_vec();
        self.add_block(&features.words, self.blocks.words, &mut scores);
        self.add_block(&features.letters, self.blocks.letters, &mut scores);
        for (i, &value) in features.dense.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            let weights = self.row(self.idf.len() + i);
            scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * value);
        }
        scores
    }

    fn add_block(&self, counts: &[(u32, u16)], block: f32, scores: &mut [f32]) {
        let scale = block / self.norm(counts);
        for &(bucket, n) in counts {
            let Some(row) = self.index[bucket as usize].checked_sub(1) else { continue };
            let value = count_weight(n) * self.idf[row as usize] * scale;
            let weights = self.row(row as usize);
            scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * value);
        }
    }

    /// The length of a block's vector; at least 1 so that nothing is divided by 0.
    fn norm(&self, counts: &[(u32, u16)]) -> f32 {
        let squares = counts.iter().filter_map(|&(bucket, n)| {
            let row = self.index[bucket as usize].checked_sub(1)?;
            let value = count_weight(n) * self.idf[row as usize];
            Some(value * value)
        });
        squares.sum::<f32>().sqrt().max(1.0)
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.weights[row * self.outputs..(row + 1) * self.outputs]
    }

    /// How much the n-gram of a row speaks for a label.
    pub(super) fn weight_for(&self, row: usize, label: usize) -> f32 {
        self.idf[row] * self.speaks_for(self.row(row), label)
    }

    /// How much the weights of a row speak for a label.
    fn speaks_for(&self, weights: &[f32], label: usize) -> f32 {
        if self.outputs == 1 {
            return if label == 1 { weights[0] } else { -weights[0] };
        }
        let others: f32 = weights.iter().sum::<f32>() - weights[label];
        weights[label] - others / (weights.len() - 1) as f32
    }

    /// The words that spoke most for a label: weights of n-grams are laid on the words they
    /// stand in, so that a person sees words and not pieces.
    pub(crate) fn because(&self, seen: &Seen<'_>, label: usize) -> Vec<Reason> {
        let Seen { text, folded, hits, features, token_at } = seen;
        let words = self.blocks.words / self.norm(&features.words);
        let letters = self.blocks.letters / self.norm(&features.letters);
        let mut sums = vec![0.0f32; folded.tokens.len()];
        extract::each_gram(text, folded, hits, self.bits, |block, bucket, start, end| {
            let Some(row) = self.index[bucket as usize].checked_sub(1) else { return };
            let scale = if block == Block::Words { words } else { letters };
            let weight = self.speaks_for(self.row(row as usize), label);
            let value = self.idf[row as usize] * scale * weight;
            let first = token_at[start] as usize;
            let mut last = token_at[end.max(start + 1) - 1] as usize;
            last += usize::from(folded.tokens.get(last).is_some_and(|t| (t.start as usize) < end));
            let last = last.max(first);
            for sum in &mut sums[first..last] {
                *sum += value / (last - first) as f32;
            }
        });
        let mut reasons: Vec<Reason> = folded
            .tokens
            .iter()
            .zip(&sums)
            .filter(|(_, sum)| sum.abs() > 0.05)
            .map(|(token, &weight)| Reason {
                feature: Cow::Owned(text[token.span()].to_lowercase()),
                span: token.span(),
                weight,
            })
            .collect();
        for (i, &value) in features.dense.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            let weight = value * self.speaks_for(self.row(self.idf.len() + i), label);
            if weight.abs() > 0.05 {
                reasons.push(Reason { feature: dense_name(i).into(), span: 0..0, weight });
            }
        }
        reasons
    }
}

/// A word that stands twice counts less than twice.
pub(super) fn count_weight(n: u16) -> f32 {
    if n == 1 { 1.0 } else { 1.0 + f32::from(n).ln() }
}
