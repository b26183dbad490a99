//! The main directions of a sparse matrix (orthogonal iteration; Golub & Van Loan, Matrix
//! Computations, 8.2.4, begun at random as in Halko, Martinsson & Tropp 2011).

/// Rows of a sparse matrix one behind the other.
#[derive(Debug, Default)]
pub(super) struct Sparse {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
    pub width: usize,
}

/// A matrix row by row.
#[derive(Debug, Clone, Default)]
pub(super) struct Dense {
    pub columns: usize,
    pub values: Vec<f32>,
}

/// Turns towards the main directions; more change little.
const ROUNDS: usize = 4;

impl Sparse {
    pub(super) fn new(width: usize) -> Sparse {
        Sparse { starts: vec![0], entries: Vec::new(), width }
    }

    pub(super) fn push(&mut self, row: impl IntoIterator<Item = (u32, f32)>) {
        self.entries.extend(row);
        self.starts.push(self.entries.len());
    }

    fn rows(&self) -> impl Iterator<Item = &[(u32, f32)]> {
        self.starts.windows(2).map(|at| &self.entries[at[0]..at[1]])
    }

    fn times(&self, by: &Dense) -> Dense {
        let mut out = Dense::zero(self.starts.len() - 1, by.columns);
        for (row, to) in self.rows().zip(out.values.chunks_mut(by.columns)) {
            by.sum(row, to);
        }
        out
    }

    /// The transposed matrix times another.
    fn across(&self, by: &Dense) -> Dense {
        let mut out = Dense::zero(self.width, by.columns);
        for (row, from) in self.rows().zip(by.values.chunks(by.columns)) {
            for &(column, value) in row {
                add(out.row_mut(column as usize), from, value);
            }
        }
        out
    }

    /// The main directions, a row for each column of the matrix, the strongest direction first.
    pub(super) fn directions(&self, most: usize) -> Dense {
        let columns = most.min(self.width).min(self.starts.len() - 1).max(1);
        let mut turned = Dense::zero(self.width, columns);
        for (i, value) in turned.values.iter_mut().enumerate() {
            let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            *value = ((mixed ^ (mixed >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0;
        }
        for _ in 0..ROUNDS {
            turned.make_orthogonal();
            turned = self.across(&self.times(&turned));
        }
        turned.make_orthogonal();
        turned
    }

    /// The rows along directions.
    pub(super) fn along(&self, directions: &Dense) -> Dense {
        self.times(directions)
    }
}

impl Dense {
    pub(super) fn zero(rows: usize, columns: usize) -> Dense {
        Dense { columns, values: vec![0.0; rows * columns] }
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    pub(super) fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// Adds the rows that `of` names, each as often as it says, to a vector.
    pub(super) fn sum(&self, of: &[(u32, f32)], to: &mut [f32]) {
        for &(row, value) in of {
            add(to, self.row(row as usize), value);
        }
    }

    /// Makes the columns perpendicular to each other and of length one (Gram–Schmidt).
    fn make_orthogonal(&mut self) {
        let (n, d) = (self.rows(), self.columns);
        let mut columns: Vec<Vec<f32>> =
            (0..d).map(|c| (0..n).map(|r| self.values[r * d + c]).collect()).collect();
        for c in 0..d {
            let (done, rest) = columns.split_at_mut(c);
            let column = &mut rest[0];
            for other in done {
                let shared = dot(column, other);
                add(column, other, -shared);
            }
            normalise(column);
        }
        for (c, column) in columns.iter().enumerate() {
            column.iter().enumerate().for_each(|(r, &value)| self.values[r * d + c] = value);
        }
    }
}

pub(super) fn add(to: &mut [f32], from: &[f32], times: f32) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += f * times);
}

pub(super) fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 1e-9 {
        vector.iter_mut().for_each(|v| *v /= length);
    }
}

/// Sixteen sums side by side, so that the processor may take them at once.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (left, right) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for i in 0..16 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_direction_is_found() {
        let mut matrix = Sparse::new(3);
        for i in 0..30 {
            let x = i as f32 - 15.0;
            matrix.push([(0, 2.0 * x), (1, x), (2, if i % 2 == 0 { 0.5 } else { -0.5 })]);
        }
        let directions = matrix.directions(2);
        let first: Vec<f32> = (0..3).map(|r| directions.row(r)[0]).collect();
        assert!((first[0] / first[1] - 2.0).abs() < 0.01, "{first:?}");
        assert!(first[2].abs() < 0.01);
    }
}
