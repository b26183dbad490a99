//! A text made comparable: lower case, no accents on Latin letters, single spaces, one token for
//! each word, sentence end or emoji; with the way back to the bytes it came from.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Letters in one token at the most; what is longer goes on as a new token, so that an endless
/// word costs no more than many short ones.
const TOKEN_BYTES_MAX: usize = 64;

/// A folded text: ` i am angry . ` with its tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    /// Tokens parted by, begun and ended with one space.
    pub text: String,
    /// The tokens in order.
    pub tokens: Vec<Token>,
    /// Counts of what folding takes away.
    pub shape: Shape,
    /// True if the last sentence ends with a question mark.
    pub asks_last: bool,
}

/// One word, sentence end or emoji.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// First byte in the folded text.
    pub folded: u32,
    /// Bytes in the folded text.
    pub folded_len: u16,
    /// Bytes of the text as given.
    pub start: u32,
    /// End in the text as given.
    pub end: u32,
    /// What it is.
    pub sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A word.
    Word,
    /// A word of two or more letters, all capitals.
    Shout,
    /// A word with a letter three times in a row.
    Drawn,
    /// `.`, `!`, `?` or a line end after words: nothing reaches across it.
    End,
    /// A word that began with `@`.
    Handle,
    /// `http`, for any web address.
    Link,
}

/// Counts of what folding takes away.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shape {
    pub exclamations: u32,
    pub questions: u32,
    pub ellipses: u32,
    pub words: u32,
    pub shouts: u32,
    pub drawn: u32,
    pub digits: u32,
    pub handles: u32,
    pub links: u32,
    pub smiles: u32,
    pub frowns: u32,
}

impl Token {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn is_word(&self) -> bool {
        matches!(self.sort, Sort::Word | Sort::Shout | Sort::Drawn)
    }
}

impl Folded {
    /// The folded letters of a token.
    pub(crate) fn word(&self, token: &Token) -> &str {
        &self.text[token.folded as usize..token.folded as usize + token.folded_len as usize]
    }

    /// The token that begins at or after a byte of the folded text.
    pub(crate) fn token_from(&self, folded: usize) -> usize {
        self.tokens.partition_point(|token| (token.folded as usize) < folded)
    }
}

/// Folds a text in one pass.
pub(crate) fn fold(text: &str) -> Folded {
    let mut folder = Folder {
        out: Folded {
            text: String::with_capacity(text.len() + 2),
            tokens: Vec::with_capacity(text.len() / 5 + 1),
            shape: Shape::default(),
            asks_last: false,
        },
        word: Word::default(),
    };
    folder.out.text.push(' ');
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, c)| c);
        if folder.word.len == 0 && (c == 'h' || c == 'w' || c == 'H') && is_link(&text[at..]) {
            let end = text[at..].find(char::is_whitespace).map_or(text.len(), |n| at + n);
            folder.whole(at, end, "http", Sort::Link);
            folder.out.shape.links += 1;
            while chars.next_if(|&(i, _)| i < end).is_some() {}
            continue;
        }
        folder.char(at, c, next);
    }
    folder.end_word();
    folder.out.asks_last = text.trim_end().ends_with(['?', '？', '؟']);
    folder.out
}

fn is_link(rest: &str) -> bool {
    let head = rest.as_bytes();
    head.starts_with(b"http://") || head.starts_with(b"https://") || head.starts_with(b"www.")
}

struct Folder {
    out: Folded,
    word: Word,
}

#[derive(Default)]
struct Word {
    folded: usize,
    len: usize,
    start: usize,
    end: usize,
    letters: u32,
    capitals: u32,
    last: char,
    run: u32,
    drawn: bool,
    handle: bool,
}

impl Folder {
    fn char(&mut self, at: usize, c: char, next: Option<char>) {
        if c.is_ascii_alphanumeric() {
            self.letter(at, c, 1);
        } else if c == '\'' || c == '’' || c == 'ʼ' || c == '`' {
            self.apostrophe(next);
        } else if c == '@' && next.is_some_and(char::is_alphanumeric) {
            self.end_word();
            self.word.handle = true;
        } else if c == '_' && self.word.handle {
            self.letter(at, c, 1);
        } else if c.is_ascii() {
            self.punctuation(at, c, next);
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            self.letter(at, c, c.len_utf8());
        } else if is_joiner(c) {
            // Inside words of several scripts, and a favourite of those who hide words.
        } else if is_picture(c) {
            self.end_word();
            let mut buffer = [0; 4];
            self.whole(at, at + c.len_utf8(), c.encode_utf8(&mut buffer), Sort::Word);
        } else {
            self.punctuation(at, c, next);
        }
    }

    fn letter(&mut self, at: usize, c: char, width: usize) {
        let word = &mut self.word;
        if word.len == 0 {
            word.folded = self.out.text.len();
            word.start = at;
        }
        word.end = at + width;
        let low = if c.is_ascii() { c.to_ascii_lowercase() } else { c };
        if low == word.last && !c.is_ascii_digit() {
            word.run += 1;
            if word.run >= 3 {
                word.drawn |= word.run == 3;
                return; // "sooooo" folds to "soo"
            }
        } else {
            word.run = 1;
            word.last = low;
        }
        word.letters += u32::from(c.is_alphabetic());
        word.capitals += u32::from(c.is_uppercase());
        self.out.shape.digits += u32::from(c.is_ascii_digit());
        let before = self.out.text.len();
        push_folded(&mut self.out.text, c);
        word.len += self.out.text.len() - before;
        if word.len >= TOKEN_BYTES_MAX {
            self.end_word();
        }
    }

    /// "don't" stays one word; "l'ordine", "qu'il" and "dell'ordine" are two.
    fn apostrophe(&mut self, next: Option<char>) {
        if self.word.len == 0 {
            return;
        }
        let head = &self.out.text[self.word.folded..];
        let elided = matches!(
            head,
            "l" | "d"
                | "j"
                | "c"
                | "m"
                | "n"
                | "s"
                | "t"
                | "qu"
                | "un"
                | "dell"
                | "all"
                | "nell"
                | "dall"
                | "sull"
                | "quell"
                | "quest"
                | "lorsqu"
                | "jusqu"
                | "puisqu"
        );
        if elided || !next.is_some_and(char::is_alphabetic) {
            self.end_word();
        }
    }

    fn punctuation(&mut self, at: usize, c: char, next: Option<char>) {
        self.end_word();
        self.word.handle = false;
        let shape = &mut self.out.shape;
        match (c, next) {
            (':' | '=' | ';' | '-', Some(')' | 'D' | ']' | '*')) => shape.smiles += 1,
            (':' | '=' | '-', Some('(' | '[' | '/' | '|')) => shape.frowns += 1,
            _ => {}
        }
        match c {
            '!' | '！' => shape.exclamations += 1,
            '?' | '？' | '؟' => shape.questions += 1,
            '…' => shape.ellipses += 1,
            '.' if next == Some('.') => shape.ellipses += 1,
            '.' | '。' | '।' | '\n' | ';' => {}
            _ => return,
        }
        if c == '.' && next.is_some_and(char::is_alphanumeric) {
            return; // "3.50", "example.org"
        }
        if self.out.tokens.last().is_some_and(|token| token.sort != Sort::End) {
            self.whole(at, at + c.len_utf8(), ".", Sort::End);
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.len == 0 {
            self.word.handle = word.handle;
            return;
        }
        let shape = &mut self.out.shape;
        let shout = word.letters >= 2 && word.capitals == word.letters;
        let sort = match () {
            () if word.handle => Sort::Handle,
            () if word.drawn => Sort::Drawn,
            () if shout => Sort::Shout,
            () => Sort::Word,
        };
        shape.handles += u32::from(word.handle);
        shape.words += u32::from(!word.handle);
        shape.shouts += u32::from(sort == Sort::Shout && word.letters >= 3);
        shape.drawn += u32::from(word.drawn);
        self.out.tokens.push(Token {
            folded: word.folded as u32,
            folded_len: word.len as u16,
            start: word.start as u32,
            end: word.end as u32,
            sort,
        });
        self.out.text.push(' ');
    }

    fn whole(&mut self, start: usize, end: usize, folded: &str, sort: Sort) {
        self.out.tokens.push(Token {
            folded: self.out.text.len() as u32,
            folded_len: folded.len() as u16,
            start: start as u32,
            end: end as u32,
            sort,
        });
        self.out.text.push_str(folded);
        self.out.text.push(' ');
    }
}

fn push_folded(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'ß' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'ø' | 'Ø' => out.push('o'),
        'đ' | 'Đ' => out.push('d'),
        'ł' | 'Ł' => out.push('l'),
        'ı' | 'İ' => out.push('i'),
        '\u{300}'..='\u{36f}' => {}
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff00}'..='\u{ffef}' => {
            decompose_compatible(c, |d| {
                if !('\u{300}'..='\u{36f}').contains(&d) {
                    out.extend(d.to_lowercase());
                }
            });
        }
        _ => out.extend(c.to_lowercase()),
    }
}

/// Zero-width and direction characters: no letter, no border of a word.
fn is_joiner(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069)
        || matches!(code, 0xfeff | 0xfe0e | 0xfe0f)
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x2190..=0x2bff | 0x1f000..=0x1faff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_lead_back_to_their_bytes() {
        let text = "Ich bin NICHT zufrieden: schöne Grüße!!! Don’t…";
        let folded = fold(text);
        assert_eq!(folded.text, " ich bin nicht zufrieden schone grusse . dont . ");
        let shout = folded.tokens[2];
        assert_eq!(shout.sort, Sort::Shout);
        assert_eq!(&text[shout.span()], "NICHT");
        assert_eq!(folded.shape.exclamations, 3);
    }

    #[test]
    fn handles_links_and_drawn_words_are_told_apart() {
        let folded = fold("@Some_Shop soooo bad https://t.co/xyz?a=1 l'ordine");
        let sorts: Vec<_> = folded.tokens.iter().map(|t| (folded.word(t), t.sort)).collect();
        assert_eq!(sorts[0], ("some_shop", Sort::Handle));
        assert_eq!(sorts[1], ("soo", Sort::Drawn));
        assert_eq!(sorts[3], ("http", Sort::Link));
        assert_eq!(sorts[4..], [("l", Sort::Word), ("ordine", Sort::Word)]);
    }
}
