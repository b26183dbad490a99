//! Training: features, costs chosen on held-back parts, calibration, the final fit.

use std::collections::BTreeSet;
use std::fmt;

use super::calibrate::Calibration;
use super::extract::{DENSE, Features, extract};
use super::model::{Blocks, Model, count_weight};
use super::solve::{Rows, separate, shuffle};
use crate::reader::Reader;

/// One labelled text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The text.
    pub text: String,
    /// Its label.
    pub label: String,
}

/// How to train. [`Options::default`] is right unless measured otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// N-grams are hashed into two to the power of this many buckets; 12 to 24.
    pub bits: u32,
    /// Settings that are tried; the one with the least log loss on held-back parts is taken.
    pub tries: Vec<Try>,
    /// Parts that are held back in turn; at least 2.
    pub folds: usize,
    /// Weight of word n-grams.
    pub words: f32,
    /// Weight of letter n-grams.
    pub letters: f32,
    /// 0 counts every text alike, 1 every label alike.
    pub balance: f32,
    /// N-grams that stand in fewer texts are left out.
    pub texts_min: u32,
}

/// One setting to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Try {
    /// What a text on the wrong side costs: high trusts every text, low keeps weights small.
    pub cost: f32,
    /// Weight of lexicon features; 0 leaves them out.
    pub lexicon: f32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            bits: 20,
            tries: vec![
                Try { cost: 0.2, lexicon: 0.3 },
                Try { cost: 0.5, lexicon: 0.15 },
                Try { cost: 1.5, lexicon: 0.05 },
            ],
            folds: 3,
            words: 1.0,
            letters: 1.0,
            balance: 0.5,
            texts_min: 2,
        }
    }
}

/// Why nothing could be learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainError {
    /// Fewer than two labels.
    OneLabel,
    /// Fewer than eight texts.
    TooFew,
    /// More labels than a model can hold.
    TooManyLabels,
    /// No setting to try.
    NoTry,
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrainError::OneLabel => "the texts need at least two different labels",
            TrainError::TooFew => "at least eight labelled texts are needed",
            TrainError::TooManyLabels => "there are more than 1000 different labels",
            TrainError::NoTry => "there is no setting to try",
        })
    }
}

impl std::error::Error for TrainError {}

const LABELS_MAX: usize = 1000;
const TEXTS_MIN: usize = 8;

/// Trains a model; the same rows in the same order give the same model.
///
/// # Errors
/// If there are too few texts, or fewer than two or more than 1000 labels.
pub fn train(reader: &Reader, rows: &[Row], options: &Options) -> Result<Model, TrainError> {
    if rows.len() < TEXTS_MIN {
        return Err(TrainError::TooFew);
    }
    let labels: Vec<String> =
        rows.iter().map(|r| &r.label).collect::<BTreeSet<_>>().into_iter().cloned().collect();
    match labels.len() {
        0 | 1 => return Err(TrainError::OneLabel),
        n if n > LABELS_MAX => return Err(TrainError::TooManyLabels),
        _ => {}
    }
    let truth: Vec<usize> =
        rows.iter().map(|r| labels.binary_search(&r.label).unwrap_or(0)).collect();
    let features: Vec<Features> =
        rows.iter().map(|r| extract(reader, &r.text, options.bits)).collect();
    let space = Space::build(&features, options);
    let mut best: Option<(f32, Try, Calibration)> = None;
    for &setting in &options.tries {
        let matrix = space.rows(&features, setting.lexicon);
        let fitter = Fitter { matrix: &matrix, truth: &truth, labels: labels.len(), options };
        let (loss, calibration) = fitter.held_back_loss(setting.cost);
        if best.as_ref().is_none_or(|b| loss < b.0) {
            best = Some((loss, setting, calibration));
        }
    }
    let (_, setting, calibration) = best.ok_or(TrainError::NoTry)?;
    let matrix = space.rows(&features, setting.lexicon);
    let fitter = Fitter { matrix: &matrix, truth: &truth, labels: labels.len(), options };
    let all: Vec<usize> = (0..rows.len()).collect();
    let fitted = fitter.fit(&all, setting.cost);
    Ok(space.model(labels, fitted, setting.lexicon, calibration, rows.len()))
}

/// Which buckets are columns, and how values are scaled.
struct Space {
    bits: u32,
    index: Vec<u32>,
    idf: Vec<f32>,
    blocks: Blocks,
    /// For each dense feature what it is multiplied with.
    scales: Vec<f32>,
}

impl Space {
    fn build(features: &[Features], options: &Options) -> Space {
        let mut texts = vec![0u32; 1 << options.bits];
        for of in features {
            for &(bucket, _) in of.words.iter().chain(&of.letters) {
                texts[bucket as usize] += 1;
            }
        }
        let mut index = vec![0u32; 1 << options.bits];
        let mut idf = Vec::new();
        let n = features.len() as f32;
        for (bucket, &df) in texts.iter().enumerate().filter(|(_, df)| **df >= options.texts_min) {
            idf.push(((1.0 + n) / (1.0 + df as f32)).ln().max(0.0) + 1.0);
            index[bucket] = idf.len() as u32;
        }
        let scales = (0..DENSE).map(|i| {
            let squares: f32 = features.iter().map(|f| f.dense[i] * f.dense[i]).sum();
            let spread = (squares / n).sqrt();
            if spread > 1e-4 { 1.0 / spread.max(0.1) } else { 0.0 }
        });
        let scales = scales.collect();
        let blocks = Blocks { words: options.words, letters: options.letters };
        Space { bits: options.bits, index, idf, blocks, scales }
    }

    fn rows(&self, features: &[Features], lexicon: f32) -> Rows {
        let n = self.idf.len() as u32;
        let mut rows = Rows::new(self.idf.len() + DENSE + 1);
        let mut row: Vec<(u32, f32)> = Vec::new();
        for of in features {
            row.clear();
            self.block(&of.words, self.blocks.words, &mut row);
            self.block(&of.letters, self.blocks.letters, &mut row);
            for (i, (&value, &scale)) in of.dense.iter().zip(&self.scales).enumerate() {
                if value != 0.0 && scale * lexicon != 0.0 {
                    row.push((n + i as u32, value * scale * lexicon));
                }
            }
            row.push((n + DENSE as u32, 1.0));
            rows.push(&row);
        }
        rows
    }

    fn block(&self, counts: &[(u32, u16)], weight: f32, row: &mut Vec<(u32, f32)>) {
        let from = row.len();
        for &(bucket, count) in counts {
            if let Some(column) = self.index[bucket as usize].checked_sub(1) {
                row.push((column, count_weight(count) * self.idf[column as usize]));
            }
        }
        let norm = row[from..].iter().map(|r| r.1 * r.1).sum::<f32>().sqrt().max(1.0);
        row[from..].iter_mut().for_each(|r| r.1 *= weight / norm);
    }

    fn model(
        self,
        labels: Vec<String>,
        fitted: Vec<Vec<f32>>,
        lexicon: f32,
        calibration: Calibration,
        trained_on: usize,
    ) -> Model {
        let outputs = fitted.len();
        let width = self.idf.len() + DENSE + 1;
        let mut weights = vec![0.0; width * outputs];
        for (k, column) in fitted.iter().enumerate() {
            for (i, &w) in column.iter().enumerate() {
                let dense = i.checked_sub(self.idf.len()).filter(|d| *d < DENSE);
                weights[i * outputs + k] = w * dense.map_or(1.0, |d| self.scales[d] * lexicon);
            }
        }
        Model {
            labels,
            bits: self.bits,
            index: self.index,
            idf: self.idf,
            weights,
            outputs,
            blocks: self.blocks,
            calibration,
            trained_on: trained_on as u32,
        }
        .rounded()
    }
}

struct Fitter<'a> {
    matrix: &'a Rows,
    truth: &'a [usize],
    labels: usize,
    options: &'a Options,
}

impl Fitter<'_> {
    fn outputs(&self) -> usize {
        if self.labels == 2 { 1 } else { self.labels }
    }

    /// Weights of every output, learnt from some rows.
    fn fit(&self, rows: &[usize], cost: f32) -> Vec<Vec<f32>> {
        let one = |k: usize| {
            let label = if self.labels == 2 { 1 } else { k };
            let positives = rows.iter().filter(|&&i| self.truth[i] == label).count().max(1) as f32;
            let share = positives / rows.len() as f32;
            let balance = self.options.balance;
            let for_yes = cost * (0.5 / share).powf(balance).clamp(0.1, 20.0);
            let for_no = cost * (0.5 / (1.0 - share).max(1e-3)).powf(balance).clamp(0.1, 20.0);
            let cost_of = |i: usize| if self.truth[i] == label { for_yes } else { for_no };
            separate(self.matrix, rows, |i| self.truth[i] == label, cost_of)
        };
        (0..self.outputs()).map(one).collect()
    }

    /// The log loss on held-back parts, and the calibration fitted to their scores.
    fn held_back_loss(&self, cost: f32) -> (f32, Calibration) {
        let scores = self.held_back(cost);
        let fitted = Calibration::fit(&scores, self.outputs(), self.truth, self.labels);
        let rows = scores.chunks(self.outputs()).zip(self.truth);
        let loss = rows.map(|(row, &t)| -fitted.probabilities(row)[t].max(1e-9).ln()).sum();
        (loss, fitted)
    }

    /// Scores of every row by a model that has not seen it.
    fn held_back(&self, cost: f32) -> Vec<f32> {
        let n = self.truth.len();
        let outputs = self.outputs();
        let mut order: Vec<u32> = (0..n as u32).collect();
        shuffle(&mut order, &mut 0x005e_ed0f_1dea);
        let mut part = vec![0usize; n];
        let folds = self.options.folds.clamp(2, n);
        let mut seen = vec![0usize; self.labels];
        for &i in &order {
            let label = self.truth[i as usize];
            part[i as usize] = seen[label] % folds;
            seen[label] += 1;
        }
        let mut scores = vec![0.0; n * outputs];
        for fold in 0..folds {
            let learn: Vec<usize> = (0..n).filter(|&i| part[i] != fold).collect();
            let weights = self.fit(&learn, cost);
            for i in (0..n).filter(|&i| part[i] == fold) {
                for (k, w) in weights.iter().enumerate() {
                    scores[i * outputs + k] = self.matrix.dot(i, w);
                }
            }
        }
        scores
    }
}
