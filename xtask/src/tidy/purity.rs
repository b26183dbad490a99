//! `rules.rs` decides from values alone: it knows no database, no page, no file and no clock, so
//! that every rule can be tested in a line and replayed years later.

use super::Finding;
use super::rust_text::RustText;
use super::tree::Tree;

const FOREIGN: [&str; 7] = ["sqlx", "axum", "tokio", "store::", "web::", "std::fs", "now()"];

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let rules = tree.files().filter(|(path, _)| {
        path.ends_with("/rules.rs") || (path.contains("/rules/") && path.ends_with(".rs"))
    });
    for (path, text) in rules {
        for (n, line) in RustText::of(text).code.iter().enumerate() {
            for foreign in FOREIGN.iter().filter(|foreign| names(line, foreign)) {
                let words = format!("a rule names `{foreign}`; hand it the value instead");
                found.push(Finding::new(path, n + 1, words));
            }
        }
    }
    found
}

/// Whether `line` names `word`, not merely a longer word that ends with it.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().last();
        before.is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_reads_the_clock_or_the_database_is_found() {
        let text = "// store:: is only talked about\nuse store::Tx;\nfn f() { Timestamp::now() }\n";
        let tree = Tree::planted(&[
            ("crates/desk/src/case/rules.rs", text),
            ("crates/desk/src/case/actions.rs", text),
            ("crates/desk/src/case/rules/close.rs", "use domain::restore::Kind;\nuse axum::Json;"),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "crates/desk/src/case/rules.rs:2: a rule names `store::`; hand it the value instead",
                "crates/desk/src/case/rules.rs:3: a rule names `now()`; hand it the value instead",
                "crates/desk/src/case/rules/close.rs:2: a rule names `axum`; hand it the value instead",
            ]
        );
    }
}
