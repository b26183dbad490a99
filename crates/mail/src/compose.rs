//! A message of ours as RFC 5322 bytes.

use std::borrow::Cow;

use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address as Mailbox;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use sha2::{Digest, Sha256};

use crate::fields::Address;

/// Most bytes of References; some relays refuse headers of 4,096 (8.14).
const REFERENCES_BYTES_MAX: usize = 1_000;
/// Newest references that are kept besides the first.
const REFERENCES_KEPT: usize = 8;

/// Why a mail of ours was sent without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Automatic {
    /// A person wrote and sent it.
    #[default]
    No,
    /// It answers a mail: an acknowledgement.
    Replied,
    /// It answers nothing: a reminder, a survey.
    Generated,
}

/// A file to send along.
#[derive(Debug, Clone, Default)]
pub struct OutgoingFile {
    /// File name as the recipient sees it.
    pub name: String,
    /// Media type, such as `application/pdf`.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// For pictures inside the HTML: the Content-ID by which it names them, without brackets.
    pub content_id: Option<String>,
}

/// A mail to send. Every value goes out as given or is refused.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Whose name and address it carries.
    pub from: Address,
    /// Recipients; at least one.
    pub to: Vec<Address>,
    /// Recipients of a copy.
    pub cc: Vec<Address>,
    /// The signed reply address.
    pub reply_to: Option<Address>,
    /// The subject, unencoded.
    pub subject: String,
    /// Message-ID without brackets, made when the mail was put in the outbox.
    pub message_id: String,
    /// Message-ID it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// Message-IDs of the thread, oldest first, without brackets; trimmed here.
    pub references: Vec<String>,
    /// When it was sent.
    pub date: Timestamp,
    /// Whether a program sends it.
    pub automatic: Automatic,
    /// What our `X-Redress-Loop` header says; set on every mail of ours.
    pub loop_mark: String,
    /// The text; always sent.
    pub text: String,
    /// The same in HTML.
    pub html: Option<String>,
    /// Files.
    pub files: Vec<OutgoingFile>,
    /// Language tag of the text, such as `de`.
    pub language: Option<String>,
    /// Outlook's `Thread-Topic` of the mail it answers, echoed.
    pub thread_topic: Option<String>,
    /// Outlook's `Thread-Index` of the mail it answers, echoed.
    pub thread_index: Option<String>,
    /// Where a recipient of surveys can unsubscribe.
    pub unsubscribe_url: Option<String>,
}

/// Why a mail cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComposeRefused {
    /// A value for a header holds a line break or another control character.
    #[error("{0} holds a line break or a control character")]
    Control(&'static str),
    /// A value for machines holds other than visible ASCII, or is very long.
    #[error("{0} is not plain ASCII or too long")]
    NotPlain(&'static str),
    /// An address has no `@`, or characters that end an address.
    #[error("{0} is not an address")]
    NotAnAddress(&'static str),
    /// Nobody to send it to.
    #[error("the mail has no recipient")]
    NoRecipient,
    /// A Message-ID is empty or has no `@`.
    #[error("the mail has no usable Message-ID")]
    NoMessageId,
}

/// Writes a mail. The same values give the same bytes.
///
/// Lines are at most 998 bytes long; dots are not stuffed, because that belongs to the one
/// who speaks SMTP.
pub fn compose(mail: &Outgoing) -> Result<Vec<u8>, ComposeRefused> {
    check(mail)?;
    let mut builder = MessageBuilder::new()
        .from(mailbox(&mail.from))
        .to(list(&mail.to))
        .date(Date::new(mail.date.as_second()))
        .message_id(mail.message_id.as_str());
    builder = builder.header("Subject", Text::new(mail.subject.as_str()));
    if !mail.cc.is_empty() {
        builder = builder.cc(list(&mail.cc));
    }
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to));
    }
    if let Some(id) = &mail.in_reply_to {
        builder = builder.in_reply_to(id.as_str());
    }
    let references = trimmed_references(mail);
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    for (name, value) in plain_headers(mail) {
        builder = builder.header(name, value);
    }
    // Without this header some programs show the parts as one garbled text.
    builder = builder.header("MIME-Version", Raw::new("1.0"));
    builder.body(body(mail)).write_to_vec().map_err(|_| ComposeRefused::NoMessageId)
}

fn plain_headers(mail: &Outgoing) -> Vec<(&'static str, HeaderType<'_>)> {
    let mut headers: Vec<(&'static str, HeaderType<'_>)> = Vec::new();
    // Values for machines go out as they are; encoding a long one would hide it from them.
    let mut text = |name, value: &str| {
        headers.push((name, HeaderType::Raw(Raw::new(value.to_owned()))));
    };
    match mail.automatic {
        Automatic::No => {}
        Automatic::Replied => {
            text("Auto-Submitted", "auto-replied");
            text("Precedence", "auto_reply");
            text("X-Auto-Response-Suppress", "All");
        }
        Automatic::Generated => {
            text("Auto-Submitted", "auto-generated");
            text("X-Auto-Response-Suppress", "All");
        }
    }
    if !mail.loop_mark.is_empty() {
        text("X-Redress-Loop", &mail.loop_mark);
    }
    if let Some(language) = &mail.language {
        text("Content-Language", language);
    }
    if let Some(index) = &mail.thread_index {
        text("Thread-Index", index);
    }
    if let Some(url) = &mail.unsubscribe_url {
        text("List-Unsubscribe", &format!("<{url}>"));
        text("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
    if let Some(topic) = &mail.thread_topic {
        headers.push(("Thread-Topic", HeaderType::Text(Text::new(topic.as_str()))));
    }
    headers
}

fn mailbox(address: &Address) -> Mailbox<'_> {
    let name = Some(address.name.as_str()).filter(|n| !n.is_empty());
    Mailbox::new_address(name, address.address.as_str())
}

fn list(addresses: &[Address]) -> Mailbox<'_> {
    Mailbox::new_list(addresses.iter().map(mailbox).collect())
}

/// The first reference and the newest, as many as fit.
fn trimmed_references(mail: &Outgoing) -> Vec<&str> {
    let usable = |id: &&String| is_id(id);
    let ids: Vec<&str> = mail.references.iter().filter(usable).map(String::as_str).collect();
    let Some((first, rest)) = ids.split_first() else { return Vec::new() };
    let mut left = REFERENCES_BYTES_MAX.saturating_sub(first.len() + 4);
    let mut kept: Vec<&str> = Vec::new();
    for id in rest.iter().rev().take(REFERENCES_KEPT) {
        if id.len() + 4 > left {
            break;
        }
        left -= id.len() + 4;
        kept.push(id);
    }
    kept.push(first);
    kept.reverse();
    kept
}

fn body(mail: &Outgoing) -> MimePart<'_> {
    let seed = Sha256::digest([mail.message_id.as_bytes(), mail.text.as_bytes()].concat());
    // "=_" occurs neither in base64 nor in quoted-printable, so no text can fake a boundary.
    let boundary = |level: &str| {
        let hex: String = seed.iter().take(12).map(|b| format!("{b:02x}")).collect();
        format!("=_{level}{hex}")
    };
    let multipart = |kind: &'static str, level: &str, parts: Vec<MimePart<'static>>| {
        let kind = ContentType::new(kind).attribute("boundary", boundary(level));
        MimePart::new(kind, BodyPart::Multipart(parts))
    };
    let mut whole = MimePart::new("text/plain", canonical(&mail.text));
    if let Some(html) = &mail.html {
        let shown: Vec<_> = mail.files.iter().filter(|f| f.content_id.is_some()).collect();
        let mut page = MimePart::new("text/html", canonical(html));
        if !shown.is_empty() {
            let files = shown.into_iter().map(file);
            page =
                multipart("multipart/related", "r", std::iter::once(page).chain(files).collect());
        }
        whole = multipart("multipart/alternative", "a", vec![whole, page]);
    }
    let inline = |f: &&OutgoingFile| mail.html.is_some() && f.content_id.is_some();
    let files: Vec<_> = mail.files.iter().filter(|f| !inline(f)).map(file).collect();
    if files.is_empty() {
        return whole;
    }
    multipart("multipart/mixed", "m", std::iter::once(whole).chain(files).collect())
}

/// Line breaks of one kind, and no NUL, which no mail may carry.
fn canonical(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn file(file: &OutgoingFile) -> MimePart<'static> {
    let media_type = Some(file.media_type.clone()).filter(|t| is_media_type(t));
    let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let bytes: Cow<'static, [u8]> = Cow::Owned(file.bytes.clone());
    let name = crate::attachment::safe_name(&file.name, &media_type, None, 1);
    let kind = ContentType::new(media_type);
    let part = MimePart::new(kind, BodyPart::Binary(bytes));
    match &file.content_id {
        Some(id) => {
            let inline = ContentType::new("inline").attribute("filename", name);
            part.header("Content-Disposition", inline).cid(id.clone())
        }
        None => part.attachment(name),
    }
}

fn is_media_type(text: &str) -> bool {
    let token = |t: &str| {
        !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    // A multipart or a mail in a binary part would be opened by the reader's program.
    let opens = text.starts_with("multipart/") || text.starts_with("message/");
    !opens && text.split_once('/').is_some_and(|(a, b)| token(a) && token(b))
}

fn check(mail: &Outgoing) -> Result<(), ComposeRefused> {
    if mail.to.is_empty() && mail.cc.is_empty() {
        return Err(ComposeRefused::NoRecipient);
    }
    if !is_id(&mail.message_id) {
        return Err(ComposeRefused::NoMessageId);
    }
    if mail.in_reply_to.as_deref().is_some_and(|id| !is_id(id)) {
        return Err(ComposeRefused::Control("in_reply_to"));
    }
    let from = std::iter::once(("from", &mail.from));
    let to = mail.to.iter().map(|a| ("to", a));
    let cc = mail.cc.iter().map(|a| ("cc", a));
    let reply_to = mail.reply_to.iter().map(|a| ("reply_to", a));
    for (field, address) in from.chain(to).chain(cc).chain(reply_to) {
        if has_control(&address.name) || has_control(&address.address) {
            return Err(ComposeRefused::Control(field));
        }
        if !is_address(&address.address) {
            return Err(ComposeRefused::NotAnAddress(field));
        }
    }
    let fields = [
        ("subject", Some(&mail.subject)),
        ("loop_mark", Some(&mail.loop_mark)),
        ("language", mail.language.as_ref()),
        ("thread_topic", mail.thread_topic.as_ref()),
        ("thread_index", mail.thread_index.as_ref()),
        ("unsubscribe_url", mail.unsubscribe_url.as_ref()),
    ];
    for (field, value) in fields {
        if value.is_some_and(|v| has_control(v)) {
            return Err(ComposeRefused::Control(field));
        }
    }
    let plain = [
        ("loop_mark", Some(&mail.loop_mark)),
        ("language", mail.language.as_ref()),
        ("thread_index", mail.thread_index.as_ref()),
        ("unsubscribe_url", mail.unsubscribe_url.as_ref()),
    ];
    for (field, value) in plain {
        let fits = |b: u8| (32..=126).contains(&b) && b != b'<' && b != b'>';
        if value.is_some_and(|v| v.len() > 900 || !v.bytes().all(fits)) {
            return Err(ComposeRefused::NotPlain(field));
        }
    }
    let files = mail.files.iter().flat_map(|f| [Some(&f.name), f.content_id.as_ref()]);
    if files.flatten().any(|v| has_control(v)) {
        return Err(ComposeRefused::Control("files"));
    }
    Ok(())
}

fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn is_address(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "<>(),;:\"[]\\".contains(c);
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !local.contains('@') && !text.contains(bad)
    })
}

/// Whether a letter of ours can name this Message-ID: short, visible ASCII, with an `@`. Others
/// write what they like into theirs, and a letter must not fail because of it.
pub fn is_id(text: &str) -> bool {
    let visible = |b: u8| (33..=126).contains(&b) && b != b'<' && b != b'>';
    text.len() <= 900 && text.contains('@') && text.bytes().all(visible)
}
