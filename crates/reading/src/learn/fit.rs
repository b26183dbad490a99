//! Fitting the outputs of one head with one setting, and how well that does on held-back parts.

use super::calibrate::Calibration;
use super::solve::{Rows, separate, shuffle};
use super::train::{Options, Try};

/// What a step away from the truth costs where labels stand in an order.
const STEP: f32 = 0.5;

/// One head to fit.
pub(super) struct Fitter<'a> {
    pub matrix: &'a Rows,
    /// How many columns are n-grams; they come first.
    pub grams: usize,
    pub truth: &'a [usize],
    pub labels: usize,
    pub options: &'a Options,
    /// How much it counts that labels stand in an order.
    pub order: f32,
}

impl Fitter<'_> {
    fn outputs(&self) -> usize {
        if self.labels == 2 { 1 } else { self.labels }
    }

    /// Weights of every output, learnt from some rows.
    pub(super) fn fit(&self, rows: &[usize], setting: Try) -> Vec<Vec<f32>> {
        let one = |k: usize| {
            let label = if self.labels == 2 { 1 } else { k };
            self.split(rows, setting, |i| self.truth[i] == label)
        };
        let mut outputs: Vec<Vec<f32>> = (0..self.outputs()).map(one).collect();
        if self.order > 0.0 {
            self.put_in_order(rows, setting, &mut outputs);
        }
        outputs
    }

    /// Adds to each label what tells everything above each border from everything below it
    /// (Frank & Hall 2001), so that neighbours support one another.
    fn put_in_order(&self, rows: &[usize], setting: Try, outputs: &mut [Vec<f32>]) {
        for border in 1..self.labels {
            let above = self.split(rows, setting, |i| self.truth[i] >= border);
            for (label, output) in outputs.iter_mut().enumerate() {
                let share = if label >= border { 0.5 } else { -0.5 } * self.order;
                output.iter_mut().zip(&above).for_each(|(o, a)| *o += share * a);
            }
        }
    }

    /// Weights that tell some rows from the others.
    fn split(&self, rows: &[usize], setting: Try, yes: impl Fn(usize) -> bool) -> Vec<f32> {
        let positives = rows.iter().filter(|&&i| yes(i)).count().max(1) as f32;
        let share = positives / rows.len() as f32;
        let balance = self.options.balance;
        let for_yes = setting.cost * (0.5 / share).powf(balance).clamp(0.1, 20.0);
        let for_no = setting.cost * (0.5 / (1.0 - share).max(1e-3)).powf(balance).clamp(0.1, 20.0);
        let cost = |i: usize| if yes(i) { for_yes } else { for_no };
        let freedom = self.freedom(rows, &yes, setting.telling);
        separate(self.matrix, rows, &yes, cost, &freedom)
    }

    /// How freely each column may weigh: 1 on average, more for n-grams whose share among `yes`
    /// differs much from that among the others. Scaling columns with the log-count ratio, as
    /// NBSVM does, is the same as giving each weight a variance of the ratio's square.
    fn freedom(&self, rows: &[usize], yes: impl Fn(usize) -> bool, telling: f32) -> Vec<f32> {
        let width = self.matrix.width;
        let mut freedom = vec![1.0f32; width];
        if telling <= 0.0 {
            return freedom;
        }
        let mut with = [vec![1.0f32; self.grams], vec![1.0f32; self.grams]];
        let mut texts = [2.0f32; 2];
        for &i in rows {
            let side = usize::from(yes(i));
            texts[side] += 1.0;
            let columns = self.matrix.row(i).0.iter().map(|&c| c as usize);
            columns.filter(|c| *c < self.grams).for_each(|c| with[side][c] += 1.0);
        }
        for (c, of) in freedom[..self.grams].iter_mut().enumerate() {
            let ratio = ((with[1][c] / texts[1]) / (with[0][c] / texts[0])).ln();
            *of = ratio * ratio;
        }
        let (mut weighed, mut whole) = (0.0f64, 1e-9f64);
        for &i in rows {
            let (columns, values) = self.matrix.row(i);
            for (&c, &v) in columns.iter().zip(values).filter(|(c, _)| (**c as usize) < self.grams)
            {
                weighed += f64::from(v * v * freedom[c as usize]);
                whole += f64::from(v * v);
            }
        }
        let mean = ((weighed / whole) as f32).max(1e-9);
        for of in &mut freedom[..self.grams] {
            *of = 1.0 - telling + telling * *of / mean;
        }
        freedom
    }

    /// The log loss on held-back parts, and the calibration fitted to their scores.
    pub(super) fn held_back_loss(&self, setting: Try) -> (f32, Calibration) {
        let scores = self.held_back(setting);
        let fitted =
            Calibration::fit(&scores, self.outputs(), self.truth, self.labels, STEP * self.order);
        let rows = scores.chunks(self.outputs()).zip(self.truth);
        let loss = rows.map(|(row, &t)| -fitted.probabilities(row)[t].max(1e-9).ln()).sum();
        (loss, fitted)
    }

    /// Scores of every row by a model that has not seen it.
    fn held_back(&self, setting: Try) -> Vec<f32> {
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
            let weights = self.fit(&learn, setting);
            for i in (0..n).filter(|&i| part[i] == fold) {
                for (k, w) in weights.iter().enumerate() {
                    scores[i * outputs + k] = self.matrix.dot(i, w);
                }
            }
        }
        scores
    }
}
