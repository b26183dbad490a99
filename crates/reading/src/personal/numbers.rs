//! Numbers: cards, telephones, national numbers made of digits.

use super::{PersonalData, PersonalKind, named_before};

/// Digits in a candidate at the most; longer runs are serial numbers.
const DIGITS_MAX: usize = 24;

/// A run of digits with single separators between them.
struct Run<'t> {
    start: usize,
    end: usize,
    digits: Vec<u8>,
    /// Lengths of the groups between separators.
    groups: Vec<usize>,
    separator: Option<u8>,
    text: &'t str,
}

pub(super) fn find(text: &str, found: &mut Vec<PersonalData>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let opens = bytes[at].is_ascii_digit()
            || (matches!(bytes[at], b'+' | b'(')
                && bytes.get(at + 1).is_some_and(|b| b.is_ascii_digit() || *b == b'('));
        let glued = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] >= 0x80);
        if !opens {
            at += 1;
            continue;
        }
        let run = run(text, at);
        at = run.end;
        if !glued
            && !bytes.get(run.end).is_some_and(u8::is_ascii_alphabetic)
            && let Some(kind) = judge(&run)
        {
            found.push(PersonalData { kind, span: run.start..run.end });
        }
    }
}

fn run(text: &str, start: usize) -> Run<'_> {
    let bytes = text.as_bytes();
    let mut run =
        Run { start, end: start + 1, digits: Vec::new(), groups: vec![0], separator: None, text };
    let mut at = start;
    while at < bytes.len() && run.digits.len() <= DIGITS_MAX {
        let b = bytes[at];
        if b.is_ascii_digit() {
            run.digits.push(b - b'0');
            *run.groups.last_mut().expect("one group from the start") += 1;
            run.end = at + 1;
        } else {
            let width = gap(bytes, at);
            if width == 0 {
                break;
            }
            if run.groups.last() != Some(&0) {
                run.groups.push(0);
                if matches!(b, b'-' | b'.' | b'/') {
                    run.separator = Some(b);
                }
            }
            at += width;
            continue;
        }
        at += 1;
    }
    while at < bytes.len() && bytes[at].is_ascii_digit() {
        at += 1; // An endless number is passed over in one go.
        run.end = at;
    }
    run.groups.retain(|&n| n > 0);
    run
}

/// Bytes of a separator that is followed by one more digit; 0 if the run ends here.
fn gap(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let digit = |i: usize| rest.get(i).is_some_and(u8::is_ascii_digit);
    match rest {
        [b' ' | b'-' | b'.' | b'/' | b'+' | b'(', ..] if digit(1) => 1,
        [b')', ..] if digit(1) => 1,
        [b')', b' ' | b'-', ..] if digit(2) => 2,
        [b' ', b'(', ..] if digit(2) => 2,
        [b' ', b'-' | b'/', b' ', ..] if digit(3) => 3,
        [0xc2, 0xa0, ..] if digit(2) => 2,
        _ => 0,
    }
}

fn judge(run: &Run<'_>) -> Option<PersonalKind> {
    let n = run.digits.len();
    let plus = run.text.as_bytes()[run.start] == b'+';
    if (13..=19).contains(&n) && !plus && is_card(run) {
        return Some(PersonalKind::Card);
    }
    if is_national(run) {
        return Some(PersonalKind::NationalId);
    }
    is_phone(run, plus).then_some(PersonalKind::Phone)
}

fn is_card(run: &Run<'_>) -> bool {
    let d = &run.digits;
    let two = d[0] * 10 + d[1];
    let issuer = match d.len() {
        15 => matches!(two, 34 | 37),
        14 => matches!(two, 30 | 36 | 38 | 39),
        _ => matches!(d[0], 2 | 4 | 5 | 6),
    };
    let grouped = run.groups.len() == 1
        || run
            .groups
            .split_last()
            .is_some_and(|(last, fours)| *last <= 4 && fours.iter().all(|&g| g == 4))
        || run.groups == [4, 6, 5]
        || run.groups == [4, 6, 4]
        || run.groups == [4, 4, 4, 4, 3];
    issuer && grouped && run.separator.is_none_or(|s| s == b'-') && luhn(d)
}

/// Luhn's check: ISO/IEC 7812-1, annex B.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| match u32::from(d) {
            d if i % 2 == 1 && d > 4 => d * 2 - 9,
            d if i % 2 == 1 => d * 2,
            d => d,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&d| d != digits[0])
}

fn is_national(run: &Run<'_>) -> bool {
    let d = &run.digits;
    let named = |words: &[&str]| named_before(run.text, run.start, words);
    match d.len() {
        9 if run.groups == [3, 2, 4] && run.separator == Some(b'-') => us_security(d),
        9 if named(&["ssn", "social security", "social security number"]) => us_security(d),
        9 if named(&["bsn", "burgerservicenummer", "sofinummer"]) => dutch(d),
        9 if named(&["nif", "contribuinte", "número fiscal"]) => portuguese(d),
        11 if named(&[
            "steuer-id",
            "steuerid",
            "steuer-identifikationsnummer",
            "idnr",
            "steuernummer",
        ]) =>
        {
            german_tax(d)
        }
        11 if named(&["cpf"]) => brazilian(d),
        15 if matches!(d[0], 1 | 2) => french(d),
        _ => false,
    }
}

/// Never given: 000, 666 and 900 up; 00; 0000 (Social Security Administration, 2011).
fn us_security(d: &[u8]) -> bool {
    let number = |r: &[u8]| r.iter().fold(0u32, |n, &x| n * 10 + u32::from(x));
    let area = number(&d[..3]);
    area != 0 && area != 666 && area < 900 && number(&d[3..5]) != 0 && number(&d[5..]) != 0
}

fn weighted(d: &[u8], weights: impl Iterator<Item = i32>) -> i32 {
    d.iter().zip(weights).map(|(&d, w)| i32::from(d) * w).sum()
}

/// The "eleven test" of the Dutch citizen service number.
fn dutch(d: &[u8]) -> bool {
    weighted(d, (2..=9).rev().chain([-1])) % 11 == 0 && d.iter().any(|&x| x != 0)
}

fn portuguese(d: &[u8]) -> bool {
    let check = 11 - weighted(&d[..8], (2..=9).rev()) % 11;
    i32::from(d[8]) == if check >= 10 { 0 } else { check }
}

/// ISO/IEC 7064 MOD 11,10, as the German tax number uses it.
fn german_tax(d: &[u8]) -> bool {
    let mut product = 10u32;
    for &x in &d[..10] {
        let sum = (u32::from(x) + product) % 10;
        product = (if sum == 0 { 10 } else { sum } * 2) % 11;
    }
    u32::from(d[10]) == (11 - product) % 10
}

fn brazilian(d: &[u8]) -> bool {
    let check = |n: usize| {
        let rest = weighted(&d[..n], (2..=n as i32 + 1).rev()) % 11;
        i32::from(d[n]) == if rest < 2 { 0 } else { 11 - rest }
    };
    check(9) && check(10) && d.iter().any(|&x| x != d[0])
}

/// The French number of registration: key = 97 − number mod 97; month 1–12 or a code from 20.
fn french(d: &[u8]) -> bool {
    let number = d[..13].iter().fold(0u64, |n, &x| n * 10 + u64::from(x));
    let month = d[3] * 10 + d[4];
    (1..=42).contains(&month) && 97 - number % 97 == u64::from(d[13]) * 10 + u64::from(d[14])
}

const CALL: &[&str] = &[
    "phone",
    "call",
    "tel",
    "telephone",
    "mobile",
    "cell",
    "number is",
    "reach me",
    "whatsapp",
    "text me",
    "telefon",
    "handy",
    "mobil",
    "rufen",
    "anrufen",
    "tel.",
    "rückruf",
    "erreichbar",
    "téléphone",
    "portable",
    "appelez",
    "teléfono",
    "telefono",
    "móvil",
    "llámame",
    "llamar",
    "cellulare",
    "chiamare",
    "chiamatemi",
    "telefone",
    "telemóvel",
    "celular",
    "ligar",
    "telefoonnummer",
    "telefoon",
    "bellen",
    "bel mij",
    "mobiel",
    "nummer",
];
const NOT_CALL: &[&str] = &[
    "order",
    "case",
    "ref",
    "reference",
    "invoice",
    "tracking",
    "parcel",
    "account",
    "booking",
    "flight",
    "serial",
    "imei",
    "customer number",
    "bestellung",
    "bestellnummer",
    "rechnung",
    "sendung",
    "kundennummer",
    "auftrag",
    "vertrag",
    "commande",
    "facture",
    "colis",
    "pedido",
    "factura",
    "ordine",
    "fattura",
    "encomenda",
    "fatura",
    "bestelling",
    "bestelnummer",
    "factuur",
    "klantnummer",
    "ticket",
    "dossier",
    "contrat",
    "contract",
    "polizza",
    "referentie",
    "referência",
    "referencia",
    "id",
    "no.",
];

fn is_phone(run: &Run<'_>, plus: bool) -> bool {
    let n = run.digits.len();
    let d = &run.digits;
    let named = |words| named_before(run.text, run.start, words);
    if !(7..=15).contains(&n) || is_date_or_amount(run) {
        return false;
    }
    if plus {
        return n >= 8 && d[0] != 0;
    }
    if named(NOT_CALL) && !named(CALL) {
        return false;
    }
    let groups = &run.groups;
    let american =
        n == 10 && *groups == [3, 3, 4] || n == 11 && *groups == [1, 3, 3, 4] && d[0] == 1;
    let international = d.starts_with(&[0, 0]) && d[2] != 0 && (10..=15).contains(&n);
    let national = d[0] == 0 && d[1] != 0 && (9..=12).contains(&n) && groups.len() >= 2;
    let pairs =
        groups.len() >= 4 && (9..=10).contains(&n) && groups.iter().all(|&g| (2..=3).contains(&g));
    american || international || national || pairs || (named(CALL) && n >= 7)
}

/// "2026-01-14", "14.01.2026 12", "1.299.000": not telephones.
fn is_date_or_amount(run: &Run<'_>) -> bool {
    let groups = &run.groups;
    let date = groups.len() >= 3
        && run.separator.is_some()
        && (groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2
            || groups[0] <= 2
                && groups[1] <= 2
                && (groups[2] == 4 || groups[2] == 2)
                && groups.len() == 3);
    let amount = run.separator == Some(b'.')
        && groups.len() >= 2
        && groups[1..].iter().all(|&g| g == 3)
        && groups[0] <= 3
        && run.digits[0] != 0;
    let after = &run.text.as_bytes()[run.end..];
    date || amount || matches!(after, [b',' | b'.', b, ..] if b.is_ascii_digit())
}
