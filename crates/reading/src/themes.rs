//! What many texts are about, without labels: themes with readable names.
//!
//! Texts get vectors learnt from the texts themselves, are drawn towards their neighbours and
//! joined where they are alike on average; the number of themes is not given. A theme that holds
//! more than a tenth of all texts is split by what sets its texts apart from one another. Names are
//! the words and pairs of words that stand out against all other texts (weighted log-odds with a
//! prior, Monroe, Colaresi & Quinn 2008).

use std::collections::BTreeMap;

mod factors;
mod join;
mod names;
mod points;
mod words;

use factors::{add, dot, normalise};
use points::Points;
use words::Words;

/// Texts that are compared with one another; further ones go to the theme they are nearest to.
const COMPARED_MAX: usize = 6000;

/// A theme found among texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// What stands out most, two to four words in up to three parts: `["late fee", "charged"]`.
    pub name: Vec<String>,
    /// Words and pairs of words with how far they stand out, in standard deviations; at most
    /// twelve.
    pub terms: Vec<(String, f32)>,
    /// Indices of its texts. A long text may be in several themes.
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
    for (i, of) in of.into_iter().enumerate() {
        of.into_iter().for_each(|g| groups.entry(g).or_default().push(i));
    }
    let groups: Vec<Vec<usize>> = groups.into_values().filter(|of| of.len() > 1).collect();
    let said = names::Said::count(&words, &groups);
    let mut named: Vec<Named> = groups.into_iter().map(|of| Named::new(&said, of)).collect();
    while let Some((a, b)) = same(&named, texts.len()) {
        let mut members = named.swap_remove(b).texts;
        members.extend(std::mem::take(&mut named[a].texts));
        members.sort_unstable();
        members.dedup();
        named[a] = Named::new(&said, members);
    }
    let counted = named.into_iter().map(|Named { name, terms, texts: members }| {
        let mut who: Vec<&str> = members.iter().map(|&i| texts[i].1).collect();
        who.sort_unstable();
        who.dedup();
        Theme { name, terms, customers: who.len(), texts: members }
    });
    let mut found: Vec<Theme> = counted.collect();
    found.sort_by(|a, b| b.customers.cmp(&a.customers).then(a.texts.cmp(&b.texts)));
    found
}

/// A theme before its customers are counted.
struct Named {
    name: Vec<String>,
    terms: Vec<(String, f32)>,
    texts: Vec<usize>,
}

impl Named {
    fn new(said: &names::Said<'_>, texts: Vec<usize>) -> Named {
        let terms = said.standing_out(&texts);
        Named { name: names::name(&terms), terms, texts }
    }
}

/// Two themes that nobody could tell apart by their names, and that are not too large together.
fn same(named: &[Named], n: usize) -> Option<(usize, usize)> {
    let most = (n as f32 * join::SHARE_MAX) as usize;
    let alike = |a: &Named, b: &Named| {
        let (a, b) = (a.name.iter().take(2), b.name.get(..2));
        b.is_some_and(|b| a.zip(b).filter(|(a, b)| a == b).count() == 2)
    };
    let pairs = (0..named.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let fit = |&(a, b): &(usize, usize)| named[a].texts.len() + named[b].texts.len() <= most;
    pairs.filter(fit).find(|&(a, b)| alike(&named[a], &named[b]))
}

/// How alike texts of one theme are at least; chosen on questions to a bank: docs/accuracy.md.
pub const LIKENESS: f32 = 0.65;

/// A text that was not compared belongs to the nearest theme if it is at least so near to its
/// middle; the vectors of such texts are not drawn together, so that they are less alike.
const NEAR_MIN: f32 = 0.35;

/// Words from which on a text may tell of several matters.
const LONG: usize = 60;

/// A long text is also in further themes to whose middle it is at least so near, measured by how
/// near it is to that of its own.
const NEAR_TOO: f32 = 0.9;

/// The groups of each of the first `n` texts: its own first, if it has one.
fn grouped(words: &Words, n: usize, likeness: f32) -> Vec<Vec<usize>> {
    let points = Points::learn(words);
    let step = n.div_ceil(COMPARED_MAX).max(1);
    let compared: Vec<usize> = (0..n).step_by(step).collect();
    let others = words.texts.len() - n;
    let room = COMPARED_MAX - compared.len();
    let between = others.div_ceil(room.max(1)).max(1);
    let background = (n..words.texts.len()).step_by(between).take(room);
    let mut near: Vec<Vec<f32>> =
        compared.iter().copied().chain(background).map(|text| points.point(text)).collect();
    let raw: Vec<Vec<f32>> = near[..compared.len()].to_vec();
    join::draw_together(&mut near);
    near.truncate(compared.len());
    let mut joined = join::link(&near, likeness);
    drop(near);
    join::split(&raw, &mut joined, likeness);
    join::gather(&raw, &mut joined, NEAR_MIN);
    let centres = middles(&raw, &joined);
    let place = |text: usize| {
        let known = text.is_multiple_of(step).then(|| (&raw[text / step], joined[text / step]));
        let learnt = if known.is_none() { points.point(text) } else { Vec::new() };
        let point = known.map_or(&learnt, |known| known.0);
        let own = known.map(|known| known.1).or_else(|| nearest(point, &centres));
        let mut of: Vec<usize> = own.into_iter().collect();
        if let Some(own) = own
            && words.texts[text].len() >= LONG
        {
            let least = (dot(point, &centres[own]) * NEAR_TOO).max(NEAR_MIN);
            let also = (0..centres.len()).filter(|&g| g != own && dot(point, &centres[g]) >= least);
            of.extend(also);
        }
        of
    };
    (0..n).map(place).collect()
}

/// The middle of each group.
fn middles(points: &[Vec<f32>], of: &[usize]) -> Vec<Vec<f32>> {
    let groups = of.iter().max().map_or(0, |last| last + 1);
    let mut middles = vec![vec![0.0; points.first().map_or(0, Vec::len)]; groups];
    points.iter().zip(of).for_each(|(point, &group)| add(&mut middles[group], point, 1.0));
    middles.iter_mut().for_each(|middle| normalise(middle));
    middles
}

fn nearest(point: &[f32], middles: &[Vec<f32>]) -> Option<usize> {
    let near = middles.iter().enumerate().map(|(g, middle)| (g, dot(point, middle)));
    let best = near.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|best| best.1 >= NEAR_MIN);
    best.map(|best| best.0)
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
