//! New text and quoted text of a reply (8.5). Only for showing and understanding: the whole
//! text stays searchable, and nothing is thrown away.
//!
//! Every line gets a label first; what to fold is then decided on the labels. When a person
//! wrote between or below the quotes, quotes stay visible, because answers without their
//! questions mean nothing.

mod attribution;
mod labels;
mod words;

use crate::html::Rendered;
pub(crate) use labels::header_of;
use labels::{Label, Line};

/// A text in two: what is new, and what is folded away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trimmed {
    /// What the author newly wrote.
    pub new_text: String,
    /// Quotes, attributions, signature and notices, in their order.
    pub folded_text: String,
}

/// Most lines that are looked at; a longer text is new from there on.
const LINES_MAX: usize = 20_000;

/// Splits a text, using the structure of its HTML twin where that shows a quote.
pub(crate) fn reply(text: &str, rendered: Option<&Rendered>) -> Trimmed {
    let from_html = rendered.filter(|page| page.text == text);
    let trimmed = if from_html.is_some() { Trimmed::default() } else { plain(text) };
    if !trimmed.folded_text.is_empty() {
        return trimmed;
    }
    let cut = rendered.and_then(|page| structural_cut(page).map(|cut| page.text.split_at(cut)));
    match cut {
        Some((new, folded)) if !new.trim().is_empty() => {
            let inner = plain(new);
            let folded_text = join(&inner.folded_text, folded.trim());
            Trimmed { new_text: inner.new_text, folded_text }
        }
        _ => plain(text),
    }
}

/// Where a marked quote begins that reaches to the end of the page and that nobody wrote into.
fn structural_cut(page: &Rendered) -> Option<usize> {
    let first = page.quoted.first()?;
    let rest = &page.text[page.quoted.iter().map(|r| r.end).max()?..];
    let cited = |line: &str| line.starts_with('>');
    let mut inside = page.text[first.start..].lines().filter(|l| !l.trim().is_empty());
    let answered = inside.by_ref().any(cited) && inside.any(|l| !cited(l));
    (rest.trim().is_empty() && !answered).then_some(first.start)
}

/// Splits a plain text.
pub fn plain(text: &str) -> Trimmed {
    let text = text.replace("\r\n", "\n");
    let lines = labels::label(&text, LINES_MAX);
    let keep = decide(&lines);
    let mut new: Vec<&str> = Vec::new();
    let mut folded: Vec<&str> = Vec::new();
    for (line, keep) in lines.iter().zip(&keep) {
        if *keep { new.push(line.text) } else { folded.push(line.text) }
    }
    let new_text = tidy(&new);
    if new_text.split_whitespace().next().is_none() {
        return Trimmed { new_text: tidy_whole(&text), folded_text: String::new() };
    }
    Trimmed { new_text, folded_text: folded.join("\n").trim_matches('\n').trim_end().to_owned() }
}

/// Splits a text by what we sent: lines that stand in `sent` are ours, wherever they stand.
///
/// The only method that does not guess. Lines of fewer than four words count as ours only
/// between others of ours, so that a customer's own "Thank you" is kept.
pub fn against_sent(text: &str, sent: &str) -> Trimmed {
    let bare = |line: &str| {
        let line = line.trim_start_matches(['>', '|', ' ', '\t', '*']);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let ours: std::collections::HashSet<String> =
        sent.lines().map(bare).filter(|l| !l.is_empty()).collect();
    let lines: Vec<&str> = text.lines().collect();
    let is_ours: Vec<bool> = lines.iter().map(|l| ours.contains(&bare(l))).collect();
    let sure: Vec<bool> = lines
        .iter()
        .zip(&is_ours)
        .map(|(l, same)| *same && bare(l).split(' ').count() >= 4)
        .collect();
    let Some(first) = sure.iter().position(|s| *s) else { return plain(text) };
    let start = (0..first).rev().take_while(|i| is_ours[*i] || lines[*i].trim().is_empty()).last();
    let start = start.unwrap_or(first);
    let last = sure.iter().rposition(|s| *s).unwrap_or(first);
    let end = (last + 1..lines.len())
        .take_while(|i| is_ours[*i] || bare(lines[*i]).is_empty())
        .last()
        .map_or(last + 1, |i| i + 1);
    let before = plain(&lines[..start].join("\n"));
    let mut new = vec![before.new_text];
    let mut folded = vec![before.folded_text];
    for at in start..end {
        let blank = bare(lines[at]).is_empty();
        let target = if is_ours[at] || blank { &mut folded } else { &mut new };
        target.push(lines[at].to_owned());
    }
    let after = plain(&lines[end..].join("\n"));
    new.push(after.new_text);
    folded.push(after.folded_text);
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    Trimmed { new_text: tidy(&new), folded_text: folded.join("\n").trim().to_owned() }
}

/// Which lines are new. See the module's words for the reasons.
fn decide(lines: &[Line<'_>]) -> Vec<bool> {
    let mut keep = vec![true; lines.len()];
    for (line, keep) in lines.iter().zip(&mut keep) {
        *keep = !matches!(line.label, Label::MobileTag | Label::Marker);
    }
    if let Some(cut) = hard_end(lines) {
        keep[cut..].fill(false);
    }
    let end = keep.iter().rposition(|k| *k).map_or(0, |n| n + 1);
    let words = |from: usize, to: usize| lines[from..to].iter().any(|l| l.label == Label::Words);
    let first =
        lines[..end].iter().position(|l| !matches!(l.label, Label::Blank | Label::MobileTag));
    let Some(first) = first else { return keep };
    if matches!(lines[first].label, Label::Attribution) {
        below(lines, first, end, &mut keep);
        return keep;
    }
    let quote = lines[first..end].iter().position(Line::begins_quote).map(|n| first + n);
    let Some(start) = quote.filter(|s| words(first, *s)) else { return keep };
    if lines[start].label == Label::Header || !answers_after(lines, start, end) {
        keep[start..].fill(false);
    } else {
        for at in first..end {
            keep[at] &= lines[at].label != Label::Attribution;
        }
        fold_last_quote(lines, end, &mut keep);
    }
    keep
}

/// A mail that begins with the quote: the answer stands below it.
fn below(lines: &[Line<'_>], first: usize, end: usize, keep: &mut [bool]) {
    let after = lines[first..end]
        .iter()
        .position(|l| !matches!(l.label, Label::Attribution | Label::Blank));
    let Some(body) = after.map(|n| first + n) else { return };
    keep[first..body].fill(false);
    if lines[body].label != Label::Quote {
        // An attribution without quote marks: the rest is one text; only further
        // attributions are folded.
        for at in body..end {
            keep[at] &= lines[at].label != Label::Attribution;
        }
        return;
    }
    let rest = lines[body..end].iter().position(|l| l.label == Label::Words).map(|n| body + n);
    let Some(rest) = rest else { return };
    let next = lines[rest..end].iter().position(|l| l.label == Label::Quote).map(|n| rest + n);
    let words = |from: usize| lines[from..end].iter().any(|l| l.label == Label::Words);
    if !next.is_some_and(words) {
        keep[body..rest].fill(false);
    }
    for at in rest..end {
        keep[at] &= lines[at].label != Label::Attribution;
    }
    fold_last_quote(lines, end, keep);
}

/// Folds a quote with nothing but itself behind it.
fn fold_last_quote(lines: &[Line<'_>], end: usize, keep: &mut [bool]) {
    let quoted = |l: &Line<'_>| matches!(l.label, Label::Quote | Label::Blank | Label::Attribution);
    let start = lines[..end].iter().rposition(|l| !quoted(l)).map_or(0, |n| n + 1);
    if start > 0 {
        keep[start..].fill(false);
    }
}

/// Whether words stand after the quote that begins at `start`, so that it must stay visible.
fn answers_after(lines: &[Line<'_>], start: usize, end: usize) -> bool {
    let Some(quote) = lines[start..end].iter().position(|l| l.label == Label::Quote) else {
        return false; // an attribution without quote marks: everything below is quoted
    };
    // Text between attribution and first quote mark belongs to the quoted mail.
    let between = lines[start..start + quote].iter().any(|l| l.label == Label::Words);
    !between && lines[start + quote..end].iter().any(|l| l.label == Label::Words)
}

/// Where signature, notice or an old mail begins after which nothing new can stand.
fn hard_end(lines: &[Line<'_>]) -> Option<usize> {
    let ends = lines
        .iter()
        .position(|l| matches!(l.label, Label::Signature | Label::Original | Label::Marker))?;
    let before = &lines[..ends];
    before.iter().any(|l| matches!(l.label, Label::Words | Label::Quote)).then_some(ends)
}

fn tidy(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut blanks = 0;
    for line in lines.iter().flat_map(|l| l.split('\n')) {
        if line.trim().is_empty() {
            blanks += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blanks > 0 { "\n\n" } else { "\n" });
        }
        blanks = 0;
        out.push_str(line.trim_end());
    }
    out
}

fn tidy_whole(text: &str) -> String {
    text.trim_matches('\n').trim_end().to_owned()
}

fn join(above: &str, below: &str) -> String {
    [above, below].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("\n\n")
}

/// Longest signature that is recognised by its repetition, in lines.
const SIGNATURE_LINES_MAX: usize = 15;
/// Earlier mails that must end alike: two that do may be chance, "Thanks" and a name.
const ALIKE_LEAST: usize = 2;
/// Letters a signature has at the least.
const SIGNATURE_LETTERS_LEAST: usize = 16;

/// Parts a mail from the signature without a mark that ended the sender's last mails too (8.5):
/// what is new, and the signature. `earlier` are the texts of those mails, each with what was
/// folded below it, where a signature found before stands first.
///
/// A mail that is the same all over counts for nothing, a single line is no signature, and it
/// never begins with a sentence: who repeats a question wants it read.
pub fn repeated_ending<'a>(
    text: &'a str,
    earlier: &[(String, String)],
) -> Option<(&'a str, &'a str)> {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let own = lines(text);
    let others: Vec<(Vec<String>, Vec<String>)> =
        earlier.iter().map(|(text, folded)| (lines(text), lines(folded))).collect();
    let others: Vec<_> = others.into_iter().filter(|(text, _)| *text != own).collect();
    if others.len() < ALIKE_LEAST {
        return None;
    }
    let most = SIGNATURE_LINES_MAX.min(own.len().saturating_sub(1));
    let count = (2..=most).rev().find(|count| {
        let ending = &own[own.len() - count..];
        let is_sentence = ending[0].ends_with(['.', '?', '!', '…', '。', '？', '！']);
        let letters = ending.iter().map(String::len).sum::<usize>();
        !is_sentence
            && letters >= SIGNATURE_LETTERS_LEAST
            && others
                .iter()
                .all(|(text, folded)| text.ends_with(ending) || folded.starts_with(ending))
    })?;
    let at = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let begin = *at;
            *at += line.len();
            Some((begin, line))
        })
        .filter(|(_, line)| !line.trim().is_empty())
        .nth(own.len() - count)
        .map(|(begin, _)| begin)?;
    let (above, ending) = (text[..at].trim_end(), text[at..].trim_end());
    above.chars().any(char::is_alphanumeric).then_some((above, ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_sent_is_found_without_any_quote_mark() {
        let sent =
            "Dear Ann,\nwe are looking for your parcel.\nWhich colour was it?\nKind regards\nHelp";
        let back = "It was blue.\n\nDear Ann,\nwe are looking for your parcel.\nWhich colour was it?\nKind regards\nHelp\n";
        let trimmed = against_sent(back, sent);
        assert_eq!(trimmed.new_text, "It was blue.");
        assert!(trimmed.folded_text.contains("we are looking for your parcel."));
    }

    #[test]
    fn answers_between_our_own_lines_are_new() {
        let sent =
            "We are looking for your parcel.\nWhich colour was the big one?\nWhen did you send it?";
        let back = "> We are looking for your parcel.\nGood.\n> Which colour was the big one?\nBlue.\n> When did you send it?\n";
        assert_eq!(against_sent(back, sent).new_text, "Good.\nBlue.");
    }

    #[test]
    fn a_short_line_that_we_also_wrote_stays_the_customers() {
        assert_eq!(against_sent("Thank you\nBea", "Thank you\nHelp").new_text, "Thank you\nBea");
    }

    #[test]
    fn an_ending_that_comes_again_is_a_signature_and_a_question_is_none() {
        const SIGNED: &str = "\n\nAnn Miller\nShop Ltd, London\nThis mail is confidential.\n";
        let mail = |words: &str| (format!("{words}{SIGNED}"), String::new());
        let trimmed = ("And mine?".to_owned(), format!("{}\n\n> quoted", SIGNED.trim()));
        let new = format!("Where is it?\n\nIt was blue.{SIGNED}");
        let found = repeated_ending(&new, &[mail("Hello?"), trimmed.clone()]);
        assert_eq!(found, Some(("Where is it?\n\nIt was blue.", SIGNED.trim())));
        assert_eq!(repeated_ending(&new, &[mail("Hello?")]), None, "once is chance");
        assert_eq!(repeated_ending(&new, &[trimmed, mail("Where is it?\nIt was blue.")]), None);
        let again = |day: &str| (format!("It is {day}.\nWhere is my money?\nAnn"), String::new());
        let asked = again("Monday").0;
        assert_eq!(repeated_ending(&asked, &[again("Tuesday"), again("Friday")]), None);
        let thanks = ["a", "b", "c"].map(|one| (format!("{one}\nThanks"), String::new()));
        assert_eq!(repeated_ending("d\nThanks", &thanks), None);
        let alone = repeated_ending(SIGNED, &[mail("a"), mail("b")]);
        assert!(alone.is_none_or(|(above, _)| above.contains("Ann")), "never all of it");
    }
}
