//! Guesses which column means what, from the names of the columns and what stands in them.

use crate::import::header;
use domain::channel::Channel;
use hearing::api_body::is_address;
use hearing::row::{self, DateOrder, Field, Format, Mapping, dates};

/// Rows that are looked at.
pub(crate) const SAMPLE: usize = 1_000;

/// The first rows of a file.
pub(crate) struct Sample {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sample {
    /// The filled cells of a column.
    fn filled(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// The share of a column's filled cells that pass; 0 for an empty column.
    fn share(&self, column: usize, passes: impl Fn(&str) -> bool) -> f64 {
        let (mut all, mut good) = (0_u32, 0_u32);
        for cell in self.filled(column) {
            all += 1;
            good += u32::from(passes(cell));
        }
        if all == 0 { 0.0 } else { f64::from(good) / f64::from(all) }
    }

    #[expect(clippy::cast_precision_loss, reason = "lengths of cells are far below 2^52")]
    fn mean_length(&self, column: usize) -> f64 {
        let lengths: Vec<usize> = self.filled(column).map(|cell| cell.chars().count()).collect();
        if lengths.is_empty() {
            return 0.0;
        }
        lengths.iter().sum::<usize>() as f64 / self.rows.len() as f64
    }

    fn is_unique(&self, column: usize) -> bool {
        let mut seen = std::collections::HashSet::new();
        let n = self.filled(column).filter(|cell| seen.insert(cell.to_owned())).count();
        n > 0 && n == self.rows.len()
    }
}

/// Whether the first record of a CSV file names its columns.
pub(crate) fn first_names_columns(first: &[String], second: Option<&Vec<String>>) -> bool {
    if first.iter().any(|cell| header::is_known(cell)) {
        return true;
    }
    let is_name = |cell: &String| {
        let cell = cell.trim();
        !cell.is_empty()
            && cell.chars().count() <= 60
            && !is_address(cell)
            && cell.chars().any(char::is_alphabetic)
    };
    let mut distinct = first.to_vec();
    distinct.sort();
    distinct.dedup();
    let longer =
        |n: usize| second.and_then(|row| row.get(n)).is_some_and(|cell| cell.chars().count() > 60);
    first.len() > 1
        && distinct.len() == first.len()
        && first.iter().all(is_name)
        && (0..first.len()).any(longer)
}

/// Names that are one each: an empty one gets its place, a doubled one a number.
pub(crate) fn name_columns(record: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (n, cell) in record.iter().enumerate() {
        let name = hearing::said::line(cell.trim_start_matches('\u{feff}'), 100);
        let name = if name.is_empty() { format!("Column {}", n + 1) } else { name };
        let mut one = name.clone();
        let mut again = 2;
        while names.contains(&one) {
            one = format!("{name} ({again})");
            again += 1;
        }
        names.push(one);
    }
    names
}

/// The mapping that the names and the contents suggest.
pub(crate) fn guess(format: Format, sample: &Sample) -> Mapping {
    let mut mapping = Mapping {
        format,
        encoding: "UTF-8".to_owned(),
        delimiter: b',',
        has_header: true,
        columns: sample.columns.clone(),
        fields: Vec::new(),
        date_order: DateOrder::default(),
        rating_most: 5,
        channel: Channel::Import,
        source: String::new(),
    };
    let mut taken: Vec<usize> = Vec::new();
    for field in Field::ALL {
        let named = header::named(&sample.columns, *field).into_iter();
        let found = named.filter(|c| !taken.contains(c)).find(|c| bears(sample, *field, *c));
        let found = found.or_else(|| by_content(sample, *field, &taken));
        if let Some(column) = found {
            taken.push(column);
            mapping.fields.push((*field, sample.columns[column].clone()));
        }
    }
    mapping.fields.sort();
    let column = |field| {
        let name = mapping.column(field)?;
        sample.columns.iter().position(|column| column == name)
    };
    let (dates_in, rated) = (column(Field::SaidAt), column(Field::Rating));
    let is_posts = column(Field::Handle).is_some() && column(Field::Reach).is_some();
    if let Some(dates_in) = dates_in {
        let order = dates::order_of(sample.filled(dates_in));
        // English exports with slashes are mostly American; a day above 12 anywhere decides.
        mapping.date_order = order.unwrap_or(DateOrder::MonthFirst);
    }
    if let Some(rated) = rated {
        let values = sample.filled(rated).filter_map(row::rating_value);
        let most = values.fold(0.0, f64::max);
        mapping.rating_most =
            [5_u32, 10].into_iter().find(|top| most <= f64::from(*top)).unwrap_or(100);
        mapping.channel = Channel::Review;
    } else if is_posts {
        mapping.channel = Channel::Post;
    }
    mapping
}

/// Whether what stands in a column fits what its name says.
fn bears(sample: &Sample, field: Field, column: usize) -> bool {
    let date = |cell: &str| {
        dates::moment(cell, DateOrder::DayFirst)
            .or_else(|| dates::moment(cell, DateOrder::MonthFirst))
            .is_some()
    };
    if sample.rows.is_empty() {
        return true;
    }
    match field {
        Field::Id => sample.is_unique(column),
        Field::Email => sample.share(column, |cell| cell.contains('@')) > 0.5,
        Field::SaidAt => sample.share(column, date) > 0.8,
        Field::ClosedAt => {
            let yes_or_no = |cell: &str| ["true", "false", "yes", "no", "0", "1"].contains(&cell);
            sample.share(column, |cell| date(cell) || yes_or_no(&cell.to_lowercase())) > 0.8
        }
        Field::Rating => sample.share(column, |cell| row::rating_value(cell).is_some()) > 0.8,
        Field::Kind => sample.share(column, |cell| row::kind(cell).is_some()) > 0.6,
        Field::Language => sample.share(column, |cell| cell.len() <= 10) > 0.9,
        Field::Reach => sample.share(column, |cell| cell.parse::<i64>().is_ok()) > 0.8,
        Field::Url => sample.share(column, |cell| cell.starts_with("http")) > 0.5,
        Field::Text => sample.mean_length(column) > 0.0,
        Field::Subject
        | Field::Name
        | Field::Phone
        | Field::Handle
        | Field::Reference
        | Field::Status
        | Field::Channel
        | Field::Source => true,
    }
}

/// A column without a telling name, by what stands in it: only words and addresses show so.
fn by_content(sample: &Sample, field: Field, taken: &[usize]) -> Option<usize> {
    let mut free = (0..sample.columns.len()).filter(|column| !taken.contains(column));
    match field {
        Field::Text => {
            let long =
                |a: &usize, b: &usize| sample.mean_length(*a).total_cmp(&sample.mean_length(*b));
            free.max_by(long).filter(|column| sample.mean_length(*column) > 0.0)
        }
        Field::Email => free.find(|column| sample.share(*column, is_address) > 0.8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(columns: &[&str], rows: &[&[&str]]) -> Sample {
        let own = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        Sample { columns: own(columns), rows: rows.iter().map(|row| own(row)).collect() }
    }

    fn guessed(columns: &[&str], rows: &[&[&str]]) -> Vec<(&'static str, String)> {
        let mapping = guess(Format::Csv, &sample(columns, rows));
        mapping.fields.into_iter().map(|(field, column)| (field.as_str(), column)).collect()
    }

    #[test]
    fn complaints_of_an_authority_are_mapped_by_their_names() {
        let columns = ["Date received", "Product", "Consumer complaint narrative", "Complaint ID"];
        let rows: [&[&str]; 2] = [
            &["03/25/2026", "Mortgage", "They took the payment twice.", "7"],
            &["04/02/2026", "Card", "Nobody answers.", "8"],
        ];
        let mapping = guess(Format::Csv, &sample(&columns, &rows));
        assert_eq!(mapping.column(Field::Text), Some("Consumer complaint narrative"));
        assert_eq!(mapping.column(Field::Id), Some("Complaint ID"));
        assert_eq!(mapping.date_order, DateOrder::MonthFirst);
        assert_eq!(mapping.channel, Channel::Import, "nothing says that others can read it");
    }

    #[test]
    fn stars_make_rows_reviews_and_ratings_are_brought_to_five() {
        let columns = ["title", "text", "rating"];
        let mapping = guess(Format::Csv, &sample(&columns, &[&["Fine", "It was fine", "9.0"]]));
        assert_eq!((mapping.channel, mapping.rating_most), (Channel::Review, 10));
    }

    #[test]
    fn columns_without_telling_names_are_told_by_what_stands_in_them() {
        let rows: [&[&str]; 2] =
            [&["1", "Nobody came on Tuesday.", "a@b.no"], &["2", "The room was cold.", "c@d.no"]];
        let expected = [("text", "b".to_owned()), ("email", "c".to_owned())];
        assert_eq!(guessed(&["a", "b", "c"], &rows), expected);
    }

    #[test]
    fn an_id_that_is_not_one_each_is_no_id() {
        let rows: [&[&str]; 2] = [&["1", "Cold."], &["1", "Late."]];
        assert!(guessed(&["id", "text"], &rows).iter().all(|(field, _)| *field != "id"));
    }

    #[test]
    fn a_header_is_told_from_words_and_names_become_one_each() {
        let own = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert!(first_names_columns(&own(&["id", "text"]), None));
        assert!(!first_names_columns(&own(&["The room was cold.", "ann@example.org"]), None));
        assert_eq!(
            name_columns(&own(&["a", "", "a", "\u{feff}b"])),
            ["a", "Column 2", "a (2)", "b"]
        );
    }
}
