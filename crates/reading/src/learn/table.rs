//! The n-grams a model knows and what they weigh, packed so that looking one up touches little
//! memory: that is what labelling a text waits for.

/// Steps in which it is kept how rare an n-gram is.
const RARE_STEPS: f32 = 4096.0;

/// Rows of n-grams: how rare each is, and its weight for each output.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// For each 64 buckets which of them are known, and how many known ones come before.
    known: Vec<(u64, u32)>,
    /// Row behind row: how rare in [`RARE_STEPS`], then the weight for each output in steps of
    /// its scale, then 0 up to `stride`.
    cells: Vec<u16>,
    stride: usize,
    /// For each output the size of one step of its weights: a power of two, so that nothing is
    /// lost by multiplying at the end.
    scales: Vec<f32>,
}

impl Table {
    /// A table without rows, for so many buckets and one scale for each output.
    pub(super) fn new(buckets: usize, scales: Vec<f32>) -> Table {
        let width = scales.len() + 1;
        let stride = if width > 8 { width.next_multiple_of(8) } else { width };
        Table { known: vec![(0, 0); buckets.div_ceil(64)], cells: Vec::new(), stride, scales }
    }

    /// For each output the size of a step that its largest weight, given here, needs.
    pub(super) fn scales_for(largest: &[f32]) -> Vec<f32> {
        largest.iter().map(|m| (m.max(1e-6) / 16384.0).log2().ceil().exp2()).collect()
    }

    /// Adds the row of a bucket: behind the last one, or it is refused.
    pub(super) fn push(
        &mut self,
        bucket: usize,
        rare: u16,
        weights: impl Iterator<Item = i16>,
    ) -> bool {
        let row = self.rows();
        let Some((bits, before)) = self.known.get_mut(bucket / 64) else { return false };
        if *bits >> (bucket % 64) != 0 {
            return false;
        }
        if *bits == 0 {
            *before = row as u32;
        }
        *bits |= 1 << (bucket % 64);
        self.cells.push(rare);
        self.cells.extend(weights.map(i16::cast_unsigned));
        self.cells.resize((row + 1) * self.stride, 0);
        true
    }

    /// How rare an n-gram is, as a row keeps it.
    pub(super) fn rounded(rare: f32) -> u16 {
        (rare * RARE_STEPS).round().min(65535.0) as u16
    }

    /// A weight for an output, as a row keeps it.
    pub(super) fn in_steps(&self, output: usize, weight: f32) -> i16 {
        (weight / self.scales[output]).round() as i16
    }

    pub(super) fn rows(&self) -> usize {
        self.cells.len() / self.stride
    }

    pub(super) fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The buckets that are known, in the order of their rows.
    pub(super) fn buckets(&self) -> impl Iterator<Item = usize> + '_ {
        let of = |(i, &(bits, _)): (usize, &(u64, u32))| {
            (0..64).filter(move |b| bits >> b & 1 == 1).map(move |b| i * 64 + b)
        };
        self.known.iter().enumerate().flat_map(of)
    }

    /// The row of a bucket, if it is known.
    pub(super) fn row(&self, bucket: usize) -> Option<u32> {
        let (row, known) = self.place(bucket);
        known.then_some(row)
    }

    /// Where the row of a bucket stands or would stand, and whether it is known: no branch hangs
    /// on it, so that the processor runs ahead.
    #[inline]
    fn place(&self, bucket: usize) -> (u32, bool) {
        let (bits, before) = self.known[bucket / 64];
        let bit = 1u64 << (bucket % 64);
        (before + (bits & (bit - 1)).count_ones(), bits & bit != 0)
    }

    /// Rows of the buckets that are known, each with what came with it.
    pub(super) fn rows_of<T: Copy + Default>(
        &self,
        buckets: impl ExactSizeIterator<Item = (usize, T)>,
    ) -> Vec<(u32, T)> {
        let mut found = vec![(0, T::default()); buckets.len()];
        let mut n = 0;
        for (bucket, with) in buckets {
            let (row, known) = self.place(bucket);
            found[n] = (row, with);
            n += usize::from(known);
        }
        found.truncate(n);
        found
    }

    /// How rare the n-gram of a row is, in the steps of the file.
    pub(super) fn rare_steps(&self, row: u32) -> u16 {
        self.cells[row as usize * self.stride]
    }

    /// How rare the n-gram of a row is.
    #[inline]
    pub(super) fn rare(&self, row: u32) -> f32 {
        f32::from(self.rare_steps(row)) / RARE_STEPS
    }

    /// The weights of a row in the steps of each output.
    #[inline]
    pub(super) fn steps(&self, row: u32) -> impl Iterator<Item = i16> + '_ {
        let from = row as usize * self.stride + 1;
        self.cells[from..from + self.scales.len()].iter().map(|c| c.cast_signed())
    }

    /// The weight of a row for an output.
    pub(super) fn weight(&self, row: u32, output: usize) -> f32 {
        let cell = self.cells[row as usize * self.stride + 1 + output];
        f32::from(cell.cast_signed()) * self.scales[output]
    }

    /// The weights of rows, each with its value, summed for each output; and the length of the
    /// vector of values.
    pub(super) fn sum(&self, rows: impl Iterator<Item = (u32, f32)>) -> (Vec<f32>, f32) {
        let mut sums = vec![0.0f32; self.scales.len()];
        let mut squares = 0.0f32;
        for (row, value) in rows {
            squares += value * value;
            let steps = self.steps(row);
            sums.iter_mut().zip(steps).for_each(|(sum, step)| *sum += f32::from(step) * value);
        }
        sums.iter_mut().zip(&self.scales).for_each(|(sum, scale)| *sum *= scale);
        // At least 1, so that nothing is divided by 0.
        (sums, squares.sqrt().max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_again_and_nothing_else() {
        let mut table = Table::new(1 << 12, Table::scales_for(&[3.0, 0.5]));
        let buckets = [0usize, 63, 64, 70, 4000];
        for (i, &bucket) in buckets.iter().enumerate() {
            assert!(table.push(bucket, i as u16, [i as i16, -7].into_iter()));
        }
        assert!(!table.push(70, 0, [0, 0].into_iter()), "only behind the last");
        assert!(!table.push(1 << 12, 0, [0, 0].into_iter()));
        assert_eq!(table.buckets().collect::<Vec<_>>(), buckets);
        let found: Vec<_> = (0..1 << 12).filter_map(|b| table.row(b)).collect();
        assert_eq!(found, [0, 1, 2, 3, 4]);
        let some = [5, 4000, 64, 65].map(|bucket| (bucket, bucket));
        assert_eq!(table.rows_of(some.into_iter()), [(4, 4000), (2, 64)]);
        assert_eq!(table.row(70).map(|row| table.rare_steps(row)), Some(3));
        assert_eq!(table.weight(2, 0), 2.0 * table.scales()[0]);
        let (sums, length) = table.sum([(2, 3.0), (3, 4.0)].into_iter());
        assert_eq!(sums[0], 18.0 * table.scales()[0]);
        assert_eq!((sums[1], length), (-49.0 * table.scales()[1], 5.0));
    }
}
