//! A trained model and what it says of a text.

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::dense::{self, DENSE};
use super::extract::{self, Features};
use super::seen::Seen;
use super::table::Table;
use crate::fold::Folded;
use crate::lexicon::Hit;
use crate::reader::Reader;
use crate::{Judged, learnt, shipped, transcript};

/// A model that gives a text one of its labels.
///
/// A model may have several heads: sets of labels that are told apart by the same n-grams, each
/// with weights of its own. One trained at home has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) heads: Vec<Head>,
    pub(super) bits: u32,
    /// True if the answers of the shipped models are among its features.
    pub(super) lays_on: bool,
    /// The n-grams it knows.
    pub(super) table: Table,
    /// Rows of weights for what is no n-gram, one for each dense feature and the bias.
    pub(super) dense: Vec<f32>,
    pub(super) outputs: usize,
    pub(super) trained_on: u32,
}

/// One set of labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    pub labels: Vec<String>,
    /// Its first output, and how many it has: one for two labels, else one for each.
    pub first: usize,
    pub outputs: usize,
    pub blocks: Blocks,
    pub calibration: Calibration,
}

/// How much each group of n-grams weighs.
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

/// A gram of a text as a model knows it: its row and its value, before the text's length counts.
pub(super) type Known = (u32, f32);

impl Head {
    /// How much a row speaks for a label; `weight` gives its weight for an output.
    pub(super) fn speaks_for(&self, weight: impl Fn(usize) -> f32, label: usize) -> f32 {
        if self.outputs == 1 {
            return if label == 1 { weight(self.first) } else { -weight(self.first) };
        }
        let of = weight(self.first + label);
        let all: f32 = (self.first..self.first + self.outputs).map(weight).sum();
        of - (all - of) / (self.outputs - 1) as f32
    }

    pub(super) fn of<'s>(&self, scores: &'s [f32]) -> &'s [f32] {
        &scores[self.first..self.first + self.outputs]
    }
}

impl Model {
    /// The labels it knows, in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.heads[0].labels
    }

    /// The labels of one of its heads.
    pub(crate) fn labels_of(&self, head: usize) -> &[String] {
        &self.heads[head].labels
    }

    /// How many texts it was trained on.
    pub fn trained_on(&self) -> u32 {
        self.trained_on
    }

    /// The label of a text, in time linear in the text.
    pub fn predict(&self, reader: &Reader, text: &str) -> Prediction {
        let (folded, hits) = reader.hits(text);
        self.predict_features(&features_for(self.lays_on, reader, text, &folded, &hits))
    }

    pub(super) fn predict_features(&self, features: &Features) -> Prediction {
        let scores = self.scores(features);
        let head = &self.heads[0];
        let (best, probabilities) = head.calibration.decide(head.of(&scores));
        Prediction {
            label: head.labels[best].clone(),
            confidence: probabilities[best],
            probabilities,
        }
    }

    /// The label of a text with the words that made it; abstains below `floor`.
    pub fn explain(&self, reader: &Reader, text: &str, floor: f32) -> Judged<String> {
        let (folded, hits) = reader.hits(text);
        let seen = Seen::of(self, reader, text, &folded, &hits);
        let (best, p) = self.heads[0].calibration.decide(self.heads[0].of(&seen.scores));
        Judged::new(self.labels()[best].clone(), p[best], floor, seen.because(0, best))
    }

    /// The probability of each label of each head, one head behind the other.
    pub(crate) fn probabilities(&self, features: &Features) -> Vec<f32> {
        let scores = self.scores(features);
        self.heads.iter().flat_map(|h| h.calibration.probabilities(h.of(&scores))).collect()
    }

    pub(super) fn scores(&self, features: &Features) -> Vec<f32> {
        let words = self.table.sum(self.all_known(&features.words).into_iter());
        let letters = self.table.sum(self.all_known(&features.letters).into_iter());
        self.join(&words, &letters, &features.dense)
    }

    /// The score of each output, from the sums and lengths of both groups of n-grams.
    pub(super) fn join(
        &self,
        words: &(Vec<f32>, f32),
        letters: &(Vec<f32>, f32),
        dense: &[f32; DENSE],
    ) -> Vec<f32> {
        let mut scores = self.dense_row(DENSE).to_vec();
        for (i, &value) in dense.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            let weights = self.dense_row(i);
            scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * value);
        }
        for head in &self.heads {
            let by_words = head.blocks.words / words.1;
            let by_letters = head.blocks.letters / letters.1;
            let of = head.first..head.first + head.outputs;
            let sums = words.0[of.clone()].iter().zip(&letters.0[of.clone()]);
            for (score, (word, letter)) in scores[of].iter_mut().zip(sums) {
                *score += word * by_words + letter * by_letters;
            }
        }
        scores
    }

    /// The rows and values of the n-grams that the model knows. All are looked up before one is
    /// used, so that the waits for memory overlap.
    fn all_known(&self, counts: &[(u32, u16)]) -> Vec<Known> {
        let rows = self.table.rows_of(counts.iter().map(|&(key, n)| (self.bucket(key), n)));
        rows.into_iter().map(|(row, n)| (row, count_weight(n) * self.table.rare(row))).collect()
    }

    /// The row and the value of an n-gram, if the model knows it.
    pub(super) fn known(&self, (key, n): (u32, u16)) -> Option<Known> {
        let row = self.table.row(self.bucket(key))?;
        Some((row, count_weight(n) * self.table.rare(row)))
    }

    pub(super) fn bucket(&self, key: u32) -> usize {
        (key >> (32 - self.bits)) as usize
    }

    /// The weights of a dense feature; behind the last that of the bias.
    pub(super) fn dense_row(&self, feature: usize) -> &[f32] {
        &self.dense[feature * self.outputs..(feature + 1) * self.outputs]
    }
}

/// The features of a text for a model, with the answers of the shipped models if it wants them.
pub(super) fn features_for(
    lays_on: bool,
    reader: &Reader,
    text: &str,
    folded: &Folded,
    hits: &[Hit],
) -> Features {
    let mut features = extract::features(text, folded, hits);
    if lays_on {
        lay_on(reader, text, folded, hits, &mut features);
    }
    features
}

/// Fills in what the reading that ships makes of a text, unless its models know it by heart: of a
/// conversation, what kind of matter the words are that it begins with.
pub(super) fn lay_on(
    reader: &Reader,
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    features: &mut Features,
) {
    if learnt::was_learnt(folded) {
        return;
    }
    let opening = transcript::opening(text);
    let mut impression = shipped::impression(features, folded, hits);
    if opening.len() < text.len() {
        let (folded, hits) = reader.hits(opening);
        let features = extract::features(opening, &folded, &hits);
        impression.kind = shipped::impression(&features, &folded, &hits).kind;
    }
    let impression = [impression.kind, impression.feeling, impression.severity].concat();
    dense::lay_on(&mut features.dense, &impression);
}

/// A word that stands twice counts less than twice.
pub(super) fn count_weight(n: u16) -> f32 {
    if n == 1 { 1.0 } else { 1.0 + f32::from(n).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_impression_of_a_conversation_is_the_kind_of_matter_it_begins_with() {
        let kinds = |text: &str| {
            let reader = Reader::shipped();
            let (folded, hits) = reader.hits(text);
            let dense = features_for(true, &reader, text, &folded, &hits).dense;
            dense[dense::SHIPPED_FROM..][..crate::Kind::ALL.len()].to_vec()
        };
        let opening = "Customer: which of your cards works abroad?";
        let rest = "Sorry to hear that! Was your parcel lost?\nCustomer: nobody ever answers me!";
        assert_eq!(kinds(&format!("{opening}\nAgent: {rest}")), kinds(opening));
        assert_ne!(kinds(&format!("{opening}\nBut: {rest}")), kinds(opening));
    }
}
