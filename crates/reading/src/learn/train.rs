//! Training: features, a setting chosen on held-back parts, calibration, the final fit.

use std::collections::BTreeSet;
use std::fmt;

use super::calibrate::Calibration;
use super::extract::Features;
use super::fit::Fitter;
use super::model::{Blocks, Head, Model, features_for};
use super::solve::Rows;
use super::space::Space;
use crate::fold::fold;
use crate::learnt;
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
    /// How much it counts, where the labels are the numbers 0, 1, 2 … or 1, 2, 3 …, that a wrong
    /// label is near the right one; 0 takes numbers for mere names.
    pub order: f32,
    /// Whether the answers of the shipped models are features: what was learnt elsewhere is then
    /// a beginning, which the texts correct.
    pub lays_on: bool,
}

/// One setting to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Try {
    /// What a text on the wrong side costs: high trusts every text, low keeps weights small.
    pub cost: f32,
    /// Weight of lexicon features; 0 leaves them out.
    pub lexicon: f32,
    /// From 0 to 1: how much more freely n-grams may weigh that stand mostly with one label
    /// (log-count ratios as in NBSVM: Wang & Manning 2012).
    pub telling: f32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            bits: 20,
            tries: vec![
                Try { cost: 0.05, lexicon: 0.05, telling: 0.5 },
                Try { cost: 0.1, lexicon: 0.05, telling: 0.2 },
                Try { cost: 0.2, lexicon: 0.1, telling: 0.2 },
                Try { cost: 0.1, lexicon: 0.1, telling: 0.8 },
                Try { cost: 0.5, lexicon: 0.05, telling: 0.0 },
                Try { cost: 1.5, lexicon: 0.05, telling: 0.0 },
            ],
            folds: 3,
            words: 1.0,
            letters: 1.0,
            balance: 0.5,
            texts_min: 2,
            order: 1.0,
            lays_on: true,
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
    train_heads(reader, &[(rows, options)])
}

/// Trains a model with several heads that share its n-grams: the texts and options of each.
/// `bits`, `texts_min` and `lays_on` are those of the first.
///
/// # Errors
/// As [`train`], for the first head that cannot be learnt; [`TrainError::TooFew`] without heads.
pub fn train_heads(reader: &Reader, tasks: &[(&[Row], &Options)]) -> Result<Model, TrainError> {
    let Some(&(rows, first)) = tasks.first() else { return Err(TrainError::TooFew) };
    let lays_on = first.lays_on && mostly_new(rows);
    let mut learnt = Vec::new();
    for (rows, options) in tasks {
        learnt.push(Task::new(reader, rows, options, lays_on)?);
    }
    let features: Vec<&[Features]> = learnt.iter().map(|t| t.features.as_slice()).collect();
    let space = Space::build(&features, first.bits, first.texts_min);
    let mut heads = Vec::new();
    let mut weights = Vec::new();
    for task in learnt {
        let (head, of) = task.fit(&space, weights.len())?;
        heads.push(head);
        weights.extend(of);
    }
    let trained_on = tasks.iter().map(|t| t.0.len()).sum();
    Ok(space.model(heads, weights, lays_on, trained_on))
}

/// True if the shipped models know hardly any of the texts. Else they give no first impression at
/// all: one that is there for some texts only would say which texts those are.
fn mostly_new(rows: &[Row]) -> bool {
    let known = rows.iter().filter(|row| learnt::was_learnt(&fold(&row.text))).count();
    known * 50 <= rows.len()
}

/// One head to learn.
struct Task<'a> {
    options: &'a Options,
    labels: Vec<String>,
    truth: Vec<usize>,
    features: Vec<Features>,
}

impl Task<'_> {
    fn new<'a>(
        reader: &Reader,
        rows: &[Row],
        options: &'a Options,
        lays_on: bool,
    ) -> Result<Task<'a>, TrainError> {
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
        let truth = rows.iter().map(|r| labels.binary_search(&r.label).unwrap_or(0)).collect();
        let of = |row: &Row| {
            let (folded, hits) = reader.hits(&row.text);
            features_for(lays_on, reader, &row.text, &folded, &hits)
        };
        let features = rows.iter().map(of).collect();
        Ok(Task { options, labels, truth, features })
    }

    /// The head and the weights of each of its outputs, by the setting that errs least.
    fn fit(self, space: &Space, first: usize) -> Result<(Head, Vec<Vec<f32>>), TrainError> {
        let options = self.options;
        let many = self.labels.len() > MANY_LABELS;
        let mut best: Option<(f32, Try, Calibration)> = None;
        for &setting in options.tries.iter().filter(|t| !many || t.telling == 0.0) {
            let matrix = self.rows(space, setting);
            let (loss, calibration) = self.fitter(&matrix, space).held_back_loss(setting);
            if best.as_ref().is_none_or(|b| loss < b.0) {
                best = Some((loss, setting, calibration));
            }
        }
        let (_, setting, calibration) = best.ok_or(TrainError::NoTry)?;
        let matrix = self.rows(space, setting);
        let all: Vec<usize> = (0..self.truth.len()).collect();
        let mut weights = self.fitter(&matrix, space).fit(&all, setting);
        weights.iter_mut().for_each(|of| space.unscale(of, setting.lexicon));
        let blocks = Blocks { words: options.words, letters: options.letters };
        let head = Head { labels: self.labels, first, outputs: weights.len(), blocks, calibration };
        Ok((head, weights))
    }

    fn fitter<'f>(&'f self, matrix: &'f Rows, space: &Space) -> Fitter<'f> {
        Fitter {
            matrix,
            grams: space.grams(),
            truth: &self.truth,
            labels: self.labels.len(),
            options: self.options,
            order: if in_order(&self.labels) { self.options.order } else { 0.0 },
        }
    }

    fn rows(&self, space: &Space, setting: Try) -> Rows {
        let blocks = Blocks { words: self.options.words, letters: self.options.letters };
        space.rows(&self.features, blocks, setting.lexicon)
    }
}

/// Above so many labels there are too few texts of each to count which n-grams tell.
const MANY_LABELS: usize = 20;

/// True if there are three or more labels and they are the numbers from 0 or 1 upwards.
fn in_order(labels: &[String]) -> bool {
    let number = |label: &String| label.parse::<usize>().ok().filter(|n| n.to_string() == *label);
    let Some(first) = labels.first().and_then(number).filter(|n| *n <= 1) else { return false };
    (3..=10).contains(&labels.len())
        && labels.iter().zip(first..).all(|(l, n)| number(l) == Some(n))
}

/// What a model keeps of its texts to know them again, four bytes a print: `models/learnt.bin`.
pub fn prints<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<u8> {
    let all: BTreeSet<u32> = texts.into_iter().flat_map(|t| learnt::prints(&fold(t))).collect();
    all.into_iter().flat_map(u32::to_le_bytes).collect()
}
