//! Header fields: their ranges, and their values as text, addresses, ids and moments.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mail_parser::parsers::MessageStream;
use mail_parser::{DateTime, HeaderValue};
use serde::Serialize;

use crate::{charset, transfer};

/// A person or mailbox as a mail names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Default)]
pub struct Address {
    /// Display name, decoded; empty when there is none.
    pub name: String,
    /// `local@domain` as written, without angle brackets; may lack the `@` in broken mail.
    pub address: String,
}

impl Address {
    /// An address with a display name, which may be empty.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Address {
        Address { name: name.into(), address: address.into() }
    }

    /// The address in the form that is compared: ASCII letters in lower case and nothing else,
    /// because other foldings (a Kelvin sign becomes k) make two mailboxes look like one.
    pub fn key(&self) -> String {
        self.address.trim().to_ascii_lowercase()
    }

    /// What follows the last `@`, in lower case; empty when there is none.
    pub fn domain(&self) -> String {
        self.address
            .rsplit_once('@')
            .map_or(String::new(), |(_, domain)| domain.to_ascii_lowercase())
    }
}

/// One header field as ranges into the mail.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub name: Range<usize>,
    pub value: Range<usize>,
}

/// All fields of one part, with the bytes they point into.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub bytes: &'a [u8],
    pub fields: &'a [Field],
}

impl<'a> Fields<'a> {
    /// Raw value of the first field called `name`.
    pub fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Raw values of every field called `name`, top to bottom.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let (bytes, fields) = (self.bytes, self.fields);
        fields
            .iter()
            .filter(move |f| bytes[f.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
            .map(move |f| &bytes[f.value.clone()])
    }

    /// Whether a field called `name` is there.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first field called `name` as decoded text on one line.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(text)
    }

    /// The first field called `name`, undecoded, trimmed, in lower case; empty when missing.
    pub fn lower(&self, name: &str) -> String {
        self.raw(name).map_or(String::new(), |v| unfold(v).trim().to_lowercase())
    }

    /// Addresses of every field called `name`.
    pub fn addresses(&self, name: &str) -> Vec<Address> {
        self.all(name).flat_map(addresses).collect()
    }

    /// Message ids of the first field called `name`, without brackets.
    pub fn ids(&self, name: &str) -> Vec<String> {
        self.raw(name).map_or(Vec::new(), ids)
    }
}

/// A raw value as text on one line: folds undone, 8-bit bytes decoded, controls removed.
pub(crate) fn unfold(raw: &[u8]) -> String {
    let text = charset::decode(raw, None).text;
    if text.contains(['\r', '\n', '\0']) {
        text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect()
    } else {
        text
    }
}

/// A raw unstructured value, encoded words decoded.
pub(crate) fn text(raw: &[u8]) -> String {
    words(&unfold(raw), |text, _| text.to_owned()).trim().to_owned()
}

/// Longest run of encoded words that is joined, in bytes, so that hostile headers stay cheap.
const WORDS_BYTES_MAX: usize = 64 * 1024;

/// Replaces encoded words (RFC 2047). Neighbours in one set are joined before they are read,
/// because many programs split characters between words.
fn words(value: &str, emit: impl Fn(&str, bool) -> String) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut run: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    let flush = |run: &mut Option<(String, Vec<u8>)>, out: &mut String| {
        if let Some((set, bytes)) = run.take() {
            let text = charset::decode(&bytes, Some(&set)).text;
            let clean: String = text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect();
            out.push_str(&emit(&clean, true));
        }
    };
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let Some((set, bytes, len)) = word_at(word) else {
            flush(&mut run, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            continue;
        };
        let joins = run.as_ref().is_some_and(|(s, b)| {
            before.trim().is_empty() && s.eq_ignore_ascii_case(&set) && b.len() < WORDS_BYTES_MAX
        });
        if let Some((_, held)) = run.as_mut().filter(|_| joins) {
            held.extend_from_slice(&bytes);
        } else {
            let between = run.is_some() && before.trim().is_empty();
            flush(&mut run, &mut out);
            if !between {
                out.push_str(before);
            }
            run = Some((set, bytes));
        }
        rest = &word[len..];
    }
    flush(&mut run, &mut out);
    out.push_str(rest);
    out
}

/// Longest encoded word that is looked for the end of, in bytes; the standard allows 75.
const WORD_BYTES_MAX: usize = 1024;

/// Reads the encoded word at the start of `text`: set, bytes, and how long it was.
fn word_at(text: &str) -> Option<(String, Vec<u8>, usize)> {
    let text = &text[..text.floor_char_boundary(WORD_BYTES_MAX)];
    let body = text.strip_prefix("=?")?;
    let (set, rest) = body.split_once('?')?;
    if set.is_empty() || set.len() > 40 || set.contains(char::is_whitespace) {
        return None;
    }
    let (kind, rest) = rest.split_once('?')?;
    let end = rest.find("?=")?;
    let data = &rest[..end];
    let set = set.split('*').next().unwrap_or(set).to_owned(); // RFC 2231 5: *language
    let bytes = match kind {
        "b" | "B" => transfer::lenient_base64(data.as_bytes())?,
        "q" | "Q" => transfer::quoted_printable(data.as_bytes(), true),
        _ => return None,
    };
    let len = text.len() - rest.len() + end + 2;
    Some((set, bytes, len))
}

/// How much of a structured value is read, in bytes: far more than a hundred recipients need.
const STRUCTURED_BYTES_MAX: usize = 256 * 1024;

/// A raw structured value with every encoded word rewritten as one UTF-8 word, ready for a
/// parser that reads words one by one.
fn normalised(raw: &[u8]) -> String {
    let raw = &raw[..raw.len().min(STRUCTURED_BYTES_MAX)];
    let mut value =
        words(&unfold(raw), |text, _| format!("=?utf-8?B?{}?=", STANDARD.encode(text.as_bytes())));
    value.push('\n');
    value
}

/// Addresses of a raw value; groups are flattened, encoded words and comments read.
pub(crate) fn addresses(raw: &[u8]) -> Vec<Address> {
    let value = normalised(raw);
    let HeaderValue::Address(list) = MessageStream::new(value.as_bytes()).parse_address() else {
        return Vec::new();
    };
    // The parser decodes words that we left as they are, and what it finds in them may be anything.
    let tidy = |s: Option<&str>| {
        let plain = s.unwrap_or("").chars().filter(|c| !c.is_control() || *c == '\t');
        plain.collect::<String>().trim().to_owned()
    };
    list.iter()
        .map(|a| Address { name: tidy(a.name()), address: tidy(a.address()) })
        .filter(|a| !a.address.is_empty() || !a.name.is_empty())
        .map(|a| if a.address.is_empty() && a.name.contains('@') { swap(a) } else { a })
        .collect()
}

fn swap(a: Address) -> Address {
    Address { name: String::new(), address: a.name }
}

/// Message ids in a raw value, without brackets, in order, at most
/// [`crate::limits::REFERENCES_MAX`].
pub(crate) fn ids(raw: &[u8]) -> Vec<String> {
    let value = unfold(raw);
    let mut found = Vec::new();
    let mut rest = value.as_str();
    while let Some((_, after)) = rest.split_once('<') {
        let end = after.find(['<', '>']).unwrap_or(after.len());
        let (id, tail) = after.split_at(end);
        let id: String = match tail.starts_with('>') {
            true => id.chars().filter(|c| !c.is_whitespace()).collect(),
            // Its bracket is missing: what follows the first word is none of it.
            false => {
                id.split_whitespace().next().filter(|id| id.contains('@')).unwrap_or("").into()
            }
        };
        if !id.is_empty() && found.len() < crate::limits::REFERENCES_MAX {
            found.push(id);
        }
        rest = tail;
    }
    if found.is_empty() {
        let bare = value.split_whitespace().filter(|w| w.contains('@'));
        found.extend(bare.take(crate::limits::REFERENCES_MAX).map(str::to_owned));
    }
    found
}

/// The moment a raw Date value names; `None` when no calendar has it.
pub(crate) fn moment(raw: &[u8]) -> Option<Timestamp> {
    let mut value = unfold(raw);
    value.push('\n');
    match MessageStream::new(value.as_bytes()).parse_date() {
        HeaderValue::DateTime(date) => timestamp(&date),
        _ => None,
    }
}

fn timestamp(date: &DateTime) -> Option<Timestamp> {
    let sane = (1970..=9000).contains(&date.year) && date.is_valid();
    sane.then(|| Timestamp::from_second(date.to_timestamp()).ok()).flatten()
}

/// A value with parameters, such as Content-Type: main value in lower case, then attributes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    pub value: String,
    pub attributes: Vec<(String, String)>,
}

impl Parameters {
    /// Reads `type/subtype; name=value…` with RFC 2231 continuations and encoded words.
    pub fn read(raw: &[u8]) -> Parameters {
        let value = normalised(raw);
        let parsed = MessageStream::new(value.as_bytes()).parse_content_type();
        let HeaderValue::ContentType(parsed) = parsed else { return Parameters::default() };
        let main = match &parsed.c_subtype {
            Some(sub) => format!("{}/{}", parsed.c_type, sub),
            None => parsed.c_type.to_string(),
        };
        let attributes = parsed.attributes.unwrap_or_default();
        let own = |text: Cow<'_, str>| text.into_owned();
        Parameters {
            value: main.trim().to_ascii_lowercase(),
            attributes: attributes
                .into_iter()
                .map(|a| (a.name.to_ascii_lowercase(), text(own(a.value).as_bytes())))
                .collect(),
        }
    }

    /// The attribute called `name`, when it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_comes_out_of_a_word_with_an_odd_set() {
        for raw in [
            "=?u\tf-8?B?QQBCDQpDBw==?= <ann@example.org>",
            "=?utf-8?B?QQBCDQpDBw==?= <ann@example.org>",
            "Ann\u{7}\0 <ann@example.org\0>",
        ] {
            let found = addresses(raw.as_bytes());
            assert!(!found.is_empty(), "{raw:?}");
            let is_odd = |text: &str| text.chars().any(|c| c.is_control() && c != '\t');
            assert!(!found.iter().any(|a| is_odd(&a.name) || is_odd(&a.address)), "{found:?}");
        }
    }

    #[test]
    fn encoded_words_split_inside_a_character_are_joined() {
        assert_eq!(text(b"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?= an alle"), "Grüße an alle");
        assert_eq!(text(b"Re: =?iso-2022-jp?B?GyRCJCIbKEI=?="), "Re: あ");
        assert_eq!(text(b"=?gb2312?B?xOO6ww==?="), "你好");
        assert_eq!(text(b"a =? b =?x?y?z?= c"), "a =? b =?x?y?z?= c");
    }

    #[test]
    fn raw_eight_bit_headers_are_read() {
        assert_eq!(text(b"Gr\xfc\xdfe aus K\xf6ln"), "Grüße aus Köln");
        assert_eq!(text("Grüße".as_bytes()), "Grüße");
    }

    #[test]
    fn addresses_with_comments_groups_and_words_are_read() {
        let read = addresses(
            b"\"Doe, Jane\" <jane@example.com>, =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>,\r\n Team: a@example.com, b@example.com;, bare@example.com (Bare Name)",
        );
        let keys: Vec<String> = read.iter().map(Address::key).collect();
        let all = [
            "jane@example.com",
            "zoe@example.com",
            "a@example.com",
            "b@example.com",
            "bare@example.com",
        ];
        assert_eq!(keys, all);
        assert_eq!((read[0].name.as_str(), read[1].name.as_str()), ("Doe, Jane", "Zoë"));
    }

    #[test]
    fn ids_are_read_with_and_without_brackets() {
        assert_eq!(ids(b"<a@x> (comment) <b@\r\n y>"), ["a@x", "b@y"]);
        assert_eq!(ids(b"plain@x"), ["plain@x"]);
    }

    #[test]
    fn an_id_without_its_closing_bracket_takes_no_other_with_it() {
        assert_eq!(ids(b"<a@x <b@y> <c@z"), ["a@x", "b@y", "c@z"]);
        assert_eq!(ids(b"<a@x and more words"), ["a@x"]);
        assert_eq!(ids(b"< <<<"), [""; 0]);
    }

    #[test]
    fn impossible_dates_are_no_moment() {
        assert!(moment(b"Mon, 32 Jan 2024 25:61:00 +0000").is_none());
        let read = moment(b"Mon, 1 Jan 2024 12:00:00 +0100").map(|t| t.to_string());
        assert_eq!(read.as_deref(), Some("2024-01-01T11:00:00Z"));
    }

    #[test]
    fn letters_that_fold_to_ascii_elsewhere_stay_different() {
        let kelvin = Address::new("", "mar\u{212a}@example.com");
        assert_ne!(kelvin.key(), Address::new("", "mark@example.com").key());
        assert_eq!(Address::new("", "MarK@Example.com").key(), "mark@example.com");
    }
}
