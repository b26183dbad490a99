//! What many texts are about, without labels: themes with readable names.
//!
//! Texts get vectors learnt from the texts themselves, are drawn towards their neighbours and
//! joined where they are alike on average; the number of themes is not given. Names are the words
//! that stand out against all other texts (weighted log-odds with a prior, Monroe, Colaresi &
//! Quinn 2008).

use std::collections::{BTreeMap, HashMap};

mod factors;
mod join;
mod points;

use factors::{add, dot, normalise};
use points::Points;

use crate::fold::fold;

/// Texts that are compared with one another; further ones go to the theme they are nearest to.
const COMPARED_MAX: usize = 6000;

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
    let words = Words::count(texts.iter().map(|t| t.0).chain(background.iter().copied()));
    let of = grouped(&words, texts.len(), likeness);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, group) in of.into_iter().enumerate() {
        group.into_iter().for_each(|g| groups.entry(g).or_default().push(i));
    }
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
pub const LIKENESS: f32 = 0.65;

/// A text that was not compared belongs to the nearest theme if it is at least so near to its
/// middle; the vectors of such texts are not drawn together, so that they are less alike.
const NEAR_MIN: f32 = 0.35;

/// The group of each of the first `n` texts, if it has one.
fn grouped(words: &Words, n: usize, likeness: f32) -> Vec<Option<usize>> {
    let points = Points::learn(words);
    let step = n.div_ceil(COMPARED_MAX).max(1);
    let compared: Vec<usize> = (0..n).step_by(step).collect();
    let others = words.texts.len() - n;
    let room = COMPARED_MAX - compared.len();
    let between = others.div_ceil(room.max(1)).max(1);
    let background = (n..words.texts.len()).step_by(between).take(room);
    let mut near: Vec<Vec<f32>> =
        compared.iter().copied().chain(background).map(|text| points.point(text)).collect();
    let raw: Vec<Vec<f32>> = if step > 1 { near[..compared.len()].to_vec() } else { Vec::new() };
    join::draw_together(&mut near);
    near.truncate(compared.len());
    let joined = join::link(&near, likeness);
    let mut of = vec![None; n];
    compared.iter().zip(&joined).for_each(|(&text, &group)| of[text] = Some(group));
    if step > 1 {
        let groups = joined.iter().max().map_or(0, |g| g + 1);
        let mut centres = vec![vec![0.0; raw[0].len()]; groups];
        raw.iter().zip(&joined).for_each(|(point, &group)| add(&mut centres[group], point, 1.0));
        centres.iter_mut().for_each(|centre| normalise(centre));
        for text in (0..n).filter(|text| text % step != 0) {
            let point = points.point(text);
            let near = centres.iter().enumerate().map(|(g, centre)| (g, dot(&point, centre)));
            let best = near.max_by(|a, b| a.1.total_cmp(&b.1));
            of[text] = best.filter(|best| best.1 >= NEAR_MIN).map(|best| best.0);
        }
    }
    of
}

/// Small words of English that name nothing; for other languages rareness alone must do.
const SMALL: &str = " a an the i my me we our you your it its is are was were be been am \
    do does did have has had to of in on at for with from and or but if not no can could will \
    would should so as by this that there what how why when where which who im ive \
    dont cant about up out get got please help need want know just any some been \
    being than then they them their he she his her ";

struct Words {
    names: Vec<String>,
    /// As it was written first, in small letters: `Mahngebühr` is told with its two dots.
    shown: Vec<String>,
    /// Texts in which a word stands.
    seen: Vec<u32>,
    texts: Vec<Vec<u32>>,
}

impl Words {
    fn count<'t>(texts: impl Iterator<Item = &'t str>) -> Words {
        let mut index: HashMap<String, u32> = HashMap::new();
        let mut words =
            Words { names: Vec::new(), shown: Vec::new(), seen: Vec::new(), texts: Vec::new() };
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
                        words.shown.push(text[token.span()].to_lowercase());
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

    /// How rare a word is among all texts, at least 0.
    fn rare(&self, word: usize) -> f32 {
        (self.texts.len() as f32 / self.seen[word].max(1) as f32).ln().max(0.0)
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
                (self.shown[w as usize].clone(), (here / there).ln() / deviation)
            })
            .collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        terms.truncate(12);
        terms
    }
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
