//! Features of a text: hashed n-grams of words and letters, and sums of what the lexicons found.

use crate::fold::{Folded, Sort};
use crate::lexicon::{Hit, Section};
use crate::reader::Reader;

/// Letters of one run between spaces that are read; what is longer is mostly no word.
const RUN_LETTERS_MAX: usize = 48;

/// The longest n-gram of letters.
const LETTERS_MAX: usize = 5;

/// Sections of the lexicons that are features; each twice, plain and negated.
const SECTIONS: [Section; 32] = [
    Section::Positive,
    Section::Negative,
    Section::Anger,
    Section::Negator,
    Section::Intensifier,
    Section::Diminisher,
    Section::Complaint,
    Section::Question,
    Section::Praise,
    Section::Idea,
    Section::Cancellation,
    Section::Request,
    Section::Attack,
    Section::Insult,
    Section::Thanks,
    Section::Effort,
    Section::Urgency,
    Section::Hedge,
    Section::Safety,
    Section::Legal,
    Section::Press,
    Section::Regulator,
    Section::Churn,
    Section::Vulnerability,
    Section::Money,
    Section::CutOff,
    Section::Refund,
    Section::Repair,
    Section::Contact,
    Section::Stop,
    Section::PromiseWriter,
    Section::PromiseOther,
];

/// Properties of the whole text that are features.
const SHAPES: [&str; 14] = [
    "exclamation marks",
    "question marks",
    "dots…",
    "capitals",
    "drawn-out words",
    "addressed to somebody",
    "links",
    "smileys",
    "frowns",
    "length",
    "very short",
    "numbers",
    "ends with a question",
    "feeling balance",
];

/// How many features are not n-grams.
pub(super) const DENSE: usize = SECTIONS.len() * 2 + SHAPES.len();

/// The name of a feature that is not an n-gram, as a person may read it.
pub(super) fn dense_name(at: usize) -> String {
    match at.checked_sub(SECTIONS.len() * 2) {
        Some(shape) => SHAPES[shape].to_owned(),
        None if at.is_multiple_of(2) => format!("words of {}", SECTIONS[at / 2].word()),
        None => format!("negated words of {}", SECTIONS[at / 2].word()),
    }
}

/// Which n-grams a feature belongs to; each group is weighed and normalised by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Words,
    Letters,
}

/// The features of one text.
#[derive(Debug, Clone, Default)]
pub(super) struct Features {
    /// Bucket and count, in the order of buckets.
    pub words: Vec<(u32, u16)>,
    /// Bucket and count, in the order of buckets.
    pub letters: Vec<(u32, u16)>,
    pub dense: Vec<f32>,
}

/// Extracts the features of a text into `2^bits` buckets.
pub(super) fn extract(reader: &Reader, text: &str, bits: u32) -> Features {
    let (folded, hits) = reader.hits(text);
    of_parts(text, &folded, &hits, bits)
}

/// Extracts the features of a text that is already folded and looked up.
pub(super) fn of_parts(text: &str, folded: &Folded, hits: &[Hit], bits: u32) -> Features {
    let mut words = Vec::with_capacity(folded.tokens.len() * 3);
    let mut letters = Vec::with_capacity(text.len() * 4);
    word_grams(folded, hits, |hash, _, _| words.push((hash >> (64 - bits)) as u32));
    letter_grams(text, |hash, _, _| letters.push((hash >> (64 - bits)) as u32));
    Features { words: counted(words), letters: counted(letters), dense: dense(folded, hits) }
}

/// Calls back for each n-gram with its bucket, its group and its bytes in the text.
pub(super) fn each_gram(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    bits: u32,
    mut each: impl FnMut(Block, u32, usize, usize),
) {
    word_grams(folded, hits, |hash, start, end| {
        each(Block::Words, (hash >> (64 - bits)) as u32, start, end);
    });
    letter_grams(text, |hash, start, end| {
        each(Block::Letters, (hash >> (64 - bits)) as u32, start, end);
    });
}

fn counted(mut buckets: Vec<u32>) -> Vec<(u32, u16)> {
    buckets.sort_unstable();
    let mut counts: Vec<(u32, u16)> = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        match counts.last_mut() {
            Some((last, n)) if *last == bucket => *n = n.saturating_add(1),
            _ => counts.push((bucket, 1)),
        }
    }
    counts
}

const WORD_SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const PAIR_SEED: u64 = 0xc2b2_ae3d_27d4_eb4f;
const NEGATED_SEED: u64 = 0x1656_67b1_9e37_79f9;
const LETTER_SEED: u64 = 0x2545_f491_4f6c_dd1d;
const STEP: u64 = 0x0000_0100_0000_01b3; // FNV-1a

/// Spreads a hash over all its bits (the finaliser of SplitMix64, Steele et al. 2014).
fn spread(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
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

/// Words, pairs of words, and words behind a negation.
fn word_grams(folded: &Folded, hits: &[Hit], mut each: impl FnMut(u64, usize, usize)) {
    let mut negated_until = 0;
    let mut negators = hits.iter().filter(|h| h.section == Section::Negator).peekable();
    let mut before: Option<(u64, usize)> = None;
    for (i, token) in folded.tokens.iter().enumerate() {
        if token.sort == Sort::End {
            negated_until = 0;
            before = None;
            continue;
        }
        let hash = word_hash(folded.word(token), token.sort);
        let (start, end) = (token.start as usize, token.end as usize);
        each(spread(hash), start, end);
        if let Some((last, from)) = before {
            each(spread(last.wrapping_mul(PAIR_SEED) ^ hash), from, end);
        }
        if i < negated_until && token.is_word() {
            each(spread(hash ^ NEGATED_SEED), start, end);
        }
        while negators.next_if(|h| h.tokens.end <= i + 1).is_some() {
            negated_until = i + 4;
        }
        before = Some((hash, start));
    }
}

/// N-grams of 2 to 5 letters within what stands between spaces, its borders counted as letters;
/// digits are all alike, and so are handles and links.
fn letter_grams(text: &str, mut each: impl FnMut(u64, usize, usize)) {
    let mut letters: Vec<(u32, usize)> = Vec::with_capacity(RUN_LETTERS_MAX + 2);
    let base = text.as_ptr() as usize;
    for run in text.split_whitespace() {
        let offset = run.as_ptr() as usize - base;
        letters.clear();
        letters.push((u32::from(' '), offset));
        if run.starts_with('@') && run.len() > 1 {
            letters.push((u32::from('@'), offset));
        } else if run.starts_with("http") {
            letters.extend("http".chars().map(|c| (u32::from(c), offset)));
        } else {
            letters.extend(run.char_indices().take(RUN_LETTERS_MAX).map(|(i, c)| {
                let low = if c.is_ascii_digit() {
                    '0'
                } else if c.is_ascii() {
                    c.to_ascii_lowercase()
                } else {
                    c.to_lowercase().next().unwrap_or(c)
                };
                (u32::from(low), offset + i)
            }));
        }
        let end_of_run = offset + run.len();
        letters.push((u32::from(' '), end_of_run));
        for from in 0..letters.len() - 1 {
            let mut hash = LETTER_SEED;
            for n in 0..LETTERS_MAX.min(letters.len() - from) {
                hash = (hash ^ u64::from(letters[from + n].0)).wrapping_mul(STEP);
                if n >= 1 {
                    let end = letters.get(from + n + 1).map_or(end_of_run, |l| l.1);
                    each(spread(hash ^ n as u64), letters[from].1, end);
                }
            }
        }
    }
}

fn dense(folded: &Folded, hits: &[Hit]) -> Vec<f32> {
    let mut sums = vec![0.0f32; Section::ALL.len() * 2];
    for hit in hits {
        sums[hit.section as usize * 2 + usize::from(hit.negated)] += hit.strength;
    }
    let log = |x: f32| x.signum() * (1.0 + x.abs()).ln();
    let mut out = Vec::with_capacity(DENSE);
    for section in SECTIONS {
        out.push(log(sums[section as usize * 2]));
        out.push(log(sums[section as usize * 2 + 1]));
    }
    let sum = |section: Section| sums[section as usize * 2];
    let shape = &folded.shape;
    let words = shape.words as f32;
    let share = |n: u32| n as f32 / (words + 1.0);
    let asks_last = folded.asks_last;
    out.extend([
        log(shape.exclamations.min(20) as f32),
        log(shape.questions.min(20) as f32),
        log(shape.ellipses.min(20) as f32),
        share(shape.shouts),
        log(shape.drawn as f32),
        log(shape.handles.min(10) as f32),
        log(shape.links.min(10) as f32),
        log(shape.smiles as f32),
        log(shape.frowns as f32),
        log(words) * 0.5,
        if words < 6.0 { 1.0 } else { 0.0 },
        log(shape.digits as f32) * 0.5,
        if asks_last { 1.0 } else { 0.0 },
        ((sum(Section::Positive) - sum(Section::Negative)) / (words.sqrt() + 1.0)).clamp(-3.0, 3.0),
    ]);
    out
}
