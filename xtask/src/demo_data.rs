//! Makes `demo/complaints.jsonl.gz`: real complaints for the practice company.
//!
//! Source: Consumer Complaint Database of the U.S. Consumer Financial Protection Bureau, a work of
//! the U.S. government and in the public domain. The Bureau has replaced names, numbers and dates
//! inside the texts by `XXXX` before publishing them.

use anyhow::Context as _;
use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

/// Complaints a newcomer gets to see: enough for a week of a busy team.
const ROWS: usize = 1_500;
/// Characters a text has at least: shorter ones tell no story.
const SHORTEST: usize = 80;
/// Characters a text has at most, so that a few letters do not fill the whole sample.
const LONGEST: usize = 4_000;
/// Bytes the file may have in the repository.
const FILE_MOST: usize = 1_500_000;
const FIELDS: [&str; 7] = ["id", "text", "product", "issue", "company", "date", "response"];

/// Reads tables with the columns of `FIELDS` and writes the sample below `root`. Rows that name
/// company, issue and day come first; the same input gives the same bytes.
///
/// # Errors
/// When a table cannot be read, has too few rows, or the file would be too large.
pub fn make(root: &Path, tables: &[&str]) -> anyhow::Result<bool> {
    let (mut told, mut bare) = (Vec::new(), Vec::new());
    for table in tables {
        let mut reader =
            csv::Reader::from_path(table).with_context(|| format!("cannot read {table}"))?;
        let columns = reader.headers()?.clone();
        for row in reader.records() {
            let row = row?;
            let named = columns.iter().zip(row.iter()).filter(|(name, _)| FIELDS.contains(name));
            let fields: Map<String, Value> = named
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), Value::from(day_or_text(name, value))))
                .collect();
            let length = text(&fields).chars().count();
            if (SHORTEST..=LONGEST).contains(&length) {
                if fields.len() == FIELDS.len() { told.push(fields) } else { bare.push(fields) }
            }
        }
    }
    let rows = chosen(told, bare);
    anyhow::ensure!(rows.len() == ROWS, "only {} of {ROWS} complaints", rows.len());
    let packed = pack(&rows)?;
    let size = packed.len();
    anyhow::ensure!(size <= FILE_MOST, "{size} bytes, at most {FILE_MOST}");
    let path = root.join("demo").join("complaints.jsonl.gz");
    std::fs::write(&path, packed).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}: {} complaints, {size} bytes", path.display(), rows.len());
    Ok(true)
}

fn text(fields: &Map<String, Value>) -> &str {
    fields.get("text").and_then(Value::as_str).unwrap_or_default()
}

/// Days come as `2019/1/8` and leave as `2019-01-08`; everything else stays as it is.
fn day_or_text(name: &str, value: &str) -> String {
    let parts: Vec<u32> = value.split('/').filter_map(|part| part.parse().ok()).collect();
    match (name, parts.as_slice()) {
        ("date", [year, month, day]) => format!("{year:04}-{month:02}-{day:02}"),
        _ => value.to_owned(),
    }
}

/// The first `ROWS` different texts.
fn chosen(told: Vec<Map<String, Value>>, bare: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    let mut seen = BTreeSet::new();
    let all = told.into_iter().chain(bare);
    let new = all.filter(|fields| {
        let words: Vec<String> = text(fields).split_whitespace().map(str::to_lowercase).collect();
        seen.insert(words.join(" "))
    });
    new.take(ROWS).collect()
}

fn pack(rows: &[Map<String, Value>]) -> anyhow::Result<Vec<u8>> {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    for row in rows {
        serde_json::to_writer(&mut packed, row)?;
        packed.write_all(b"\n")?;
    }
    Ok(packed.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> Map<String, Value> {
        Map::from_iter([("text".to_owned(), Value::from(text))])
    }

    #[test]
    fn the_same_text_is_taken_once_and_told_ones_come_first() {
        let rows =
            chosen(vec![complaint("The  Bill")], vec![complaint("the bill"), complaint("b")]);
        let texts: Vec<&str> = rows.iter().map(text).collect();
        assert_eq!(texts, ["The  Bill", "b"]);
    }

    #[test]
    fn days_are_written_so_that_they_sort() {
        assert_eq!(day_or_text("date", "2019/1/8"), "2019-01-08");
        assert_eq!(day_or_text("text", "2019/1/8"), "2019/1/8");
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() -> anyhow::Result<()> {
        let rows = [complaint("one"), complaint("two")];
        assert_eq!(pack(&rows)?, pack(&rows)?);
        Ok(())
    }
}
