//! What the name of a column says about it, in the languages of common exports.

use hearing::row::Field;

/// Names by field, folded: lower case letters and digits only. The first that a file has wins.
/// Names of columns by field, one field a line.
const NAMES: &str = include_str!("header.txt");

/// The names of `field`, best first.
fn names_of(field: &str) -> impl Iterator<Item = &'static str> {
    let line = NAMES.lines().filter_map(|line| line.split_once(':')).find(|(f, _)| *f == field);
    line.map_or("", |(_, names)| names).split_whitespace()
}

/// Folds a column's name: accents off, lower case, only letters and digits.
pub(crate) fn folded(name: &str) -> String {
    store::search::fold(name).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The columns that name a field, best first: exactly named ones in the order of the list.
pub(crate) fn named(columns: &[String], field: Field) -> Vec<usize> {
    let folded: Vec<String> = columns.iter().map(|column| self::folded(column)).collect();
    let place = |name: &str| folded.iter().position(|column| column == name);
    names_of(field.as_str()).filter_map(place).collect()
}

/// Whether any field knows this column's name.
pub(crate) fn is_known(name: &str) -> bool {
    let name = folded(name);
    Field::ALL.iter().any(|field| names_of(field.as_str()).any(|known| known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_however_it_is_written() {
        let columns = ["Complaint ID", "Date-Received", "Consumer complaint narrative", "Prénom"];
        let columns = columns.map(str::to_owned);
        assert_eq!(named(&columns, Field::Id), [0]);
        assert_eq!(named(&columns, Field::SaidAt), [1]);
        assert_eq!(named(&columns, Field::Text), [2]);
        assert!(named(&columns, Field::Name).is_empty());
        assert!(is_known("E-Mail"));
        assert!(!is_known("Yes, it was cold"));
    }
}
