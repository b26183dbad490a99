//! Everything in one file: for backups, and for moving between engines.
//!
//! A dump is gzip of lines: a head, then one JSON object a row (`{"t": table, "r": {…}}`), then an
//! end that counts the rows and carries the SHA-256 of all lines before it. A cut or changed file
//! has no right end and is refused before anything is kept. Bytes are written as `\x` and
//! hexadecimal. What can be made again from the rest (the search index) is left out.

use crate::error::{Doing, StoreError};
use crate::file::hex;
use crate::{Address, Store, Tx};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::io::{BufRead, BufReader, Read, Write};

/// The layout of dumps that this release writes and reads.
pub const LAYOUT: u32 = 1;
/// Rows put back with one statement.
const ROWS_AT_ONCE: usize = 200;
/// Bytes of rows put back with one statement; a larger row goes alone.
const BYTES_AT_ONCE: usize = 8_388_608;

/// Every table that is dumped, those that others refer to first.
pub const TABLES: &[&str] = &[
    "setting",
    "unit",
    "team",
    "staff",
    "staff_role",
    "staff_unit",
    "team_member",
    "session",
    "api_token",
    "link",
    "policy",
    "house_event",
    "label",
    "reply_text",
    "topic",
    "arrival",
    "feedback",
    "feedback_file",
    "import_batch",
    "customer",
    "identity",
    "case",
    "event",
    "message",
    "recipient",
    "private_note",
    "mention",
    "promise",
    "offer",
    "joiner",
    "merger",
    "held_sender",
    "draft",
    "recent_action",
    "bulk_change",
    "bulk_row",
    "case_seen",
    "presence",
    "saved_view",
    "suggestion",
    "suggestion_spent",
    "job",
    "outbox",
    "file",
    "request_key",
    "tally",
    "sign_in_rate",
    "form_draft",
    "mail_reference",
    "correction",
    "topic_correction",
    "reading_model",
    "coach_outcome",
    "coach_rule",
    "publicity_check",
    "purchase",
    "contract",
    "customer_value",
    "archetype_hint",
    "mail_sender",
];

/// Tables that are not dumped: made by the schema itself, or made again from the rest.
pub const LEFT_OUT: &[&str] = &["schema_step", "running_number", "search_document", "search_text"];

#[derive(Serialize, Deserialize)]
struct Head {
    redress_dump: u32,
    tables: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct End {
    rows: u64,
    sha256: String,
}

/// What went wrong with a dump.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// The file is not a whole, unchanged dump of a layout we know.
    #[error("this is not a whole backup: {0}; nothing was restored")]
    Damaged(String),
    /// There is something in the store already.
    #[error("the store is not empty; restore into a new one")]
    NotEmpty,
}

/// What a dump or a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dumped {
    /// Rows written or read.
    pub rows: u64,
}

/// Writes lines, hashing and counting them.
struct Lines<W: Write> {
    out: GzEncoder<W>,
    hash: Sha256,
    rows: u64,
}

impl<W: Write> Lines<W> {
    fn line(&mut self, text: &str) -> std::io::Result<()> {
        self.hash.update(text.as_bytes());
        self.hash.update(b"\n");
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }
}

/// Writes everything at one moment, while others go on writing. `progress` gets the rows so far.
///
/// # Errors
/// When the store or the file fails; a file without its end is refused by [`load`].
pub async fn dump<W: Write + Send>(
    store: &Store,
    out: W,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Dumped, DumpError> {
    let hash = Sha256::new();
    let mut lines = Lines { out: GzEncoder::new(out, Compression::fast()), hash, rows: 0 };
    let tables: Vec<String> = TABLES.iter().map(|&name| name.to_owned()).collect();
    let head = Head { redress_dump: LAYOUT, tables };
    lines.line(&serde_json::to_string(&head).map_err(std::io::Error::from)?)?;
    match store {
        Store::Sqlite(engine) => {
            let mut reader = engine.readers().acquire().await.doing("opening for a backup")?;
            let mut one = reader.begin().await.doing("beginning a backup")?;
            for table in TABLES {
                let sql = select_sqlite(&mut one, table).await?;
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *one);
                while let Some(row) = rows.try_next().await.doing("reading for a backup")? {
                    let row: String = row.try_get(0).doing("reading for a backup")?;
                    put(&mut lines, table, &row, &mut progress)?;
                }
            }
        }
        Store::Postgres(engine) => {
            let mut one = engine.pool().begin().await.doing("beginning a backup")?;
            sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .execute(&mut *one)
                .await
                .doing("beginning a backup")?;
            for table in TABLES {
                let sql = format!("SELECT row_to_json(t)::text FROM \"{table}\" t");
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *one);
                while let Some(row) = rows.try_next().await.doing("reading for a backup")? {
                    let row: String = row.try_get(0).doing("reading for a backup")?;
                    put(&mut lines, table, &row, &mut progress)?;
                }
            }
        }
    }
    let end = End { rows: lines.rows, sha256: hex(&lines.hash.clone().finalize()) };
    lines.line(&serde_json::to_string(&end).map_err(std::io::Error::from)?)?;
    let rows = lines.rows;
    lines.out.finish()?.flush()?;
    Ok(Dumped { rows })
}

fn put<W: Write>(
    lines: &mut Lines<W>,
    table: &str,
    row: &str,
    progress: &mut impl FnMut(u64),
) -> std::io::Result<()> {
    lines.line(&format!("{{\"t\":\"{table}\",\"r\":{row}}}"))?;
    lines.rows += 1;
    if lines.rows.is_multiple_of(1_000) {
        progress(lines.rows);
    }
    Ok(())
}

/// `SELECT json_object('a', a, 'raw', '\x' || hex(raw)) FROM t`, from the table's own columns.
async fn select_sqlite(db: &mut sqlx::SqliteConnection, table: &str) -> Result<String, StoreError> {
    let columns = columns_sqlite(db, table).await?;
    let parts: Vec<String> = columns
        .iter()
        .map(|(name, is_bytes)| match is_bytes {
            true => format!("'{name}', '\\x' || lower(hex(\"{name}\"))"),
            false => format!("'{name}', \"{name}\""),
        })
        .collect();
    Ok(format!("SELECT json_object({}) FROM \"{table}\" ORDER BY rowid", parts.join(", ")))
}

async fn columns_sqlite(
    db: &mut sqlx::SqliteConnection,
    table: &str,
) -> Result<Vec<(String, bool)>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, type FROM pragma_table_info($1) ORDER BY cid")
            .bind(table)
            .fetch_all(db)
            .await
            .doing("looking at the tables")?;
    Ok(rows.into_iter().map(|(name, kind)| (name, kind == "BYTEA")).collect())
}

/// Says whether `file` is a whole, unchanged dump; gives its rows.
///
/// # Errors
/// [`DumpError::Damaged`] when it is not.
pub fn check(file: impl Read) -> Result<Dumped, DumpError> {
    let mut rows = Rows::new(file);
    while rows.next()?.is_some() {}
    Ok(Dumped { rows: rows.n })
}

/// Goes over the rows of a dump and checks its end.
struct Rows<R: Read> {
    lines: BufReader<GzDecoder<R>>,
    hash: Sha256,
    line: String,
    has_head: bool,
    n: u64,
}

fn damaged(why: impl std::fmt::Display) -> DumpError {
    DumpError::Damaged(why.to_string())
}

impl<R: Read> Rows<R> {
    fn new(file: R) -> Self {
        let lines = BufReader::new(GzDecoder::new(file));
        Rows { lines, hash: Sha256::new(), line: String::new(), has_head: false, n: 0 }
    }

    /// The next table and row; `None` once the end was found right.
    fn next(&mut self) -> Result<Option<(String, String)>, DumpError> {
        if !self.has_head {
            self.take_line()?;
            let head: Head =
                serde_json::from_str(&self.line).map_err(|_| damaged("it has no head"))?;
            if head.redress_dump != LAYOUT {
                return Err(damaged("it was made by another release"));
            }
            self.has_head = true;
            self.hash.update(self.line.as_bytes());
        }
        self.take_line()?;
        let text = self.line.trim_end_matches('\n');
        let Some(rest) = text.strip_prefix("{\"t\":\"") else {
            let end: End = serde_json::from_str(text).map_err(|_| damaged("it has no end"))?;
            let sound = end.rows == self.n && end.sha256 == hex(&self.hash.clone().finalize());
            let more = self.lines.read_line(&mut self.line).map_err(damaged)?;
            return if sound && more == 0 { Ok(None) } else { Err(damaged("its sum is wrong")) };
        };
        let (table, rest) = rest.split_once("\",\"r\":").ok_or_else(|| damaged("a bad row"))?;
        let row = rest.strip_suffix('}').ok_or_else(|| damaged("a bad row"))?;
        if !TABLES.contains(&table) {
            return Err(damaged("it has a table we do not know"));
        }
        self.n += 1;
        self.hash.update(self.line.as_bytes());
        Ok(Some((table.to_owned(), row.to_owned())))
    }

    fn take_line(&mut self) -> Result<(), DumpError> {
        self.line.clear();
        let n = self.lines.read_line(&mut self.line).map_err(damaged)?;
        if n == 0 || !self.line.ends_with('\n') {
            return Err(damaged("it ends too early"));
        }
        Ok(())
    }
}

/// Puts a dump into a new store at `address`, in one transaction: a damaged file leaves nothing.
/// Search and counters must be made again afterwards by a rebuild.
///
/// # Errors
/// When the store is not empty, the file is damaged, or either fails.
pub async fn load(
    address: &Address,
    file: impl Read,
    mut progress: impl FnMut(u64),
) -> Result<Dumped, DumpError> {
    const ANY: &str = "SELECT name FROM setting LIMIT 1";
    let store = Store::open(address).await?;
    let mut tx = store.begin().await?;
    let any: Option<String> =
        crate::on!(Tx &mut tx, db => sqlx::query_scalar(ANY).fetch_optional(db).await)
            .doing("looking whether the store is empty")?;
    if any.is_some() {
        return Err(DumpError::NotEmpty);
    }
    let mut rows = Rows::new(file);
    let mut batch: (String, Vec<String>, usize) = (String::new(), Vec::new(), 0);
    while let Some((table, row)) = rows.next()? {
        let full = batch.1.len() >= ROWS_AT_ONCE || batch.2 + row.len() > BYTES_AT_ONCE;
        if batch.0 != table || full {
            insert(&mut tx, &batch.0, &batch.1).await?;
            progress(rows.n);
            batch = (table, Vec::new(), 0);
        }
        batch.2 += row.len();
        batch.1.push(row);
    }
    insert(&mut tx, &batch.0, &batch.1).await?;
    after_load(&mut tx).await?;
    tx.commit().await?;
    store.close().await;
    Ok(Dumped { rows: rows.n })
}

async fn insert(tx: &mut Tx, table: &str, rows: &[String]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let doing = "restoring rows";
    let json = format!("[{}]", rows.join(","));
    match tx {
        Tx::Sqlite(inner) => {
            let columns = columns_sqlite(inner.connection(), table).await?;
            let names: Vec<String> =
                columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let values: Vec<String> = columns
                .iter()
                .map(|(name, is_bytes)| match is_bytes {
                    true => format!("unhex(substr(json_extract(value, '$.{name}'), 3))"),
                    false => format!("json_extract(value, '$.{name}')"),
                })
                .collect();
            let sql = format!(
                "INSERT INTO \"{table}\" ({}) SELECT {} FROM json_each($1)",
                names.join(", "),
                values.join(", ")
            );
            let put = sqlx::query(AssertSqlSafe(sql)).bind(&json).execute(inner.connection());
            put.await.doing(doing)?;
        }
        Tx::Postgres(inner) => {
            let sql = format!(
                "INSERT INTO \"{table}\" OVERRIDING SYSTEM VALUE
                 SELECT * FROM json_populate_recordset(NULL::\"{table}\", $1::json)"
            );
            let put = sqlx::query(AssertSqlSafe(sql)).bind(&json).execute(inner.connection());
            put.await.doing(doing)?;
        }
    }
    Ok(())
}

/// Running numbers go on after the largest restored; the feed takes all restored events as old.
async fn after_load(tx: &mut Tx) -> Result<(), StoreError> {
    let doing = "setting running numbers";
    let numbered = [
        ("case", "\"case\"", 10_000_i64),
        ("feedback", "feedback", 1_000),
        ("customer", "customer", 1_000),
        ("promise", "promise", 1_000),
    ];
    for (name, table, start) in numbered {
        let last = format!("SELECT COALESCE(MAX(number), {start}) FROM {table}");
        let last: i64 = crate::on!(Tx tx, db =>
            sqlx::query_scalar(AssertSqlSafe(last.clone())).fetch_one(db).await)
        .doing(doing)?;
        let set = match tx {
            Tx::Sqlite(_) => "UPDATE running_number SET n = $2 WHERE name = $1",
            Tx::Postgres(_) => "SELECT setval(('number_' || $1)::regclass, $2)",
        };
        crate::on!(Tx tx, db =>
            sqlx::query(set).bind(name).bind(last).execute(db).await.map(|_| ()))
        .doing(doing)?;
    }
    let old = "UPDATE event SET written_in = 0";
    crate::on!(Tx tx, db => sqlx::query(old).execute(db).await.map(|_| ())).doing(doing)?;
    if let Tx::Postgres(inner) = tx {
        let seq = "SELECT setval(pg_get_serial_sequence('event', 'seq'),
            (SELECT COALESCE(MAX(seq), 1) FROM event))";
        sqlx::query(seq).execute(inner.connection()).await.doing(doing)?;
    }
    Ok(())
}
