//! How a search line is read, and which sentence of a text it meant. Pure.

use domain::id::CaseNumber;
use domain::label::LabelKind;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Longest sentence shown, in characters.
const SENTENCE_MOST: usize = 240;

/// A search line, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words and quoted phrases, as typed.
    pub words: String,
    /// A case named by its number.
    pub number: Option<CaseNumber>,
    /// `is:open` or `is:closed`.
    pub open: Option<bool>,
    /// `promise:broken`.
    pub promise_broken: bool,
    /// `from:`: part of a name or an address, in small letters.
    pub from: Option<String>,
    /// `before:2026-11-01`: opened before that day.
    pub before: Option<Timestamp>,
    /// `label:` and `cause:`: parts of the names of what it carries, in small letters. Everything
    /// that is said must hold.
    pub labels: Vec<(LabelKind, String)>,
    /// `reach:>50k`: seen by more than so many.
    pub reach_above: Option<u64>,
}

/// Reads a search line. What looks like an operator and is none is searched for as words. `zone`
/// says where a day begins.
pub fn read(line: &str, zone: &TimeZone) -> Query {
    let mut query = Query::default();
    let line: String = line.chars().take(500).collect();
    for token in tokens(&line) {
        if !operator(&mut query, token, zone) {
            if !query.words.is_empty() {
                query.words.push(' ');
            }
            query.words.push_str(token);
        }
    }
    let words = query.words.trim();
    if words.len() >= 4 || words.starts_with(['R', 'r']) {
        query.number = words.parse().ok();
    }
    query
}

fn operator(query: &mut Query, token: &str, zone: &TimeZone) -> bool {
    let Some((name, value)) = token.split_once(':') else { return false };
    let value = value.trim_matches('"');
    match (name, value) {
        ("is", "open") => query.open = Some(true),
        ("is", "closed") => query.open = Some(false),
        ("promise", "broken") => query.promise_broken = true,
        ("from", _) if !value.is_empty() => query.from = Some(value.to_lowercase()),
        ("label", _) if !value.is_empty() => {
            query.labels.push((LabelKind::Label, value.to_lowercase()));
        }
        ("cause", _) if !value.is_empty() => {
            query.labels.push((LabelKind::Cause, value.to_lowercase()));
        }
        ("before", _) => {
            let day: Option<Date> = value.parse().ok();
            let Some(start) = day.and_then(|day| day.to_zoned(zone.clone()).ok()) else {
                return false;
            };
            query.before = Some(start.timestamp());
        }
        ("reach", _) => {
            let Some(n) = value.strip_prefix('>').and_then(count) else { return false };
            query.reach_above = Some(n);
        }
        _ => return false,
    }
    true
}

/// `50k` is 50,000 and `2m` two million.
fn count(text: &str) -> Option<u64> {
    let (digits, times) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => match text.strip_suffix(['m', 'M']) {
            Some(digits) => (digits, 1_000_000),
            None => (text, 1),
        },
    };
    digits.parse::<u64>().ok()?.checked_mul(times)
}

/// Parts of a line at spaces; a quoted part stays whole with its quotes.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let (mut from, mut quoted) = (0, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => {
                tokens.push(&line[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    tokens.push(&line[from..]);
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// The first sentence of `text` in which one of the folded words stands; else the first sentence.
/// `fold` is how the index folds texts.
pub fn sentence(text: &str, words: &[&str], fold: impl Fn(&str) -> String) -> String {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n');
    let mut first = None;
    for part in text.split_inclusive(ends).map(str::trim).filter(|part| !part.is_empty()) {
        let folded = fold(part);
        if words.iter().any(|word| folded.split(' ').any(|have| have.starts_with(word))) {
            return short(part);
        }
        first = first.or(Some(part));
    }
    first.map(short).unwrap_or_default()
}

fn short(text: &str) -> String {
    if text.chars().count() <= SENTENCE_MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SENTENCE_MOST).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_narrow_and_everything_else_is_words() {
        let query =
            read("is:open promise:broken no \"heating since\" reach:>50k http://x", &TimeZone::UTC);
        assert_eq!(query.words, "no \"heating since\" http://x");
        assert_eq!((query.open, query.promise_broken), (Some(true), true));
        assert_eq!(query.reach_above, Some(50_000));
    }

    #[test]
    fn labels_and_causes_are_asked_for_by_parts_of_their_names() {
        let query = read("cause:Courier label:\"very late\" cause: van", &TimeZone::UTC);
        let (courier, late) = ("courier".to_owned(), "very late".to_owned());
        assert_eq!(query.labels, [(LabelKind::Cause, courier), (LabelKind::Label, late)]);
        assert_eq!(query.words, "cause: van");
    }

    #[test]
    fn a_case_number_is_seen_with_its_letter() {
        assert_eq!(read("R-10482", &TimeZone::UTC).number, Some(CaseNumber(10_482)));
        assert_eq!(read("12", &TimeZone::UTC).number, None);
    }

    #[test]
    fn a_day_that_is_none_is_searched_for_as_words() {
        let query = read("before:2026-02-30 before:2026-02-01", &TimeZone::UTC);
        assert_eq!(query.words, "before:2026-02-30");
        assert_eq!(query.before, "2026-02-01T00:00:00Z".parse().ok());
    }

    #[test]
    fn the_sentence_that_was_meant_is_shown() {
        let text = "Hello. The van never came! I waited.";
        assert_eq!(sentence(text, &["van"], str::to_lowercase), "The van never came!");
        assert_eq!(sentence(text, &["bus"], str::to_lowercase), "Hello.");
    }
}
