//! Bytes to [`Parsed`]: the one way in.

use crate::charset::CharsetNote;
use crate::html::Rendered;
use crate::limits::{MAIL_BYTES_MAX, NESTING_MAX, OVERSIZE_BYTES_READ, PARTS_MAX, TEXT_BYTES_MAX};
use crate::mime::{Fault, Tree};
use crate::parsed::{Attachment, Kind, Parsed, Problem};
use crate::{
    absence, attachment, body, bounce, envelope, html, kind, mime, protection, tnef, trim,
};

/// Reads a mail. Never fails and never panics: what cannot be read becomes a problem in the
/// answer, and the raw bytes stay with the caller.
///
/// The time it takes is linear in the length of `bytes`; of a mail over
/// [`MAIL_BYTES_MAX`] only the first [`OVERSIZE_BYTES_READ`] bytes are read.
///
/// ```
/// let mail = b"From: Ann <ann@example.com>\r\nSubject: Late parcel\r\n\r\nIt is late.\r\n";
/// let parsed = mail::parse(mail);
/// assert_eq!(parsed.to_json()["kind"], "human");
/// assert_eq!(parsed.to_json()["author"]["address"], "ann@example.com");
/// assert_eq!(parsed.new_text, "It is late.");
/// ```
pub fn parse(bytes: &[u8]) -> Parsed {
    let whole = bytes;
    let bytes = if whole.len() > MAIL_BYTES_MAX { &whole[..OVERSIZE_BYTES_READ] } else { whole };
    let only_cr = !bytes.contains(&b'\n') && bytes.contains(&b'\r');
    if only_cr {
        let repaired: Vec<u8> =
            bytes.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
        return read(&repaired, whole.len());
    }
    read(bytes, whole.len())
}

fn read(bytes: &[u8], whole: usize) -> Parsed {
    let tree = mime::split(bytes);
    let fields = tree.parts[0].fields(bytes);
    let mut problems = faults(&tree, whole);
    let mut texts = texts(&tree, bytes, &mut problems);
    let (mut attachments, embedded) = files(&tree, bytes, &texts.files);
    let unpacked = unpack(&mut attachments, &mut texts);
    problems.extend(unpacked);
    let mut parsed = envelope::read(fields, &mut problems);
    parsed.protection = protection::detect(&tree, bytes, &texts.text);
    let report = bounce::read(&tree, bytes, &texts.text);
    let judged = kind::judge(&kind::Seen {
        fields,
        tree: &tree,
        parsed: &parsed,
        text: &texts.text,
        report: &report,
    });
    (parsed.kind, parsed.kind_because) = judged;
    let report = match parsed.kind {
        Kind::Human | Kind::List => bounce::Report::default(),
        Kind::Bounce => bounce::informal(report, &texts.text),
        Kind::AutoReply | Kind::FeedbackLoop => report,
    };
    (parsed.deliveries, parsed.original) = (report.deliveries, report.original);
    cards(&attachments, &mut parsed);
    if parsed.kind == Kind::AutoReply {
        let sent = parsed.date.map(|d| d.to_zoned(jiff::tz::TimeZone::UTC).date());
        parsed.back_on = sent.and_then(|sent| absence::return_day(&texts.text, sent));
    }
    let trimmed = trim::reply(&texts.text, texts.rendered.as_ref());
    (parsed.new_text, parsed.folded_text) = (trimmed.new_text, trimmed.folded_text);
    parsed.hidden = texts.rendered.take().map(|page| page.hidden).unwrap_or_default();
    (parsed.text, parsed.html, parsed.attachments) = (texts.text, texts.html, attachments);
    if embedded > 0 && parsed.kind == Kind::Human && parsed.text.trim().is_empty() {
        problems
            .push(problem("only_embedded", "The mail has no text of its own, only mails in it."));
    }
    parsed.problems = problems;
    parsed
}

/// What is told of a mail with words that its reader does not see.
pub const HIDDEN_SAYS: &str = "The mail contains text its reader cannot see.";

pub(crate) fn problem(code: &'static str, says: impl Into<String>) -> Problem {
    Problem { code, says: says.into() }
}

fn faults(tree: &Tree, whole: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    if whole > MAIL_BYTES_MAX {
        let says = format!("The mail has {whole} bytes; only its beginning was read.");
        problems.push(problem("too_large", says));
    }
    for fault in &tree.faults {
        problems.push(match fault {
            Fault::Parts => {
                problem("too_many_parts", format!("Only the first {PARTS_MAX} parts were read."))
            }
            Fault::Nesting => problem(
                "too_deep",
                format!("Parts nested more than {NESTING_MAX} deep were left closed."),
            ),
            Fault::HeaderLines => {
                problem("too_many_header_lines", "Some of its header lines were not read.")
            }
            Fault::BrokenHeader => problem("broken_header", "A header line has no name."),
            Fault::MissingBoundary => {
                problem("missing_boundary", "It says it has parts, but they cannot be told apart.")
            }
            Fault::WrongBoundary => {
                problem("wrong_boundary", "Its parts are separated otherwise than it says.")
            }
            Fault::UnclosedMultipart => {
                problem("unclosed_multipart", "Its last part has no end; the mail may be cut off.")
            }
        });
    }
    problems
}

/// The readable side of a mail.
struct Texts {
    text: String,
    html: Option<String>,
    rendered: Option<Rendered>,
    files: Vec<usize>,
}

fn texts(tree: &Tree, bytes: &[u8], problems: &mut Vec<Problem>) -> Texts {
    let bodies = body::sort(tree, bytes, 0);
    let mut html_raw = String::new();
    for &index in bodies.html.iter().filter(|i| body::is_html(&tree.parts[**i])) {
        let (part, note) = body::text(&tree.parts[index], bytes);
        charset_problem(note, problems);
        html_raw.push_str(&part);
    }
    let rendered = (!html_raw.is_empty()).then(|| html::render(cut(&html_raw, TEXT_BYTES_MAX)));
    let mut text = String::new();
    for &index in &bodies.text {
        let part = &tree.parts[index];
        let (piece, note) = body::text(part, bytes);
        charset_problem(note, problems);
        let piece = if body::is_html(part) {
            html::render(cut(&piece, TEXT_BYTES_MAX)).text
        } else {
            piece
        };
        if !text.is_empty() && !piece.trim().is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&piece);
    }
    if let Some(page) = &rendered
        && (text.trim().is_empty() || stands_for_html(&text, &page.text))
    {
        text.clone_from(&page.text);
    }
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(cut(&text, TEXT_BYTES_MAX).len());
        problems.push(problem("text_cut", "The text is very long; the rest is in the raw mail."));
    }
    if rendered.as_ref().is_some_and(|page| !page.hidden.is_empty()) {
        problems.push(problem("hidden_text", HIDDEN_SAYS));
    }
    Texts { text, html: (!html_raw.is_empty()).then_some(html_raw), rendered, files: bodies.files }
}

/// Longest plain form that may only say that the letter is in the HTML, in bytes.
const STAND_IN_BYTES_MAX: usize = 300;

/// Whether the plain form of a mail says nothing but that its words are in the HTML form.
fn stands_for_html(plain: &str, html: &str) -> bool {
    let plain = plain.trim();
    let speaks_of_it = |text: &str| text.to_lowercase().contains("html");
    plain.len() <= STAND_IN_BYTES_MAX
        && speaks_of_it(plain)
        && !html.trim().is_empty()
        && !speaks_of_it(html)
}

/// The first `most` bytes of a text, never inside a character.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn charset_problem(note: Option<CharsetNote>, problems: &mut Vec<Problem>) {
    let found = match note {
        None => return,
        Some(CharsetNote::Guessed(set)) => {
            problem("charset_guessed", format!("Its character set was guessed to be {set}."))
        }
        Some(CharsetNote::Lossy) => problem("charset_lossy", "Some characters cannot be read."),
        Some(CharsetNote::Utf7) => problem("utf7_refused", "UTF-7 text is shown as it was sent."),
    };
    if !problems.contains(&found) {
        problems.push(found);
    }
}

fn files(tree: &Tree, bytes: &[u8], indexes: &[usize]) -> (Vec<Attachment>, usize) {
    let mut embedded = 0;
    let mut taken = Vec::new();
    for (number, &index) in indexes.iter().enumerate() {
        let part = &tree.parts[index];
        if ignored(&part.kind.value) {
            continue;
        }
        embedded += usize::from(part.is_message());
        taken.push(attachment::take(part, bytes, number + 1));
    }
    (taken, embedded)
}

/// Parts that hold nothing of their own: the same page once more, made for one reader.
fn ignored(kind: &str) -> bool {
    kind == "text/x-amp-html"
}

/// Adds what Outlook packed into `winmail.dat`; the packed file itself stays.
fn unpack(attachments: &mut Vec<Attachment>, texts: &mut Texts) -> Option<Problem> {
    let packed = |a: &&Attachment| {
        a.media_type.ends_with("ms-tnef") || a.sniffed == Some("application/ms-tnef")
    };
    let (range, contents) = attachments
        .iter()
        .find(packed)
        .and_then(|a| tnef::read(&a.bytes).map(|c| (a.range.clone(), c)))?;
    if texts.text.trim().is_empty() {
        texts.text = contents.body;
    }
    if texts.html.is_none() && !contents.html.is_empty() {
        let page = html::render(cut(&contents.html, TEXT_BYTES_MAX));
        if texts.text.trim().is_empty() {
            texts.text.clone_from(&page.text);
        }
        (texts.html, texts.rendered) = (Some(contents.html), Some(page));
    }
    let count = contents.files.len();
    for file in contents.files {
        let number = attachments.len() + 1;
        attachments.push(attachment::unpacked(&file.name, file.bytes, range.clone(), number));
    }
    Some(problem("winmail", format!("Outlook packed {count} files into winmail.dat.")))
}

/// Largest calendar or card that is read, in bytes.
const CARD_BYTES_MAX: usize = 1024 * 1024;

fn cards(attachments: &[Attachment], parsed: &mut Parsed) {
    for file in attachments.iter().filter(|a| a.bytes.len() <= CARD_BYTES_MAX) {
        let kind = file.media_type.as_str();
        let is = |kinds: &[&str]| kinds.contains(&kind) || file.sniffed == Some(kinds[0]);
        let text = || crate::charset::decode(&file.bytes, Some("utf-8")).text;
        if is(&["text/calendar", "application/ics"]) {
            parsed.events.extend(crate::calendar::read(&text()));
        } else if is(&["text/vcard", "text/x-vcard", "text/directory"]) {
            parsed.cards.extend(crate::vcard::read(&text()));
        }
    }
}
