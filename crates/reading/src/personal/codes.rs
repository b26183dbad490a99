//! Addresses, bank accounts, keys, and national numbers with letters in them.

use super::{PersonalData, PersonalKind, named_before};

pub(super) fn find(text: &str, found: &mut Vec<PersonalData>) {
    emails(text, found);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_code(bytes[at]) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < bytes.len() && is_code(bytes[end]) {
            end += 1;
        }
        code(text, at, end, found);
        at = end;
    }
}

fn is_code(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b >= 0x80
}

fn code(text: &str, start: usize, end: usize, found: &mut Vec<PersonalData>) {
    let word = &text[start..end];
    let mut push = |kind, end| found.push(PersonalData { kind, span: start..end });
    if let Some(end) = iban(text, start) {
        push(PersonalKind::Iban, end);
    } else if let Some(end) = secret(text, start, word) {
        push(PersonalKind::Secret, end);
    } else if national(text, start, word) {
        push(PersonalKind::NationalId, end);
    }
    if word.len() <= 24 && PASSWORD_WORDS.contains(&word.to_lowercase().as_str()) {
        password(text, end, found);
    }
}

fn emails(text: &str, found: &mut Vec<PersonalData>) {
    let bytes = text.as_bytes();
    let local = |b: u8| b.is_ascii_alphanumeric() || b"._%+-'".contains(&b) || b >= 0x80;
    let host = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b >= 0x80;
    for at in memchr::memchr_iter(b'@', bytes) {
        // 64 and 255 bytes: RFC 5321, 4.5.3.1.
        let mut start = at;
        while start > 0 && at - start < 64 && local(bytes[start - 1]) {
            start -= 1;
        }
        while start < at && (b".'-%".contains(&bytes[start]) || !text.is_char_boundary(start)) {
            start += 1;
        }
        let mut end = at + 1;
        while end < bytes.len() && end - at < 255 && host(bytes[end]) {
            end += 1;
        }
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        while end > at + 1 && matches!(bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let top = text[at + 1..end].rsplit_once('.').map(|(_, top)| top);
        let real = top.is_some_and(|t| t.len() >= 2 && t.bytes().all(|b| b.is_ascii_alphabetic()));
        if start < at && real {
            found.push(PersonalData { kind: PersonalKind::Email, span: start..end });
        }
    }
}

/// Lengths by country: SWIFT IBAN registry, release 99.
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// End of the account number that begins at `start`, if its length and check digits are right.
fn iban(text: &str, start: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[start..];
    let [a, b, c, d, ..] = *bytes else { return None };
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic()) {
        return None;
    }
    let spaced = c == b' ' && d.is_ascii_digit();
    if !(c.is_ascii_digit() && d.is_ascii_digit() || spaced) {
        return None;
    }
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let &(_, length) = IBAN_LENGTHS.iter().find(|(code, _)| code.as_bytes() == country)?;
    let mut letters = Vec::with_capacity(length);
    let mut at = 0;
    while letters.len() < length {
        let b = *bytes.get(at)?;
        match b {
            _ if b.is_ascii_alphanumeric() => letters.push(b.to_ascii_uppercase()),
            b' ' | b'-' | b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => return None,
        }
        at += 1;
    }
    let glued = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    (!glued && mod_97(&letters) == 1).then_some(start + at)
}

/// ISO 7064 MOD 97-10 of a number with its first four characters moved to the end.
fn mod_97(letters: &[u8]) -> u32 {
    let turned = letters[4..].iter().chain(&letters[..4]);
    turned.fold(0, |rest, &b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    })
}

/// Beginnings of keys that services give out, with the fewest characters of the whole.
const KEY_BEGINNINGS: &[(&str, usize)] = &[
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 36),
    ("gho_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("pk_live_", 20),
    ("sk-", 24),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AIza", 35),
    ("eyJ", 30),
    ("SG.", 20),
    ("npm_", 30),
    ("whsec_", 20),
    ("key-", 32),
];

fn secret(text: &str, start: usize, word: &str) -> Option<usize> {
    let (_, least) = KEY_BEGINNINGS.iter().find(|(begin, _)| word.starts_with(begin))?;
    let rest = &text.as_bytes()[start..];
    let more = |b: &u8| is_code(*b) || *b == b'.';
    let mut length = rest.iter().take_while(|b| more(b)).count();
    while rest[length - 1] == b'.' {
        length -= 1;
    }
    let mixed = rest[..length].iter().any(u8::is_ascii_digit);
    (length >= *least && mixed).then_some(start + length)
}

const PASSWORD_WORDS: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passcode",
    "pwd",
    "pin",
    "passe",
    "contraseña",
    "clave",
    "senha",
    "wachtwoord",
    "pincode",
    "cvv",
    "cvc",
    "secret",
    "token",
    "passphrase",
    "contrasena",
];
const LINKING: &[&str] = &[
    "is", "was", "ist", "lautet", "war", "est", "es", "é", "è", "e", "era", "of", "for", "code",
    "number", "=", ":", "number:", "code:",
];

/// What stands behind "password:" or "my PIN is", if it looks like one.
fn password(text: &str, after: usize, found: &mut Vec<PersonalData>) {
    let mut at = after;
    let mut linked = false;
    for _ in 0..4 {
        let rest = &text[at..];
        let skip = rest.len() - rest.trim_start_matches([' ', ':', '=', '"', '\'']).len();
        linked |= rest[..skip].contains([':', '=']);
        at += skip;
        let end = text[at..].find(char::is_whitespace).map_or(text.len(), |n| at + n);
        if end - at > 128 {
            return;
        }
        let word = &text[at..end];
        if LINKING.contains(&word.to_lowercase().as_str()) {
            linked = true;
            at = end;
            continue;
        }
        let clean = word.trim_end_matches(['.', ',', '"', '\'', ')', ';']);
        let digits = clean.bytes().filter(u8::is_ascii_digit).count();
        let letters = clean.chars().filter(|c| c.is_alphabetic()).count();
        let looks = digits > 0 && (clean.len() >= 3) && (letters > 0 || digits >= 3);
        if linked && looks && clean.is_char_boundary(0) {
            let span = at..at + clean.len();
            found.push(PersonalData { kind: PersonalKind::Secret, span });
        }
        return;
    }
}

fn national(text: &str, start: usize, word: &str) -> bool {
    let glued = start > 0 && text.as_bytes()[start - 1] >= 0x80;
    let upper: Vec<u8> =
        word.bytes().filter(|b| *b != b'-').map(|b| b.to_ascii_uppercase()).collect();
    if glued || !upper.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    match upper.len() {
        9 => spanish(&upper) || british(&upper, text, start),
        16 => italian(&upper),
        _ => false,
    }
}

/// Spanish DNI and NIE: the letter is the number mod 23 in a fixed order.
fn spanish(b: &[u8]) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let first = match b[0] {
        b'0'..=b'9' => b[0] - b'0',
        b'X'..=b'Z' => b[0] - b'X',
        _ => return false,
    };
    if !b[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = b[1..8].iter().fold(usize::from(first), |n, d| n * 10 + usize::from(d - b'0'));
    LETTERS[number % 23] == b[8]
}

/// British national insurance number, only where it is named: it has no check digit.
fn british(b: &[u8], text: &str, start: usize) -> bool {
    let form = b[..2].iter().all(|c| c.is_ascii_alphabetic() && !b"DFIQUV".contains(c))
        && b[2..8].iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&b[8]);
    form && named_before(text, start, &["ni", "nino", "national insurance", "insurance number"])
}

/// Italian codice fiscale with its check letter (D.M. 23 December 1976, art. 13).
fn italian(b: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let letters = [0, 1, 2, 3, 4, 5, 8, 11, 15];
    if !letters.iter().all(|&i| b[i].is_ascii_alphabetic()) {
        return false;
    }
    let place = |c: u8| usize::from(if c.is_ascii_digit() { c - b'0' } else { c - b'A' });
    let sum: u32 = b[..15]
        .iter()
        .enumerate()
        .map(|(i, &c)| if i % 2 == 0 { ODD[place(c)] } else { place(c) as u32 })
        .sum();
    sum % 26 == u32::from(b[15] - b'A')
}
