//! Where a text stands among others: vectors learnt from the texts themselves.
//!
//! Words that keep the same company get like vectors (positive pointwise mutual information and
//! its main directions: Levy & Goldberg 2014); a text is the mean of its words, rare ones counting
//! more, without what all texts share (Arora, Liang & Ma 2017). Beside it stand the main
//! directions of its letter n-grams, which know inflected and misspelt words.

use std::collections::HashMap;

use super::factors::{Dense, Sparse, add, dot, normalise};
use super::words::Words;

/// Main directions of words, and of letters.
const DIRECTIONS: [usize; 2] = [100, 60];
/// How much letters count beside words.
const LETTERS: f32 = 0.8;
/// Words to either side that are company, less the farther off they stand.
const COMPANY: usize = 10;
/// Words of texts that are learnt from at the most.
const LEARN_WORDS: usize = 400_000;
/// Words of one text that are looked at for letters.
const LETTER_WORDS: usize = 120;
/// Letter n-grams are hashed into so many.
const BUCKETS: usize = 1 << 16;
/// Texts from which on there is something that all share, to be taken away: their mean, and the
/// direction most of them lie in.
const MEAN_FROM: usize = 50;
const SHARED_FROM: usize = 500;

/// Vectors of texts, each of length one, made by what was learnt from all of them.
pub(super) struct Points<'w> {
    words: &'w Words,
    of_words: Dense,
    /// For each bucket its row in `of_letters` plus one, and how rare it is.
    buckets: Vec<(u32, f32)>,
    of_letters: Dense,
    mean: Vec<f32>,
    shared: Vec<f32>,
}

impl<'w> Points<'w> {
    /// Learns from some of the texts, taken evenly.
    pub(super) fn learn(words: &'w Words) -> Points<'w> {
        let all: usize = words.texts.iter().map(Vec::len).sum();
        let step = all.div_ceil(LEARN_WORDS).max(1);
        let sample: Vec<usize> = (0..words.texts.len()).step_by(step).collect();
        let mut points = Points {
            words,
            of_words: company(words, &sample),
            buckets: Vec::new(),
            of_letters: Dense::default(),
            mean: Vec::new(),
            shared: Vec::new(),
        };
        points.learn_letters(&sample);
        points.learn_shared(&sample);
        points
    }

    fn learn_letters(&mut self, sample: &[usize]) {
        let mut seen = vec![0u32; BUCKETS];
        let mut rows: Vec<Vec<(u32, f32)>> = Vec::with_capacity(sample.len());
        for &text in sample {
            let row = self.words.letters(text);
            row.iter().for_each(|(bucket, _)| seen[*bucket as usize] += 1);
            rows.push(row);
        }
        let mut known = 0;
        let n = sample.len() as f32;
        let place = |&n_seen: &u32| {
            if n_seen < 3 && sample.len() > 50 || n_seen == 0 {
                return (0, 0.0);
            }
            known += 1;
            (known, ((1.0 + n) / (1.0 + n_seen as f32)).ln() + 1.0)
        };
        self.buckets = seen.iter().map(place).collect();
        let mut matrix = Sparse::new(known as usize);
        rows.iter().for_each(|row| matrix.push(self.weighed(row)));
        self.of_letters = matrix.directions(DIRECTIONS[1]);
    }

    /// Counts of buckets as a row of length one over those that are known.
    fn weighed(&self, row: &[(u32, f32)]) -> Vec<(u32, f32)> {
        let known = row.iter().filter_map(|&(bucket, n)| {
            let (at, rare) = self.buckets[bucket as usize];
            Some((at.checked_sub(1)?, (1.0 + n.ln()) * rare))
        });
        let mut row: Vec<(u32, f32)> = known.collect();
        let length = row.iter().map(|r| r.1 * r.1).sum::<f32>().sqrt().max(1e-9);
        row.iter_mut().for_each(|r| r.1 /= length);
        row
    }

    /// What all texts share: their mean, and the direction most of them lie in.
    fn learn_shared(&mut self, sample: &[usize]) {
        let columns = self.of_words.columns;
        (self.mean, self.shared) = (vec![0.0; columns], vec![0.0; columns]);
        if sample.len() < MEAN_FROM {
            return;
        }
        let rows: Vec<Vec<f32>> = sample.iter().map(|&text| self.by_words(text)).collect();
        let mut mean = vec![0.0; columns];
        rows.iter().for_each(|row| add(&mut mean, row, 1.0 / rows.len() as f32));
        if sample.len() < SHARED_FROM {
            self.mean = mean;
            return;
        }
        let mut shared: Vec<f32> = vec![1.0; columns];
        for _ in 0..12 {
            let mut next = vec![0.0; columns];
            for row in &rows {
                let along = dot(row, &shared) - dot(&mean, &shared);
                add(&mut next, row, along);
                add(&mut next, &mean, -along);
            }
            normalise(&mut next);
            shared = next;
        }
        (self.mean, self.shared) = (mean, shared);
    }

    /// The weighted sum of a text's words, each counted once.
    fn by_words(&self, text: usize) -> Vec<f32> {
        let mut point = vec![0.0; self.of_words.columns];
        let mut once = self.words.texts[text].clone();
        once.sort_unstable();
        once.dedup();
        for word in once {
            let weight = self.words.rare(word as usize).powf(1.2);
            add(&mut point, self.of_words.row(word as usize), weight);
        }
        point
    }

    /// Where a text stands.
    pub(super) fn point(&self, text: usize) -> Vec<f32> {
        let mut point = self.by_words(text);
        add(&mut point, &self.mean, -1.0);
        let along = dot(&point, &self.shared);
        add(&mut point, &self.shared, -along);
        normalise(&mut point);
        let mut letters = vec![0.0; self.of_letters.columns];
        self.of_letters.sum(&self.weighed(&self.words.letters(text)), &mut letters);
        normalise(&mut letters);
        point.extend(letters.iter().map(|l| l * LETTERS));
        normalise(&mut point);
        point
    }
}

/// Vectors of words by the company they keep.
fn company(words: &Words, sample: &[usize]) -> Dense {
    let n = words.names.len();
    let mut together: HashMap<(u32, u32), f32> = HashMap::new();
    for &text in sample {
        let of = &words.texts[text];
        for (i, &word) in of.iter().enumerate() {
            for (far, &other) in of[i + 1..].iter().take(COMPANY).enumerate() {
                if words.seen[word as usize] > 1 && words.seen[other as usize] > 1 {
                    let near = 1.0 / (far as f32 + 1.0).sqrt();
                    *together.entry((word, other)).or_default() += near;
                    *together.entry((other, word)).or_default() += near;
                }
            }
        }
    }
    let mut pairs: Vec<((u32, u32), f32)> = together.into_iter().collect();
    pairs.sort_unstable_by_key(|pair| pair.0);
    let mut sums = vec![0.0f32; n];
    pairs.iter().for_each(|((word, _), near)| sums[*word as usize] += near);
    let smoothed: f32 = sums.iter().map(|s| s.powf(0.75)).sum();
    let mut matrix = Sparse::new(n);
    let mut pairs = pairs.into_iter().peekable();
    for word in 0..n as u32 {
        let mut row = Vec::new();
        while let Some(((_, other), near)) = pairs.next_if(|pair| pair.0.0 == word) {
            let chance = sums[word as usize] * sums[other as usize].powf(0.75) / smoothed;
            let more = (near / chance).ln();
            if more > 0.0 {
                row.push((other, more));
            }
        }
        matrix.push(row);
    }
    let mut vectors = matrix.along(&matrix.directions(DIRECTIONS[0]));
    // Strong directions count less than they are strong: singular values to the power of 1/4.
    for column in 0..vectors.columns {
        let of = |row: usize| vectors.row(row)[column];
        let strength = (0..n).map(|row| of(row) * of(row)).sum::<f32>().sqrt();
        let by = if strength > 1e-6 { strength.powf(-0.75) } else { 0.0 };
        (0..n).for_each(|row| vectors.row_mut(row)[column] *= by);
    }
    (0..n).for_each(|row| normalise(vectors.row_mut(row)));
    vectors
}

impl Words {
    /// Hashed n-grams of 3 to 5 letters of a text's words, borders among them, with their counts.
    fn letters(&self, text: usize) -> Vec<(u32, f32)> {
        let mut buckets: Vec<u32> = Vec::new();
        let mut letters: Vec<u8> = Vec::new();
        for &word in self.texts[text].iter().take(LETTER_WORDS) {
            letters.clear();
            letters.push(b' ');
            letters.extend_from_slice(self.names[word as usize].as_bytes());
            letters.push(b' ');
            for n in 3..=5 {
                buckets.extend(letters.windows(n).map(|gram| {
                    let hash = gram.iter().fold(n as u64, |h, &b| {
                        (h ^ u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
                    });
                    (hash.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 48) as u32
                }));
            }
        }
        buckets.sort_unstable();
        let mut counts: Vec<(u32, f32)> = Vec::with_capacity(buckets.len());
        for bucket in buckets {
            match counts.last_mut() {
                Some((last, n)) if *last == bucket => *n += 1.0,
                _ => counts.push((bucket, 1.0)),
            }
        }
        counts
    }
}
