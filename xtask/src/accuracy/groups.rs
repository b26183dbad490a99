//! Texts that tell the same story, themes, and what customers will order.

use anyhow::{Context as _, Result};
use reading::near::NearDuplicates;
use reading::themes::{LIKENESS, themes};
use reading::value::{Buying, Orders, Spending, value};

use super::Sets;
use super::score::{Pair, groups};

/// Near-duplicates: F1 over pairs and B³.
pub fn near(sets: &Sets) -> Result<(f64, f64, usize)> {
    let table = sets.table("neardup/train.csv")?;
    let mut texts = NearDuplicates::new();
    table.iter().for_each(|r| _ = texts.add(&r["text"]));
    let pair = |(i, r): (usize, &super::Record)| (r["group"].clone(), texts.group(i).to_string());
    let pairs: Vec<Pair> = table.iter().enumerate().map(pair).collect();
    let (pair_f1, bcubed) = groups(&pairs);
    Ok((pair_f1, bcubed, table.len()))
}

/// Themes of bank questions without labels: F1 over pairs, and how many themes.
pub fn of_questions(sets: &Sets) -> Result<(f64, usize, usize)> {
    let dev = sets.table("banking77/dev.csv")?;
    let train = sets.table("banking77/train.csv")?;
    let texts: Vec<(&str, &str)> =
        dev.iter().map(|r| (r["text"].as_str(), r["id"].as_str())).collect();
    let others: Vec<&str> = train.iter().map(|r| r["text"].as_str()).collect();
    let found = themes(&texts, &others, LIKENESS);
    let mut said: Vec<String> = (0..dev.len()).map(|i| format!("alone {i}")).collect();
    for (i, theme) in found.iter().enumerate() {
        theme.texts.iter().for_each(|&t| said[t] = i.to_string());
    }
    let pairs: Vec<Pair> = dev.iter().map(|r| r["label"].clone()).zip(said).collect();
    Ok((groups(&pairs).0, found.len(), dev.len()))
}

/// Mean absolute errors of orders and of spend in the next 39 weeks.
pub fn orders(sets: &Sets) -> Result<(f64, f64, usize)> {
    let table = sets.table("customer-value/train.csv")?;
    let mut known = Vec::new();
    for r in &table {
        let orders: Vec<(String, f64)> = serde_json::from_str(&r["orders"])?;
        let days: Vec<f64> = orders.iter().filter_map(|(day, _)| day_of(day)).collect();
        let (first, last) = days.first().zip(days.last()).context("a customer without orders")?;
        let distinct = days.windows(2).filter(|d| d[0] != d[1]).count();
        known.push(Orders {
            repeats: distinct as u32,
            last_at: (last - first) / 7.0,
            known_for: (END - first) / 7.0,
            mean_spend: orders.iter().map(|o| o.1).sum::<f64>() / (distinct + 1) as f64,
        });
    }
    let buying = Buying::fit(&known).context("nobody ordered twice")?;
    let spending = Spending::fit(&known).context("nobody paid")?;
    let (mut orders, mut spend) = (0.0, 0.0);
    for (r, c) in table.iter().zip(&known) {
        let number = |column: &str| r[column].parse::<f64>().unwrap_or(0.0);
        orders += (buying.expected_orders(c, 39.0) - number("future_orders")).abs();
        spend += (value(&buying, &spending, c, 39.0).expected - number("future_spend")).abs();
    }
    let n = table.len() as f64;
    Ok((orders / n, spend / n, table.len()))
}

/// The last day that is known, 1997-09-30, in days of the year.
const END: f64 = 273.0;

/// The day of a date of 1997 in days of the year.
fn day_of(date: &str) -> Option<f64> {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let month: usize = date.get(4..6)?.parse().ok()?;
    let day: u32 = date.get(6..8)?.parse().ok()?;
    Some(f64::from(BEFORE.get(month.checked_sub(1)?)? + day))
}
