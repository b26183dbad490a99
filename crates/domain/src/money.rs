//! Money as a whole number of the smallest unit, in one currency that is never mixed up.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A currency by its ISO 4217 code: three capital letters such as `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// An amount in one currency, counted in its smallest unit (cents, pence; yen for `JPY`).
///
/// May be below zero: what is taken back, or what is left of a limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in the smallest unit of the currency.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why an amount cannot be read or reckoned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoneyRefused {
    /// Not three letters.
    #[error("A currency is three letters such as EUR.")]
    NotACurrency,
    /// No amount could be read.
    #[error("Write an amount like 18.40.")]
    NotAnAmount,
    /// An amount without saying of what.
    #[error("Say which currency: 18.40 EUR.")]
    WhichCurrency,
    /// More decimals than the currency has.
    #[error("{0} has at most {1} decimals.")]
    TooFine(Currency, u8),
    /// Beyond what can be counted.
    #[error("This amount is too large.")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("{0} and {1} cannot be added up.")]
    Mixed(Currency, Currency),
}

/// Currencies whose smallest unit is not the hundredth. Source: ISO 4217 list one.
const OTHER_DIGITS: [(&str, u8); 25] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
];

/// Signs people write for a currency. The first with a sign is the one the sign is read as.
const SIGNS: [(&str, &str); 16] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("₦", "NGN"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Fr.", "CHF"),
    ("R$", "BRL"),
];

/// Languages that write a point before the decimals; the others we speak write a comma.
const POINT_BEFORE_DECIMALS: [&str; 8] = ["en", "ja", "zh", "ko", "he", "th", "hi", "ms"];

impl Currency {
    /// Takes an ISO 4217 code in capital or small letters. Any three letters pass: the list of
    /// currencies changes more often than this program does.
    pub fn new(code: &str) -> Result<Currency, MoneyRefused> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| MoneyRefused::NotACurrency)?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(MoneyRefused::NotACurrency);
        }
        Ok(Currency(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The code, three capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX") // only ASCII letters ever get in
    }

    /// How many decimals people write: 2 for most, 0 for `JPY`, 3 for `KWD`.
    pub fn digits(&self) -> u8 {
        OTHER_DIGITS.iter().find(|(code, _)| *code == self.code()).map_or(2, |(_, digits)| *digits)
    }

    /// The sign people write, where the currency has one: `€` for `EUR`.
    pub fn sign(&self) -> Option<&'static str> {
        SIGNS.iter().find(|(_, code)| *code == self.code()).map(|(sign, _)| *sign)
    }

    fn read(name: &str) -> Result<Currency, MoneyRefused> {
        match SIGNS.iter().find(|(sign, _)| *sign == name) {
            Some((_, code)) => Currency::new(code),
            None => Currency::new(name),
        }
    }
}

impl Money {
    /// So many of the smallest unit: `Money::new(1840, eur)` is 18.40 EUR.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// The sum, refused across currencies and beyond what can be counted.
    pub fn plus(self, other: Money) -> Result<Money, MoneyRefused> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyRefused::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    /// The difference, refused across currencies and beyond what can be counted.
    pub fn minus(self, other: Money) -> Result<Money, MoneyRefused> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyRefused::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    /// Whether this amount is above `limit`; refused across currencies.
    pub fn is_above(self, limit: Money) -> Result<bool, MoneyRefused> {
        self.same_currency(limit)?;
        Ok(self.minor > limit.minor)
    }

    fn same_currency(self, other: Money) -> Result<(), MoneyRefused> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyRefused::Mixed(self.currency, other.currency))
    }

    /// As people of a language write it, with the sign where there is one: `18.40 €` in
    /// English, `18,40 €` in German. `language` is a tag such as `de` or `de-AT`.
    pub fn written_in(self, language: &str) -> String {
        let main = language.split(['-', '_']).next().unwrap_or("en").to_ascii_lowercase();
        let mark = if POINT_BEFORE_DECIMALS.contains(&main.as_str()) { '.' } else { ',' };
        let name = self.currency.sign().unwrap_or(self.currency.code());
        format!("{} {name}", self.amount(mark))
    }

    fn amount(self, mark: char) -> String {
        let digits = usize::from(self.currency.digits());
        let sign = if self.minor < 0 { "-" } else { "" };
        let all = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, part) = all.split_at(all.len() - digits);
        if part.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}{mark}{part}")
        }
    }

    /// Reads an amount with its currency as code or sign on either side: `18.40 EUR`, `€18`,
    /// `1.234,50 €`. A `$` is read as `USD` and a `¥` as `JPY`.
    pub fn parse(text: &str) -> Result<Money, MoneyRefused> {
        let written = Written::read(text)?;
        let name = written.name.ok_or(MoneyRefused::WhichCurrency)?;
        written.amount_in(Currency::read(name)?)
    }

    /// Reads an amount in a known currency; if the text names one, it must be the same.
    pub fn parse_in(text: &str, currency: Currency) -> Result<Money, MoneyRefused> {
        let written = Written::read(text)?;
        if let Some(name) = written.name
            && !is_sign_of(name, currency)
        {
            let named = Currency::read(name)?;
            if named != currency {
                return Err(MoneyRefused::Mixed(currency, named));
            }
        }
        written.amount_in(currency)
    }
}

/// `$` and `¥` stand for several currencies: where the currency is known, they may mean it.
fn is_sign_of(name: &str, currency: Currency) -> bool {
    const DOLLARS: [&str; 8] = ["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD"];
    match name {
        "$" => DOLLARS.contains(&currency.code()),
        "¥" => ["JPY", "CNY"].contains(&currency.code()),
        _ => false,
    }
}

/// An amount as somebody wrote it, taken apart.
struct Written<'a> {
    below_zero: bool,
    digits: &'a str,
    name: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Result<Written<'a>, MoneyRefused> {
        let text = text.trim();
        let digit = |c: char| c.is_ascii_digit();
        let first = text.find(digit).ok_or(MoneyRefused::NotAnAmount)?;
        let last = text.rfind(digit).ok_or(MoneyRefused::NotAnAmount)?;
        let (before, after) = (text[..first].trim(), text[last + 1..].trim());
        let unsigned = before.strip_prefix(['-', '−']).unwrap_or(before);
        let unsigned = unsigned.strip_suffix(['-', '−']).unwrap_or(unsigned).trim();
        let name = match (unsigned, after) {
            ("", "") => None,
            (name, "") | ("", name) => Some(name),
            _ => return Err(MoneyRefused::NotAnAmount),
        };
        let below_zero = unsigned.len() != before.len();
        Ok(Written { below_zero, digits: &text[first..=last], name })
    }

    /// The last `.` or `,` is the decimal mark if at most as many digits follow as the currency
    /// has decimals; otherwise three digits must follow and it groups thousands.
    fn amount_in(&self, currency: Currency) -> Result<Money, MoneyRefused> {
        let most = usize::from(currency.digits());
        let (whole, part) = match self.digits.rfind(['.', ',']) {
            Some(at) if is_decimal_mark(self.digits, at, most) => {
                (&self.digits[..at], &self.digits[at + 1..])
            }
            _ => (self.digits, ""),
        };
        let whole = ungroup(whole).ok_or(MoneyRefused::NotAnAmount)?;
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MoneyRefused::NotAnAmount);
        }
        if part.len() > most {
            return Err(MoneyRefused::TooFine(currency, currency.digits()));
        }
        let all: i128 =
            format!("{whole}{part:0<most$}").parse().map_err(|_| MoneyRefused::TooLarge)?;
        let signed = if self.below_zero { -all } else { all };
        let minor = i64::try_from(signed).map_err(|_| MoneyRefused::TooLarge)?;
        Ok(Money { minor, currency })
    }
}

/// Whether the mark at `at` stands before decimals rather than between thousands.
fn is_decimal_mark(digits: &str, at: usize, most: usize) -> bool {
    let after = digits.len() - at - 1;
    let mark = &digits[at..=at];
    let grouped_before = digits[..at].contains(|c: char| !c.is_ascii_digit());
    let alone = digits.matches(mark).count() == 1;
    alone && (after <= most || after != 3 || grouped_before)
}

/// Takes out the marks between groups of three digits; `None` if they stand elsewhere.
fn ungroup(digits: &str) -> Option<String> {
    let mut marks = digits.chars().filter(|c| !c.is_ascii_digit());
    let Some(mark) = marks.next() else { return Some(digits.to_owned()) };
    let known = matches!(mark, '.' | ',' | ' ' | '\'' | '’' | '\u{A0}' | '\u{202F}');
    if !known || marks.any(|other| other != mark) {
        return None;
    }
    let mut groups = digits.split(mark);
    let first = groups.next()?;
    let right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    right.then(|| digits.replace(mark, ""))
}

impl FromStr for Money {
    type Err = MoneyRefused;

    fn from_str(text: &str) -> Result<Money, MoneyRefused> {
        Money::parse(text)
    }
}

/// With the code, the same everywhere: `18.40 EUR`. Reads back with [`Money::parse`].
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.amount('.'), self.currency))
    }
}

impl FromStr for Currency {
    type Err = MoneyRefused;

    fn from_str(code: &str) -> Result<Currency, MoneyRefused> {
        Currency::new(code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let code = String::deserialize(deserializer)?;
        Currency::new(&code).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::new(code).unwrap())
    }

    #[test]
    fn people_read_amounts_as_their_language_writes_them() {
        assert_eq!(of(1840, "EUR").to_string(), "18.40 EUR");
        assert_eq!(of(1840, "EUR").written_in("en-IE"), "18.40 €");
        assert_eq!(of(1840, "EUR").written_in("de-AT"), "18,40 €");
        assert_eq!(of(-5, "NOK").written_in("nb"), "-0,05 NOK");
        assert_eq!(of(1840, "JPY").to_string(), "1840 JPY");
        assert_eq!(of(1840, "KWD").to_string(), "1.840 KWD");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, minor, code) in [
            ("18.40 €", 1840, "EUR"),
            ("€18", 1800, "EUR"),
            ("EUR 1.234,50", 123_450, "EUR"),
            ("1,234 usd", 123_400, "USD"),
            ("$ 1'000.5", 100_050, "USD"),
            ("-€5", -500, "EUR"),
            ("€-5", -500, "EUR"),
            ("−5,00 zł", -500, "PLN"),
            ("1 234 567,89 EUR", 123_456_789, "EUR"),
            ("1.234 KWD", 1234, "KWD"),
            ("¥1,000", 1000, "JPY"),
            ("£0.07", 7, "GBP"),
        ] {
            assert_eq!(Money::parse(text), Ok(of(minor, code)), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused_with_its_reason() {
        let jpy = Currency::new("JPY").unwrap();
        assert_eq!(Money::parse("18.40"), Err(MoneyRefused::WhichCurrency));
        assert_eq!(Money::parse("fair"), Err(MoneyRefused::NotAnAmount));
        assert_eq!(Money::parse("1,23,4 EUR"), Err(MoneyRefused::NotAnAmount));
        assert_eq!(Money::parse("3 of 4 EUR"), Err(MoneyRefused::NotAnAmount));
        assert_eq!(Money::parse("18.40 JPY"), Err(MoneyRefused::TooFine(jpy, 0)));
        assert_eq!(Money::parse("99999999999999999999 EUR"), Err(MoneyRefused::TooLarge));
        assert_eq!(Money::parse("5 euros"), Err(MoneyRefused::NotACurrency));
    }

    #[test]
    fn a_dollar_sign_means_the_dollar_we_work_in() {
        let cad = Currency::new("cad").unwrap();
        assert_eq!(Money::parse_in("$12", cad), Ok(of(1200, "CAD")));
        assert_eq!(Money::parse_in("12.5", cad), Ok(of(1250, "CAD")));
        let eur = Currency::new("EUR").unwrap();
        assert_eq!(Money::parse_in("12 €", cad), Err(MoneyRefused::Mixed(cad, eur)));
    }

    #[test]
    fn currencies_are_never_mixed_and_sums_never_wrap() {
        let (eur, usd) = (of(1, "EUR"), of(1, "USD"));
        assert_eq!(eur.plus(usd), Err(MoneyRefused::Mixed(eur.currency, usd.currency)));
        assert_eq!(eur.is_above(usd), Err(MoneyRefused::Mixed(eur.currency, usd.currency)));
        assert_eq!(of(i64::MAX, "EUR").plus(eur), Err(MoneyRefused::TooLarge));
        assert_eq!(of(i64::MIN, "EUR").minus(eur), Err(MoneyRefused::TooLarge));
    }

    #[test]
    fn json_holds_the_smallest_unit_and_the_code() {
        let json = serde_json::to_string(&of(1840, "EUR")).unwrap();
        assert_eq!(json, r#"{"minor":1840,"currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), of(1840, "EUR"));
        assert!(serde_json::from_str::<Currency>("\"EURO\"").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in any::<i64>(),
            code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF", "NOK"]),
            language in prop::sample::select(vec!["en", "de"]))
        {
            let money = of(minor, code);
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
            let written = money.written_in(language);
            prop_assert_eq!(Money::parse_in(&written, money.currency), Ok(money));
        }

        #[test]
        fn taking_back_what_was_added_changes_nothing(a in any::<i64>(), b in any::<i64>()) {
            let (a, b) = (of(a, "EUR"), of(b, "EUR"));
            if let Ok(sum) = a.plus(b) {
                prop_assert_eq!(sum.minus(b), Ok(a));
                prop_assert_eq!(b.plus(a), Ok(sum));
            }
        }

        #[test]
        fn no_text_makes_reading_an_amount_panic(text in any::<String>()) {
            let read = Money::parse(&text);
            prop_assert!(read.is_err() || text.contains(|c: char| c.is_ascii_digit()));
        }
    }
}
