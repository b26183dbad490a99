//! What a customer is worth: lifetime value from orders or from a contract, and what is at risk.
//!
//! Orders without a contract: BG/NBD for how many (Fader, Hardie & Lee, Marketing Science 24
//! (2005) 275–284) and Gamma-Gamma for how much (Fader, Hardie & Lee, JMR 42 (2005) 415–430).
//! Contracts: the geometric formula `margin · r / (1 + d − r)` (Gupta & Lehmann 2003).

use serde::{Deserialize, Serialize};

/// What is known of one customer's orders, in any one unit of time and of money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Orders {
    /// Orders after the first one.
    pub repeats: u32,
    /// Time from the first order to the last; 0 without repeats.
    pub last_at: f64,
    /// Time from the first order to now.
    pub known_for: f64,
    /// Mean money of all orders, the first one too.
    pub mean_spend: f64,
}

/// The BG/NBD model fitted to a company's customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Buying {
    /// Shape of the rate of orders.
    pub r: f64,
    /// Scale of the rate of orders.
    pub alpha: f64,
    /// First parameter of leaving after an order.
    pub a: f64,
    /// Second parameter of leaving after an order.
    pub b: f64,
}

/// The Gamma-Gamma model of spend per order fitted to a company's customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// Shape of an order's money.
    pub p: f64,
    /// Shape of the customers' scales.
    pub q: f64,
    /// Scale of the customers' scales.
    pub gamma: f64,
}

impl Buying {
    /// Fits the model by greatest likelihood; nothing if no customer ordered twice.
    pub fn fit(customers: &[Orders]) -> Option<Buying> {
        if !customers.iter().any(|c| c.repeats > 0) {
            return None;
        }
        // A large base says no more than its sample: every k-th customer, 5,000 at the most.
        let step = customers.len().div_ceil(5000);
        let sample: Vec<Orders> = customers.iter().step_by(step).copied().collect();
        let scale = sample.iter().map(|c| c.known_for).fold(0.0, f64::max).max(1e-9);
        let loss = |x: &[f64; 4]| {
            let [r, alpha, a, b] = x.map(f64::exp);
            let model = Buying { r, alpha: alpha * scale, a, b };
            -sample.iter().map(|c| model.log_likelihood(c)).sum::<f64>() / sample.len() as f64
        };
        let [r, alpha, a, b] = least(loss, [-1.0, -1.5, -0.5, 0.5]).map(f64::exp);
        Some(Buying { r, alpha: alpha * scale, a, b })
    }

    fn log_likelihood(&self, c: &Orders) -> f64 {
        let Buying { r, alpha, a, b } = *self;
        let x = f64::from(c.repeats);
        let start =
            ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + ln_gamma(a + b) + ln_gamma(b + x)
                - ln_gamma(b)
                - ln_gamma(a + b + x);
        let stays = -(r + x) * (alpha + c.known_for).ln();
        if c.repeats == 0 {
            return start + stays;
        }
        let left = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + c.last_at).ln();
        let top = stays.max(left);
        start + top + ((stays - top).exp() + (left - top).exp()).ln()
    }

    /// Probability that the customer still buys, 0 to 1.
    pub fn still_buys(&self, c: &Orders) -> f64 {
        if c.repeats == 0 {
            return 1.0;
        }
        let x = f64::from(c.repeats);
        let odds = self.a / (self.b + x - 1.0)
            * ((self.alpha + c.known_for) / (self.alpha + c.last_at)).powf(self.r + x);
        1.0 / (1.0 + odds)
    }

    /// Orders to expect within a time from now.
    pub fn expected_orders(&self, c: &Orders, within: f64) -> f64 {
        let Buying { r, alpha, a, b } = *self;
        let x = f64::from(c.repeats);
        let t = c.known_for;
        // The paper's formula divides by a − 1; a step aside makes a = 1 harmless.
        let a = if (a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { a };
        let z = within / (alpha + t + within);
        let series = hypergeometric(r + x, b + x, a + b + x - 1.0, z);
        let shrink = ((alpha + t) / (alpha + t + within)).powf(r + x);
        let orders = (a + b + x - 1.0) / (a - 1.0) * (1.0 - shrink * series) * self.still_buys(c);
        orders.max(0.0)
    }
}

impl Spending {
    /// Fits the model to customers who paid; nothing if fewer than ten did.
    pub fn fit(customers: &[Orders]) -> Option<Spending> {
        let paid = |c: &&Orders| c.mean_spend > 0.0;
        let payers: Vec<Orders> = customers.iter().filter(paid).copied().collect();
        if payers.len() < 10 {
            return None;
        }
        let step = payers.len().div_ceil(5000);
        let sample: Vec<Orders> = payers.into_iter().step_by(step).collect();
        let mean = sample.iter().map(|c| c.mean_spend).sum::<f64>() / sample.len() as f64;
        let loss = |x: &[f64; 3]| {
            let [p, q, gamma] = x.map(f64::exp);
            let model = Spending { p, q, gamma: gamma * mean };
            -sample.iter().map(|c| model.log_likelihood(c)).sum::<f64>() / sample.len() as f64
        };
        let [p, q, gamma] = least(loss, [1.5, 1.3, -0.5]).map(f64::exp);
        Some(Spending { p, q, gamma: gamma * mean })
    }

    fn log_likelihood(&self, c: &Orders) -> f64 {
        let Spending { p, q, gamma } = *self;
        let x = f64::from(c.repeats) + 1.0; // All orders tell of spend, the first one too.
        let m = c.mean_spend;
        ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q)
            + q * gamma.ln()
            + (p * x - 1.0) * m.ln()
            + (p * x) * x.ln()
            - (p * x + q) * (gamma + m * x).ln()
    }

    /// Money to expect of the customer's next order: between what this customer spends and what
    /// all do, nearer to the first the more orders there were.
    pub fn expected_spend(&self, c: &Orders) -> f64 {
        let Spending { p, q, gamma } = *self;
        let x = f64::from(c.repeats) + 1.0;
        let q = q.max(1.000_1); // The mean of all customers exists only above 1.
        let own = p * x / (p * x + q - 1.0);
        (1.0 - own) * gamma * p / (q - 1.0) + own * c.mean_spend
    }
}

/// Money to expect of a customer without a contract within a time from now, with an interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// What to expect.
    pub expected: f64,
    /// Nine of ten customers like this one spend at least that (orders taken as Poisson).
    pub low: f64,
    /// Nine of ten customers like this one spend at most that.
    pub high: f64,
}

/// Money to expect of a customer within a time from now.
pub fn value(buying: &Buying, spending: &Spending, c: &Orders, within: f64) -> Value {
    let orders = buying.expected_orders(c, within);
    let each = spending.expected_spend(c);
    let spread = 1.2816 * orders.sqrt(); // 90 % of a normal on each side
    Value {
        expected: orders * each,
        low: (orders - spread).max(0.0) * each,
        high: (orders + spread) * each,
    }
}

/// Value of a contract: `margin · r / (1 + d − r)`.
///
/// - `margin`: what one period brings.
/// - `retention`: probability to stay each period, below 1.
/// - `discount`: of money one period later, 0 or more.
pub fn contract_value(margin: f64, retention: f64, discount: f64) -> f64 {
    let r = retention.clamp(0.0, 0.999);
    margin * r / (1.0 + discount.max(0.0) - r)
}

/// Value that is lost if the probability to leave grows by `more_leave`, 0 to 1.
pub fn value_at_risk(value: f64, more_leave: f64) -> f64 {
    value * more_leave.clamp(0.0, 1.0)
}

/// Value in minor units that is at risk while a complaint of this severity is open. By how much
/// such a complaint raises the chance to leave is an assumption of ours, 2 to 30 points, to be said
/// wherever the figure is shown; it is no measurement.
pub fn at_risk(expected_minor: i64, severity: u8) -> i64 {
    const MORE_LEAVE: [f64; 5] = [0.02, 0.05, 0.1, 0.2, 0.3];
    let more = MORE_LEAVE[usize::from(severity.min(4))];
    value_at_risk(expected_minor as f64, more).round() as i64
}

/// Logarithm of the gamma function for positive numbers (Lanczos, g = 7, nine terms).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return ln_gamma(x + 1.0) - x.ln();
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C[1..].iter().enumerate().fold(C[0], |s, (i, c)| s + c / (x + 1.0 + i as f64));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// Gauss's series ₂F₁(a, b; c; z) for 0 ≤ z < 1.
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 0..2000 {
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (1.0 + n)) * z;
        sum += term;
        if term.abs() < 1e-12 * sum.abs() {
            break;
        }
    }
    sum
}

/// The point of least loss by the simplex of Nelder & Mead (1965).
fn least<const N: usize>(loss: impl Fn(&[f64; N]) -> f64, start: [f64; N]) -> [f64; N] {
    const STEPS: usize = 400;
    let worth = |x: &[f64; N]| {
        let inside = x.iter().all(|v| v.abs() < 12.0);
        let l = if inside { loss(x) } else { f64::INFINITY };
        if l.is_nan() { f64::INFINITY } else { l }
    };
    let mut points = vec![(worth(&start), start)];
    for i in 0..N {
        let mut x = start;
        x[i] += 0.7;
        points.push((worth(&x), x));
    }
    for _ in 0..STEPS {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let worst = points[N];
        if (worst.0 - points[0].0).abs() < 1e-9 {
            break;
        }
        let mut middle = [0.0; N];
        for (_, x) in &points[..N] {
            middle.iter_mut().zip(x).for_each(|(m, v)| *m += v / N as f64);
        }
        let along = |t: f64| {
            let mut x = middle;
            x.iter_mut().zip(&worst.1).for_each(|(m, w)| *m += t * (*m - w));
            (worth(&x), x)
        };
        let reflected = along(1.0);
        let next = if reflected.0 < points[0].0 {
            let further = along(2.0);
            if further.0 < reflected.0 { further } else { reflected }
        } else if reflected.0 < points[N - 1].0 {
            reflected
        } else {
            along(if reflected.0 < worst.0 { 0.5 } else { -0.5 })
        };
        if next.0 < worst.0 {
            points[N] = next;
            continue;
        }
        let best = points[0].1;
        for point in &mut points[1..] {
            point.1.iter_mut().zip(&best).for_each(|(v, b)| *v = (*v + b) / 2.0);
            point.0 = worth(&point.1);
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points[0].1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters and example of the paper's CDNOW sample: customer with 2 repeats, the last at
    /// 30.43 of 38.86 weeks, is expected to order 1.226 times in 39 weeks (section 5).
    #[test]
    fn the_papers_example_comes_out() {
        let model = Buying { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let c = Orders { repeats: 2, last_at: 30.43, known_for: 38.86, mean_spend: 0.0 };
        assert!((model.expected_orders(&c, 39.0) - 1.226).abs() < 0.01);
    }

    #[test]
    fn who_ordered_often_and_long_ago_has_probably_left() {
        let model = Buying { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let fresh = Orders { repeats: 8, last_at: 38.0, known_for: 39.0, mean_spend: 20.0 };
        let gone = Orders { last_at: 9.0, ..fresh };
        assert!(model.still_buys(&fresh) > 0.9 && model.still_buys(&gone) < 0.2);
    }

    #[test]
    fn one_order_says_little_and_many_say_much_about_spend() {
        let model = Spending { p: 6.25, q: 3.74, gamma: 15.44 };
        let once = Orders { repeats: 1, last_at: 5.0, known_for: 30.0, mean_spend: 100.0 };
        let often = Orders { repeats: 12, ..once };
        let mean = 15.44 * 6.25 / 2.74;
        assert!(model.expected_spend(&once) > mean);
        assert!(model.expected_spend(&often) > model.expected_spend(&once));
        assert!(model.expected_spend(&often) < 100.0);
    }

    #[test]
    fn a_contract_is_worth_more_the_longer_people_stay() {
        assert!((contract_value(10.0, 0.9, 0.1) - 45.0).abs() < 1e-9);
        assert!((value_at_risk(45.0, 0.2) - 9.0).abs() < 1e-9);
    }

    #[test]
    fn nobody_who_ordered_twice_is_no_ground_for_a_model() {
        let one = Orders { repeats: 0, last_at: 0.0, known_for: 20.0, mean_spend: 0.0 };
        assert!(Buying::fit(&[one; 50]).is_none() && Spending::fit(&[one; 50]).is_none());
    }
}
