//! Looks at a file before anything is taken from it: what it is, how it is read, what it holds.

use crate::import::decode::{self, Looked, Text};
use crate::import::guess::{self, SAMPLE, Sample};
use crate::import::table::csv_reader;
use hearing::row::{Field, Format, Mapping, plain};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The most of everything in one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows, or mails of a mailbox.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes of one cell.
    pub cell_bytes: usize,
    /// Bytes of the file.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { rows: 100_000, columns: 200, cell_bytes: 65_536, file_bytes: 4 << 30 }
    }
}

/// Why a file cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be opened or read.
    #[error("the file cannot be read")]
    File(#[from] std::io::Error),
    /// The store failed; what was committed before stays, and the import goes on from there.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// It is more than we take.
    #[error("line {line}: {what}")]
    TooMuch {
        /// Where, 1 for the first line.
        line: u64,
        /// What is too much.
        what: String,
    },
    /// Nothing in it can be read as words of anybody.
    #[error("{0}")]
    NoWords(String),
    /// The file was changed since it was looked at.
    #[error("the file was changed meanwhile; look at it again")]
    Changed,
}

/// What a file holds and how it will be read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How it is read; may be changed before the run.
    pub mapping: Mapping,
    /// Rows or mails.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The first rows, each with the cells of the mapped columns: (field, value).
    pub sample: Vec<Vec<(Field, String)>>,
}

/// Rows shown before a run.
const SHOWN: usize = 5;

/// Looks at a file. Reads it twice from end to end, so call it where blocking is allowed.
///
/// # Errors
/// When it cannot be read, is more than `limits` allow, or holds no words.
pub fn plan(path: &Path, limits: &Limits) -> Result<Plan, ImportError> {
    let looked = decode::look(path)?;
    if looked.bytes > limits.file_bytes {
        let what = format!("the file has {} bytes; at most {}", looked.bytes, limits.file_bytes);
        return Err(ImportError::TooMuch { line: 1, what });
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let format = Format::tell(&name, &looked.head);
    if looked.bytes == 0 {
        return Err(ImportError::NoWords("The file is empty.".to_owned()));
    }
    match format {
        Format::Eml | Format::Mbox => mails(path, &looked, format, limits),
        Format::Csv => csv(path, &looked, limits),
        Format::Jsonl => jsonl(path, &looked, limits),
    }
}

fn mails(
    path: &Path,
    looked: &Looked,
    format: Format,
    limits: &Limits,
) -> Result<Plan, ImportError> {
    let mut rows = 1;
    if format == Format::Mbox {
        rows = 0;
        let mut mailbox = crate::import::mailbox::Mailbox::open(path)?;
        while let Some(mail) = mailbox.next()? {
            rows += 1;
            if rows > limits.rows {
                let what = format!("more than {} mails in one mailbox", limits.rows);
                return Err(ImportError::TooMuch { line: mail.line, what });
            }
        }
    }
    let sample = Sample { columns: Vec::new(), rows: Vec::new() };
    let mapping = guess::guess(format, &sample);
    let mapping = Mapping { channel: domain::channel::Channel::Mail, ..mapping };
    let (bytes, sha256) = (looked.bytes, looked.sha256.clone());
    Ok(Plan { mapping, rows, bytes, sha256, sample: Vec::new() })
}

fn csv(path: &Path, looked: &Looked, limits: &Limits) -> Result<Plan, ImportError> {
    let delimiter = delimiter(&head_text(looked));
    let mut rows = check_csv(decode::open(path, looked.encoding)?, delimiter, limits)?;
    let mut reader = csv_reader(decode::open(path, looked.encoding)?, delimiter);
    let mut records: Vec<Vec<String>> = Vec::new();
    let mut record = csv::ByteRecord::new();
    while records.len() <= SAMPLE
        && reader.read_byte_record(&mut record).map_err(std::io::Error::other)?
    {
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
        let cells: Vec<String> = cells.collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            records.push(cells);
        }
    }
    let Some(first) = records.first().cloned() else {
        return Err(ImportError::NoWords("The file holds nothing but blank lines.".to_owned()));
    };
    let has_header = guess::first_names_columns(&first, records.get(1));
    let columns = if has_header {
        records.remove(0);
        rows -= 1;
        guess::name_columns(&first)
    } else {
        let widest = records.iter().map(Vec::len).max().unwrap_or(0);
        guess::name_columns(&vec![String::new(); widest])
    };
    let sample = Sample { columns, rows: records };
    let mut mapping = guess::guess(Format::Csv, &sample);
    mapping.delimiter = delimiter;
    mapping.has_header = has_header;
    finish(looked, mapping, rows, &sample)
}

fn finish(
    looked: &Looked,
    mut mapping: Mapping,
    rows: u64,
    sample: &Sample,
) -> Result<Plan, ImportError> {
    mapping.encoding = looked.encoding.name().to_owned();
    if mapping.column(Field::Text).is_none() && mapping.column(Field::Subject).is_none() {
        let seen = sample.columns.iter().take(20).cloned().collect::<Vec<_>>().join(", ");
        let says = format!("No column looks like the words of a customer. Columns: {seen}.");
        return Err(ImportError::NoWords(says));
    }
    let shown = |row: &Vec<String>| {
        let cell = |(field, column): &(Field, String)| {
            let n = sample.columns.iter().position(|name| name == column)?;
            Some((*field, hearing::said::line(row.get(n)?, 120)))
        };
        mapping.fields.iter().filter_map(cell).collect()
    };
    let shown = sample.rows.iter().take(SHOWN).map(shown).collect();
    let (bytes, sha256) = (looked.bytes, looked.sha256.clone());
    Ok(Plan { mapping, rows, bytes, sha256, sample: shown })
}

/// The beginning of a file as text.
fn head_text(looked: &Looked) -> String {
    let (text, _) = looked.encoding.decode_with_bom_removal(&looked.head);
    text.into_owned()
}

/// The delimiter that gives the first lines the same number of values, more than one.
fn delimiter(head: &str) -> u8 {
    let mut best = (b',', 0.0);
    for candidate in [b',', b';', b'\t', b'|'] {
        let mut reader = csv_reader(head.as_bytes(), candidate);
        let mut widths = Vec::new();
        for record in reader.byte_records().take(20).flatten() {
            if record.iter().any(|cell| !cell.is_empty()) {
                widths.push(record.len());
            }
        }
        // The last record of the head may be cut off.
        if widths.len() > 1 {
            widths.pop();
        }
        let Some(first) = widths.first().copied().filter(|width| *width > 1) else { continue };
        let alike = widths.iter().filter(|width| **width == first).count();
        #[expect(clippy::cast_precision_loss, reason = "twenty lines at the most")]
        let score = alike as f64 / widths.len() as f64 + (first.min(20) as f64) / 100.0;
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

/// One pass that parses nothing: counts rows and columns, and refuses what would have to be held
/// in memory whole, such as a quote that never ends.
fn check_csv(text: Text<File>, delimiter: u8, limits: &Limits) -> Result<u64, ImportError> {
    let mut reader = BufReader::with_capacity(256 * 1024, text);
    let mut scan = Scan::new(delimiter, limits);
    loop {
        let held = reader.fill_buf()?;
        if held.is_empty() {
            break;
        }
        let n = held.len();
        scan.take(held)?;
        reader.consume(n);
    }
    Ok(scan.rows + u64::from(scan.filled))
}

struct Scan<'a> {
    delimiter: u8,
    limits: &'a Limits,
    rows: u64,
    line: u64,
    began_at: u64,
    cells: usize,
    cell: usize,
    record: usize,
    filled: bool,
    quoted: bool,
    at_start: bool,
    was_quote: bool,
}

impl<'a> Scan<'a> {
    fn new(delimiter: u8, limits: &'a Limits) -> Scan<'a> {
        Scan {
            delimiter,
            limits,
            rows: 0,
            line: 1,
            began_at: 1,
            cells: 1,
            cell: 0,
            record: 0,
            filled: false,
            quoted: false,
            at_start: true,
            was_quote: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        for byte in bytes {
            self.byte(*byte);
            if self.cells > self.limits.columns {
                return Err(self.too_much(format!("more than {} columns", self.limits.columns)));
            }
            // A cell over the most is named with its row later; what never ends is refused here.
            if self.cell > self.limits.cell_bytes * 64 {
                return Err(self.too_much("a value that does not end; a quote is missing".into()));
            }
            if self.rows > self.limits.rows + 1 {
                return Err(self.too_much(format!("more than {} rows", self.limits.rows)));
            }
        }
        Ok(())
    }

    fn too_much(&self, what: String) -> ImportError {
        ImportError::TooMuch { line: self.began_at, what }
    }

    fn byte(&mut self, byte: u8) {
        self.cell += 1;
        self.record += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        if self.quoted {
            if self.was_quote {
                self.was_quote = false;
                if byte == b'"' {
                    return;
                }
                self.quoted = false;
            } else {
                self.was_quote = byte == b'"';
                return;
            }
        }
        match byte {
            b'"' if self.at_start => {
                self.quoted = true;
                self.filled = true;
            }
            b'\n' | b'\r' => self.end_record(),
            byte if byte == self.delimiter => {
                self.cells += 1;
                self.cell = 0;
                self.at_start = true;
                return;
            }
            byte => self.filled |= !byte.is_ascii_whitespace(),
        }
        self.at_start = matches!(byte, b'\n' | b'\r');
    }

    fn end_record(&mut self) {
        self.rows += u64::from(self.filled);
        (self.cells, self.cell, self.record, self.filled) = (1, 0, 0, false);
        self.began_at = self.line;
    }
}

fn jsonl(path: &Path, looked: &Looked, limits: &Limits) -> Result<Plan, ImportError> {
    let mut reader = BufReader::new(decode::open(path, looked.encoding)?);
    let (mut rows, mut line) = (0_u64, 0_u64);
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut objects = Vec::new();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let most = (limits.cell_bytes * limits.columns) as u64;
        if (&mut reader).take(most).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        line += 1;
        if bytes.len() as u64 == most {
            let what = format!("a line of more than {most} bytes");
            return Err(ImportError::TooMuch { line, what });
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        rows += 1;
        if rows > limits.rows {
            let what = format!("more than {} rows", limits.rows);
            return Err(ImportError::TooMuch { line, what });
        }
        if objects.len() < SAMPLE
            && let Ok(Value::Object(object)) = serde_json::from_slice(&bytes)
        {
            let flat = flat(&object);
            names.extend(flat.iter().map(|(name, _)| name.clone()));
            objects.push(flat);
        }
        if names.len() > limits.columns {
            let what = format!("more than {} names", limits.columns);
            return Err(ImportError::TooMuch { line, what });
        }
    }
    let columns: Vec<String> = names.into_iter().collect();
    let row = |object: &Vec<(String, String)>| {
        let cell = |column: &String| {
            let found = object.iter().find(|(name, _)| name == column);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        columns.iter().map(cell).collect()
    };
    let sample = Sample { rows: objects.iter().map(row).collect(), columns: columns.clone() };
    let mapping = guess::guess(Format::Jsonl, &sample);
    finish(looked, mapping, rows, &sample)
}

/// The names and values of an object, one level of objects inside it opened.
fn flat(object: &serde_json::Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) => {
                pairs.extend(inner.iter().map(|(n, v)| (format!("{name}.{n}"), plain(v))));
            }
            value => pairs.push((name.clone(), plain(value))),
        }
    }
    pairs
}
