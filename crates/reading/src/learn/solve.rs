//! The solver: linear support vector machines by coordinate descent in the dual.
//!
//! Source: Hsieh, Chang, Lin, Keerthi, Sundararajan, "A dual coordinate descent method for
//! large-scale linear SVM", ICML 2008, algorithm 3 (squared hinge loss, with shrinking).

/// Sparse rows one behind the other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    /// Columns; the last one is the bias, 1 in every row.
    pub width: usize,
}

impl Rows {
    pub(super) fn new(width: usize) -> Rows {
        Rows { starts: vec![0], width, ..Rows::default() }
    }

    pub(super) fn push(&mut self, row: &[(u32, f32)]) {
        self.columns.extend(row.iter().map(|r| r.0));
        self.values.extend(row.iter().map(|r| r.1));
        self.starts.push(self.columns.len());
    }

    /// Columns and values of a row.
    pub(super) fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// The square of a row's length, each column weighed.
    fn square(&self, i: usize, freedom: &[f32]) -> f32 {
        let (columns, values) = self.row(i);
        columns.iter().zip(values).map(|(&c, &v)| freedom[c as usize] * v * v).sum()
    }

    pub(super) fn dot(&self, i: usize, weights: &[f32]) -> f32 {
        let (columns, values) = self.row(i);
        columns.iter().zip(values).map(|(&c, &v)| weights[c as usize] * v).sum()
    }
}

/// Passes over the rows at the most; the gain after that is not worth the time.
const PASSES_MAX: usize = 40;

/// Weights that separate the rows with `positive` from the others.
///
/// - `use_rows`: indices of the rows to learn from.
/// - `cost`: what a row on the wrong side costs.
/// - `freedom`: for each column the variance its weight is allowed.
pub(super) fn separate(
    rows: &Rows,
    use_rows: &[usize],
    positive: impl Fn(usize) -> bool,
    cost: impl Fn(usize) -> f32,
    freedom: &[f32],
) -> Vec<f32> {
    let mut weights = vec![0.0f32; rows.width];
    let squares: Vec<f32> = use_rows.iter().map(|&i| rows.square(i, freedom)).collect();
    let n = use_rows.len();
    let signs: Vec<f32> = use_rows.iter().map(|&i| if positive(i) { 1.0 } else { -1.0 }).collect();
    let diagonal: Vec<f32> = use_rows.iter().map(|&i| 0.5 / cost(i)).collect();
    let mut alpha = vec![0.0f32; n];
    let mut order: Vec<u32> = (0..n as u32).collect();
    let mut active = n;
    let mut chance = 0x2545_f491_4f6c_dd1du64;
    let mut high = f32::INFINITY;
    for _ in 0..PASSES_MAX {
        let (mut most, mut least) = (f32::NEG_INFINITY, f32::INFINITY);
        shuffle(&mut order[..active], &mut chance);
        let mut at = 0;
        while at < active {
            let k = order[at] as usize;
            let i = use_rows[k];
            let gradient = signs[k] * rows.dot(i, &weights) - 1.0 + alpha[k] * diagonal[k];
            if alpha[k] == 0.0 && gradient > high {
                active -= 1;
                order.swap(at, active);
                continue;
            }
            let projected = if alpha[k] == 0.0 { gradient.min(0.0) } else { gradient };
            most = most.max(projected);
            least = least.min(projected);
            if projected.abs() > 1e-7 {
                let before = alpha[k];
                alpha[k] = (before - gradient / (squares[k] + diagonal[k])).max(0.0);
                let step = (alpha[k] - before) * signs[k];
                let (columns, values) = rows.row(i);
                for (&c, &v) in columns.iter().zip(values) {
                    weights[c as usize] += step * v * freedom[c as usize];
                }
            }
            at += 1;
        }
        if most - least < 0.05 {
            if active == n {
                break;
            }
            active = n;
            high = f32::INFINITY;
        } else {
            high = if most <= 0.0 { f32::INFINITY } else { most };
        }
    }
    weights
}

/// Fisher–Yates with xorshift64*: the same order each time.
pub(super) fn shuffle(order: &mut [u32], state: &mut u64) {
    for i in (1..order.len()).rev() {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        let random = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        order.swap(i, random as usize % (i + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_separated_is_separated() {
        let mut rows = Rows::new(3);
        for i in 0..40u32 {
            let x = if i > 25 { 0.4 } else { -0.3 };
            rows.push(&[(0, x), (1, (i % 3) as f32 * 0.1), (2, 1.0)]);
        }
        let all: Vec<usize> = (0..40).collect();
        let weights = separate(&rows, &all, |i| i > 25, |_| 50.0, &[1.0; 3]);
        assert!((0..40).all(|i| (rows.dot(i, &weights) > 0.0) == (i > 25)));
    }
}
