//! What the compiler cannot see. Every check has a reason in the style of the house and a test on
//! a small planted tree that shows it bites. A check nobody can explain is removed.

mod direction;
mod map;
mod names;
mod papers;
mod purity;
mod rust_text;
mod sizes;
mod tables;
mod tree;

pub use sizes::sizes_in_words;
pub use tree::Tree;

use std::fmt;

/// One thing out of order, at its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    file: String,
    /// From 1; 0 when the whole file or folder is meant.
    line: usize,
    words: String,
}

impl Finding {
    fn new(file: &str, line: usize, words: impl Into<String>) -> Finding {
        Finding { file: file.to_owned(), line, words: words.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.words),
            line => write!(out, "{}:{line}: {}", self.file, self.words),
        }
    }
}

/// Everything out of order in `tree`, by file and line.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    let checks = [
        sizes::findings,
        purity::findings,
        direction::findings,
        tables::findings,
        names::findings,
        map::findings,
        papers::findings,
    ];
    let mut all: Vec<Finding> = checks.iter().flat_map(|check| check(tree)).collect();
    all.sort();
    all
}
