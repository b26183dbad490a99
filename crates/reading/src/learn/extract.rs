//! Features of a text: hashed n-grams of words and letters, each with how often it stands.
//!
//! The keys are the same for every model; a model takes the first bits of a key as its bucket, so
//! that several models look at a text that was taken apart once.

use std::ops::Range;

use super::dense::{DENSE, dense};
use crate::fold::{Folded, Sort};
use crate::lexicon::{Hit, Section};

/// Letters of one run between spaces that are read; what is longer is mostly no word.
const RUN_LETTERS_MAX: usize = 48;

/// The longest n-gram of letters.
const LETTERS_MAX: usize = 5;

/// The features of one text.
#[derive(Debug, Clone)]
pub(crate) struct Features {
    pub words: Counts,
    pub letters: Counts,
    pub dense: [f32; DENSE],
}

/// N-grams with the count of each, in the order they first stand.
pub(super) type Counts = Vec<(u32, u16)>;

/// Where the n-grams of a text stand, to say which words made a judgement.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// For each n-gram of words: its index among the counts, and its tokens.
    pub words: Vec<(u32, Range<u32>)>,
    /// For each n-gram of letters: its index among the counts.
    pub letters: Vec<u32>,
    /// For each run between spaces: where its n-grams end in `letters`, and its tokens.
    pub runs: Vec<(u32, Range<u32>)>,
}

/// Extracts the features of a text that is already folded and looked up.
pub(super) fn features(text: &str, folded: &Folded, hits: &[Hit]) -> Features {
    let mut words = Counter::of_at_most(folded.tokens.len() * 3);
    let mut letters = Counter::of_at_most(text.len() * 4);
    word_grams(folded, hits, |key, _| _ = words.add(key));
    let mut run = Vec::with_capacity(RUN_LETTERS_MAX + 2);
    for of in text.split_whitespace() {
        fill(of, &mut run);
        letter_grams(&run, |key| _ = letters.add(key));
    }
    Features { words: words.counts, letters: letters.counts, dense: dense(folded, hits) }
}

/// The same, with the places of the n-grams.
pub(super) fn placed(text: &str, folded: &Folded, hits: &[Hit]) -> (Features, Places) {
    let mut words = Counter::of_at_most(folded.tokens.len() * 3);
    let mut letters = Counter::of_at_most(text.len() * 4);
    let mut places = Places {
        words: Vec::with_capacity(folded.tokens.len() * 2),
        letters: Vec::with_capacity(text.len() * 4),
        runs: Vec::with_capacity(folded.tokens.len()),
    };
    word_grams(folded, hits, |key, at| places.words.push((words.add(key), at)));
    let mut run = Vec::with_capacity(RUN_LETTERS_MAX + 2);
    let mut token = 0;
    for of in text.split_whitespace() {
        fill(of, &mut run);
        letter_grams(&run, |key| places.letters.push(letters.add(key)));
        let start = of.as_ptr() as usize - text.as_ptr() as usize;
        let before = |token: usize, at: usize| {
            folded.tokens.get(token).is_some_and(|t| (t.start as usize) < at)
        };
        while before(token, start) {
            token += 1;
        }
        let first = token;
        while before(token, start + of.len()) {
            token += 1;
        }
        places.runs.push((places.letters.len() as u32, first as u32..token as u32));
    }
    let dense = dense(folded, hits);
    (Features { words: words.counts, letters: letters.counts, dense }, places)
}

/// Counts keys in a small table of its own, which is quicker than sorting them.
struct Counter {
    /// Index of a count plus one, or 0.
    slots: Vec<u32>,
    counts: Counts,
}

/// Places that are tried for one key; texts made to collide cost no more than this.
const PROBES_MAX: usize = 24;

impl Counter {
    fn of_at_most(keys: usize) -> Counter {
        let slots = vec![0; (keys * 2).next_power_of_two().max(64)];
        Counter { slots, counts: Vec::with_capacity(keys.min(4096)) }
    }

    /// Counts a key; gives its index among the counts.
    fn add(&mut self, key: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = key as usize & mask;
        for _ in 0..PROBES_MAX {
            let slot = self.slots[at];
            if slot == 0 {
                self.slots[at] = self.counts.len() as u32 + 1;
                break;
            }
            let (known, n) = &mut self.counts[slot as usize - 1];
            if *known == key {
                *n = n.saturating_add(1);
                return slot - 1;
            }
            at = (at + 1) & mask;
        }
        self.counts.push((key, 1));
        self.counts.len() as u32 - 1
    }
}

const WORD_SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const PAIR_SEED: u64 = 0xc2b2_ae3d_27d4_eb4f;
const NEGATED_SEED: u64 = 0x1656_67b1_9e37_79f9;
const LETTER_SEED: u64 = 0x2545_f491_4f6c_dd1d;
const STEP: u64 = 0x0000_0100_0000_01b3; // FNV-1a

/// The key of a hash: the upper half of a multiplication, which mixes all lower bits in
/// (Knuth, The Art of Computer Programming 3, 6.4).
fn key(hash: u64) -> u32 {
    ((hash ^ (hash >> 32)).wrapping_mul(WORD_SEED) >> 32) as u32
}

fn word_hash(word: &str, sort: Sort) -> u64 {
    let text = match sort {
        Sort::Handle => "@",
        _ => word,
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let byte = |h: u64, b: u8| (h ^ u64::from(if digits { b'0' } else { b })).wrapping_mul(STEP);
    text.bytes().fold(WORD_SEED, byte)
}

/// Words, pairs of words, and words behind a negation, each with its tokens.
pub(super) fn word_grams(folded: &Folded, hits: &[Hit], mut each: impl FnMut(u32, Range<u32>)) {
    let mut negated_until = 0;
    let mut negators = hits.iter().filter(|h| h.section == Section::Negator).peekable();
    let mut before: Option<u64> = None;
    for (i, token) in folded.tokens.iter().enumerate() {
        if token.sort == Sort::End {
            negated_until = 0;
            before = None;
            continue;
        }
        let hash = word_hash(folded.word(token), token.sort);
        let at = i as u32;
        each(key(hash), at..at + 1);
        if let Some(last) = before {
            each(key(last.wrapping_mul(PAIR_SEED) ^ hash), at - 1..at + 1);
        }
        if i < negated_until && token.is_word() {
            each(key(hash ^ NEGATED_SEED), at..at + 1);
        }
        while negators.next_if(|h| h.tokens.end <= i + 1).is_some() {
            negated_until = i + 4;
        }
        before = Some(hash);
    }
}

/// The letters of what stands between two spaces, its borders among them; digits are all alike,
/// and so are handles and links.
fn fill(run: &str, letters: &mut Vec<u32>) {
    letters.clear();
    letters.push(u32::from(' '));
    if run.starts_with('@') && run.len() > 1 {
        letters.push(u32::from('@'));
    } else if run.starts_with("http") {
        letters.extend("http".bytes().map(u32::from));
    } else {
        letters.extend(run.chars().take(RUN_LETTERS_MAX).map(|c| {
            u32::from(match c {
                _ if c.is_ascii_digit() => '0',
                _ if c.is_ascii() => c.to_ascii_lowercase(),
                _ => c.to_lowercase().next().unwrap_or(c),
            })
        }));
    }
    letters.push(u32::from(' '));
}

/// N-grams of 2 to 5 letters of a run.
fn letter_grams(letters: &[u32], mut each: impl FnMut(u32)) {
    for from in 0..letters.len() - 1 {
        let mut hash = LETTER_SEED;
        for (n, &letter) in letters[from..].iter().take(LETTERS_MAX).enumerate() {
            hash = (hash ^ u64::from(letter)).wrapping_mul(STEP);
            if n >= 1 {
                each(key(hash ^ n as u64));
            }
        }
    }
}
