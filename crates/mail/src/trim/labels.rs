//! What each line of a mail is.

use super::attribution;
use super::words::{HEADERS, MARKER, MOBILE, ORIGINAL};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Blank,
    Words,
    /// Begins with a quote mark.
    Quote,
    /// "On … wrote:", possibly over several lines.
    Attribution,
    /// First line of a From/Sent/To/Subject group.
    Header,
    /// "-----Original Message-----" and its kin.
    Original,
    /// A line below which only a signature stands.
    Signature,
    /// "Sent from my phone".
    MobileTag,
    /// Our own "write above this line".
    Marker,
}

pub(super) struct Line<'a> {
    pub text: &'a str,
    pub label: Label,
}

impl Line<'_> {
    pub fn begins_quote(&self) -> bool {
        matches!(self.label, Label::Quote | Label::Attribution | Label::Header)
    }
}

/// Labels up to `most` lines; those beyond are words.
pub(super) fn label(text: &str, most: usize) -> Vec<Line<'_>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut labels = vec![Label::Words; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        if at >= most {
            break;
        }
        let line = lines[at];
        let len = if line.trim().is_empty() { 0 } else { attribution::length(&lines[at..]) };
        if len > 0 {
            labels[at..at + len].fill(Label::Attribution);
            at += len;
            continue;
        }
        labels[at] = one(&lines, at);
        at += 1;
    }
    let label = |(text, label)| Line { text, label };
    lines.into_iter().zip(labels).map(label).collect()
}

fn one(lines: &[&str], at: usize) -> Label {
    let line = lines[at];
    let bare = line.trim();
    if bare.is_empty() {
        return Label::Blank;
    }
    if is_quote(line) {
        return Label::Quote;
    }
    if bare.len() > 400 {
        return Label::Words;
    }
    if MARKER.is_match(bare) {
        return Label::Marker;
    }
    let drawn = bare.trim_start_matches(['*', ' ', '>']).starts_with(['-', '_', '=', '—']);
    if (ORIGINAL.is_match(bare) || is_rule(bare))
        && (header_below(lines, at) || drawn && !is_rule(bare))
    {
        return Label::Original;
    }
    if is_signature(line, bare) || (is_rule(bare) && short_tail(&lines[at + 1..])) {
        return Label::Signature;
    }
    if is_header(bare) && header_group(&lines[at..]) {
        return Label::Header;
    }
    if MOBILE.is_match(bare) {
        return Label::MobileTag;
    }
    Label::Words
}

fn is_quote(line: &str) -> bool {
    let start = line.trim_start();
    if start.starts_with('>') || start.starts_with('|') || start.starts_with('＞') {
        return true;
    }
    // "AB> text": the initials of the quoted person, as some programs write.
    let mark = start.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=3).contains(&mark) && start.as_bytes().get(mark) == Some(&b'>')
}

fn is_rule(bare: &str) -> bool {
    const SIGNS: &str = "-_=*~#—─–";
    bare.len() >= 3 && bare.chars().all(|c| SIGNS.contains(c))
}

/// Most lines a signature below a drawn rule has.
const SIGNATURE_LINES_MAX: usize = 8;

/// Whether what follows a rule is short enough to be a name and how to reach it.
fn short_tail(lines: &[&str]) -> bool {
    let mut rest = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    let tail: Vec<&str> = rest.by_ref().take(SIGNATURE_LINES_MAX).collect();
    let asks = |l: &&str| l.chars().count() > 72 || l.ends_with(['?', '？', '؟']) || is_rule(l);
    rest.next().is_none() && !tail.is_empty() && !tail.iter().any(asks)
}

fn header_below(lines: &[&str], at: usize) -> bool {
    let next = lines[at + 1..].iter().take(3).position(|l| !l.trim().is_empty());
    next.is_some_and(|n| {
        let from = at + 1 + n;
        is_header(lines[from].trim()) && header_group(&lines[from..])
    })
}

fn is_signature(line: &str, bare: &str) -> bool {
    line == "-- " || matches!(bare, "--" | "—" | "– " | "---") || is_long_underscore(bare)
}

fn is_long_underscore(bare: &str) -> bool {
    bare.len() >= 20 && bare.bytes().all(|b| b == b'_')
}

/// A line "Name: value" whose name means From, Sent, To, Cc, Date or Subject somewhere.
fn is_header(bare: &str) -> bool {
    header_name(bare).is_some()
}

fn header_name(bare: &str) -> Option<&'static str> {
    header_of(bare).map(|(kind, _)| kind)
}

/// The kind of header a pasted line is (`from`, `date`, `to`, `cc`, `subject`), and its value.
pub(crate) fn header_of(line: &str) -> Option<(&'static str, &str)> {
    let plain = line.trim().trim_start_matches(['*', '_', ' ', '>']);
    let colon = plain.find([':', '：'])?;
    if colon > 40 {
        return None;
    }
    let name = plain[..colon].trim_end_matches(['*', '_', ' ', '\u{a0}']).to_lowercase();
    let (kind, _) = HEADERS.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    let value = plain[colon..].trim_start_matches([':', '：', '*', ' ', '\u{a0}']);
    Some((kind, value.trim_end_matches('*')))
}

/// At least three different headers, a From or a Date among them, within the next lines.
fn header_group(lines: &[&str]) -> bool {
    let mut kinds: Vec<&str> = Vec::new();
    for line in lines.iter().take(10) {
        if let Some(kind) = header_name(line.trim())
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    let told = kinds.contains(&"from") || kinds.contains(&"date");
    told && kinds.len() >= 3
}
