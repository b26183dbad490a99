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
        let features = extract::of_parts(text, &folded, &hits, self.bits);
        let prediction = self.predict_features(&features);
        let best = self.labels.iter().position(|l| *l == prediction.label).unwrap_or(0);
        let because = self.reasons(text, &folded, &hits, &features, best);
        Judged::new(prediction.label, prediction.confidence, floor, because)
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
    fn reasons(
        &self,
        text: &str,
        folded: &Folded,
        hits: &[Hit],
        features: &Features,
        label: usize,
    ) -> Vec<Reason> {
        let words = self.blocks.words / self.norm(&features.words);
        let letters = self.blocks.letters / self.norm(&features.letters);
        let mut sums = vec![0.0f32; folded.tokens.len()];
        extract::each_gram(text, folded, hits, self.bits, |block, bucket, start, end| {
            let Some(row) = self.index[bucket as usize].checked_sub(1) else { return };
            let scale = if block == Block::Words { words } else { letters };
            let weight = self.speaks_for(self.row(row as usize), label);
            let value = self.idf[row as usize] * scale * weight;
            let first = folded.tokens.partition_point(|t| (t.end as usize) <= start);
            let last = folded.tokens.partition_point(|t| (t.start as usize) < end).max(first);
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
                feature: Cow::Owned(text[token.span()].to_owned()),
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
