//! From raw bytes to feedback with its reading. What cannot be read becomes a stub that a person
//! sees, with the raw form kept; never silence.

use crate::said::{self, Author, Content, Envelope, Joins, Said, Shape, fit, line, subject_of};
use crate::understood::{Feedback, KeptFile, Understood};
use crate::{api_body, form, mail, row};
use domain::channel::{Channel, Kind};
use domain::id::{ArrivalId, BatchId, FeedbackId, UnitId};
use intake::StoredArrival;
use jiff::Timestamp;
use reading::{Reader, Reading};
use speech::Language;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use store::course::Point;
use store::number::Numbered;
use store::{Context, Doing, StoreError, Tx, on};

/// So few are read on the spot; more are read beside the other work of the node.
const READ_HERE_MOST: usize = 4;

/// What the bytes of one arrival gave: what is said, or why it cannot be read.
type Parsed = Result<mail::Read, String>;

/// Understands one arrival. Bytes that cannot be read give a stub with
/// [`Understood::error`] set.
///
/// # Errors
/// When the store fails; nothing that stands in the bytes is an error here.
pub async fn understand(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    arrival: &StoredArrival,
    reader: &Reader,
) -> Result<Understood, StoreError> {
    let all = understand_many(tx, ctx, now, vec![arrival.clone()], reader).await?;
    all.into_iter().next().ok_or_else(|| StoreError::unreadable("understanding an arrival", "none"))
}

/// An arrival whose bytes and words were read, and which waits for its place and number.
pub struct ReadThrough {
    arrival: StoredArrival,
    parsed: Parsed,
    reading: Reading,
    reader: Reader,
}

impl ReadThrough {
    /// What a person is shown of an arrival on which our program fails again and again, so that it
    /// waits for no upgrade unseen.
    pub fn failing(arrival: StoredArrival, why: String, reader: &Reader) -> ReadThrough {
        ReadThrough { arrival, parsed: Err(why), reading: reader.read(""), reader: reader.clone() }
    }

    /// Which arrival it is.
    pub fn arrival(&self) -> ArrivalId {
        self.arrival.id
    }
}

/// The part of understanding that needs no transaction: reads the bytes and the words of many
/// arrivals, on several threads, while others write; and finds out who sent those that are mails
/// of a listener.
///
/// # Errors
/// When the store fails.
pub async fn read_through(
    ctx: &Context,
    arrivals: Vec<StoredArrival>,
    reader: &Reader,
    senders: &mail::Senders,
) -> Result<Vec<ReadThrough>, StoreError> {
    let mut all = read_words(ctx, arrivals, reader).await?;
    let mails = all.iter_mut().filter_map(|one| match &mut one.parsed {
        Ok(read) if read.parsed.is_some() => Some((&one.arrival, read)),
        _ => None,
    });
    senders.check_all(ctx, mails.collect()).await;
    Ok(all)
}

async fn read_words(
    ctx: &Context,
    arrivals: Vec<StoredArrival>,
    reader: &Reader,
) -> Result<Vec<ReadThrough>, StoreError> {
    let mappings = Arc::new(row::mappings(&ctx.store, &arrivals).await?);
    if arrivals.len() <= READ_HERE_MOST {
        return Ok(arrivals.into_iter().map(|one| read_one(one, &mappings, reader)).collect());
    }
    let share = arrivals.len().div_ceil(readers());
    let mut arrivals = arrivals.into_iter();
    let mut tasks = Vec::new();
    loop {
        let mine: Vec<StoredArrival> = arrivals.by_ref().take(share).collect();
        if mine.is_empty() {
            break;
        }
        let (mappings, reader) = (Arc::clone(&mappings), reader.clone());
        tasks.push(tokio::task::spawn_blocking(move || {
            mine.into_iter().map(|one| read_one(one, &mappings, &reader)).collect::<Vec<_>>()
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        let part = task.await;
        all.extend(part.map_err(|e| StoreError::unreadable("reading arrivals", e))?);
    }
    Ok(all)
}

/// Threads that read a group at once: half of the processors. The others are for those who write,
/// whom everybody waits for.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(1, |all| (all.get() / 2).max(1))
}

fn read_one(
    arrival: StoredArrival,
    mappings: &HashMap<BatchId, row::Mapping>,
    reader: &Reader,
) -> ReadThrough {
    let parsed = parse(&arrival, mappings);
    let reading = match &parsed {
        Ok(read) => reader.read(&text_to_read(&read.said)),
        Err(_) => reader.read(""),
    };
    ReadThrough { arrival, parsed, reading, reader: reader.clone() }
}

/// Understands many arrivals at once, in their order.
///
/// # Errors
/// When the store fails.
pub async fn understand_many(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    arrivals: Vec<StoredArrival>,
    reader: &Reader,
) -> Result<Vec<Understood>, StoreError> {
    let read = read_through(ctx, arrivals, reader, &mail::Senders::default()).await?;
    understand_read(tx, ctx, now, read).await
}

/// Gives arrivals that were read their place, number and files, in their order.
///
/// # Errors
/// When the store fails.
pub async fn understand_read(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    mut read: Vec<ReadThrough>,
) -> Result<Vec<Understood>, StoreError> {
    let default_unit = default_unit(tx).await?;
    for one in &mut read {
        if let Ok(mail) = &mut one.parsed {
            let words = text_to_read(&mail.said);
            mail::place(tx, ctx, now, &one.arrival, mail).await?;
            // Other words than at first: what a colleague passed on, or without our own.
            let meant = text_to_read(&mail.said);
            if meant != words {
                one.reading = one.reader.read(&meant);
            }
        }
    }
    ctx.passes(Point::ArrivalThreaded);
    let again: Vec<FeedbackId> = read.iter().filter_map(|one| one.arrival.feedback).collect();
    let known = crate::feedback::sql::numbers_of(tx, &again).await?;
    let wanted = read.iter().filter(|one| number_of(&one.arrival, &known).is_none()).count();
    let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
    let mut numbers = tx.next_numbers(Numbered::Feedback, wanted).await?.into_iter();
    let mut understood = Vec::with_capacity(read.len());
    for ReadThrough { arrival, parsed, reading, .. } in read {
        let number = number_of(&arrival, &known).or_else(|| numbers.next()).unwrap_or_default();
        let id = arrival.feedback.unwrap_or_else(|| ctx.id(now));
        let (mut one, files) = match parsed {
            Ok(read) => put_together(&arrival, (id, number), read, reading, default_unit),
            Err(why) => stub(&arrival, (id, number), why, reading, default_unit),
        };
        keep_files(tx, &mut one.feedback, files, now).await?;
        if let (Channel::Form, Joins::Case(case)) = (arrival.channel, &one.joins) {
            // They wrote behind the link of their case, whatever address they have or have not.
            if let Some((customer, unit)) = crate::feedback::sql::customer_of(tx, *case).await? {
                (one.customer, one.feedback.unit) = (Some(customer), unit);
            }
        }
        if let Some(case) = arrival.case {
            one.earlier_case = crate::feedback::sql::case_number(tx, case).await?;
        }
        understood.push(one);
    }
    Ok(understood)
}

/// Whether none of these arrivals can depend on another, so that they may be understood together.
/// Mails may answer each other and go one by one.
pub fn stands_alone(arrivals: &[StoredArrival]) -> bool {
    arrivals.iter().all(|arrival| arrival.channel != Channel::Mail)
}

fn number_of(arrival: &StoredArrival, known: &HashMap<FeedbackId, i64>) -> Option<i64> {
    arrival.feedback.and_then(|id| known.get(&id).copied())
}

/// Reads the bytes. A fault in a reader of ours is a reason like any other: it must not stop the
/// arrivals behind it.
fn parse(arrival: &StoredArrival, mappings: &HashMap<BatchId, row::Mapping>) -> Parsed {
    let envelope: Envelope = serde_json::from_value(arrival.envelope.clone())
        .map_err(|error| format!("its envelope cannot be read: {error}"))?;
    let read = || match envelope.shape {
        Shape::Form => form::said(&arrival.raw).map(mail::Read::plain),
        Shape::Api => api_body::said(&arrival.raw).map(mail::Read::plain),
        Shape::Row => {
            let mapping = arrival.batch.and_then(|batch| mappings.get(&batch));
            let mapping = mapping.ok_or("the import it belongs to is not there")?;
            row::said(&arrival.raw, mapping).map(mail::Read::plain)
        }
        Shape::Mail => mail::read(&arrival.raw, arrival.received_at),
    };
    let read = catch_unwind(AssertUnwindSafe(read));
    let mut read = read.unwrap_or_else(|_| Err("our reader broke on it".to_owned()))?;
    if let Some(unit) = envelope.unit {
        read.said.unit = Some(unit);
    }
    read.quiet = envelope.quiet;
    Ok(read)
}

fn text_to_read(said: &Said) -> String {
    if said.subject.is_empty() || said.text.starts_with(&said.subject) {
        said.text.clone()
    } else {
        format!("{}\n{}", said.subject, said.text)
    }
}

fn put_together(
    arrival: &StoredArrival,
    (id, number): (FeedbackId, i64),
    read: mail::Read,
    reading: Reading,
    default_unit: UnitId,
) -> (Understood, Vec<said::File>) {
    let said = read.said;
    let (mut text, cut) = fit(&said.text, said::TEXT_MOST);
    if cut {
        text.push_str("\n\n[Cut here. The whole text is in the raw form.]");
    }
    if text.trim().is_empty() {
        text = if said.files.is_empty() { "(No words.)" } else { "(Only files, no words.)" }.into();
    }
    let subject = line(&said.subject, said::SUBJECT_MOST);
    let subject = if subject.is_empty() { subject_of(&text) } else { subject };
    let language = language_of(&said, &reading);
    let kind = said.kind.unwrap_or_else(|| kind_of(&reading, said.kind_if_unsure));
    let feedback = Feedback {
        id,
        number,
        arrival: arrival.id,
        unit: said.unit.unwrap_or(default_unit),
        channel: said.channel,
        public: said.is_public(),
        source: line(&said.source, said::NAME_MOST),
        kind,
        subject,
        text,
        folded: said.folded.map(|folded| fit(&folded, said::TEXT_MOST).0).filter(|f| !f.is_empty()),
        language,
        rating: said.rating,
        reach_known: said.reach_known,
        url: said.url,
        // A wrong clock elsewhere must not put words into our future.
        said_at: said.said_at.unwrap_or(arrival.received_at).min(arrival.received_at),
        received_at: arrival.received_at,
        reading,
        files: Vec::new(),
    };
    let understood = Understood {
        feedback,
        author: fit_author(&said.author),
        customer: None,
        joins: said.joins,
        because: said.because,
        earlier_case: None,
        closed_at: said.closed_at.map(|at| at.min(arrival.received_at)),
        quiet: read.quiet,
        automatic: said.automatic,
        answerable: said.answerable,
        encrypted: said.encrypted,
        error: None,
        sender: read.sender,
        message_ids: said.message_ids,
        passed_on: said.passed_on,
        reports: read.reports,
        reads: if said.channel == Channel::Form { said.language } else { String::new() },
    };
    (understood, said.files)
}

fn fit_author(author: &Author) -> Author {
    let short = |text: &str| line(text, said::NAME_MOST);
    Author {
        name: short(&author.name),
        email: short(&author.email),
        phone: short(&author.phone),
        handle: short(&author.handle),
        reference: short(&author.reference),
        verified: author.verified,
    }
}

/// What a person sees of an arrival that cannot be read.
fn stub(
    arrival: &StoredArrival,
    named: (FeedbackId, i64),
    why: String,
    reading: Reading,
    default_unit: UnitId,
) -> (Understood, Vec<said::File>) {
    let envelope: Option<Envelope> = serde_json::from_value(arrival.envelope.clone()).ok();
    let mut said = Said::on(arrival.channel);
    said.kind = Some(Kind::Other);
    said.subject = said::UNREADABLE.to_owned();
    said.unit = envelope.as_ref().and_then(|envelope| envelope.unit);
    if let Some(sender) = envelope.as_ref().and_then(|envelope| envelope.sender.clone()) {
        said.author.email = sender;
    }
    let head = head_of(arrival);
    if let Some(author) = head.as_ref().and_then(|head| head.author.clone()) {
        (said.author.name, said.author.email) = (author.name, author.address.to_lowercase());
    }
    let place =
        envelope.as_ref().and_then(|e| e.line).map(|line| format!(" It stood in line {line}."));
    let kilobytes = arrival.raw.len().div_ceil(1_024);
    said.text = format!(
        "Something arrived by {} that we could not read: {why}.{} Its raw form is kept ({kilobytes} kB).{}",
        arrival.channel,
        place.unwrap_or_default(),
        head.map(|head| told_by(&head)).unwrap_or_default(),
    );
    // Somebody without a public page must look at it, so it is never filed as public.
    if said.channel.is_public() {
        said.channel = Channel::Import;
    }
    said.automatic = true;
    let mut read = mail::Read::plain(said);
    read.quiet = envelope.is_some_and(|envelope| envelope.quiet);
    let (mut understood, files) = put_together(arrival, named, read, reading, default_unit);
    understood.error = Some(why);
    (understood, files)
}

/// How sure a reading must be to say that a text is in another language than the pages of the form
/// on which it was written: few words are soon taken for those of a neighbouring language.
const SURER_THAN_THE_FORM: f32 = 0.9;

/// What the header of a mail says that could not be read whole; `None` when not even that can be.
fn head_of(arrival: &StoredArrival) -> Option<::mail::Parsed> {
    const HEAD_MOST: usize = 65_536;
    if arrival.channel != Channel::Mail {
        return None;
    }
    let raw = &arrival.raw[..arrival.raw.len().min(HEAD_MOST)];
    let ends = [&b"\r\n\r\n"[..], b"\n\n"];
    let end = ends.iter().filter_map(|end| memchr::memmem::find(raw, end)).min();
    let head = &raw[..end.unwrap_or(raw.len())];
    catch_unwind(AssertUnwindSafe(|| ::mail::parse(head))).ok()
}

/// Who wrote it, when and about what, as the header says.
fn told_by(head: &::mail::Parsed) -> String {
    let date = head.date.map(|date| format!(" on {}", date.strftime("%-d %B %Y at %H:%M UTC")));
    let author = head.author.as_ref().map(|author| format!(" by {}", author.address));
    let subject = Some(line(&head.subject, said::SUBJECT_MOST)).filter(|s| !s.is_empty());
    let subject = subject.map(|subject| format!(" about “{subject}”"));
    let told: String = [author, date, subject].into_iter().flatten().collect();
    if told.is_empty() { told } else { format!(" Its header says that it was written{told}.") }
}

/// The language of what was said. What was read in the words goes before what a mail or a program
/// declares. Whoever wrote on our form read its pages, in a language they or their browser chose:
/// only words that are surely in another one go before that, as people do write in their own.
fn language_of(said: &Said, reading: &Reading) -> String {
    let declared = said.language.get(..2).unwrap_or("").to_ascii_lowercase();
    let read = &reading.language;
    let is_ours = said.channel == Channel::Form && Language::of(&declared).is_some();
    let is_told = !is_ours || read.confidence >= SURER_THAN_THE_FORM;
    let found = read.decided().filter(|_| is_told).map(|language| language.code().to_owned());
    let found = found.filter(|code| code != "und");
    found.unwrap_or(if declared.bytes().all(|b| b.is_ascii_lowercase()) {
        declared
    } else {
        String::new()
    })
}

fn kind_of(reading: &Reading, if_unsure: Kind) -> Kind {
    let kind = reading.kind.decided().map(|kind| match kind {
        reading::Kind::Complaint => Kind::Complaint,
        reading::Kind::Question => Kind::Question,
        reading::Kind::Praise => Kind::Praise,
        reading::Kind::Idea => Kind::Idea,
        reading::Kind::Cancellation => Kind::Cancellation,
        reading::Kind::Other => Kind::Other,
    });
    match kind {
        Some(kind) if kind != Kind::Other => kind,
        _ => if_unsure,
    }
}

async fn keep_files(
    tx: &mut Tx,
    feedback: &mut Feedback,
    files: Vec<said::File>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for file in files {
        let sha256 = match file.content {
            Content::Bytes(bytes) => tx.keep_file(&bytes, now).await?,
            Content::Kept(sha256) => sha256,
        };
        let (name, media_type) = (file.name, line(&file.media_type, 100));
        feedback.files.push(KeptFile { name, media_type, size: file.size, sha256 });
    }
    Ok(())
}

const FIRST_UNIT: &str = "SELECT id FROM unit ORDER BY made_at_ms, id LIMIT 1";

/// The unit of what names none: the first that was made.
///
/// # Errors
/// When the store fails or there is no unit yet.
pub(crate) async fn default_unit(tx: &mut Tx) -> Result<UnitId, StoreError> {
    let id: Option<String> =
        on!(Tx tx, db => sqlx::query_scalar(FIRST_UNIT).fetch_optional(db).await)
            .doing("looking for the first unit")?;
    unit(id)
}

/// The first unit once it was looked up: units are never taken away, and who hands a mail in waits
/// for every question to the store.
#[derive(Debug, Default)]
struct FirstUnit(OnceLock<UnitId>);

/// The same outside a transaction.
///
/// # Errors
/// When the store fails or there is no unit yet.
pub(crate) async fn first_unit(ctx: &Context) -> Result<UnitId, StoreError> {
    let known = ctx.held::<FirstUnit>();
    if let Some(id) = known.0.get() {
        return Ok(*id);
    }
    let id: Option<String> =
        on!(Store &ctx.store, db => sqlx::query_scalar(FIRST_UNIT).fetch_optional(db).await)
            .doing("looking for the first unit")?;
    let id = unit(id)?;
    Ok(*known.0.get_or_init(|| id))
}

fn unit(id: Option<String>) -> Result<UnitId, StoreError> {
    let doing = "looking for the first unit";
    let id = id.ok_or_else(|| StoreError::unreadable(doing, "no unit was made yet"))?;
    id.parse().map_err(|error| StoreError::unreadable(doing, error))
}

/// Keeps what was understood, with where it went, in the transaction of `casework`'s decision.
///
/// # Errors
/// When the store fails.
pub async fn keep(tx: &mut Tx, placed: &[crate::Placed<'_>]) -> Result<(), StoreError> {
    crate::feedback::sql::insert(tx, placed).await?;
    for one in placed {
        if one.understood.feedback.public {
            let unit = one.understood.feedback.unit.to_string();
            tx.tell(store::fact::Fact::Feedback { unit });
        }
    }
    mail::note_reports(tx, placed).await
}
