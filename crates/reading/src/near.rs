//! The same story in other words: texts that are copies of one another with changes.
//!
//! MinHash over letter 5-grams (Broder 1997) with banding (Leskovec, Rajaraman & Ullman, Mining of
//! Massive Datasets, 3.4); what falls into one band is compared before it is believed. Texts may
//! come one by one; each costs the same however many came before.

use std::collections::HashMap;

use crate::fold::fold;

/// Hashes kept for one text: 42 bands of 3.
const HASHES: usize = 126;
const BAND: usize = 3;

/// Letters in one piece.
const PIECE: usize = 5;

/// Texts that are at least so alike, 0 to 1, are the same story. Chosen on edited copies of real
/// complaints: see docs/accuracy.md.
pub const ALIKE_MIN: f32 = 0.62;

/// Texts compared for one band at the most: a form letter sent ten thousand times needs no more.
const SAME_BAND_MAX: usize = 24;

/// What is kept of a text to compare it: 508 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    least: Box<[u32]>,
    pieces: u32,
}

impl Signature {
    /// The signature of a text; texts without letters have none.
    pub fn of(text: &str) -> Option<Signature> {
        let folded = fold(text);
        let bytes = folded.text.as_bytes();
        if folded.shape.words == 0 {
            return None;
        }
        let mut pieces: Vec<u32> = if bytes.len() < PIECE {
            vec![hash(bytes)]
        } else {
            bytes.windows(PIECE).map(hash).collect()
        };
        pieces.sort_unstable();
        pieces.dedup();
        let least = (0..HASHES as u64)
            .map(|i| {
                let (a, b) = (spread(2 * i + 1) | 1, spread(2 * i + 2));
                let turned = |&p: &u32| (a.wrapping_mul(u64::from(p)).wrapping_add(b) >> 32) as u32;
                pieces.iter().map(turned).min().unwrap_or(u32::MAX)
            })
            .collect();
        Some(Signature { least, pieces: pieces.len() as u32 })
    }

    /// How alike two texts are, 0 to 1: the share of the shorter one's pieces that stand in the
    /// longer one, lowered where their lengths differ much.
    pub fn alike(&self, other: &Signature) -> f32 {
        let same = self.least.iter().zip(&other.least).filter(|(a, b)| a == b).count();
        let jaccard = same as f32 / HASHES as f32;
        let (a, b) = (self.pieces as f32, other.pieces as f32);
        let (short, long) = (a.min(b), a.max(b));
        let shared = jaccard / (1.0 + jaccard) * (a + b);
        (shared / short).min(1.0) * (short / long).powf(0.25)
    }

    fn bands(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        self.least.chunks(BAND).enumerate().map(|(i, band)| {
            let joined = band.iter().fold(i as u64, |h, &x| spread(h ^ u64::from(x)));
            (i as u8, joined)
        })
    }
}

fn hash(bytes: &[u8]) -> u32 {
    let h = bytes.iter().fold(0xcbf2_9ce4_8422_2325u64, |h, &b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (spread(h) >> 32) as u32
}

fn spread(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Texts grouped by story as they come.
#[derive(Debug, Default)]
pub struct NearDuplicates {
    signatures: Vec<Option<Signature>>,
    bands: HashMap<(u8, u64), Vec<u32>>,
    parents: Vec<u32>,
}

impl NearDuplicates {
    /// No texts yet.
    pub fn new() -> NearDuplicates {
        NearDuplicates::default()
    }

    /// Adds a text and gives its index and those of the texts it was found alike to, the most
    /// alike first.
    pub fn add(&mut self, text: &str) -> (usize, Vec<(usize, f32)>) {
        let index = self.signatures.len();
        self.parents.push(index as u32);
        let Some(signature) = Signature::of(text) else {
            self.signatures.push(None);
            return (index, Vec::new());
        };
        let mut candidates: Vec<u32> = Vec::new();
        for band in signature.bands() {
            let of = self.bands.entry(band).or_default();
            candidates.extend_from_slice(of);
            if of.len() < SAME_BAND_MAX {
                of.push(index as u32);
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut alike = Vec::new();
        for other in candidates {
            let Some(known) = &self.signatures[other as usize] else { continue };
            let likeness = signature.alike(known);
            if likeness >= ALIKE_MIN {
                alike.push((other as usize, likeness));
            }
        }
        for &(other, _) in &alike {
            self.join(index, other);
        }
        alike.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.signatures.push(Some(signature));
        (index, alike)
    }

    /// The group of a text: the lowest index among the texts of its story.
    ///
    /// # Panics
    /// If no text with this index was added.
    pub fn group(&self, index: usize) -> usize {
        let mut at = index;
        while self.parents[at] as usize != at {
            at = self.parents[at] as usize;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.group(a), self.group(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high] = low as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reworded_copy_is_the_same_story_and_another_complaint_is_not() {
        let mut texts = NearDuplicates::new();
        texts.add("My parcel was left in the rain on Monday and everything inside is ruined.");
        texts.add("The train to Leeds was two hours late and nobody told us why.");
        let (copy, alike) =
            texts.add("my parcel was LEFT in the rain on monday, all inside is ruined!!");
        assert_eq!(texts.group(copy), 0);
        assert_eq!(alike[0].0, 0);
        assert_eq!(texts.group(1), 1);
    }

    #[test]
    fn texts_without_words_stand_alone() {
        let mut texts = NearDuplicates::new();
        texts.add("!!!");
        let (second, alike) = texts.add("!!!");
        assert!(alike.is_empty());
        assert_eq!(texts.group(second), 1);
    }
}
