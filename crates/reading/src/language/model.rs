//! The model behind the language: how often each letter n-gram stands in each language.
//!
//! Naive Bayes over words and over n-grams of 1 to 5 letters (as Cavnar & Trenkle 1994 count
//! them), refined by passes that move weights where the answer was wrong. Only n-grams seen in a
//! language are kept for it, so that the table is small and a text costs a few lookups a letter.

use std::collections::BTreeMap;

/// Letters of a text that are looked at; a language shows itself sooner than that.
const LETTERS_MAX: usize = 1200;

/// N-grams are hashed into two to the power of this many buckets.
const BITS: u32 = 20;

/// Longest n-gram of letters.
const GRAM_MAX: usize = 5;

/// Steps of a weight; a weight is kept in one byte.
const STEPS: f32 = 16.0;

/// Languages that companies meet most; the others are rarer before a word is read.
const MAIN: [&str; 25] = [
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi-Latn", "hi", "hu", "it", "ja",
    "ko", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "tr", "zh",
];

/// How much likelier they are, as a logarithm.
const MAIN_PRIOR: f32 = 0.7;

/// After every so many n-grams it is asked whether one language is so far ahead that it is given.
const CHUNK: usize = 128;
const SURE_AHEAD: f32 = 9.0;

/// Entries of a bucket that stand in the bucket itself.
const INLINE: u8 = 3;

fn prior(code: &str) -> f32 {
    if MAIN.contains(&code) { MAIN_PRIOR } else { 0.0 }
}

/// Languages and the weights of n-grams for them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LanguageModel {
    codes: Vec<String>,
    /// How likely each language is before a word is read, as a logarithm.
    priors: Vec<f32>,
    /// For each bucket the number of its entries in the lowest byte; up to three entries stand
    /// above it, two bytes each, else the upper half says where they begin in `entries`. Most
    /// n-grams belong to few languages, and memory is what takes time here.
    buckets: Vec<u64>,
    /// Language and weight in steps, of buckets with more than three.
    entries: Vec<(u8, i8)>,
    /// What the best score is ahead by, per root of n-grams, is multiplied with before softmax.
    sharpness: f32,
}

/// A language as the model sees it: its index and probability, the best first.
pub(crate) type Ranked = Vec<(usize, f32)>;

impl LanguageModel {
    pub(crate) fn code(&self, index: usize) -> &str {
        &self.codes[index]
    }

    pub(crate) fn knows(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known == code)
    }

    #[cfg(test)]
    pub(crate) fn has(&self, index: usize) -> bool {
        index < self.codes.len()
    }

    /// The three likeliest languages with their probabilities; empty if there are no letters.
    pub(crate) fn rank(&self, text: &str) -> Ranked {
        let (raised, grams) = self.scores(text);
        if grams == 0 {
            return Vec::new();
        }
        let top = raised.iter().copied().fold(f32::MIN, f32::max);
        let exp: Vec<f32> = raised.iter().map(|r| (r - top).exp()).collect();
        let sum: f32 = exp.iter().sum();
        let mut ranked = Ranked::with_capacity(4);
        for (index, p) in exp.iter().map(|e| e / sum).enumerate() {
            let at = ranked.partition_point(|&(_, better)| better >= p);
            if at < 3 {
                ranked.insert(at, (index, p));
                ranked.truncate(3);
            }
        }
        ranked
    }

    /// The score of each language on the scale of its logarithm, and the n-grams they come from.
    /// Stops as soon as one is far ahead of all others: more letters would not change it.
    fn scores(&self, text: &str) -> (Vec<f32>, u32) {
        let mut sums = [0i32; 256];
        let mut grams = 0;
        let mut waiting: Vec<(u32, u32)> = Vec::with_capacity(2 * CHUNK);
        each_word(text, |letters| {
            each_gram(letters, |bucket, times| waiting.push((bucket as u32, times)));
            if waiting.len() < CHUNK {
                return true;
            }
            grams += self.look_up(&waiting, &mut sums);
            waiting.clear();
            !self.sure(&sums, grams)
        });
        grams += self.look_up(&waiting, &mut sums);
        let scale = self.scale(grams);
        let score = |(sum, prior): (&i32, &f32)| *sum as f32 * scale + prior;
        (sums.iter().zip(&self.priors).map(score).collect(), grams)
    }

    /// Adds what buckets say, each as often as it counts; gives how often all of them count.
    fn look_up(&self, buckets: &[(u32, u32)], sums: &mut [i32; 256]) -> u32 {
        // All buckets are fetched before one is used, so that the waits for memory overlap.
        let found: Vec<u64> = buckets.iter().map(|b| self.buckets[b.0 as usize]).collect();
        let mut outside = vec![(0u32, 0u32, 0i32); buckets.len()];
        let mut n_outside = 0;
        for (&packed, &(_, times)) in found.iter().zip(buckets) {
            let times = times as i32;
            let n = packed as u8;
            outside[n_outside] = ((packed >> 32) as u32, u32::from(n), times);
            n_outside += usize::from(n > INLINE);
            for i in 0..if n > INLINE { 0 } else { n } {
                let entry = packed >> (8 + 16 * i);
                let weight = (entry >> 8) as i8;
                sums[usize::from(entry as u8)] += i32::from(weight) * times;
            }
        }
        outside.truncate(n_outside);
        let firsts: Vec<(u8, i8)> = outside.iter().map(|o| self.entries[o.0 as usize]).collect();
        for (&(language, weight), &(from, n, times)) in firsts.iter().zip(&outside) {
            sums[usize::from(language)] += i32::from(weight) * times;
            for &(language, weight) in &self.entries[from as usize + 1..(from + n) as usize] {
                sums[usize::from(language)] += i32::from(weight) * times;
            }
        }
        buckets.iter().map(|b| b.1).sum()
    }

    /// The entries of a bucket.
    fn entries_of(&self, bucket: usize) -> Vec<(u8, i8)> {
        let packed = self.buckets[bucket];
        let n = packed as u8;
        if n > INLINE {
            let from = (packed >> 32) as usize;
            return self.entries[from..from + usize::from(n)].to_vec();
        }
        let entry = |i: u8| packed >> (8 + 16 * i);
        (0..n).map(|i| (entry(i) as u8, (entry(i) >> 8) as i8)).collect()
    }

    /// Puts entries into an empty bucket.
    fn put(&mut self, bucket: usize, of: &[(u8, i8)]) {
        let n = of.len() as u64;
        self.buckets[bucket] = if n <= u64::from(INLINE) {
            let one = |(i, &(l, w)): (usize, &(u8, i8))| {
                (u64::from(l) | u64::from(w as u8) << 8) << (8 + 16 * i)
            };
            of.iter().enumerate().map(one).fold(n, |packed, entry| packed | entry)
        } else {
            let from = self.entries.len() as u64;
            self.entries.extend_from_slice(of);
            n | from << 32
        };
    }

    fn scale(&self, grams: u32) -> f32 {
        self.sharpness / STEPS / (grams.max(1) as f32).sqrt()
    }

    fn sure(&self, sums: &[i32; 256], grams: u32) -> bool {
        let (mut first, mut second) = (i32::MIN, i32::MIN);
        for &sum in &sums[..self.codes.len()] {
            second = second.max(sum.min(first));
            first = first.max(sum);
        }
        (first - second.max(-1_000_000)) as f32 * self.scale(grams) > SURE_AHEAD
    }

    /// Learns from texts with their language codes; the same rows give the same model.
    ///
    /// # Panics
    /// If there are more than 255 languages.
    pub(crate) fn train(rows: &[(&str, &str)]) -> LanguageModel {
        let mut codes: Vec<String> = rows.iter().map(|r| r.0.to_owned()).collect();
        codes.sort();
        codes.dedup();
        assert!(codes.len() < 256, "a language is kept in one byte");
        let samples: Vec<(usize, &str)> = rows
            .iter()
            .map(|(code, text)| (codes.partition_point(|c| c.as_str() < *code), *text))
            .collect();
        let mut weights = count(&samples, codes.len());
        refine(&mut weights, &samples, codes.len());
        LanguageModel::pack(codes, &weights)
    }

    fn pack(codes: Vec<String>, weights: &Weights) -> LanguageModel {
        let buckets = vec![0; 1 << BITS];
        let priors = codes.iter().map(|code| prior(code)).collect();
        let mut model =
            LanguageModel { codes, priors, buckets, entries: Vec::new(), sharpness: 1.0 };
        for bucket in 0..1usize << BITS {
            let rounded = weights.of(bucket).map(|(language, weight)| {
                (language, (weight * STEPS).round().clamp(-127.0, 127.0) as i8)
            });
            let of: Vec<(u8, i8)> = rounded.filter(|e| e.1 != 0).collect();
            model.put(bucket, &of);
        }
        model
    }

    /// The bytes of the model: `RDRSLANG`, codes, sharpness, number of entries, then for each
    /// bucket that has
    /// entries its distance from the last (LEB128), how many, and the entries.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = b"RDRSLANG".to_vec();
        let codes = self.codes.join(" ");
        out.extend_from_slice(&(codes.len() as u32).to_le_bytes());
        out.extend_from_slice(codes.as_bytes());
        out.extend_from_slice(&self.sharpness.to_le_bytes());
        let whole: usize = self.buckets.iter().map(|packed| usize::from(*packed as u8)).sum();
        out.extend_from_slice(&(whole as u32).to_le_bytes());
        let mut last = 0;
        for bucket in 0..1usize << BITS {
            let of = self.entries_of(bucket);
            if of.is_empty() {
                continue;
            }
            let mut distance = bucket - last;
            last = bucket;
            while distance >= 0x80 {
                out.push(distance as u8 | 0x80);
                distance >>= 7;
            }
            out.push(distance as u8);
            out.push(of.len() as u8);
            out.extend(of.iter().flat_map(|&(language, weight)| [language, weight as u8]));
        }
        out
    }

    /// The model in such bytes, or nothing if they are not one.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<LanguageModel> {
        let rest = bytes.strip_prefix(b"RDRSLANG")?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (codes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let codes: Vec<String> =
            std::str::from_utf8(codes).ok()?.split(' ').map(str::to_owned).collect();
        let (sharpness, rest) = rest.split_first_chunk::<4>()?;
        let (whole, mut rest) = rest.split_first_chunk::<4>()?;
        let sharpness = f32::from_le_bytes(*sharpness);
        let buckets = vec![0; 1 << BITS];
        let priors = codes.iter().map(|code| prior(code)).collect();
        let mut model = LanguageModel { codes, priors, buckets, entries: Vec::new(), sharpness };
        let (mut bucket, mut read) = (0usize, 0u32);
        while !rest.is_empty() {
            let mut shift = 0;
            loop {
                let (&byte, more) = rest.split_first()?;
                rest = more;
                bucket += usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 || shift > 21 {
                    break;
                }
            }
            if bucket >= 1 << BITS {
                return None;
            }
            let (&n, more) = rest.split_first()?;
            let (of, more) = more.split_at_checked(usize::from(n) * 2)?;
            rest = more;
            let of: Vec<(u8, i8)> = of.chunks(2).map(|e| (e[0], e[1] as i8)).collect();
            if of.iter().any(|e| usize::from(e.0) >= model.codes.len()) {
                return None;
            }
            read += u32::from(n);
            model.put(bucket, &of);
        }
        (read == u32::from_le_bytes(*whole)).then_some(model)
    }
}

/// Weights while they are learnt.
struct Weights {
    starts: Vec<u32>,
    entries: Vec<(u8, f32)>,
}

impl Weights {
    fn of(&self, bucket: usize) -> impl Iterator<Item = (u8, f32)> + '_ {
        self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize].iter().copied()
    }
}

/// Naive Bayes weights: `ln(1 + share / floor)`, which is 0 for what was never seen.
fn count(samples: &[(usize, &str)], languages: usize) -> Weights {
    const FLOOR: f32 = 0.6; // n-grams in an average language: what one unseen one counts for
    let mut counts: BTreeMap<(u32, u8), u32> = BTreeMap::new();
    let mut totals = vec![0f32; languages];
    for &(language, text) in samples {
        grams_of(text, |bucket, times| {
            *counts.entry((bucket as u32, language as u8)).or_default() += times;
            totals[language] += times as f32;
        });
    }
    let mean = totals.iter().sum::<f32>() / languages as f32;
    let mut starts = vec![0u32; (1 << BITS) + 1];
    let mut entries = Vec::new();
    let mut at = 0;
    let mut counts = counts.into_iter().peekable();
    while let Some(&((bucket, _), _)) = counts.peek() {
        let mut of = Vec::new();
        while let Some(((_, language), n)) = counts.next_if(|e| e.0.0 == bucket) {
            let n = n as f32 * mean / totals[usize::from(language)];
            of.push((language, (1.0 + n / FLOOR).ln(), n));
        }
        if of.iter().map(|e| e.2).sum::<f32>() < 1.6 {
            continue; // Seen once: chance.
        }
        while at <= bucket as usize {
            starts[at] = entries.len() as u32;
            at += 1;
        }
        entries.extend(of.into_iter().map(|(language, weight, _)| (language, weight)));
    }
    starts[at..].fill(entries.len() as u32);
    Weights { starts, entries }
}

/// Moves weights towards the right language wherever another came within a margin.
fn refine(weights: &mut Weights, samples: &[(usize, &str)], languages: usize) {
    const PASSES: usize = 6;
    const RATE: f32 = 0.06;
    for pass in 0..PASSES {
        let rate = RATE / (1.0 + pass as f32 * 0.5);
        for k in 0..samples.len() {
            // A stride prime to most lengths mixes the languages without chance.
            let (truth, text) = samples[(k * 7919) % samples.len()];
            let mut buckets = Vec::new();
            grams_of(text, |bucket, n| buckets.extend((0..n).map(|_| bucket)));
            let mut scores = vec![0f32; languages];
            for &bucket in &buckets {
                weights.of(bucket).for_each(|(l, w)| scores[usize::from(l)] += w);
            }
            let rival = (0..languages)
                .filter(|&l| l != truth)
                .max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
                .unwrap_or(0);
            let margin = (buckets.len() as f32).sqrt() * 1.5;
            if scores[truth] - scores[rival] > margin {
                continue;
            }
            for &bucket in &buckets {
                let from = weights.starts[bucket] as usize;
                let to = weights.starts[bucket + 1] as usize;
                for (language, weight) in &mut weights.entries[from..to] {
                    match usize::from(*language) {
                        l if l == truth => *weight += rate,
                        l if l == rival => *weight -= rate,
                        _ => {}
                    }
                }
            }
        }
    }
}

fn grams_of(text: &str, mut each: impl FnMut(usize, u32)) {
    each_word(text, |letters| {
        each_gram(letters, &mut each);
        true
    });
}

/// Calls back with the letters of every word, its borders among them, until told to stop;
/// handles, links and what holds digits are left out.
fn each_word(text: &str, mut each: impl FnMut(&[u64]) -> bool) {
    let mut letters: Vec<u64> = Vec::with_capacity(64);
    let mut seen = 0;
    for run in text.split_whitespace() {
        if run.starts_with('@') || run.starts_with("http") {
            continue;
        }
        letters.clear();
        letters.push(BORDER);
        for c in run.chars().chain([' ']) {
            if c.is_ascii() && !c.is_ascii_alphabetic() || !is_letter(c) {
                if letters.len() > 1 {
                    letters.push(BORDER);
                    seen += letters.len();
                    if !each(&letters) || seen > LETTERS_MAX {
                        return;
                    }
                    letters.truncate(1);
                }
            } else if letters.len() >= 40 {
                // The rest of an endless word is left out.
            } else if c.is_ascii() {
                letters.push(u64::from(c.to_ascii_lowercase()));
            } else {
                letters.extend(c.to_lowercase().map(|c| u64::from(u32::from(c))));
            }
        }
    }
}

const BORDER: u64 = b' ' as u64;

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || (!c.is_ascii()
            && !c.is_whitespace()
            && unicode_normalization::char::is_combining_mark(c))
}

/// Calls back with the bucket of every n-gram of a word and how often it counts.
fn each_gram(letters: &[u64], mut each: impl FnMut(usize, u32)) {
    const STEP: u64 = 0x0000_0100_0000_01b3;
    let bucket = |hash: u64, salt: u64| {
        let mixed = (hash ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> (64 - BITS)) as usize
    };
    for from in 0..letters.len() {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for (n, &letter) in letters[from..].iter().take(GRAM_MAX).enumerate() {
            hash = (hash ^ letter).wrapping_mul(STEP);
            if n > 0 || letter != BORDER {
                each(bucket(hash, n as u64), 1);
            }
        }
    }
    let whole = letters.iter().fold(STEP, |h, &l| (h ^ l).wrapping_mul(STEP));
    // A whole word says more than its pieces: it counts three times.
    each(bucket(whole, 99), 3);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [(&str, &str); 6] = [
        ("en", "the cat is on the table and the dog is under the chair"),
        ("de", "die Katze ist auf dem Tisch und der Hund ist unter dem Stuhl"),
        ("ru", "кошка на столе а собака под стулом"),
        ("en", "where is the book that I gave to the teacher"),
        ("de", "wo ist das Buch das ich dem Lehrer gegeben habe"),
        ("ru", "где книга которую я дал учителю"),
    ];

    #[test]
    fn a_language_is_known_again_and_survives_its_bytes() {
        let model = LanguageModel::train(&ROWS.repeat(3));
        assert_eq!(model.code(model.rank("the dog and the teacher")[0].0), "en");
        assert_eq!(model.code(model.rank("der Hund und das Buch")[0].0), "de");
        assert_eq!(model.code(model.rank("собака и книга")[0].0), "ru");
        assert!(model.rank("12 :-) !!").is_empty());
        let bytes = model.to_bytes();
        assert_eq!(LanguageModel::from_bytes(&bytes).expect("its own bytes"), model);
        assert!((0..40).all(|cut| LanguageModel::from_bytes(&bytes[..cut]).is_none()));
    }
}
