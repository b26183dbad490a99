//! Names under which anything could hide.

use super::Finding;
use super::rust_text::RustText;
use super::tree::Tree;

const BANNED: [&str; 11] = [
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "service",
    "services", "shared",
];

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let folders_and_file = path.trim_end_matches(".rs").split('/');
        for name in folders_and_file.filter(|name| BANNED.contains(name)) {
            found.push(refused(path, 0, name));
        }
        for (n, line) in RustText::of(text).code.iter().enumerate() {
            if let Some(name) = module_written_here(line).filter(|name| BANNED.contains(name)) {
                found.push(refused(path, n + 1, name));
            }
        }
    }
    found
}

fn refused(path: &str, line: usize, name: &str) -> Finding {
    Finding::new(path, line, format!("a module called `{name}` hides what it is: name the thing"))
}

/// The name in `mod name {`; `mod name;` is met as a file.
fn module_written_here(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "mod").skip(1);
    let name = words.next()?;
    (words.next()? == "{").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_hides_what_it_is_is_found() {
        let tree = Tree::planted(&[
            ("crates/desk/src/utils.rs", ""),
            ("crates/desk/src/helpers/dates.rs", ""),
            ("crates/desk/src/case.rs", "pub(crate) mod common { }\nmod commonplace { }\n"),
        ]);
        let found: Vec<String> = findings(&tree).into_iter().map(|f| f.file).collect();
        assert_eq!(
            found,
            [
                "crates/desk/src/case.rs",
                "crates/desk/src/helpers/dates.rs",
                "crates/desk/src/utils.rs"
            ]
        );
    }
}
