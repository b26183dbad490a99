//! A text made ready for patterns: words in small letters with one space around each, and the
//! way back to the bytes they came from.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// A text, its words and its sentences.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// ` hi amara . i am sorry . `: what patterns are matched against.
    pub plain: String,
    tokens: Vec<Token>,
    pub sentences: Vec<Sentence>,
}

#[derive(Clone, Debug)]
struct Token {
    plain: Range<usize>,
    raw: Range<usize>,
    is_word: bool,
}

/// A sentence, or a line that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// In `plain`, with the space before its first word and after its last.
    pub plain: Range<usize>,
    /// In the text itself.
    pub raw: Range<usize>,
    /// How many words it has.
    pub words: usize,
    /// Ends with a question mark.
    pub asks: bool,
    /// Ends with a mark of its own rather than with the line.
    pub marked: bool,
}

/// A line without a full stop of up to this many words is a greeting or part of a signature.
const SHORT_LINE_WORDS: usize = 7;
/// A line that breaks off before this many bytes was broken on purpose.
const SHORT_LINE_BYTES: usize = 50;

/// Abbreviations after which a point does not end the sentence.
const ABBREVIATIONS: [&str; 36] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "nr", "ca", "bzw", "ggf", "inkl", "tel", "str",
    "z", "b", "d", "h", "u", "a", "e.g", "i.e", "vs", "approx", "sr", "sra", "dra", "mme", "mlle",
    "dott", "sig", "dhr", "mevr", "bijv", "art", "abs",
];

impl Text {
    /// Reads `raw`; `split_apostrophes` parts `l'ordre` into `l'` and `ordre`.
    pub fn read(raw: &str, split_apostrophes: bool) -> Text {
        let mut reader = Reader {
            raw,
            text: Text { plain: " ".to_owned(), ..Text::default() },
            split_apostrophes,
            first_token: 0,
            line_start: 0,
        };
        reader.read();
        reader.text
    }

    /// The bytes of the text that a stretch of `plain` came from.
    pub fn raw_span(&self, plain: Range<usize>) -> Range<usize> {
        let from = self.tokens.partition_point(|token| token.plain.end <= plain.start + 1);
        let until = self.tokens.partition_point(|token| token.plain.start + 1 < plain.end);
        match self.tokens.get(from..until) {
            Some([first, .., last]) => first.raw.start..last.raw.end,
            Some([only]) => only.raw.clone(),
            _ => 0..0,
        }
    }

    /// The words with their bytes, without marks.
    pub fn words(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        let words = self.tokens.iter().filter(|token| token.is_word);
        words.map(|token| (&self.plain[token.plain.clone()], token.raw.clone()))
    }

    /// The words of one sentence.
    pub fn words_of(&self, sentence: &Sentence) -> impl Iterator<Item = &str> {
        self.plain[sentence.plain.clone()].split(' ').filter(|word| !is_mark(word))
    }

    /// A sentence as patterns see it.
    pub fn of(&self, sentence: &Sentence) -> &str {
        &self.plain[sentence.plain.clone()]
    }

    /// The sentences without the short lines at the end: what stands before the signature.
    pub fn body(&self) -> &[Sentence] {
        let short = |sentence: &Sentence| !sentence.marked && sentence.words <= SHORT_LINE_WORDS;
        let end = self.sentences.iter().rposition(|sentence| !short(sentence));
        &self.sentences[..end.map_or(0, |at| at + 1)]
    }

    /// Full sentences: what reading ease is measured on.
    pub fn full_sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|s| s.marked || s.words > SHORT_LINE_WORDS)
    }

    /// How many words there are.
    pub fn count(&self) -> usize {
        self.sentences.iter().map(|sentence| sentence.words).sum()
    }
}

fn is_mark(word: &str) -> bool {
    matches!(word, "" | "." | "?" | "!")
}

struct Reader<'a> {
    raw: &'a str,
    text: Text,
    split_apostrophes: bool,
    /// The token with which the running sentence began.
    first_token: usize,
    line_start: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while at < self.raw.len() {
            if at == self.line_start && self.raw[at..].starts_with('>') {
                at = self.end_of_line(at);
                continue;
            }
            let Some(c) = self.raw[at..].chars().next() else { break };
            let next = at + c.len_utf8();
            match c {
                '\n' => self.line_end(at, next),
                '.' | '?' | '!' | '…' | '。' | '！' | '？' => self.mark(c, at, next),
                c if in_word(c) => {
                    at = self.word(at);
                    continue;
                }
                _ => {}
            }
            at = next;
        }
        self.end_sentence(None, false);
    }

    fn end_of_line(&mut self, at: usize) -> usize {
        let end = self.raw[at..].find('\n').map_or(self.raw.len(), |n| at + n + 1);
        self.line_start = end;
        end
    }

    /// A line ends a sentence unless it was only wrapped.
    fn line_end(&mut self, at: usize, next: usize) {
        let line = self.raw[self.line_start..at].trim_end();
        let rest = &self.raw[next..];
        let blank = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        let wrapped = line.len() >= SHORT_LINE_BYTES && !line.ends_with([',', ':', ';']) && !blank;
        self.line_start = next;
        if !wrapped {
            self.end_sentence(None, false);
        }
    }

    fn mark(&mut self, c: char, at: usize, next: usize) {
        let rest = &self.raw[next..];
        if c == '.' {
            let after = rest.trim_start_matches([' ', '\t']).chars().next();
            let goes_on = after.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
                && rest.starts_with([' ', '\t']);
            let word = self.text.tokens.last().filter(|token| token.is_word);
            let short = word.is_some_and(|token| {
                token.raw.end == at && is_abbreviation(&self.text.plain[token.plain.clone()])
            });
            if goes_on && (short || after.is_some_and(char::is_lowercase))
                || short && after.is_some()
            {
                return;
            }
            // "24. November": a day of the month in the languages that write it so.
            let ordinal = word.is_some_and(|token| {
                let word = &self.text.plain[token.plain.clone()];
                token.raw.end == at && word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit())
            });
            if ordinal && rest.starts_with(' ') && after.is_some_and(char::is_uppercase) {
                let name: String = rest.trim_start().chars().take(3).collect();
                if MONTH_STARTS.contains(&name.to_lowercase().as_str()) {
                    return;
                }
            }
        }
        let mark = match c {
            '?' | '？' => "?",
            '!' | '！' => "!",
            _ => ".",
        };
        self.end_sentence(Some((mark, at..next)), mark == "?");
    }

    fn word(&mut self, from: usize) -> usize {
        let mut until = from;
        let mut before = ' ';
        let mut rest = self.raw[from..].chars().peekable();
        while let Some(c) = rest.next() {
            let after = rest.peek().copied().unwrap_or(' ');
            if !in_word(c) && !joins(before, c, after) {
                break;
            }
            until += c.len_utf8();
            before = c;
            if self.split_apostrophes && is_apostrophe(c) {
                break;
            }
        }
        let raw = &self.raw[from..until];
        let mut plain: String =
            raw.nfc().flat_map(char::to_lowercase).filter(|c| !hidden(*c)).collect();
        if plain.contains(['’', 'ʼ', '‘']) {
            plain = plain.replace(['’', 'ʼ', '‘'], "'");
        }
        if self.split_apostrophes {
            self.push(&plain, from..until, true);
        } else {
            self.push_parts(&plain, from..until);
        }
        until
    }

    /// "I'm" is read as two words, "can't" and "cannot" alike.
    fn push_parts(&mut self, plain: &str, raw: Range<usize>) {
        let (first, second) = apart(plain);
        self.push(first, raw.clone(), true);
        if !second.is_empty() {
            self.push(second, raw, true);
        }
    }

    fn push(&mut self, plain: &str, raw: Range<usize>, is_word: bool) {
        if plain.is_empty() {
            return;
        }
        let from = self.text.plain.len();
        self.text.plain.push_str(plain);
        self.text.tokens.push(Token { plain: from..self.text.plain.len(), raw, is_word });
        self.text.plain.push(' ');
    }

    fn end_sentence(&mut self, mark: Option<(&str, Range<usize>)>, asks: bool) {
        let tokens = self.first_token..self.text.tokens.len();
        let words = &self.text.tokens[tokens.clone()];
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            // "?!" belongs to the sentence that just ended.
            if asks && let Some(sentence) = self.text.sentences.last_mut() {
                sentence.asks = sentence.asks || sentence.marked;
            }
            return;
        };
        let plain_start = first.plain.start - 1;
        let raw_end = mark.as_ref().map_or(last.raw.end, |(_, raw)| raw.end);
        let raw = first.raw.start..raw_end;
        let mut sentence =
            Sentence { plain: 0..0, raw, words: words.len(), asks, marked: mark.is_some() };
        match mark {
            Some((mark, at)) => self.push(mark, at, false),
            None => self.push(".", raw_end..raw_end, false),
        }
        sentence.plain = plain_start..self.text.plain.len();
        self.text.sentences.push(sentence);
        self.first_token = self.text.tokens.len();
    }
}

/// First three letters of month names in the shipped languages.
const MONTH_STARTS: [&str; 32] = [
    "jan", "feb", "mar", "mär", "apr", "may", "mai", "jun", "jul", "aug", "sep", "oct", "okt",
    "nov", "dec", "dez", "fév", "avr", "jui", "aoû", "déc", "ene", "abr", "ago", "dic", "gen",
    "mag", "giu", "lug", "set", "ott", "mrt",
];

fn is_abbreviation(word: &str) -> bool {
    ABBREVIATIONS.contains(&word)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘')
}

/// Marks that show nothing but could part a word from its pattern.
fn hidden(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36F}') || hidden(c)
}

/// Whether a mark between two characters belongs to the word: `18.40`, `17:00`, `jo@example.com`.
fn joins(before: char, c: char, after: char) -> bool {
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    let letters = before.is_alphanumeric() && after.is_alphanumeric();
    match c {
        '.' => digits || before.is_lowercase() && after.is_lowercase(),
        ',' | ':' => digits,
        '@' | '_' | '-' | '‑' => letters,
        c if is_apostrophe(c) => letters,
        _ => false,
    }
}

/// Parts English short forms into the words they stand for.
fn apart(word: &str) -> (&str, &str) {
    match word {
        "cannot" | "can't" => return ("can", "not"),
        "won't" => return ("will", "not"),
        "it's" | "that's" | "there's" | "here's" | "what's" | "who's" | "he's" | "she's" => {
            return (&word[..word.len() - 2], "is");
        }
        _ => {}
    }
    for (short, long) in [
        ("n't", "not"),
        ("'m", "am"),
        ("'re", "are"),
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
    ] {
        if let Some(first) = word.strip_suffix(short)
            && !first.is_empty()
        {
            return (first, long);
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(raw: &str) -> String {
        Text::read(raw, false).plain
    }

    #[test]
    fn short_forms_and_marks_are_read_alike() {
        assert_eq!(plain("I’m sorry we can't."), " i am sorry we can not . ");
        assert_eq!(plain("We cannot, sadly"), " we can not sadly . ");
        assert_eq!(plain("18.40 € by 17:00?"), " 18.40 by 17:00 ? ");
    }

    #[test]
    fn a_stretch_leads_back_to_its_bytes() {
        let raw = "Hi Zoë,\nI’m so sorry for any inconvenience.";
        let text = Text::read(raw, false);
        let at = text.plain.find(" for any").unwrap();
        let span = text.raw_span(at..at + " for any inconvenience ".len());
        assert_eq!(&raw[span], "for any inconvenience");
    }

    #[test]
    fn sentences_end_at_marks_and_lines_but_not_at_abbreviations() {
        let text =
            Text::read("Hi Jo,\nMr. Lee came at 9 a.m. today. Did he? Yes\n\nBest\nAmara", false);
        let sentences: Vec<_> = text.sentences.iter().map(|s| text.of(s).trim()).collect();
        assert_eq!(
            sentences,
            ["hi jo .", "mr lee came at 9 a.m today .", "did he ?", "yes .", "best .", "amara ."]
        );
        assert_eq!(text.body().len(), 3);
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_quoted_line_is_not_read() {
        let raw = "We have looked at the van that should have come to you on\nTuesday.\n> you never came!\nJo";
        let text = Text::read(raw, false);
        assert!(text.plain.contains(" on tuesday . jo "), "{}", text.plain);
    }

    #[test]
    fn a_german_date_does_not_end_the_sentence() {
        let text = Text::read("Sie hören bis 24. November um 17 Uhr von mir.", false);
        assert_eq!(text.sentences.len(), 1);
    }
}
