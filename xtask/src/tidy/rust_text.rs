//! Rust source seen as code, comments and quoted texts, line by line. Not a parser: it knows only
//! where a comment or a literal begins and ends.

/// One source file, with what is quoted and what is said about it told apart.
pub struct RustText {
    /// The lines with comments and the insides of literals blanked; as many as the source has.
    pub code: Vec<String>,
    /// Every string literal, in order.
    pub quoted: Vec<Quoted>,
    /// How many characters of each line lie inside literals.
    pub quoted_columns: Vec<usize>,
}

/// One string literal.
pub struct Quoted {
    /// The line it begins on, from 1.
    pub line: usize,
    /// What is inside, as written.
    pub text: String,
    /// The code just before the opening quote on the same line and the one before it.
    pub before: String,
}

/// Where the reader of the source stands.
enum At {
    Code,
    LineComment,
    /// How deep nested comments are.
    BlockComment(u32),
    /// In a literal that ends with `"` and this many `#`; `None` when escapes count.
    Literal(Option<usize>),
}

struct Reader<'a> {
    rest: &'a [char],
    at: At,
    line: usize,
    code: Vec<String>,
    quoted: Vec<Quoted>,
    quoted_columns: Vec<usize>,
}

impl RustText {
    /// Tells `source` apart.
    pub fn of(source: &str) -> RustText {
        let chars: Vec<char> = source.chars().collect();
        let mut reader = Reader {
            rest: &chars,
            at: At::Code,
            line: 1,
            code: vec![String::new()],
            quoted: Vec::new(),
            quoted_columns: vec![0],
        };
        while !reader.rest.is_empty() {
            match reader.at {
                At::Code => reader.code(),
                At::LineComment => reader.line_comment(),
                At::BlockComment(depth) => reader.block_comment(depth),
                At::Literal(hashes) => reader.literal(hashes),
            }
        }
        let Reader { code, quoted, quoted_columns, .. } = reader;
        RustText { code, quoted, quoted_columns }
    }

    /// The code of the file without what stands under `#[cfg(test)] mod …`, which ends a file.
    pub fn code_that_ships(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.code.iter().position(|line| line.trim() == "#[cfg(test)]");
        let until = tests.unwrap_or(self.code.len());
        self.code[..until].iter().enumerate().map(|(n, line)| (n + 1, line.as_str()))
    }

    /// The first line of `#[cfg(test)]`, or one past the end.
    pub fn tests_begin(&self) -> usize {
        self.code_that_ships().count() + 1
    }
}

impl Reader<'_> {
    fn starts(&self, with: &str) -> bool {
        with.chars().enumerate().all(|(n, c)| self.rest.get(n) == Some(&c))
    }

    /// Moves past `n` characters, keeping them as code or as blanks.
    fn take(&mut self, n: usize, keep: bool) {
        let (taken, rest) = self.rest.split_at(n.min(self.rest.len()));
        for &c in taken {
            if c == '\n' {
                self.line += 1;
                self.code.push(String::new());
                self.quoted_columns.push(0);
            } else if let Some(last) = self.code.last_mut() {
                last.push(if keep { c } else { ' ' });
            }
        }
        self.rest = rest;
    }

    fn code(&mut self) {
        if self.starts("//") {
            self.at = At::LineComment;
        } else if self.starts("/*") {
            self.at = At::BlockComment(0);
        } else if let Some((prefix, hashes)) = self.literal_start() {
            let before: Vec<&str> = self.code.iter().rev().take(2).map(String::as_str).collect();
            let before = before.into_iter().rev().collect::<Vec<_>>().join("\n");
            self.take(prefix, true);
            self.quoted.push(Quoted { line: self.line, text: String::new(), before });
            self.at = At::Literal(hashes);
        } else if let Some(length) = self.character() {
            self.take(length, false);
        } else {
            self.take(1, true);
        }
    }

    fn line_comment(&mut self) {
        if self.rest[0] == '\n' {
            self.at = At::Code;
        } else {
            self.take(1, false);
        }
    }

    fn block_comment(&mut self, depth: u32) {
        if self.starts("/*") {
            self.take(2, false);
            self.at = At::BlockComment(depth + 1);
        } else if self.starts("*/") {
            self.take(2, false);
            self.at = if depth <= 1 { At::Code } else { At::BlockComment(depth - 1) };
        } else {
            self.take(1, false);
        }
    }

    fn literal(&mut self, hashes: Option<usize>) {
        let end = format!("\"{}", "#".repeat(hashes.unwrap_or(0)));
        if self.starts(&end) {
            self.take(end.len(), true);
            self.at = At::Code;
            return;
        }
        let length = if hashes.is_none() && self.rest[0] == '\\' { 2 } else { 1 };
        let inside: String = self.rest.iter().take(length).collect();
        if let Some(last) = self.quoted.last_mut() {
            last.text.push_str(&inside);
        }
        if let Some(columns) = self.quoted_columns.last_mut() {
            *columns += length;
        }
        self.take(length, false);
    }

    /// How long the opening of a literal is, when one opens here, and what closes it.
    fn literal_start(&self) -> Option<(usize, Option<usize>)> {
        let in_a_word = self
            .code
            .last()
            .and_then(|line| line.chars().last())
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        if self.rest[0] == '"' {
            return Some((1, None));
        }
        if in_a_word {
            return None;
        }
        let mut n = 0;
        for prefix in ['b', 'c'] {
            n += usize::from(n == 0 && self.rest[0] == prefix);
        }
        if self.rest.get(n) == Some(&'"') {
            return Some((n + 1, None));
        }
        if self.rest.get(n) != Some(&'r') {
            return None;
        }
        let hashes = self.rest[n + 1..].iter().take_while(|&&c| c == '#').count();
        let quote = self.rest.get(n + 1 + hashes) == Some(&'"');
        quote.then_some((n + 2 + hashes, Some(hashes)))
    }

    /// How long a character literal is, when one stands here; a lifetime is none.
    fn character(&self) -> Option<usize> {
        if self.rest[0] != '\'' {
            return None;
        }
        match self.rest.get(1..)? {
            ['\\', ..] => {
                let end = self.rest.get(3..)?.iter().position(|&c| c == '\'')?;
                Some(end + 4)
            }
            [_, '\'', ..] => Some(3),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_quoted_texts_are_not_code() {
        let text = RustText::of("let a = \"x // y\"; // z\n/* b /* c */ */ d('\"', 'e')");
        assert_eq!(text.code.len(), 2);
        assert_eq!(text.code[0].trim_end(), "let a = \"      \";");
        assert!(text.code[1].ends_with(" d(   ,    )"), "{:?}", text.code[1]);
        assert_eq!(text.quoted[0].text, "x // y");
        assert_eq!(text.quoted[0].before, "let a = ");
    }

    #[test]
    fn raw_and_escaped_literals_end_where_rust_ends_them() {
        let text =
            RustText::of("a(r#\"one \" two\"#, \"three \\\" four\", b\"five\", 'l')\nb<'a>()");
        let inside: Vec<&str> = text.quoted.iter().map(|quoted| quoted.text.as_str()).collect();
        assert_eq!(inside, ["one \" two", "three \\\" four", "five"]);
        assert_eq!(text.code[1], "b<'a>()");
    }

    #[test]
    fn a_literal_over_many_lines_keeps_the_count_of_lines() {
        let text = RustText::of("const S: &str = \"\n SELECT\n\";\nfn f() {}\n");
        assert_eq!(text.code[3], "fn f() {}");
        assert_eq!(text.quoted[0].line, 1);
    }

    #[test]
    fn what_stands_under_cfg_test_does_not_ship() {
        let text = RustText::of("fn a() {}\n#[cfg(test)]\nmod tests {}\n");
        assert_eq!(text.code_that_ships().count(), 1);
        assert_eq!(text.tests_begin(), 2);
    }
}
