//! Long lines, long functions, long files, crowded rooms: what does not fit on a page is not read.

use super::rust_text::RustText;
use super::tree::Tree;
use super::{Finding, map};

/// Columns a line may have, quoted texts apart.
const LINE_MOST: usize = 100;
/// Lines a function may have, from `fn` to its closing brace.
const FUNCTION_MOST: usize = 70;
/// Lines a file may have. Stylesheets are one long list in one order and are not counted.
const FILE_MOST: usize = 600;
/// Lines of Rust a room or a hall may have before it is two; its stories stand beside it.
const ROOM_MOST: usize = 8_000;
/// Lines of Rust the words of the field may take.
const DOMAIN_MOST: usize = 6_000;

const MEASURED: [&str; 5] = ["rs", "sql", "js", "py", "html"];
const WRAPPED: [&str; 4] = ["rs", "sql", "js", "py"];

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| !path.contains("/vendor/")) {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let lines = text.lines().count();
        if MEASURED.contains(&extension) && lines > FILE_MOST {
            found.push(Finding::new(path, 0, format!("{lines} lines, at most {FILE_MOST}")));
        }
        if extension == "rs" {
            let rust = RustText::of(text);
            found.extend(long_lines(path, text, |n| rust.quoted_columns[n]));
            found.extend(long_functions(path, &rust));
        } else if WRAPPED.contains(&extension) {
            let lines: Vec<&str> = text.lines().collect();
            found.extend(long_lines(path, text, |n| quoted_columns(lines[n])));
        }
    }
    found.extend(crowded(tree));
    found
}

fn long_lines(path: &str, text: &str, quoted: impl Fn(usize) -> usize) -> Vec<Finding> {
    let too_long = text.lines().enumerate().filter_map(|(n, line)| {
        let columns = line.chars().count();
        (columns > LINE_MOST && columns.saturating_sub(quoted(n)) > LINE_MOST)
            .then(|| Finding::new(path, n + 1, format!("{columns} columns, at most {LINE_MOST}")))
    });
    too_long.collect()
}

/// Characters between quotes of one kind, in a language where no literal crosses lines.
fn quoted_columns(line: &str) -> usize {
    let mut open = None;
    let mut inside = 0;
    for c in line.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => inside += 1,
            None if matches!(c, '"' | '\'' | '`') => open = Some(c),
            None => {}
        }
    }
    if open.is_some() { 0 } else { inside }
}

fn long_functions(path: &str, rust: &RustText) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, line) in rust.code.iter().enumerate() {
        let Some(name) = function_named(line) else { continue };
        let Some(last) = closing_line(&rust.code[n..]) else { continue };
        let lines = last + 1;
        if lines > FUNCTION_MOST {
            let words = format!("`{name}` has {lines} lines, at most {FUNCTION_MOST}");
            found.push(Finding::new(path, n + 1, words));
        }
    }
    found
}

/// The name of the function whose `fn` stands on this line.
fn function_named(line: &str) -> Option<&str> {
    let at = line.find("fn ")?;
    let stands_alone = line[..at].chars().last().is_none_or(|c| c == ' ' || c == '(');
    let name = line[at + 3..].split(['(', '<']).next()?.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (stands_alone && is_name).then_some(name)
}

/// Which of `lines` closes the first brace opened in them; `None` for a function without a body.
fn closing_line(lines: &[String]) -> Option<usize> {
    let mut depth = 0;
    let mut brackets = 0;
    for (n, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                ';' if depth == 0 && brackets == 0 => return None,
                '{' => depth += 1,
                '}' if depth == 1 => return Some(n),
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    None
}

fn crowded(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, _) in tree.crates() {
        let most = match name {
            "domain" => DOMAIN_MOST,
            _ if map::holds_nouns(name) => ROOM_MOST,
            _ => continue,
        };
        let source = format!("crates/{name}/src/");
        let of_crate = tree.with_extension("rs").filter(|(path, _)| path.starts_with(&source));
        let lines: usize = of_crate.map(|(_, text)| text.lines().count()).sum();
        if lines > most {
            let words = format!("{lines} lines of Rust, at most {most}");
            found.push(Finding::new(&format!("crates/{name}"), 0, words));
        }
    }
    found
}

/// How long the Rust files are, in one line: the style asks for half under 120 lines and nine in
/// ten under 350.
pub fn sizes_in_words(tree: &Tree) -> String {
    let mut sizes: Vec<usize> =
        tree.with_extension("rs").map(|(_, text)| text.lines().count()).collect();
    sizes.sort_unstable();
    let Some(last) = sizes.len().checked_sub(1) else {
        return "no Rust files".to_owned();
    };
    let (half, nine_tenths) = (sizes[last / 2], sizes[last * 9 / 10]);
    let files = sizes.len();
    format!("{files} Rust files: half up to {half} lines, nine in ten up to {nine_tenths}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(files: &[(&str, &str)]) -> Vec<String> {
        findings(&Tree::planted(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_of_code_over_100_columns_is_found_and_a_quoted_text_is_not() {
        let code = format!("fn f() {{ {} }}\n", "a(); ".repeat(20));
        let quoted = format!("fn f() {{ g(\"{}\") }}\n", "a".repeat(120));
        let files = [("crates/a/src/a.rs", code.as_str()), ("crates/a/src/b.rs", quoted.as_str())];
        assert_eq!(words(&files), ["crates/a/src/a.rs:1: 111 columns, at most 100"]);
    }

    #[test]
    fn a_long_line_of_sql_is_found() {
        let sql = format!("-- {}\n", "a ".repeat(60));
        assert_eq!(words(&[("migrations/1.sql", &sql)]).len(), 1);
    }

    #[test]
    fn a_function_over_70_lines_is_found_and_one_of_70_is_not() {
        let function =
            |lines: usize| format!("fn f(a: [u8; 4]) {{\n{}}}\n", "    g();\n".repeat(lines - 2));
        assert!(words(&[("xtask/src/a.rs", &function(70))]).is_empty());
        let found = words(&[("xtask/src/a.rs", &function(71))]);
        assert_eq!(found, ["xtask/src/a.rs:1: `f` has 71 lines, at most 70"]);
    }

    #[test]
    fn a_declaration_without_a_body_has_no_length() {
        let text = format!("trait T {{ fn f(&self) -> u8; }}\n{}", "fn g() {}\n".repeat(90));
        assert!(words(&[("xtask/src/a.rs", &text)]).is_empty());
    }

    #[test]
    fn a_file_over_600_lines_is_found_unless_others_wrote_it() {
        let long = "a\n".repeat(601);
        assert_eq!(words(&[("e2e/a.js", &long)]), ["e2e/a.js: 601 lines, at most 600"]);
        assert!(words(&[("crates/web/assets/vendor/a.js", &long)]).is_empty());
    }

    #[test]
    fn a_crowded_room_is_found() {
        let part = "fn f() {}\n".repeat(600);
        let paths: Vec<String> = (0..14).map(|n| format!("crates/customers/src/a{n}.rs")).collect();
        let mut files: Vec<(&str, &str)> =
            paths.iter().map(|p| (p.as_str(), part.as_str())).collect();
        files.push(("crates/customers/Cargo.toml", ""));
        assert_eq!(words(&files), ["crates/customers: 8400 lines of Rust, at most 8000"]);
        let domain: Vec<String> = (0..11).map(|n| format!("crates/domain/src/a{n}.rs")).collect();
        let mut files: Vec<(&str, &str)> =
            domain.iter().map(|p| (p.as_str(), part.as_str())).collect();
        files.push(("crates/domain/Cargo.toml", ""));
        assert_eq!(words(&files), ["crates/domain: 6600 lines of Rust, at most 6000"]);
    }
}
