//! Personal and secret data in a text: found by form and, where there is one, by check digit.

use std::ops::Range;

use serde::{Deserialize, Serialize};

mod codes;
mod numbers;

/// Something that must not be shown in public or passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalData {
    /// What it is.
    pub kind: PersonalKind,
    /// Where it stands: bytes of the text as given.
    pub span: Range<usize>,
}

/// Kinds of personal and secret data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalKind {
    /// A payment card number: 13 to 19 digits that pass Luhn's check.
    Card,
    /// An international bank account number with right length and check digits.
    Iban,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A key, token or password.
    Secret,
    /// A national number of a person: social security, tax or identity card.
    NationalId,
}

impl PersonalKind {
    /// The word used in JSON and in redacted texts.
    pub fn word(self) -> &'static str {
        match self {
            PersonalKind::Card => "card",
            PersonalKind::Iban => "iban",
            PersonalKind::Email => "email",
            PersonalKind::Phone => "phone",
            PersonalKind::Secret => "secret",
            PersonalKind::NationalId => "national_id",
        }
    }
}

/// Finds personal and secret data, in the order of the text, without overlaps.
///
/// What has a check digit is believed by it; a number that could be an order or a case number is
/// only taken as a telephone or identity number if its form or the words before it say so.
pub fn find_personal_data(text: &str) -> Vec<PersonalData> {
    let mut found = Vec::new();
    numbers::find(text, &mut found);
    codes::find(text, &mut found);
    found.sort_by_key(|data| (data.span.start, rank(data.kind), usize::MAX - data.span.end));
    let mut end = 0;
    found.retain(|data| {
        let free = data.span.start >= end;
        if free {
            end = data.span.end;
        }
        free
    });
    found
}

/// Where two readings of one number begin at the same place, the checked one wins.
fn rank(kind: PersonalKind) -> u8 {
    match kind {
        PersonalKind::Iban => 0,
        PersonalKind::Card => 1,
        PersonalKind::NationalId => 2,
        PersonalKind::Secret => 3,
        PersonalKind::Email => 4,
        PersonalKind::Phone => 5,
    }
}

/// The text with each piece of personal data replaced by its kind in brackets: `[card]`.
///
/// Spans that overlap, lie outside the text or cut a letter are widened or left out, so that any
/// list is safe to pass.
pub fn redact(text: &str, data: &[PersonalData]) -> String {
    let mut sorted: Vec<&PersonalData> = data.iter().collect();
    sorted.sort_by_key(|data| data.span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for piece in sorted {
        let mut start = piece.span.start.clamp(at, text.len());
        let mut end = piece.span.end.min(text.len());
        while start > at && !text.is_char_boundary(start) {
            start -= 1;
        }
        while end < text.len() && !text.is_char_boundary(end) {
            end += 1;
        }
        if end <= start || !text.is_char_boundary(start) {
            continue;
        }
        out.push_str(&text[at..start]);
        out.push('[');
        out.push_str(piece.kind.word());
        out.push(']');
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

/// True if one of the words stands within the last 40 bytes before `at`, whatever its case.
fn named_before(text: &str, at: usize, words: &[&str]) -> bool {
    let mut from = at.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..at].to_lowercase();
    words.iter().any(|word| {
        before.match_indices(word).any(|(i, _)| {
            let left = before[..i].chars().next_back();
            let right = before[i + word.len()..].chars().next();
            !left.is_some_and(char::is_alphanumeric) && !right.is_some_and(char::is_alphabetic)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(&'static str, &str)> {
        let found = find_personal_data(text);
        found.into_iter().map(|d| (d.kind.word(), &text[d.span])).collect()
    }

    #[test]
    fn a_card_is_believed_by_its_check_digit() {
        assert_eq!(
            kinds("my card 4111 1111 1111 1111 exp 12/27"),
            [("card", "4111 1111 1111 1111")]
        );
        assert_eq!(kinds("my order 4111 1111 1111 1112"), []);
        assert_eq!(kinds("378282246310005."), [("card", "378282246310005")]);
    }

    #[test]
    fn an_account_is_believed_by_its_check_digits() {
        assert_eq!(
            kinds("bitte auf DE89 3704 0044 0532 0130 00 überweisen"),
            [("iban", "DE89 3704 0044 0532 0130 00")]
        );
        assert_eq!(kinds("FR1420041010050500013M02606"), [("iban", "FR1420041010050500013M02606")]);
        assert_eq!(kinds("DE88 3704 0044 0532 0130 00"), []);
    }

    #[test]
    fn addresses_and_telephones_are_found_but_order_numbers_are_not() {
        assert_eq!(
            kinds("Write to ann.o'neil+x@mail.example.co.uk, or call +44 20 7946 0958."),
            [("email", "ann.o'neil+x@mail.example.co.uk"), ("phone", "+44 20 7946 0958")]
        );
        assert_eq!(
            kinds("(555) 013-4477 or 555-013-4477"),
            [("phone", "(555) 013-4477"), ("phone", "555-013-4477")]
        );
        assert_eq!(kinds("order 20260114 for 1.299,00 EUR, parcel 00340434161094042557"), []);
        assert_eq!(kinds("Mein Handy: 0171 2345678"), [("phone", "0171 2345678")]);
    }

    #[test]
    fn keys_and_passwords_are_found() {
        assert_eq!(kinds("my password is hunter2!x"), [("secret", "hunter2!x")]);
        assert_eq!(kinds("key AKIAIOSFODNN7EXAMPLE ok"), [("secret", "AKIAIOSFODNN7EXAMPLE")]);
        assert_eq!(kinds("I forgot my password and cannot sign in"), []);
    }

    #[test]
    fn national_numbers_need_their_check_or_their_name() {
        assert_eq!(kinds("SSN 536-22-8145"), [("national_id", "536-22-8145")]);
        assert_eq!(kinds("DNI 12345678Z"), [("national_id", "12345678Z")]);
        assert_eq!(kinds("pedido 12345678A"), []);
        assert_eq!(kinds("codice fiscale RSSMRA85T10A562S"), [("national_id", "RSSMRA85T10A562S")]);
    }

    #[test]
    fn a_redacted_text_holds_none_of_it() {
        let text = "Card 4111111111111111, mail a@b.example";
        assert_eq!(redact(text, &find_personal_data(text)), "Card [card], mail [email]");
    }

    proptest! {
        #[test]
        fn any_text_is_redacted_without_panic(text in "\\PC*", a in 0usize..60, b in 0usize..60) {
            let found = find_personal_data(&text);
            let clean = redact(&text, &found);
            prop_assert!(found.is_empty() || clean != text);
            redact(&text, &[PersonalData { kind: PersonalKind::Card, span: a..b }]);
        }
    }
}
