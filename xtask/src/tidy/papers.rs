//! What programs and administrators rely on stands in the documentation: every code of a problem
//! or refusal in `docs/problems.md` (and no code there that nobody tells), every `REDRESS_…`
//! setting in `docs/settings.md`.

use super::Finding;
use super::rust_text::RustText;
use super::tree::{Tree, ships};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

const PROBLEMS: &str = "docs/problems.md";
const SETTINGS: &str = "docs/settings.md";

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let problems = tree.text(PROBLEMS).unwrap_or_default();
    let settings = tree.text(SETTINGS).unwrap_or_default();
    let mut found = Vec::new();
    let mut codes = BTreeSet::new();
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| ships(path)) {
        let rust = RustText::of(text);
        let tests_begin = rust.tests_begin();
        let refusals = refusal_lines(&rust);
        for quoted in rust.quoted.iter().filter(|quoted| quoted.line < tests_begin) {
            let stands_in = |page: &str| page.contains(&format!("`{}`", quoted.text));
            let is_refusal = refusals.iter().any(|block| block.contains(&quoted.line))
                && quoted.before.trim_end().ends_with('=')
                && looks_like_a_code(&quoted.text);
            let is_code = is_refusal || is_problem_code(&quoted.before, &quoted.text);
            if is_code {
                codes.insert(quoted.text.clone());
            }
            if is_code && !stands_in(problems) {
                let words = format!("problem `{}` is not in {PROBLEMS}", quoted.text);
                found.push(Finding::new(path, quoted.line, words));
            }
            if is_setting(&quoted.text) && !stands_in(settings) {
                let words = format!("setting `{}` is not in {SETTINGS}", quoted.text);
                found.push(Finding::new(path, quoted.line, words));
            }
        }
    }
    for (n, line) in problems.lines().enumerate() {
        let Some(code) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) else {
            continue;
        };
        if !codes.contains(code) && !tree_says(tree, code) {
            let words = format!("problem `{code}` is told by no source");
            found.push(Finding::new(PROBLEMS, n + 1, words));
        }
    }
    found
}

/// Whether a shipping source holds the text: codes may also come from tables of their own.
fn tree_says(tree: &Tree, code: &str) -> bool {
    let quoted = format!("\"{code}\"");
    tree.with_extension("rs").any(|(path, text)| ships(path) && text.contains(&quoted))
}

/// The lines, from 1, of each `refusals! { … }`: why actions are refused, with their codes.
fn refusal_lines(rust: &RustText) -> Vec<RangeInclusive<usize>> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, i32)> = None;
    for (n, line) in rust.code_that_ships() {
        if open.is_none() && line.trim_start().starts_with("refusals! {") {
            open = Some((n, 0));
        }
        let Some((from, depth)) = &mut open else { continue };
        *depth += line.chars().map(|c| i32::from(c == '{') - i32::from(c == '}')).sum::<i32>();
        if *depth == 0 {
            blocks.push(*from..=n);
            open = None;
        }
    }
    blocks
}

fn looks_like_a_code(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a text is the first argument of `Problem::something(`, or the second, after a status.
fn is_problem_code(before: &str, text: &str) -> bool {
    let before = before.trim_end();
    let Some(call) = before.strip_suffix('(') else {
        return before.ends_with(',') && before.contains("Problem::of(") && looks_like_a_code(text);
    };
    let maker = call.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '_');
    maker.len() < call.len() && maker.ends_with("Problem::") && looks_like_a_code(text)
}

fn is_setting(text: &str) -> bool {
    text.strip_prefix("REDRESS_").is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_code_without_documentation_is_found() {
        let text = "fn f() { Problem::missing(\"case_missing\", \"There is no such case.\") }\n\
            fn g() { Problem::conflict(\n    \"case_closed\", \"This case is closed.\") }\n\
            fn h() { Problem::missing(code, \"Words are no code.\") }\n";
        let tree = Tree::planted(&[
            ("docs/problems.md", "| `case_missing` | 404 | There is no such case. |"),
            ("crates/desk/src/case/pages.rs", text),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        let owed =
            "crates/desk/src/case/pages.rs:3: problem `case_closed` is not in docs/problems.md";
        assert_eq!(found, [owed]);
    }

    #[test]
    fn a_refusal_without_documentation_is_found_and_so_is_a_code_that_nobody_tells() {
        let text = "refusals! {\n    CaseRefused {\n        /// Over.\n        Closed =\n            \
            \"case_over\" at \"/case\", \"It is over.\";\n        Gone = \"case_gone\", \"Gone.\";\n    }\n}\n\
            const OTHER: &str = \"not_a_code\";\n";
        let tree = Tree::planted(&[
            ("docs/problems.md", "| `case_gone` | 404 | Gone. |\n| `case_lost` | 404 | Lost. |"),
            ("crates/desk/src/case/rules.rs", text),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        let owed = [
            "crates/desk/src/case/rules.rs:5: problem `case_over` is not in docs/problems.md",
            "docs/problems.md:2: problem `case_lost` is told by no source",
        ];
        assert_eq!(found, owed);
    }

    #[test]
    fn a_setting_without_documentation_is_found() {
        let text =
            "#[arg(env = \"REDRESS_LISTEN\")]\nlisten: u8,\n#[arg(env = \"REDRESS_DATA\")]\n";
        let tree = Tree::planted(&[
            ("docs/settings.md", "`REDRESS_DATA`: the folder."),
            ("crates/app/src/settings.rs", text),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        let owed =
            "crates/app/src/settings.rs:1: setting `REDRESS_LISTEN` is not in docs/settings.md";
        assert_eq!(found, [owed]);
    }
}
