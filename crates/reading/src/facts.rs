//! Facts for restating a problem: amounts, dates, times, durations, reference numbers; and what
//! the writer asks for.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::fold::{Folded, Token};
use crate::lexicon::{Hit, Section};
use crate::{Judged, PersonalData, Reason};

/// Facts kept of one text at the most.
const FACTS_MAX: usize = 40;

/// One fact that a reply may repeat back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFact {
    /// What sort of fact it is.
    pub fact: Fact,
    /// The words as written.
    pub words: String,
    /// Where they stand: bytes of the text as given.
    pub span: Range<usize>,
}

/// Sorts of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Money: `€ 49.90`, `120 dollars`.
    Amount,
    /// A day: `12/05/2026`, `tuesday`.
    Date,
    /// A time of day: `14:30`.
    Time,
    /// How long: `three weeks`, `40 minutes`.
    Duration,
    /// An order, invoice, flight or case number.
    Reference,
}

/// What a writer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Money back.
    Refund,
    /// The same thing anew.
    Replacement,
    /// That it works again.
    Repair,
    /// That somebody says sorry.
    Apology,
    /// That somebody says why.
    Explanation,
    /// A call, a mail, a person.
    Contact,
    /// A record put right.
    Correction,
    /// That it comes.
    Delivery,
    /// That something ends: a contract, calls, mails.
    Stop,
}

/// What the writer asks for most, by the words of the lexicons.
pub(crate) fn desired(text: &str, folded: &Folded, hits: &[Hit]) -> Option<Judged<Outcome>> {
    let mut found: Vec<(Outcome, f32, Vec<Reason>)> = Vec::new();
    for hit in hits {
        let Some(outcome) = outcome(hit.section) else { continue };
        let weight = hit.strength * if hit.negated { 0.5 } else { 1.0 };
        let reason = reason(text, folded, hit, weight);
        match found.iter_mut().find(|(o, ..)| *o == outcome) {
            Some((_, sum, because)) => {
                *sum += weight;
                because.push(reason);
            }
            None => found.push((outcome, weight, vec![reason])),
        }
    }
    let total: f32 = found.iter().map(|(_, sum, _)| sum).sum();
    let best = found.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let confidence = best.1 / (total + 0.6);
    Some(Judged::new(best.0, confidence, 0.4, best.2))
}

fn outcome(section: Section) -> Option<Outcome> {
    Some(match section {
        Section::Refund => Outcome::Refund,
        Section::Replacement => Outcome::Replacement,
        Section::Repair => Outcome::Repair,
        Section::Apology => Outcome::Apology,
        Section::Explanation => Outcome::Explanation,
        Section::Contact => Outcome::Contact,
        Section::Correction => Outcome::Correction,
        Section::Delivery => Outcome::Delivery,
        Section::Stop => Outcome::Stop,
        _ => return None,
    })
}

/// The reason that a lexicon phrase gives.
pub(crate) fn reason(text: &str, folded: &Folded, hit: &Hit, weight: f32) -> Reason {
    let first = &folded.tokens[hit.tokens.start];
    let last = &folded.tokens[hit.tokens.end - 1];
    let span = first.start as usize..last.end as usize;
    let mut words = text[span.clone()].to_lowercase();
    if hit.negated {
        words.insert_str(0, "not ");
    }
    Reason { feature: Cow::Owned(words), span, weight }
}

/// Finds facts outside of personal data, which must not be repeated.
pub(crate) fn find(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    personal: &[PersonalData],
) -> Vec<KeyFact> {
    let mut facts = Vec::new();
    for (i, token) in folded.tokens.iter().enumerate() {
        if facts.len() >= FACTS_MAX {
            break;
        }
        let word = folded.word(token);
        if word.bytes().any(|b| b.is_ascii_digit())
            && let Some((fact, span)) = number(text, folded, hits, i, token)
        {
            facts.push(KeyFact { fact, words: text[span.clone()].to_owned(), span });
        }
    }
    let mut end = 0;
    facts.retain(|fact| {
        let free = fact.span.start >= end;
        let secret =
            personal.iter().any(|p| p.span.start < fact.span.end && fact.span.start < p.span.end);
        if free && !secret {
            end = fact.span.end;
        }
        free && !secret
    });
    facts
}

const CURRENCY_WORDS: &[&str] = &[
    "eur", "euro", "euros", "usd", "dollar", "dollars", "gbp", "pound", "pounds", "quid", "chf",
    "franken", "rs", "inr", "rupees", "bucks", "real", "reais", "kr", "zl", "pesos", "cents",
];
const REFERENCE_WORDS: &[&str] = &[
    "order",
    "ref",
    "reference",
    "invoice",
    "case",
    "booking",
    "flight",
    "number",
    "no",
    "tracking",
    "parcel",
    "bestellung",
    "bestellnummer",
    "rechnung",
    "rechnungsnummer",
    "kundennummer",
    "sendungsnummer",
    "nr",
    "commande",
    "facture",
    "numero",
    "pedido",
    "factura",
    "ordine",
    "fattura",
    "encomenda",
    "fatura",
    "bestelling",
    "bestelnummer",
    "factuur",
    "account",
    "claim",
    "contract",
    "vertrag",
    "auftrag",
];

/// The fact that the number at token `i` stands for.
fn number(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    i: usize,
    token: &Token,
) -> Option<(Fact, Range<usize>)> {
    let (start, end) = extent(text, token);
    let digits = text[start..end].bytes().filter(u8::is_ascii_digit).count();
    let before = text[..start].trim_end();
    let after = text[end..].trim_start_matches(' ');
    if let Some(sign) = before.chars().next_back().filter(|c| is_currency(*c)) {
        return Some((Fact::Amount, before.len() - sign.len_utf8()..end));
    }
    if let Some(sign) = after.chars().next().filter(|c| is_currency(*c)) {
        let gap = text[end..].len() - after.len();
        return Some((Fact::Amount, start..end + gap + sign.len_utf8()));
    }
    let next = folded.tokens.iter().skip(i + 1).find(|t| t.start as usize >= end);
    let next_word = next.map_or("", |t| folded.word(t));
    if let Some(next) = next.filter(|_| CURRENCY_WORDS.contains(&next_word)) {
        return Some((Fact::Amount, start..next.end as usize));
    }
    let unit = next.filter(|t| {
        hits.iter()
            .any(|h| h.section == Section::Unit && folded.tokens[h.tokens.start].start == t.start)
    });
    if let Some(unit) = unit {
        return Some((Fact::Duration, start..unit.end as usize));
    }
    let written = &text[start..end];
    if is_time(written) {
        return Some((Fact::Time, start..end));
    }
    if is_date(written) {
        return Some((Fact::Date, start..end));
    }
    let named = folded.tokens[i.saturating_sub(3)..i]
        .iter()
        .any(|t| REFERENCE_WORDS.contains(&folded.word(t)));
    let marked = before.ends_with('#');
    let long = digits >= 6 && written.len() <= 30;
    ((named || marked) && digits >= 2 || long).then_some((Fact::Reference, start..end))
}

/// A number with the points, commas, slashes and letters that belong to it.
fn extent(text: &str, token: &Token) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut start, mut end) = (token.start as usize, token.end as usize);
    let inner = |b: u8| matches!(b, b'.' | b',' | b'/' | b':' | b'-');
    while end + 1 < bytes.len()
        && inner(bytes[end])
        && bytes[end + 1].is_ascii_alphanumeric()
        && end - start < 40
    {
        end += 2;
        while end < bytes.len() && bytes[end].is_ascii_alphanumeric() && end - start < 40 {
            end += 1;
        }
    }
    while start >= 2
        && bytes[start - 1] == b'-'
        && bytes[start - 2].is_ascii_alphanumeric()
        && end - start < 40
    {
        start -= 2;
        while start > 0 && bytes[start - 1].is_ascii_alphanumeric() && end - start < 40 {
            start -= 1;
        }
    }
    (start, end)
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₺')
}

fn is_time(written: &str) -> bool {
    written.split_once(':').is_some_and(|(h, m)| {
        h.parse::<u8>().is_ok_and(|h| h < 24)
            && m.len() == 2
            && m.parse::<u8>().is_ok_and(|m| m < 60)
    })
}

fn is_date(written: &str) -> bool {
    let parts: Vec<&str> = written.split(['/', '.', '-']).collect();
    let number = |s: &str| s.parse::<u32>().ok();
    let Some(numbers) = parts.into_iter().map(number).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    match numbers[..] {
        [y, m, d] if y > 1900 => m <= 12 && d <= 31,
        [a, b, y] => a <= 31 && b <= 31 && a > 0 && b > 0 && (y < 100 || (1900..2200).contains(&y)),
        _ => false,
    }
}
