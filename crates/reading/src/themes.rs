//! What many texts are about, without labels: themes with readable names.
//!
//! Words get vectors from the texts themselves (random indexing, Sahlgren 2005: a word is the sum
//! of the marks of its neighbours), a text is the weighted mean of its words, and texts are
//! joined to centres that come into being where nothing is near. The number of themes is not
//! given. Names are the words that stand out against all other texts (weighted log-odds with a
//! prior, Monroe, Colaresi & Quinn 2008).

use std::collections::{BTreeMap, HashMap};

use crate::fold::fold;

/// Numbers in a vector.
const DIMENSIONS: usize = 256;
/// Rounds over the texts at the most.
const ROUNDS: usize = 12;
/// Themes at the most.
const THEMES_MAX: usize = 400;

/// A theme found among texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Up to four words that stand out, the strongest first.
    pub name: Vec<String>,
    /// Words with how far they stand out, in standard deviations; at most twelve.
    pub terms: Vec<(String, f32)>,
    /// Indices of its texts.
    pub texts: Vec<usize>,
    /// Different customers who said it; each counts once however often they write.
    pub customers: usize,
}

/// Finds the themes of texts, the largest first. Each text comes with whatever names its customer.
///
/// `likeness` is how alike texts of one theme are at least, 0 to 1; [`LIKENESS`] is right unless
/// measured otherwise. Texts that are like no other end as themes of one and are left out.
///
/// `background` are further texts of the organisation: they sharpen what is known of words and
/// are in no theme.
pub fn themes(texts: &[(&str, &str)], background: &[&str], likeness: f32) -> Vec<Theme> {
    let mut words = Words::count(texts.iter().map(|t| t.0).chain(background.iter().copied()));
    let vectors = words.vectors();
    words.texts.truncate(texts.len());
    let points: Vec<Vec<f32>> = words.texts.iter().map(|t| words.point(t, &vectors)).collect();
    let of = join(&points, likeness);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    of.iter().enumerate().for_each(|(i, &g)| groups.entry(g).or_default().push(i));
    let mut found: Vec<Theme> = groups
        .into_values()
        .filter(|members| members.len() > 1)
        .map(|members| {
            let terms = words.standing_out(&members);
            let mut who: Vec<&str> = members.iter().map(|&i| texts[i].1).collect();
            who.sort_unstable();
            who.dedup();
            Theme {
                name: terms.iter().take(4).map(|t| t.0.clone()).collect(),
                terms,
                customers: who.len(),
                texts: members,
            }
        })
        .collect();
    found.sort_by(|a, b| b.customers.cmp(&a.customers).then(a.texts.cmp(&b.texts)));
    found
}

/// How alike texts of one theme are at least; chosen on questions to a bank: docs/accuracy.md.
pub const LIKENESS: f32 = 0.4;

/// Small words of English that name nothing; for other languages rareness alone must do.
const SMALL: &str = " a an the i my me we our you your it its is are was were be been am \
    do does did have has had to of in on at for with from and or but if not no can could will \
    would should so as by this that there what how why when where which who im ive \
    dont cant about up out get got please help need want know just any some been \
    being than then they them their he she his her ";

struct Words {
    names: Vec<String>,
    /// Texts in which a word stands.
    seen: Vec<u32>,
    texts: Vec<Vec<u32>>,
}

impl Words {
    fn count<'t>(texts: impl Iterator<Item = &'t str>) -> Words {
        let mut index: HashMap<String, u32> = HashMap::new();
        let mut words = Words { names: Vec::new(), seen: Vec::new(), texts: Vec::new() };
        for text in texts {
            let folded = fold(text);
            let mut of = Vec::new();
            for token in folded.tokens.iter().filter(|t| t.is_word()).take(400) {
                let word = folded.word(token);
                let id = match index.get(word) {
                    Some(&id) => id,
                    None => {
                        let id = words.names.len() as u32;
                        index.insert(word.to_owned(), id);
                        words.names.push(word.to_owned());
                        words.seen.push(0);
                        id
                    }
                };
                of.push(id);
            }
            let mut once = of.clone();
            once.sort_unstable();
            once.dedup();
            once.iter().for_each(|&id| words.seen[id as usize] += 1);
            words.texts.push(of);
        }
        words
    }

    fn small(&self, word: usize) -> bool {
        let name = &self.names[word];
        name.len() < 2 || SMALL.contains(&format!(" {name} "))
    }

    /// How much a word says: rare ones more, small ones next to nothing.
    fn weight(&self, word: usize) -> f32 {
        let n = self.texts.len() as f32;
        let rare = ((n + 1.0) / (self.seen[word] as f32 + 1.0)).ln();
        if self.small(word) { 0.15 * rare } else { rare }
    }

    /// Vectors of the words: their own mark and the marks of the words they stand in texts with.
    fn vectors(&self) -> Vec<Vec<f32>> {
        let n = self.names.len();
        let mut vectors: Vec<Vec<f32>> = (0..n).map(|w| mark(w, 2.2)).collect();
        let mut sums = vec![vec![0.0f32; DIMENSIONS]; n];
        for text in &self.texts {
            let mut sum = vec![0.0f32; DIMENSIONS];
            for &w in text {
                add(&mut sum, &mark(w as usize, self.weight(w as usize)));
            }
            for &w in text {
                let own = mark(w as usize, self.weight(w as usize));
                let target = &mut sums[w as usize];
                for ((t, s), o) in target.iter_mut().zip(&sum).zip(&own) {
                    *t += s - o;
                }
            }
        }
        for (vector, mut sum) in vectors.iter_mut().zip(sums) {
            normalise(&mut sum);
            normalise(vector);
            for (v, s) in vector.iter_mut().zip(&sum) {
                *v = OWN * *v + s;
            }
            normalise(vector);
        }
        centre(&mut vectors);
        vectors
    }

    fn point(&self, text: &[u32], vectors: &[Vec<f32>]) -> Vec<f32> {
        let mut point = vec![0.0; DIMENSIONS];
        for &w in text {
            let weight = self.weight(w as usize);
            for (p, v) in point.iter_mut().zip(&vectors[w as usize]) {
                *p += weight * v;
            }
        }
        normalise(&mut point);
        point
    }

    /// Words that stand out in some texts against the others: log-odds with an informative prior,
    /// in standard deviations.
    fn standing_out(&self, members: &[usize]) -> Vec<(String, f32)> {
        let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
        let mut inside = 0.0f32;
        for &i in members {
            for &w in &self.texts[i] {
                *counts.entry(w).or_default() += 1.0;
                inside += 1.0;
            }
        }
        let all: f32 = self.texts.iter().map(|t| t.len() as f32).sum();
        let prior_sum = 100.0f32;
        let mut terms: Vec<(String, f32)> = counts
            .iter()
            .filter(|(w, n)| !self.small(**w as usize) && **n >= 2.0)
            .map(|(&w, &n)| {
                let whole = (self.seen[w as usize] as f32).max(n);
                let prior = prior_sum * whole / all;
                let rest = (all - inside).max(1.0);
                let here = (n + prior) / (inside + prior_sum - n - prior).max(1.0);
                let there = (whole - n + prior) / (rest + prior_sum - (whole - n) - prior).max(1.0);
                let deviation = (1.0 / (n + prior) + 1.0 / (whole - n + prior)).sqrt();
                (self.names[w as usize].clone(), (here / there).ln() / deviation)
            })
            .collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        terms.truncate(12);
        terms
    }
}

/// How much a word's own mark counts beside its company.
const OWN: f32 = 0.8;

/// A word's own sparse mark: 12 of the numbers are plus or minus `size`.
fn mark(word: usize, size: f32) -> Vec<f32> {
    let mut mark = vec![0.0; DIMENSIONS];
    let mut state = (word as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..12 {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let x = state.wrapping_mul(0x2545_f491_4f6c_dd1d);
        mark[(x >> 40) as usize % DIMENSIONS] += if x & 1 == 0 { size } else { -size };
    }
    mark
}

fn add(sum: &mut [f32], other: &[f32]) {
    sum.iter_mut().zip(other).for_each(|(s, o)| *s += o);
}

fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 1e-9 {
        vector.iter_mut().for_each(|v| *v /= norm);
    }
}

/// Takes away what all words share, which says nothing (Mu & Viswanath 2018).
fn centre(vectors: &mut [Vec<f32>]) {
    let n = vectors.len().max(1) as f32;
    let mut mean = vec![0.0f32; DIMENSIONS];
    vectors.iter().for_each(|v| add(&mut mean, v));
    mean.iter_mut().for_each(|m| *m /= n);
    for vector in vectors {
        vector.iter_mut().zip(&mean).for_each(|(v, m)| *v -= m);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Joins points to centres (spherical DP-means, Kulis & Jordan 2012): a point that is near no
/// centre becomes one.
fn join(points: &[Vec<f32>], likeness: f32) -> Vec<usize> {
    let mut centres: Vec<Vec<f32>> = Vec::new();
    let mut of = vec![usize::MAX; points.len()];
    for _ in 0..ROUNDS {
        let mut moved = 0;
        for (i, point) in points.iter().enumerate() {
            let best = centres
                .iter()
                .enumerate()
                .map(|(c, centre)| (c, dot(point, centre)))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            let at = match best {
                Some((c, near)) if near >= likeness || centres.len() >= THEMES_MAX => c,
                _ => {
                    centres.push(point.clone());
                    centres.len() - 1
                }
            };
            moved += usize::from(of[i] != at);
            of[i] = at;
        }
        let mut sums = vec![vec![0.0f32; DIMENSIONS]; centres.len()];
        of.iter().zip(points).for_each(|(&c, point)| add(&mut sums[c], point));
        sums.iter_mut().for_each(|s| normalise(s));
        centres = sums;
        if moved * 200 < points.len() {
            break;
        }
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_have_names_and_count_customers_once() {
        let mut texts = Vec::new();
        let names: Vec<String> = (0..12).map(|i| format!("customer {}", i % 6)).collect();
        for name in &names {
            texts.push(("the parcel arrived broken and the box was torn", name.as_str()));
            texts.push(("cannot log in to the app with my password", name.as_str()));
        }
        let found = themes(&texts, &[], LIKENESS);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|t| t.texts.len() == 12 && t.customers == 6));
        let named = |word: &str| found.iter().any(|t| t.terms.iter().any(|(w, _)| w == word));
        assert!(named("parcel") && named("password"));
        assert!(themes(&[], &[], LIKENESS).is_empty());
    }
}
