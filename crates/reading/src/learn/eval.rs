//! How good a model is on texts it has not seen: right answers, honesty of its confidence, where
//! it errs, and which words it goes by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibrate::mean_f1;
use super::extract;
use super::model::Model;
use super::train::{Options, Row, TrainError, train};
use crate::reader::Reader;

/// Draws for the intervals.
const DRAWS: usize = 300;

/// How good a model is on labelled texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Texts.
    pub texts: usize,
    /// Share of right answers, 0 to 1.
    pub accuracy: f32,
    /// The mean over the labels of their F1, 0 to 1.
    pub macro_f1: f32,
    /// 95 % interval of `macro_f1` by bootstrap over the texts.
    pub macro_f1_interval: (f32, f32),
    /// Mean distance between confidence and share of right answers, over ten bins of confidence.
    pub calibration_error: f32,
    /// For each bin of confidence: texts, mean confidence, share of right answers.
    pub calibration: Vec<(usize, f32, f32)>,
    /// One for each label, in the order of the labels.
    pub classes: Vec<ClassScore>,
    /// Rows are true labels, columns what was said.
    pub confusion: Vec<Vec<u32>>,
}

/// How good a model is at one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    /// The label.
    pub label: String,
    /// Share of right ones among those said.
    pub precision: f32,
    /// Share of those found.
    pub recall: f32,
    /// Harmonic mean of both.
    pub f1: f32,
    /// Texts with this label.
    pub texts: u32,
    /// Words that speak most for it, with their weight; from the texts given.
    pub telling: Vec<(String, f32)>,
}

/// How good a model is after learning from so many texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningPoint {
    /// Texts learnt from.
    pub texts: usize,
    /// Share of right answers.
    pub accuracy: f32,
    /// The mean over the labels of their F1.
    pub macro_f1: f32,
}

/// Measures a model on labelled texts. Labels the model does not know count as errors of
/// accuracy and are left out of the mean F1.
pub fn evaluate(reader: &Reader, model: &Model, rows: &[Row]) -> Evaluation {
    let labels = model.labels().len();
    let mut said = Vec::with_capacity(rows.len());
    let mut truth = Vec::with_capacity(rows.len());
    let mut bins = vec![(0usize, 0.0f32, 0.0f32); 10];
    let mut right = 0;
    for row in rows {
        let prediction = model.predict(reader, &row.text);
        let hit = prediction.label == row.label;
        right += usize::from(hit);
        let bin = &mut bins[((prediction.confidence * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += prediction.confidence;
        bin.2 += if hit { 1.0 } else { 0.0 };
        if let Ok(t) = model.labels().binary_search(&row.label) {
            said.push(model.labels().binary_search(&prediction.label).unwrap_or(0));
            truth.push(t);
        }
    }
    let n = rows.len().max(1) as f32;
    let calibration_error = bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f32>() / n;
    for bin in &mut bins {
        let of = bin.0.max(1) as f32;
        *bin = (bin.0, bin.1 / of, bin.2 / of);
    }
    let mut confusion = vec![vec![0u32; labels]; labels];
    truth.iter().zip(&said).for_each(|(&t, &s)| confusion[t][s] += 1);
    Evaluation {
        texts: rows.len(),
        accuracy: right as f32 / n,
        macro_f1: mean_f1(&said, &truth, labels),
        macro_f1_interval: interval(&said, &truth, labels),
        calibration_error,
        calibration: bins,
        classes: classes(reader, model, rows, &confusion),
        confusion,
    }
}

fn interval(said: &[usize], truth: &[usize], labels: usize) -> (f32, f32) {
    let n = said.len();
    if n == 0 {
        return (0.0, 0.0);
    }
    let mut state = 0x5eed_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut draws: Vec<f32> = (0..DRAWS)
        .map(|_| {
            let (s, t): (Vec<usize>, Vec<usize>) =
                (0..n).map(|_| next()).map(|i| (said[i], truth[i])).unzip();
            mean_f1(&s, &t, labels)
        })
        .collect();
    draws.sort_by(f32::total_cmp);
    (draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40])
}

fn classes(
    reader: &Reader,
    model: &Model,
    rows: &[Row],
    confusion: &[Vec<u32>],
) -> Vec<ClassScore> {
    let mut telling = telling(reader, model, rows);
    let one = |(k, label): (usize, &String)| {
        let right = confusion[k][k] as f32;
        let texts: u32 = confusion[k].iter().sum();
        let said: u32 = confusion.iter().map(|row| row[k]).sum();
        ClassScore {
            label: label.clone(),
            precision: right / said.max(1) as f32,
            recall: right / texts.max(1) as f32,
            f1: 2.0 * right / (said + texts).max(1) as f32,
            texts,
            telling: std::mem::take(&mut telling[k]),
        }
    };
    model.labels().iter().enumerate().map(one).collect()
}

/// The ten words or pairs of words that speak most for each label, of those that stand in at
/// least two of the texts.
fn telling(reader: &Reader, model: &Model, rows: &[Row]) -> Vec<Vec<(String, f32)>> {
    let mut names: BTreeMap<u32, (String, u32)> = BTreeMap::new();
    for row in rows.iter().take(5000) {
        let (folded, hits) = reader.hits(&row.text);
        extract::word_grams(&folded, &hits, |key, at| {
            let (first, last) = (at.start as usize, at.end as usize - 1);
            let span = folded.tokens[first].start as usize..folded.tokens[last].end as usize;
            let name = || (row.text[span].to_lowercase(), 0);
            names.entry(model.bucket(key) as u32).or_insert_with(name).1 += 1;
        });
    }
    let known = |(bucket, (name, n)): (&u32, &(String, u32))| {
        let row = model.table.row(*bucket as usize)?;
        (*n >= 2).then(|| (name.clone(), row))
    };
    let known: Vec<(String, u32)> = names.iter().filter_map(known).collect();
    let best = |label: usize| {
        let weigh = |(name, row): &(String, u32)| {
            let weight = |output| model.table.weight(*row, output);
            let speaks = model.heads[0].speaks_for(weight, label);
            (name.clone(), model.table.rare(*row) * speaks)
        };
        let mut of: Vec<(String, f32)> = known.iter().map(weigh).collect();
        of.sort_by(|a, b| b.1.total_cmp(&a.1));
        of.truncate(10);
        of
    };
    (0..model.labels().len()).map(best).collect()
}

/// Trains on growing parts of the rows and measures each time: how much more labelling would help.
///
/// # Errors
/// As [`train`], for the smallest part.
pub fn learning_curve(
    reader: &Reader,
    rows: &[Row],
    dev: &[Row],
    options: &Options,
    parts: &[usize],
) -> Result<Vec<LearningPoint>, TrainError> {
    let point = |&texts: &usize| {
        let texts = texts.min(rows.len());
        let model = train(reader, &rows[..texts], options)?;
        let on_dev = evaluate(reader, &model, dev);
        Ok(LearningPoint { texts, accuracy: on_dev.accuracy, macro_f1: on_dev.macro_f1 })
    };
    parts.iter().map(point).collect()
}
