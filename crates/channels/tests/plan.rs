//! What is told from a file before a row of it is taken.

use channels::import::{ImportError, Limits, Plan, plan};
use hearing::row::Field;

fn planned(name: &str, bytes: &[u8], limits: &Limits) -> Result<Plan, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    plan(&path, limits)
}

#[test]
fn delimiter_header_and_rows_are_told_from_the_file() {
    let file = "id;text;note\n1;\"No heat; since Tuesday\";a\n2;\"Two\nlines\";b\n\n";
    let plan = planned("a.csv", file.as_bytes(), &Limits::default()).unwrap();
    assert_eq!((plan.mapping.delimiter, plan.rows), (b';', 2));
    assert_eq!(plan.mapping.column(Field::Text), Some("text"));
    assert_eq!(plan.sample[1], [(Field::Text, "Two lines".into()), (Field::Id, "2".into())]);
}

#[test]
fn what_is_too_much_is_refused_with_its_line() {
    let limits = Limits { rows: 3, columns: 4, cell_bytes: 10, ..Limits::default() };
    let line = |file: &str| match planned("a.csv", file.as_bytes(), &limits) {
        Err(ImportError::TooMuch { line, .. }) => line,
        other => panic!("{other:?}"),
    };
    assert_eq!(line("text\na\nb\nc\nd\ne\n"), 6);
    assert_eq!(line("text,a\nb,c\n1,2,3,4,5\n"), 3);
    assert_eq!(line(&format!("text\nx\n\"{}\n", "never ends\n".repeat(100))), 3);
}

#[test]
fn a_file_without_words_says_so() {
    for file in ["", "\n\n", " "] {
        let refused = planned("a.csv", file.as_bytes(), &Limits::default());
        assert!(matches!(refused, Err(ImportError::NoWords(_))), "{file:?}");
    }
}

#[test]
fn lines_of_json_are_mapped_by_their_names() {
    let file = "{\"body\":\"Cold\",\"author\":{\"email\":\"a@b.no\"}}\n[1]\n{\"body\":\"Late\"}\n";
    let plan = planned("a.jsonl", file.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(plan.rows, 3);
    assert_eq!(plan.mapping.column(Field::Text), Some("body"));
    assert_eq!(plan.mapping.column(Field::Email), Some("author.email"));
}
