//! The rows of a file, one after the other, with the line each begins in.

use crate::import::decode::Text;
use crate::import::plan::Limits;
use hearing::row::{Format, Mapping};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// A row as it was read.
pub(crate) struct RawRow {
    /// 1 for the first.
    pub row: u64,
    /// The line it begins in, 1 for the first of the file.
    pub line: u64,
    /// Its raw form, or what is wrong: the column, the reason, the row as far as it can be shown.
    pub content: Result<Vec<u8>, (String, String, Vec<String>)>,
}

/// Reads the rows of a CSV or JSONL file.
pub(crate) enum Rows {
    Csv(Box<CsvRows>),
    Jsonl(JsonlRows),
}

pub(crate) struct CsvRows {
    reader: csv::Reader<BufReader<Text<File>>>,
    record: csv::ByteRecord,
    columns: Vec<String>,
    cell_most: usize,
    row: u64,
}

pub(crate) struct JsonlRows {
    reader: BufReader<Text<File>>,
    row_most: usize,
    row: u64,
    line: u64,
}

/// A CSV reader as every pass uses it.
pub(crate) fn csv_reader<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(source)
}

impl Rows {
    pub(crate) fn new(text: Text<File>, mapping: &Mapping, limits: &Limits) -> Rows {
        let source = BufReader::with_capacity(256 * 1024, text);
        if mapping.format == Format::Jsonl {
            let row_most = limits.cell_bytes * 16;
            return Rows::Jsonl(JsonlRows { reader: source, row_most, row: 0, line: 0 });
        }
        let mut reader = csv_reader(source, mapping.delimiter);
        let mut record = csv::ByteRecord::new();
        if mapping.has_header {
            // A header that cannot be read fails again at the first row, with its reason.
            drop(reader.read_byte_record(&mut record));
        }
        let (columns, cell_most) = (mapping.columns.clone(), limits.cell_bytes);
        Rows::Csv(Box::new(CsvRows { reader, record, columns, cell_most, row: 0 }))
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<RawRow>, std::io::Error> {
        match self {
            Rows::Csv(rows) => rows.next(),
            Rows::Jsonl(rows) => rows.next(),
        }
    }
}

impl CsvRows {
    fn next(&mut self) -> Result<Option<RawRow>, std::io::Error> {
        loop {
            let line = self.reader.position().line();
            if !self.reader.read_byte_record(&mut self.record).map_err(std::io::Error::other)? {
                return Ok(None);
            }
            let line = self.record.position().map_or(line, csv::Position::line);
            if self.record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue; // A blank line at the end of an export says nothing.
            }
            self.row += 1;
            let content = self.content();
            return Ok(Some(RawRow { row: self.row, line, content }));
        }
    }

    /// The row as a JSON object of its filled cells, which is what is kept.
    fn content(&self) -> Result<Vec<u8>, (String, String, Vec<String>)> {
        let shown = || {
            let cell = |cell: &[u8]| {
                let short = &cell[..cell.len().min(2_000)];
                String::from_utf8_lossy(short).into_owned()
            };
            self.record.iter().map(cell).collect::<Vec<_>>()
        };
        let named = |n: usize| self.columns.get(n).cloned().unwrap_or_default();
        if self.record.len() > self.columns.len() {
            let why = format!(
                "it has {} values and the file has {} columns; a quote may be missing",
                self.record.len(),
                self.columns.len()
            );
            return Err((String::new(), why, shown()));
        }
        let mut json = Vec::with_capacity(self.record.as_slice().len() + 64);
        json.push(b'{');
        for (n, cell) in self.record.iter().enumerate() {
            if cell.len() > self.cell_most {
                let why = format!("{} bytes; a cell has at most {}", cell.len(), self.cell_most);
                return Err((named(n), why, shown()));
            }
            let Ok(text) = std::str::from_utf8(cell) else {
                return Err((named(n), "bytes that are no text (UTF-8)".to_owned(), shown()));
            };
            if text.is_empty() {
                continue;
            }
            if json.len() > 1 {
                json.push(b',');
            }
            let pair = |json: &mut Vec<u8>| -> serde_json::Result<()> {
                serde_json::to_writer(&mut *json, &self.columns[n])?;
                json.push(b':');
                serde_json::to_writer(json, text)
            };
            pair(&mut json).map_err(|error| (named(n), error.to_string(), shown()))?;
        }
        json.push(b'}');
        Ok(json)
    }
}

impl JsonlRows {
    fn next(&mut self) -> Result<Option<RawRow>, std::io::Error> {
        loop {
            let mut bytes = Vec::new();
            let most = self.row_most as u64 + 2;
            let n = (&mut self.reader).take(most).read_until(b'\n', &mut bytes)?;
            if n == 0 {
                return Ok(None);
            }
            self.line += 1;
            let too_long = n as u64 == most && bytes.last() != Some(&b'\n');
            if too_long {
                self.skip_line()?;
            }
            let text = bytes.trim_ascii();
            if text.is_empty() {
                continue;
            }
            self.row += 1;
            let content = if too_long {
                let why = format!("a row has at most {} bytes", self.row_most);
                Err((String::new(), why, shown(text)))
            } else {
                check_json(text).map(|()| text.to_vec())
            };
            return Ok(Some(RawRow { row: self.row, line: self.line, content }));
        }
    }

    fn skip_line(&mut self) -> Result<(), std::io::Error> {
        loop {
            let held = self.reader.fill_buf()?;
            let (used, found) = match memchr::memchr(b'\n', held) {
                Some(at) => (at + 1, true),
                None => (held.len(), held.is_empty()),
            };
            self.reader.consume(used);
            if found {
                return Ok(());
            }
        }
    }
}

fn shown(text: &[u8]) -> Vec<String> {
    vec![String::from_utf8_lossy(&text[..text.len().min(2_000)]).into_owned()]
}

fn check_json(text: &[u8]) -> Result<(), (String, String, Vec<String>)> {
    let bad = |why: String| (String::new(), why, shown(text));
    if std::str::from_utf8(text).is_err() {
        return Err(bad("bytes that are no text (UTF-8)".to_owned()));
    }
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err(bad("a row is a JSON object: {…}".to_owned())),
        Err(error) => Err(bad(format!("not JSON: {error}"))),
    }
}
