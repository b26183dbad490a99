//! The space a model is learnt in: which n-grams are columns, and how values are scaled.

use super::dense::DENSE;
use super::extract::Features;
use super::model::{Blocks, Head, Model, count_weight};
use super::solve::Rows;
use super::table::Table;

/// Which buckets are columns, and how values are scaled.
pub(super) struct Space {
    bits: u32,
    index: Vec<u32>,
    idf: Vec<f32>,
    /// For each n-gram its column: the commonest come first, so that what is looked up most lies
    /// together in memory.
    columns: Vec<u32>,
    /// For each dense feature what it is multiplied with.
    scales: Vec<f32>,
}

impl Space {
    /// Columns for the n-grams that stand in at least `texts_min` texts of any of the lists.
    pub(super) fn build(lists: &[&[Features]], bits: u32, texts_min: u32) -> Space {
        let bits = bits.clamp(12, 24);
        let mut texts = vec![0u32; 1 << bits];
        let all = || lists.iter().copied().flatten();
        for of in all() {
            for &(key, _) in of.words.iter().chain(&of.letters) {
                texts[(key >> (32 - bits)) as usize] += 1;
            }
        }
        let mut index = vec![0u32; 1 << bits];
        let mut idf = Vec::new();
        let mut often = Vec::new();
        let n = all().count() as f32;
        for (bucket, &df) in texts.iter().enumerate().filter(|(_, df)| **df >= texts_min.max(1)) {
            idf.push(((1.0 + n) / (1.0 + df as f32)).ln().max(0.0) + 1.0);
            index[bucket] = idf.len() as u32;
            often.push(df);
        }
        let mut order: Vec<u32> = (0..often.len() as u32).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(often[i as usize]));
        let mut columns = vec![0; order.len()];
        (0..).zip(&order).for_each(|(column, &i)| columns[i as usize] = column);
        let scale = |i: usize| {
            let squares: f32 = all().map(|f| f.dense[i] * f.dense[i]).sum();
            let spread = (squares / n).sqrt();
            if spread > 1e-4 { 1.0 / spread.max(0.1) } else { 0.0 }
        };
        let scales = (0..DENSE).map(scale).collect();
        Space { bits, index, idf, columns, scales }
    }

    /// How many columns are n-grams; they come first.
    pub(super) fn grams(&self) -> usize {
        self.idf.len()
    }

    /// The rows of texts; `lexicon` is the weight of what is no n-gram.
    pub(super) fn rows(&self, features: &[Features], blocks: Blocks, lexicon: f32) -> Rows {
        let n = self.idf.len() as u32;
        let mut rows = Rows::new(self.idf.len() + DENSE + 1);
        let mut row: Vec<(u32, f32)> = Vec::new();
        for of in features {
            row.clear();
            self.block(&of.words, blocks.words, &mut row);
            self.block(&of.letters, blocks.letters, &mut row);
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
        for &(key, count) in counts {
            if let Some(gram) = self.index[(key >> (32 - self.bits)) as usize].checked_sub(1) {
                let value = count_weight(count) * self.idf[gram as usize];
                row.push((self.columns[gram as usize], value));
            }
        }
        let norm = row[from..].iter().map(|r| r.1 * r.1).sum::<f32>().sqrt().max(1.0);
        row[from..].iter_mut().for_each(|r| r.1 *= weight / norm);
    }

    /// Turns weights of scaled dense features into weights of the features as they come.
    pub(super) fn unscale(&self, weights: &mut [f32], lexicon: f32) {
        let dense = weights[self.idf.len()..].iter_mut().zip(&self.scales);
        dense.for_each(|(weight, scale)| *weight *= scale * lexicon);
    }

    /// The model with these heads and the weights of all their outputs.
    pub(super) fn model(
        self,
        heads: Vec<Head>,
        fitted: Vec<Vec<f32>>,
        lays_on: bool,
        trained_on: usize,
    ) -> Model {
        let outputs = fitted.len();
        let Space { bits, index, idf, columns, .. } = self;
        let largest =
            |of: &Vec<f32>| of[..columns.len()].iter().fold(0.0f32, |m, w| m.max(w.abs()));
        let largest: Vec<f32> = fitted.iter().map(largest).collect();
        let mut table = Table::new(1 << bits, Table::scales_for(&largest));
        let buckets = (0..index.len()).filter(|&bucket| index[bucket] > 0);
        for (bucket, (&rare, &column)) in buckets.zip(idf.iter().zip(&columns)) {
            let weight = |k: usize| table.in_steps(k, fitted[k][column as usize]);
            let weights: Vec<i16> = (0..outputs).map(weight).collect();
            table.push(bucket, Table::rounded(rare), weights.into_iter());
        }
        let dense = columns.len()..columns.len() + DENSE + 1;
        let dense = dense.flat_map(|i| fitted.iter().map(move |of| of[i])).collect();
        Model { heads, bits, lays_on, table, dense, outputs, trained_on: trained_on as u32 }
    }
}
