//! Anyone may read any table; only its owner writes it. The owners stand in ARCHITECTURE.md, so
//! that people and this check read one list.

use super::Finding;
use super::map::{MAP, holds_nouns};
use super::rust_text::RustText;
use super::tree::{Tree, crate_of, ships};
use std::collections::{BTreeMap, BTreeSet};

/// The heading in the map under which the list stands.
const HEADING: &str = "## Who writes which tables";
const WRITES: [&str; 3] = ["INSERT INTO ", "DELETE FROM ", "UPDATE "];

pub fn findings(tree: &Tree) -> Vec<Finding> {
    let owners = owners(tree.text(MAP).unwrap_or_default());
    let made = made(tree);
    let mut found = Vec::new();
    for (table, path) in &made {
        if !owners.contains_key(table) {
            let words = format!("table `{table}` has no owner in {MAP}");
            found.push(Finding::new(path, 0, words));
        }
    }
    for table in owners.keys().filter(|table| !made.contains_key(*table)) {
        let words = format!("`{table}` has an owner, and no migration makes it");
        found.push(Finding::new(MAP, 0, words));
    }
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| ships(path)) {
        found.extend(foreign_writes(path, text, &owners));
    }
    found
}

/// Writes in one file to what it does not own, or from a place where nobody looks for SQL.
fn foreign_writes(
    path: &str,
    text: &str,
    owners: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(writer) = crate_of(path) else { return found };
    let rust = RustText::of(text);
    let tests_begin = rust.tests_begin();
    for quoted in rust.quoted.iter().filter(|quoted| quoted.line < tests_begin) {
        for table in written(&quoted.text) {
            let Some(owner) = owners.get(&table) else { continue };
            if !owner.contains(writer) {
                let owner = owner.iter().cloned().collect::<Vec<_>>().join(" and ");
                let words = format!("writes `{table}`, which only {owner} may");
                found.push(Finding::new(path, quoted.line, words));
            } else if holds_nouns(writer) && !(path.ends_with("/sql.rs") || path.contains("/sql/"))
            {
                let words = format!("writes `{table}` outside a `sql.rs`");
                found.push(Finding::new(path, quoted.line, words));
            }
        }
    }
    found
}

/// The tables a statement writes.
fn written(sql: &str) -> Vec<String> {
    let mut tables = Vec::new();
    for verb in WRITES {
        for (at, _) in sql.match_indices(verb) {
            let stands_alone = sql[..at].chars().last().is_none_or(|c| !c.is_alphanumeric());
            // `FOR UPDATE SKIP LOCKED` and `DO UPDATE SET` name no table.
            let rest = sql[at + verb.len()..].trim_start();
            if stands_alone && let Some(table) = table_name(rest) {
                tables.push(table);
            }
        }
    }
    tables
}

/// The name `rest` begins with; escaped quotes (`\"case\"`) are those of the source.
fn table_name(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(['\\', '"']);
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The tables the migrations leave behind, each with the file that makes it.
fn made(tree: &Tree) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    for (path, sql) in tree.with_extension("sql").filter(|(p, _)| p.starts_with("migrations/")) {
        for start in ["CREATE TABLE ", "CREATE VIRTUAL TABLE "] {
            for (at, _) in sql.match_indices(start) {
                let rest = sql[at + start.len()..].trim_start_matches("IF NOT EXISTS ");
                if let Some(table) = table_name(rest) {
                    made.insert(table, path.to_owned());
                }
            }
        }
    }
    for (_, sql) in tree.with_extension("sql").filter(|(p, _)| p.starts_with("migrations/")) {
        for (at, start) in sql.match_indices("DROP TABLE ") {
            if let Some(table) = table_name(&sql[at + start.len()..]) {
                made.remove(&table);
            }
        }
    }
    made
}

/// Reads `| crate | table, table (what of it) |` rows under the heading.
fn owners(map: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let rows = map.lines().skip_while(|line| *line != HEADING).skip(1);
    for row in rows.take_while(|line| !line.starts_with("## ")) {
        let cells: Vec<&str> = row.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [owner, tables] = cells.as_slice() else { continue };
        let owner = owner.trim_matches('`');
        for table in tables.split('`').skip(1).step_by(2) {
            owners.entry(table.to_owned()).or_default().insert(owner.to_owned());
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# Map\n\n## Who writes which tables\n\n| Crate | Tables |\n|---|---|\n\
        | `desk` | `case`, `link` (to a case) |\n| `customers` | `customer` |\n\n## Next\n";
    const MADE: &str = "CREATE TABLE \"case\" (id TEXT);\nCREATE TABLE customer (id TEXT);\n\
        CREATE TABLE link (id TEXT);\n";

    fn words(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::planted(&[(MAP, LIST), ("migrations/1.sql", MADE), (path, text)]);
        findings(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_write_to_a_table_of_another_room_is_found() {
        let text = "const A: &str = \"SELECT 1 FROM customer\";\n\
            const B: &str = \"\n  UPDATE customer SET name = $1\";\n";
        assert_eq!(
            words("crates/desk/src/case/sql.rs", text),
            ["crates/desk/src/case/sql.rs:2: writes `customer`, which only customers may"]
        );
        assert!(words("crates/customers/src/customer/sql.rs", text).is_empty());
    }

    #[test]
    fn a_write_outside_sql_rs_is_found_even_in_the_owners_room() {
        let text = "fn f() { run(r#\"INSERT INTO \"case\" (id) VALUES ($1)\"#) }\n";
        assert_eq!(
            words("crates/desk/src/case/actions.rs", text),
            ["crates/desk/src/case/actions.rs:1: writes `case` outside a `sql.rs`"]
        );
        assert!(words("crates/desk/src/case/sql.rs", text).is_empty());
    }

    #[test]
    fn locking_and_merging_name_no_table_and_tests_may_plant_rows() {
        let text = "const A: &str = \"INSERT INTO \\\"case\\\" (id) VALUES ($1)\n\
            ON CONFLICT (id) DO UPDATE SET id = $1\";\n\
            const B: &str = \"SELECT 1 FOR UPDATE SKIP LOCKED\";\n\
            #[cfg(test)]\nmod tests { const C: &str = \"DELETE FROM customer\"; }\n";
        assert!(words("crates/desk/src/case/sql.rs", text).is_empty());
    }

    #[test]
    fn a_table_without_an_owner_and_an_owner_without_a_table_are_found() {
        let tree = Tree::planted(&[
            (MAP, LIST),
            ("migrations/1.sql", "CREATE TABLE customer (id TEXT);\nCREATE TABLE link (id TEXT);"),
            ("migrations/2.sql", "CREATE VIRTUAL TABLE word USING fts5 (a);\nDROP TABLE link;"),
        ]);
        let found: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "migrations/2.sql: table `word` has no owner in ARCHITECTURE.md",
                "ARCHITECTURE.md: `case` has an owner, and no migration makes it",
                "ARCHITECTURE.md: `link` has an owner, and no migration makes it",
            ]
        );
    }
}
