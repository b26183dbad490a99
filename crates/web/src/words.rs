//! How numbers, names and lists read, and the words our pages never use.

/// A whole number with its thousands apart: `98,214`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// A count that was only followed to `most`: `10,000+` once it is reached.
pub fn count_up_to(number: u64, most: u64) -> String {
    if number >= most { format!("{}+", count(most)) } else { count(number) }
}

/// A number with the thing it counts: `1 case`, `41 cases`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A size rounded to what a person can hold: `about 12,000`, `about 1.2 million`.
pub fn about(number: u64) -> String {
    if number >= 1_000_000 {
        let tenths = (number + 50_000) / 100_000;
        return if tenths.is_multiple_of(10) {
            format!("about {} million", tenths / 10)
        } else {
            format!("about {}.{} million", tenths / 10, tenths % 10)
        };
    }
    let step = match number {
        100_000.. => 10_000,
        10_000.. => 1_000,
        1_000.. => 100,
        100.. => 10,
        _ => 1,
    };
    format!("about {}", count((number + step / 2) / step * step))
}

/// Which contact this is about the same matter: `first`, `second` … `11th`.
pub fn ordinal(number: u32) -> String {
    const SMALL: [&str; 9] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    if let Some(word) = number.checked_sub(1).and_then(|at| SMALL.get(at as usize)) {
        return (*word).to_owned();
    }
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// Things in one sentence: `a, b and c`.
pub fn listed(things: &[&str]) -> String {
    match things {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The name of a language by its code, "German" for `de` and `de-AT`; the code where we know none.
pub fn language(code: &str) -> &str {
    domain::language::name(code).unwrap_or(code)
}

/// The first letters of the first and the last name, for a face: `AO` for Amara Okafor.
pub fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A number from 1 to 5 that is always the same for a name, so that a face keeps its colour.
pub fn hue(name: &str) -> u8 {
    let sum = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    u8::try_from(sum % 5 + 1).unwrap_or(1)
}

/// Money in minor units as people write it, by currency: `18.40 €`, `£18.40`, `1,200 ¥`.
///
/// Currencies without minor units are the ISO 4217 ones with exponent 0; three-decimal
/// currencies have exponent 3. An unknown code is written after the amount.
pub fn money(minor: i64, currency: &str) -> String {
    let exponent = match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" | "RWF"
        | "BIF" | "DJF" | "GNF" | "KMF" | "VUV" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let scale = 10u64.pow(exponent);
    let whole = count(minor.unsigned_abs() / scale);
    let rest = minor.unsigned_abs() % scale;
    let sign = if minor < 0 { "−" } else { "" };
    let amount = match exponent {
        0 => whole,
        places => format!("{whole}.{rest:0places$}", places = places as usize),
    };
    match currency {
        "USD" => format!("{sign}${amount}"),
        "GBP" => format!("{sign}£{amount}"),
        "EUR" => format!("{sign}{amount} €"),
        "JPY" => format!("{sign}{amount} ¥"),
        code => format!("{sign}{amount} {code}"),
    }
}

/// Words no page of ours may show, wherever they stand.
pub const NEVER: &[&str] = &[
    "requester",
    "inconvenience",
    "valued customer",
    "as per",
    "kindly",
    "regarding",
    "deflect",
    "agent utilisation",
    "invalid",
    "fatal",
    "abort",
    "oops",
    "forbidden",
    "illegal",
    "you forgot",
    "ticket",
];

/// The words of [`NEVER`] that a text uses, as whole words, in any case.
pub fn never_in(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    NEVER
        .iter()
        .copied()
        .filter(|never| {
            text.match_indices(never).any(|(at, found)| {
                let before = text[..at].chars().next_back();
                let after = text[at + found.len()..].chars().next();
                !before.is_some_and(char::is_alphanumeric)
                    && !after.is_some_and(char::is_alphanumeric)
            })
        })
        .collect()
}

/// The words a page shows: its HTML without tags, for checks such as [`never_in`].
pub fn shown_in(html: &str) -> String {
    let mut shown = String::new();
    for part in html.split('<') {
        shown.push_str(part.split_once('>').map_or(part, |(_, words)| words));
        shown.push(' ');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(98_214), "98,214");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(count_up_to(10_000, 10_000), "10,000+");
        assert_eq!(counted(1, "case", "cases"), "1 case");
        assert_eq!((language("de-AT"), language("tlh")), ("German", "tlh"));
    }

    #[test]
    fn reach_is_told_as_a_person_would() {
        assert_eq!(about(12_345), "about 12,000");
        assert_eq!(about(340), "about 340");
        assert_eq!(about(1_230_000), "about 1.2 million");
        assert_eq!(about(2_000_000), "about 2 million");
    }

    #[test]
    fn contacts_are_counted_in_words() {
        assert_eq!(ordinal(2), "second");
        assert_eq!(ordinal(11), "11th");
        assert_eq!(ordinal(22), "22nd");
        assert_eq!(ordinal(0), "0th");
    }

    #[test]
    fn a_face_has_two_letters_and_keeps_its_colour() {
        assert_eq!(initials("Amara Okafor"), "AO");
        assert_eq!(initials("Li"), "L");
        assert_eq!(initials("  "), "");
        assert_eq!(hue("Maya"), hue("Maya"));
        assert!((1..=5).contains(&hue("Priya")));
    }

    #[test]
    fn money_is_written_the_way_its_country_does() {
        assert_eq!(money(1840, "EUR"), "18.40 €");
        assert_eq!(money(-5, "USD"), "−$0.05");
        assert_eq!(money(1200, "JPY"), "1,200 ¥");
        assert_eq!(money(1_234_500, "KWD"), "1,234.500 KWD");
    }

    #[test]
    fn a_list_reads_like_a_sentence() {
        assert_eq!(listed(&["Maya", "Jo", "Priya"]), "Maya, Jo and Priya");
        assert_eq!(listed(&[]), "");
    }

    #[test]
    fn words_we_never_use_are_found_whole() {
        assert_eq!(never_in("Your TICKET is invalid."), ["invalid", "ticket"]);
        assert!(never_in("A cricket validates.").is_empty());
        assert!(never_in(&shown_in(r#"<input aria-invalid="true"> Fine"#)).is_empty());
        assert_eq!(never_in(&shown_in("<b>invalid</b>")), ["invalid"]);
    }
}
