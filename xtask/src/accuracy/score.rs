//! Measures of right and wrong, each with its 95 % interval by bootstrap over the texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Draws for an interval.
const DRAWS: usize = 400;

/// A figure and its interval, as shares of 1 unless the measure says otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub n: usize,
}

impl Figure {
    /// `79.7 (75.1–84.0)`: in points.
    pub fn points(&self) -> String {
        let [value, low, high] = [self.value, self.low, self.high].map(|x| x * 100.0);
        format!("{value:.1} ({low:.1}–{high:.1})")
    }

    /// `0.74 (0.70–0.78)`
    pub fn plain(&self) -> String {
        format!("{:.2} ({:.2}–{:.2})", self.value, self.low, self.high)
    }
}

/// Truth and answer of one text.
pub type Pair = (String, String);

/// A measure with its interval.
pub fn figure<T: Clone>(of: &[T], measure: impl Fn(&[T]) -> f64) -> Figure {
    let n = of.len();
    let mut state = 0x5eed_u64;
    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                of[(state >> 33) as usize % n.max(1)].clone()
            };
            measure(&(0..n).map(|_| next()).collect::<Vec<T>>())
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let (low, high) = (draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40]);
    Figure { value: measure(of), low, high, n }
}

pub fn accuracy(pairs: &[Pair]) -> f64 {
    pairs.iter().filter(|(t, s)| t == s).count() as f64 / pairs.len().max(1) as f64
}

/// F1 of one label.
pub fn f1(pairs: &[Pair], label: &str) -> f64 {
    let right = pairs.iter().filter(|(t, s)| t == label && s == label).count();
    let both: usize =
        pairs.iter().map(|(t, s)| usize::from(t == label) + usize::from(s == label)).sum();
    2.0 * right as f64 / both.max(1) as f64
}

/// The mean over the true labels of their F1.
pub fn mean_f1(pairs: &[Pair]) -> f64 {
    let labels: BTreeSet<&str> = pairs.iter().map(|(t, _)| t.as_str()).collect();
    labels.iter().map(|label| f1(pairs, label)).sum::<f64>() / labels.len().max(1) as f64
}

fn level(label: &str) -> f64 {
    label.parse().unwrap_or(0.0)
}

/// Kappa with quadratic weights, of labels that are numbers.
pub fn kappa(pairs: &[Pair]) -> f64 {
    let mut said: BTreeMap<&str, f64> = BTreeMap::new();
    let mut truth: BTreeMap<&str, f64> = BTreeMap::new();
    let mut seen = 0.0;
    for (t, s) in pairs {
        *truth.entry(t).or_default() += 1.0;
        *said.entry(s).or_default() += 1.0;
        seen += (level(t) - level(s)).powi(2);
    }
    let n = pairs.len().max(1) as f64;
    let far = |(t, a): (&&str, &f64)| -> f64 {
        said.iter().map(|(s, b)| (level(t) - level(s)).powi(2) * a * b / n).sum()
    };
    1.0 - seen / truth.iter().map(far).sum::<f64>().max(1e-9)
}

/// Share of answers at most one step from the truth.
pub fn within_one(pairs: &[Pair]) -> f64 {
    let near = pairs.iter().filter(|(t, s)| (level(t) - level(s)).abs() <= 1.0);
    near.count() as f64 / pairs.len().max(1) as f64
}

/// F1 over pairs of texts in one group, and B³ F1 (Bagga & Baldwin 1998).
pub fn groups(pairs: &[Pair]) -> (f64, f64) {
    let mut joint: HashMap<(&str, &str), f64> = HashMap::new();
    let mut truth: HashMap<&str, f64> = HashMap::new();
    let mut said: HashMap<&str, f64> = HashMap::new();
    for (t, s) in pairs {
        *joint.entry((t, s)).or_default() += 1.0;
        *truth.entry(t).or_default() += 1.0;
        *said.entry(s).or_default() += 1.0;
    }
    let two = |n: &f64| n * (n - 1.0) / 2.0;
    let right: f64 = joint.values().map(two).sum();
    let whole: f64 = truth.values().chain(said.values()).map(two).sum();
    let n = pairs.len().max(1) as f64;
    let precision: f64 = joint.iter().map(|((_, s), n)| n * n / said[s]).sum::<f64>() / n;
    let recall: f64 = joint.iter().map(|((t, _), n)| n * n / truth[t]).sum::<f64>() / n;
    (2.0 * right / whole.max(1.0), 2.0 * precision * recall / (precision + recall).max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<Pair> {
        of.iter().map(|(t, s)| ((*t).to_owned(), (*s).to_owned())).collect()
    }

    #[test]
    fn right_answers_measure_one_and_chance_measures_no_agreement() {
        let right = pairs(&[("0", "0"), ("4", "4"), ("2", "2")]);
        assert!((mean_f1(&right) - 1.0).abs() < 1e-9 && (kappa(&right) - 1.0).abs() < 1e-9);
        assert_eq!(groups(&right), (0.0, 1.0));
        let chance = pairs(&[("0", "0"), ("0", "4"), ("4", "0"), ("4", "4")]);
        assert!(kappa(&chance).abs() < 1e-9);
        assert!((within_one(&chance) - 0.5).abs() < 1e-9);
        let joined = pairs(&[("a", "1"), ("a", "1"), ("b", "1")]);
        assert!((groups(&joined).0 - 0.5).abs() < 1e-9);
    }
}
