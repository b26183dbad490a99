//! Themes say something about the complaints of the practice company: long stories about few
//! matters, which once all fell into one theme.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use flate2::read::GzDecoder;
use reading::themes::{LIKENESS, Theme, themes};

struct Complaint {
    text: String,
    product: String,
}

fn complaints(most: usize) -> Vec<Complaint> {
    let mut lines = String::new();
    let packed: &[u8] = include_bytes!("../../../demo/complaints.jsonl.gz");
    GzDecoder::new(packed).read_to_string(&mut lines).expect("the shipped file unpacks");
    let read = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let of = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        Complaint { text: of("text").chars().take(2_000).collect(), product: of("product") }
    };
    lines.lines().take(most).map(read).collect()
}

fn found(all: &[Complaint]) -> Vec<Theme> {
    let names: Vec<String> = (0..all.len()).map(|i| i.to_string()).collect();
    let texts: Vec<(&str, &str)> =
        all.iter().zip(&names).map(|(c, name)| (c.text.as_str(), name.as_str())).collect();
    themes(&texts, &[], LIKENESS)
}

/// Normalised mutual information of the largest theme of each text and the product it is about.
fn says_of_products(all: &[Complaint], found: &[Theme]) -> f64 {
    let mut own: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, theme) in found.iter().enumerate() {
        theme.texts.iter().for_each(|&text| _ = own.entry(text).or_insert(number));
    }
    let (mut both, mut themes, mut products) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&text, &theme) in &own {
        let product = all[text].product.as_str();
        *both.entry((theme, product)).or_insert(0.0) += 1.0;
        *themes.entry(theme).or_insert(0.0) += 1.0;
        *products.entry(product).or_insert(0.0) += 1.0;
    }
    let n = own.len() as f64;
    let spread = |counts: Vec<f64>| counts.iter().map(|c| -c / n * (c / n).ln()).sum::<f64>();
    let of = |((theme, product), c): (&(usize, &str), &f64)| {
        c / n * (c * n / themes[theme] / products[product]).ln()
    };
    let shared: f64 = both.iter().map(of).sum();
    let apart = spread(themes.values().copied().collect());
    2.0 * shared / (apart + spread(products.values().copied().collect()))
}

#[test]
fn a_few_hundred_long_stories_fall_into_themes_none_of_which_swallows_the_others() {
    let all = complaints(313);
    let found = found(&all);
    let largest = found.iter().map(|theme| theme.texts.len()).max().unwrap_or(0);
    assert!(largest * 5 <= all.len(), "{largest} of {}", all.len());
    let telling = found.iter().filter(|theme| theme.texts.len() * 100 >= all.len()).count();
    assert!((8..=40).contains(&telling), "{telling} themes");
    let in_one: BTreeSet<usize> = found.iter().flat_map(|theme| theme.texts.clone()).collect();
    assert!(in_one.len() * 5 >= all.len() * 4, "{} texts are in a theme", in_one.len());
    let said = says_of_products(&all, &found);
    assert!(said >= 0.28, "{said}; one theme for nearly all said 0.2");
}

#[test]
fn a_theme_of_many_stories_has_a_name_that_is_its_own() {
    let all = complaints(1_500);
    let found = found(&all);
    let shown: Vec<&Theme> = found.iter().take(25).collect();
    assert_eq!(shown.len(), 25);
    assert!(shown[0].texts.len() * 5 <= all.len(), "{}", shown[0].texts.len());
    let names: BTreeSet<String> = shown.iter().map(|theme| theme.name.join(", ")).collect();
    assert_eq!(names.len(), 25, "{names:#?}");
    for name in &names {
        let words = name.split_whitespace().count();
        assert!((1..=4).contains(&words) && !name.contains("xx"), "{name}");
    }
    let about = |word: &str| names.iter().any(|name| name.contains(word));
    for word in ["identity theft", "inquiries", "mortgage", "student loan", "escrow"] {
        assert!(about(word), "nothing about {word}: {names:#?}");
    }
    let several = found.iter().map(|theme| theme.texts.len()).sum::<usize>();
    assert!(several > all.len(), "a long text is in several themes");
}
