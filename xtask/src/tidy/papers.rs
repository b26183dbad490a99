//! What programs and administrators rely on stands in the documentation: every code of a problem
//! in `docs/problems.md`, every `REDRESS_…` setting in `docs/settings.md`.

use super::Finding;
use super::rust_text::RustText;
use super::tree::{Tree, ships};

const PROBLEMS: &str = "docs/problems.md";
const SETTINGS: &str = "docs/settings.md";

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let problems = tree.text(PROBLEMS).unwrap_or_default();
    let settings = tree.text(SETTINGS).unwrap_or_default();
    let mut found = Vec::new();
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| ships(path)) {
        let rust = RustText::of(text);
        let tests_begin = rust.tests_begin();
        for quoted in rust.quoted.iter().filter(|quoted| quoted.line < tests_begin) {
            let stands_in = |page: &str| page.contains(&format!("`{}`", quoted.text));
            if is_problem_code(&quoted.before, &quoted.text) && !stands_in(problems) {
                let words = format!("problem `{}` is not in {PROBLEMS}", quoted.text);
                found.push(Finding::new(path, quoted.line, words));
            }
            if is_setting(&quoted.text) && !stands_in(settings) {
                let words = format!("setting `{}` is not in {SETTINGS}", quoted.text);
                found.push(Finding::new(path, quoted.line, words));
            }
        }
    }
    found
}

/// Whether a text is the first argument of `Problem::something(`.
fn is_problem_code(before: &str, text: &str) -> bool {
    let Some(call) = before.trim_end().strip_suffix('(') else { return false };
    let maker = call.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '_');
    let looks_like_a_code = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    maker.len() < call.len() && maker.ends_with("Problem::") && looks_like_a_code
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
