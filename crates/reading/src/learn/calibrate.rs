//! From scores to probabilities, and from probabilities to a decision.

use serde::{Deserialize, Serialize};

/// Turns the outputs of a model into probabilities: softmax of `slope · score + offset`; with one
/// output, the logistic function (Platt 1999).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calibration {
    pub slope: f32,
    pub offsets: Vec<f32>,
    /// Added to the logarithm of the probability before the greatest is taken, so that rare
    /// labels are given as often as suits the mean F1 of the labels.
    pub favours: Vec<f32>,
    /// For labels in an order: what a step away from the truth costs, on the same scale.
    #[serde(default)]
    pub step: f32,
}

/// Above so many labels there are too few texts of each to tell luck from gain.
const MANY_LABELS: usize = 20;

impl Calibration {
    /// Index of the label and the probability of each label.
    pub(super) fn decide(&self, scores: &[f32]) -> (usize, Vec<f32>) {
        let probabilities = self.probabilities(scores);
        (self.best(&probabilities), probabilities)
    }

    /// The label that is worth most; labels before `first` are left out.
    pub(super) fn best_from(&self, first: usize, probabilities: &[f32]) -> usize {
        let astray = |i: usize| match self.step {
            0.0 => 0.0,
            step => {
                let away = |(j, p): (usize, &f32)| p * j.abs_diff(i) as f32;
                step * probabilities.iter().enumerate().map(away).sum::<f32>()
            }
        };
        let worth = |i: usize| probabilities[i].max(1e-9).ln() + self.favours[i] - astray(i);
        let labels = first..probabilities.len();
        labels.max_by(|&a, &b| worth(a).total_cmp(&worth(b))).unwrap_or(first)
    }

    fn best(&self, probabilities: &[f32]) -> usize {
        self.best_from(0, probabilities)
    }

    pub(super) fn probabilities(&self, scores: &[f32]) -> Vec<f32> {
        if let [score] = scores {
            let p = 1.0 / (1.0 + (-(self.slope * score + self.offsets[0])).exp());
            return vec![1.0 - p, p];
        }
        let raised: Vec<f32> =
            scores.iter().zip(&self.offsets).map(|(s, o)| self.slope * s + o).collect();
        let top = raised.iter().copied().fold(f32::MIN, f32::max);
        let exp: Vec<f32> = raised.iter().map(|r| (r - top).exp()).collect();
        let sum: f32 = exp.iter().sum();
        exp.into_iter().map(|e| e / sum).collect()
    }

    /// Fits slope and offsets to held-back scores by gradient descent on the log loss, then the
    /// favours to their mean F1.
    ///
    /// `scores` holds `outputs` numbers for each of `truth`'s labels; `step` as in the field.
    pub(super) fn fit(
        scores: &[f32],
        outputs: usize,
        truth: &[usize],
        labels: usize,
        step: f32,
    ) -> Calibration {
        let (offsets, favours) = (vec![0.0; outputs], vec![0.0; labels]);
        let mut fitted = Calibration { slope: 2.0, offsets, favours, step };
        let n = truth.len().max(1) as f32;
        let mut rate = 1.0f32;
        let mut last = f32::INFINITY;
        for _ in 0..200 {
            let (mut loss, mut slope) = (0.0f32, 0.0f32);
            let mut offsets = vec![0.0f32; outputs];
            for (row, &label) in scores.chunks(outputs).zip(truth) {
                let p = fitted.probabilities(row);
                loss -= p[label].max(1e-9).ln();
                for k in 0..outputs {
                    let of = if outputs == 1 { 1 } else { k };
                    let error = p[of] - if label == of { 1.0 } else { 0.0 };
                    slope += error * row[k];
                    offsets[k] += error;
                }
            }
            if loss > last {
                rate *= 0.5;
            }
            last = loss;
            fitted.slope = (fitted.slope - rate * slope / n).clamp(0.1, 50.0);
            if labels <= MANY_LABELS {
                for (offset, gradient) in fitted.offsets.iter_mut().zip(&offsets) {
                    *offset -= rate * (gradient / n * labels as f32 * 0.5 + 0.02 * *offset);
                }
            }
        }
        fitted.favour(scores, outputs, truth, labels);
        fitted
    }

    /// Raises or lowers each label in turn while that betters the mean F1; where labels stand in
    /// an order, the mean of it, of the weighted kappa and of the share that is near: held-back
    /// parts of training sets gain in all three by it.
    fn favour(&mut self, scores: &[f32], outputs: usize, truth: &[usize], labels: usize) {
        const STEPS: [f32; 9] = [-0.8, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8];
        if labels > MANY_LABELS {
            return;
        }
        let mut seen = vec![0u32; labels];
        truth.iter().for_each(|&t| seen[t] += 1);
        let rows: Vec<Vec<f32>> =
            scores.chunks(outputs).map(|row| self.probabilities(row)).collect();
        for round in 0..2 {
            for (label, &texts) in seen.iter().enumerate().skip(usize::from(labels == 2)) {
                if texts < 15 {
                    continue;
                }
                let mut best = (f32::MIN, 0.0);
                let centre = if round == 0 { 0.0 } else { self.favours[label] };
                for step in STEPS {
                    self.favours[label] = centre + step;
                    let said: Vec<usize> = rows.iter().map(|p| self.best(p)).collect();
                    // A small price on every step keeps chance from moving it.
                    let right = match self.step {
                        0.0 => mean_f1(&said, truth, labels),
                        _ => {
                            let exact = mean_f1(&said, truth, labels);
                            (exact + kappa(&said, truth, labels) + near(&said, truth)) / 3.0
                        }
                    };
                    let worth = right - 0.002 * self.favours[label].abs();
                    if worth > best.0 {
                        best = (worth, self.favours[label]);
                    }
                }
                self.favours[label] = best.1;
            }
        }
    }
}

/// Cohen's kappa with quadratic weights: 1 if all is right, 0 by chance.
fn kappa(said: &[usize], truth: &[usize], labels: usize) -> f32 {
    let square = |a: usize, b: usize| (a.abs_diff(b) * a.abs_diff(b)) as f32;
    let (mut of_said, mut of_truth) = (vec![0f32; labels], vec![0f32; labels]);
    let mut astray = 0.0;
    for (&said, &truth) in said.iter().zip(truth) {
        of_said[said] += 1.0;
        of_truth[truth] += 1.0;
        astray += square(said, truth);
    }
    let pairs = (0..labels).flat_map(|a| (0..labels).map(move |b| (a, b)));
    let by_chance: f32 = pairs.map(|(a, b)| of_said[a] * of_truth[b] * square(a, b)).sum();
    1.0 - astray * said.len() as f32 / by_chance.max(1e-9)
}

/// The share of what is above the lowest label and was said at most one step from the truth.
fn near(said: &[usize], truth: &[usize]) -> f32 {
    let above = said.iter().zip(truth).filter(|(_, truth)| **truth > 0);
    let (near, all) = above.fold((0u32, 0u32), |(near, all), (said, &truth)| {
        (near + u32::from(said.abs_diff(truth) <= 1), all + 1)
    });
    near as f32 / all.max(1) as f32
}

/// The mean over the labels of their F1.
pub(super) fn mean_f1(said: &[usize], truth: &[usize], labels: usize) -> f32 {
    let mut right = vec![0u32; labels];
    let mut both = vec![0u32; labels];
    for (&said, &truth) in said.iter().zip(truth) {
        both[said] += 1;
        both[truth] += 1;
        right[said] += u32::from(said == truth);
    }
    let f1 = |(&right, &both): (&u32, &u32)| 2.0 * right as f32 / both.max(1) as f32;
    right.iter().zip(&both).map(f1).sum::<f32>() / labels as f32
}
