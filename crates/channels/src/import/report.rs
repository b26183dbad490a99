//! How an import goes, and what of it could not be taken.

use domain::id::BatchId;
use hearing::row::Mapping;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A row that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// 1 for the first.
    pub row: u64,
    /// The line it begins in.
    pub line: u64,
    /// The column that is wrong, or empty for the whole row.
    pub column: String,
    /// Why, as a sentence goes on after a colon.
    pub why: String,
    /// Its cells in their order as far as they can be shown; for JSONL the line itself.
    pub original: Vec<String>,
}

/// What `run` tells while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// So far.
    Moved(Report),
    /// A row could not be taken.
    Bad(BadRow),
}

/// What an import did, so far or in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The import; `None` in a dry run.
    pub batch: Option<BatchId>,
    /// Rows of the file.
    pub rows: u64,
    /// Rows looked at, those of an earlier, cut-off run included.
    pub done: u64,
    /// Rows taken over.
    pub new: u64,
    /// Rows that were there already.
    pub known: u64,
    /// Rows that could not be taken.
    pub bad: u64,
    /// Of the new ones: those that others can read.
    pub public: u64,
    /// Of the new ones: those that were already over.
    pub closed: u64,
}

/// The rows that could not be taken, as a CSV file that can be put right and imported again: the
/// first three columns say what is wrong.
pub struct ErrorFile {
    writer: csv::Writer<File>,
    width: usize,
}

impl ErrorFile {
    /// Opens the file for adding rows, with a header where it is new.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(path: &Path, mapping: &Mapping) -> io::Result<ErrorFile> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let is_new = file.metadata()?.len() == 0;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        if is_new {
            let fixed = ["error_line", "error_column", "error"].map(str::to_owned);
            let header: Vec<String> = fixed.into_iter().chain(mapping.columns.clone()).collect();
            writer.write_record(&header)?;
        }
        Ok(ErrorFile { writer, width: mapping.columns.len() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, bad: &BadRow) -> io::Result<()> {
        let line = bad.line.to_string();
        let mut cells = vec![line.as_str(), bad.column.as_str(), bad.why.as_str()];
        cells.extend(bad.original.iter().map(String::as_str));
        cells.resize(cells.len().max(self.width + 3), "");
        self.writer.write_record(cells)?;
        self.writer.flush()
    }
}
