//! Takes a file in: batches of rows, each with the position in one transaction, so that a run
//! that is killed goes on where it was.

use crate::import::decode;
use crate::import::mailbox::Mailbox;
use crate::import::plan::{ImportError, Limits, Plan};
use crate::import::report::{BadRow, Progress, Report};
use crate::import::sql;
use crate::import::table::{RawRow, Rows};
use domain::channel::Channel;
use domain::id::{BatchId, UnitId};
use hearing::mail::source_key;
use hearing::row::{self, Cells, Format, Mapping};
use hearing::said::{Envelope, Shape};
use intake::{Arrival, Fresh, MANY_MOST, Packed};
use std::path::{Path, PathBuf};
use store::file::sha256_hex;
use store::{Context, StoreError};
use tokio::sync::mpsc;

/// Chunks of rows that are read ahead of the store.
const AHEAD: usize = 4;
/// Bytes of rows that make a chunk full, however few they are: what is in the hand stays small.
const CHUNK_BYTES: usize = 4 << 20;

/// How a file is taken in.
#[derive(Clone, Debug)]
pub struct Options {
    /// The unit it belongs to.
    pub unit: UnitId,
    /// Looks and counts, keeps nothing.
    pub dry_run: bool,
    /// The most of everything.
    pub limits: Limits,
}

/// A row ready to be kept, with what a report counts.
struct Ready {
    arrival: Arrival,
    public: bool,
    closed: bool,
}

/// Rows read from the file, in their order; `last` is the last row of the chunk.
#[derive(Default)]
struct Chunk {
    last: u64,
    ready: Vec<Ready>,
    bad: Vec<BadRow>,
    bytes: usize,
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.ready.len() + self.bad.len() >= MANY_MOST || self.bytes >= CHUNK_BYTES
    }
}

/// A chunk as it goes to the store: what takes long was done on the side that reads the file.
struct Handed {
    last: u64,
    what: What,
    /// Of each row: whether others can read it where it was said, and whether it was closed there.
    kinds: Vec<(bool, bool)>,
    bad: Vec<BadRow>,
}

enum What {
    /// To be kept.
    Rows { batch: BatchId, packed: Packed },
    /// Only looked at: the source keys.
    Keys(Vec<String>),
}

/// Takes a file in as `plan` says; a run that was cut off goes on. `progress` hears every chunk
/// and every row that could not be taken.
///
/// # Errors
/// When the file cannot be read or was changed, or the store fails; what was committed stays.
pub async fn run(
    ctx: &Context,
    path: &Path,
    plan: &Plan,
    options: &Options,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let (mut report, batch) = begin(ctx, path, plan, options).await?;
    let from = report.done;
    let (sender, mut chunks) = mpsc::channel(AHEAD);
    let reading = Reading {
        ctx: ctx.clone(),
        path: path.to_owned(),
        mapping: plan.mapping.clone(),
        file: plan.sha256.clone(),
        options: options.clone(),
        batch,
        from,
    };
    let reader = tokio::task::spawn_blocking(move || reading.read(&sender));
    progress(Progress::Moved(report.clone()));
    while let Some(chunk) = chunks.recv().await {
        take(ctx, &mut report, &chunk).await?;
        for bad in chunk.bad {
            progress(Progress::Bad(bad));
        }
        progress(Progress::Moved(report.clone()));
    }
    reader.await.map_err(|error| ImportError::File(std::io::Error::other(error)))??;
    if let Some(batch) = batch {
        let mut tx = ctx.begin().await?;
        sql::advance(&mut tx, batch, report.done, report.done, (0, 0, 0), "done").await?;
        tx.commit().await?;
    }
    Ok(report)
}

/// Finds the run that was cut off, or begins one.
async fn begin(
    ctx: &Context,
    path: &Path,
    plan: &Plan,
    options: &Options,
) -> Result<(Report, Option<BatchId>), ImportError> {
    let doing = "beginning an import";
    let mut report = Report { rows: plan.rows, ..Report::default() };
    if options.dry_run {
        return Ok((report, None));
    }
    let mapping = serde_json::to_string(&plan.mapping)
        .map_err(|error| StoreError::unreadable(doing, error))?;
    if let Some(known) = sql::cut_off(&ctx.store, &plan.sha256, options.unit, &mapping).await? {
        let id: BatchId = known.id.parse().map_err(|e| StoreError::unreadable(doing, e))?;
        report.batch = Some(id);
        report.done = known.row_done.unsigned_abs();
        report.new = known.n_new.unsigned_abs();
        report.known = known.n_known.unsigned_abs();
        report.bad = known.n_bad.unsigned_abs();
        return Ok((report, Some(id)));
    }
    let now = ctx.now();
    let id: BatchId = ctx.id(now);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = hearing::said::line(&name, 300);
    let about = (name.as_str(), plan.sha256.as_str(), plan.mapping.format.as_str());
    let mut tx = ctx.begin().await?;
    sql::insert(&mut tx, id, about, &mapping, options.unit, now).await?;
    tx.commit().await?;
    report.batch = Some(id);
    Ok((report, Some(id)))
}

/// Keeps a chunk with the position behind it, or only looks.
async fn take(ctx: &Context, report: &mut Report, chunk: &Handed) -> Result<(), ImportError> {
    let bad = chunk.bad.len() as u64;
    let fresh = match &chunk.what {
        What::Rows { batch, packed } => keep(ctx, *batch, packed, report.done, chunk).await?,
        What::Keys(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            intake::which_are_new(&ctx.store, &keys).await?
        }
    };
    for ((public, closed), fresh) in chunk.kinds.iter().zip(fresh) {
        match fresh {
            Fresh::New => {
                report.new += 1;
                report.public += u64::from(*public);
                report.closed += u64::from(*closed);
            }
            Fresh::Known => report.known += 1,
        }
    }
    report.bad += bad;
    report.done = chunk.last;
    Ok(())
}

async fn keep(
    ctx: &Context,
    batch: BatchId,
    packed: &Packed,
    from: u64,
    chunk: &Handed,
) -> Result<Vec<Fresh>, StoreError> {
    let mut tx = ctx.begin().await?;
    let received = intake::receive_in(&mut tx, ctx.now(), packed).await?;
    let fresh: Vec<Fresh> = received.into_iter().map(|one| one.fresh).collect();
    let new = fresh.iter().filter(|fresh| **fresh == Fresh::New).count() as u64;
    let known = fresh.len() as u64 - new;
    let counts = (new, known, chunk.bad.len() as u64);
    sql::advance(&mut tx, batch, from, chunk.last, counts, "running").await?;
    tx.commit().await?;
    Ok(fresh)
}

/// The side that reads the file, on a thread of its own.
struct Reading {
    ctx: Context,
    path: PathBuf,
    mapping: Mapping,
    file: String,
    options: Options,
    batch: Option<BatchId>,
    from: u64,
}

impl Reading {
    fn read(&self, sender: &mpsc::Sender<Handed>) -> Result<(), ImportError> {
        let looked = decode::look(&self.path)?;
        if looked.sha256 != self.file {
            return Err(ImportError::Changed);
        }
        if self.mapping.format.is_mail() { self.mails(sender) } else { self.rows(sender) }
    }

    fn rows(&self, sender: &mpsc::Sender<Handed>) -> Result<(), ImportError> {
        let encoding = encoding_rs::Encoding::for_label(self.mapping.encoding.as_bytes());
        let text = decode::open(&self.path, encoding.unwrap_or(encoding_rs::UTF_8))?;
        let mut rows = Rows::new(text, &self.mapping, &self.options.limits);
        let header = sha256_hex(self.mapping.columns.join("\u{1f}").as_bytes());
        let mut chunk = Chunk::default();
        while let Some(raw) = rows.next()? {
            if raw.row <= self.from {
                continue;
            }
            chunk.last = raw.row;
            match self.row(raw, &header[..16]) {
                Ok(ready) => {
                    chunk.bytes += ready.arrival.raw.len();
                    chunk.ready.push(ready);
                }
                Err(bad) => chunk.bad.push(bad),
            }
            if chunk.is_full() && !self.hand(sender, std::mem::take(&mut chunk))? {
                return Ok(());
            }
        }
        self.hand(sender, chunk)?;
        Ok(())
    }

    /// Hands rows to the store's side. Says whether more are wanted: a run that was given up says
    /// why itself.
    fn hand(&self, sender: &mpsc::Sender<Handed>, chunk: Chunk) -> Result<bool, ImportError> {
        let Chunk { last, ready, bad, .. } = chunk;
        if last == 0 {
            return Ok(true);
        }
        let kinds = ready.iter().map(|row| (row.public, row.closed)).collect();
        let arrivals: Vec<Arrival> = ready.into_iter().map(|row| row.arrival).collect();
        let what = match self.batch {
            Some(batch) => {
                let packed = Packed::of(&self.ctx, self.ctx.now(), &arrivals)?;
                What::Rows { batch, packed }
            }
            None => What::Keys(arrivals.into_iter().map(|one| one.source_key).collect()),
        };
        Ok(sender.blocking_send(Handed { last, what, kinds, bad }).is_ok())
    }

    fn row(&self, raw: RawRow, header: &str) -> Result<Ready, BadRow> {
        let (row, line) = (raw.row, raw.line);
        let bad =
            |column: String, why: String, original| BadRow { row, line, column, why, original };
        let bytes = raw.content.map_err(|(column, why, original)| bad(column, why, original))?;
        let cells = Cells::read(&bytes, &self.mapping)
            .map_err(|why| bad(String::new(), why, self.original(&bytes)))?;
        let said =
            row::read(&cells).map_err(|cell| bad(cell.column, cell.why, self.original(&bytes)))?;
        let unit = self.options.unit;
        let id = row::own_id(&cells);
        // The source's own id, and the words: the same id with other words is another thing said.
        let source_key = if id.is_empty() {
            format!("file/{unit}/{}/{row}", self.file)
        } else {
            let words = sha256_hex(said.text.as_bytes());
            format!("row/{unit}/{header}/{}/{}", sha256_hex(id.as_bytes()), &words[..32])
        };
        let (public, closed) = (said.is_public(), said.closed_at.is_some());
        let envelope = Envelope {
            unit: Some(unit),
            row: Some(row),
            line: Some(line),
            quiet: true,
            ..Envelope::of(Shape::Row)
        };
        Ok(Ready {
            arrival: Arrival {
                channel: Channel::Import,
                source_key,
                envelope: serde_json::to_value(envelope).unwrap_or_default(),
                raw: bytes,
                batch: self.batch,
            },
            public,
            closed,
        })
    }

    /// The cells of a kept row in the order of the columns.
    fn original(&self, bytes: &[u8]) -> Vec<String> {
        let map: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(bytes).unwrap_or_default();
        let cell = |column: &String| map.get(column).map(row::plain).unwrap_or_default();
        self.mapping.columns.iter().map(cell).collect()
    }

    fn mails(&self, sender: &mpsc::Sender<Handed>) -> Result<(), ImportError> {
        // Mails are larger than rows: fewer of them at once.
        const AT_ONCE: usize = 50;
        let mut chunk = Chunk::default();
        if self.mapping.format == Format::Eml {
            if self.from == 0 {
                let bytes = std::fs::read(&self.path)?;
                chunk.ready.push(self.mail(bytes, 1, 1));
                chunk.last = 1;
            }
            self.hand(sender, chunk)?;
            return Ok(());
        }
        let mut mailbox = Mailbox::open(&self.path)?;
        let mut row = 0;
        while let Some(mail) = mailbox.next()? {
            row += 1;
            if row <= self.from {
                continue;
            }
            chunk.last = row;
            chunk.ready.push(self.mail(mail.bytes, row, mail.line));
            if chunk.ready.len() >= AT_ONCE && !self.hand(sender, std::mem::take(&mut chunk))? {
                return Ok(());
            }
        }
        self.hand(sender, chunk)?;
        Ok(())
    }

    fn mail(&self, bytes: Vec<u8>, row: u64, line: u64) -> Ready {
        let envelope = Envelope {
            unit: Some(self.options.unit),
            row: Some(row),
            line: Some(line),
            quiet: true,
            ..Envelope::of(Shape::Mail)
        };
        Ready {
            arrival: Arrival {
                channel: Channel::Mail,
                source_key: source_key(&format!("unit:{}", self.options.unit), &bytes),
                envelope: serde_json::to_value(envelope).unwrap_or_default(),
                raw: bytes,
                batch: self.batch,
            },
            public: false,
            closed: false,
        }
    }
}
