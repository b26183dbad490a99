//! What is given: C14 not more than one may decide alone, C18 no gift before asking what would be
//! fair.

use super::Case;
use crate::concept::Concept;
use crate::draft::Kind;
use domain::money::{Currency, Money};
use regex::Regex;
use std::sync::LazyLock;

/// Amounts read in one sentence.
const MOST_AMOUNTS: usize = 8;

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let sign = r"€|£|\$|¥|₹|zł|EUR|USD|GBP|CHF|NOK|SEK|DKK|PLN|CAD|AUD|NZD|JPY|BRL|R\$";
    let word = r"(?i:euros?|dollars?|pounds?|pfund|dollar|francs?|franken|reais|livres|libras)";
    let number = r"\d[\d.,'’]*(?: \d{3})*";
    let pattern = format!(r"(?:{sign}) ?{number}|{number}[  ]?(?:{sign}|{word})");
    Regex::new(&pattern).expect("a pattern of this file")
});

pub(super) fn check(case: &mut Case) {
    if case.draft.kind == Kind::Statement {
        return;
    }
    within_authority(case);
    fair_before_gift(case);
}

/// C14.
fn within_authority(case: &mut Case) {
    let Some(limit) = case.context.authority_left else { return };
    let text = case.text;
    for sentence in &text.sentences {
        let offers = case.sentence_says(sentence, Concept::Offer)
            || case.sentence_says(sentence, Concept::Freebie);
        if !offers || case.sentence_says(sentence, Concept::Refusal) {
            continue;
        }
        let offered = amounts(&case.draft.text[sentence.raw.clone()]);
        if offered.iter().any(|amount| amount.is_above(limit).unwrap_or(false)) {
            let left = limit.written_in(&case.speech.pack.language);
            let extra = [("limit", left.as_str())];
            case.note_with("C14", "", sentence.raw.clone(), None, &extra);
        }
    }
}

/// Amounts of money with their currency, as people write them.
pub(super) fn amounts(text: &str) -> Vec<Money> {
    let found = AMOUNT.find_iter(text).take(MOST_AMOUNTS);
    found.filter_map(|found| amount(found.as_str())).collect()
}

fn amount(text: &str) -> Option<Money> {
    const NAMES: [(&str, &str); 12] = [
        ("euros", "EUR"),
        ("euro", "EUR"),
        ("dollars", "USD"),
        ("dollar", "USD"),
        ("pounds", "GBP"),
        ("pound", "GBP"),
        ("pfund", "GBP"),
        ("francs", "CHF"),
        ("franken", "CHF"),
        ("reais", "BRL"),
        ("livres", "GBP"),
        ("libras", "GBP"),
    ];
    let text = text.trim_end_matches(['.', ',', '\'', '’']);
    let small = text.to_lowercase();
    if let Some((name, code)) = NAMES.iter().find(|(name, _)| small.ends_with(name)) {
        let number = small[..small.len() - name.len()].trim().trim_end_matches(['.', ',']);
        return Money::parse_in(number, Currency::new(code).ok()?).ok();
    }
    Money::parse(text).ok()
}

/// C18.
fn fair_before_gift(case: &mut Case) {
    if !case.context.is_complaint || case.context.asked_fair || case.says(Concept::Fair) {
        return;
    }
    let Some(gift) = case.speech.find(Concept::Freebie, &case.text.plain) else { return };
    if !case.said_before(Concept::Fair) {
        let span = case.text.raw_span(gift);
        case.note("C18", "", span, None);
    }
}
