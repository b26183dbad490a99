//! Delivery reports (RFC 3464), what programs send instead of them, and the mail they are about.

mod notification;
mod phrases;
mod words;

pub use words::in_words;

use serde::Serialize;

use crate::body;
use crate::fields::{Address, Fields, addresses, text};
use crate::html;
use crate::mime::{Part, Tree};

/// What became of a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It arrived.
    Delivered,
    /// It was handed on to a system that sends no reports, or to many behind one address.
    Relayed,
    /// Not yet delivered; the sending system goes on trying.
    Delayed,
    /// Refused for now (4.x.x) and given up.
    FailedForNow,
    /// Refused for good (5.x.x).
    Failed,
    /// The recipient called it spam.
    Complained,
    /// Shown to the recipient (RFC 8098).
    Read,
}

/// The report on one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The address the mail was for, lower case.
    pub recipient: String,
    /// What became of it.
    pub state: State,
    /// Enhanced status code such as `5.1.1` (RFC 3463), when the report has one.
    pub status: Option<String>,
    /// The words of the other system, for people.
    pub diagnostic: String,
}

/// The mail a report is about, as far as the report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Original {
    /// Its Message-ID without brackets: looks up our message.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its recipients.
    pub to: Vec<Address>,
    /// `Original-Envelope-Id` of the report (RFC 3461 ENVID).
    pub envelope_id: Option<String>,
}

/// What a mail reports about deliveries, read before its kind is known.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// It has a part made for reports, so it is one whatever else it says.
    pub formal: Option<Formal>,
    pub deliveries: Vec<Delivery>,
    pub original: Option<Original>,
}

/// Parts that only reports have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formal {
    Delivery,
    Disposition,
    Abuse,
}

/// Most recipients read out of one report.
const DELIVERIES_MAX: usize = 200;

/// Reads whatever report a mail holds.
pub(crate) fn read(tree: &Tree, bytes: &[u8], text: &str) -> Report {
    let mut report = Report::default();
    let mut envelope_id = None;
    for part in &tree.parts {
        match part.kind.value.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                report.formal.get_or_insert(Formal::Delivery);
                envelope_id = delivery_status(part, bytes, &mut report.deliveries).or(envelope_id);
            }
            "message/disposition-notification" | "message/global-disposition-notification" => {
                report.formal = Some(Formal::Disposition);
                disposition(part, bytes, &mut report.deliveries);
            }
            "message/feedback-report" => {
                report.formal = Some(Formal::Abuse);
                abuse(part, bytes, &mut report.deliveries);
            }
            _ => {}
        }
    }
    let top = tree.parts[0].fields(bytes);
    failed_recipients(top, &mut report.deliveries);
    if let Some((formal, deliveries)) = notification::read(text) {
        report.formal.get_or_insert(formal);
        report.deliveries = deliveries;
    }
    report.original = original(tree, bytes, text);
    if let (Some(original), Some(id)) = (&mut report.original, envelope_id) {
        original.envelope_id = Some(id);
    }
    report.deliveries.truncate(DELIVERIES_MAX);
    report
}

/// Adds what only words say, once a mail is known to be a bounce.
pub(crate) fn informal(mut report: Report, text: &str) -> Report {
    if report.deliveries.is_empty() {
        report.deliveries = phrases::deliveries(text);
    }
    report
}

/// Whether words of a mail say that another was not delivered.
pub(crate) fn sounds_undelivered(text: &str) -> bool {
    phrases::undelivered(text)
}

/// Whether a subject is one of a bounce.
pub(crate) fn subject_undelivered(subject: &str) -> bool {
    phrases::subject(subject)
}

/// Groups of `Name: value` lines with blank lines between, as reports hold them.
fn groups(part: &Part, bytes: &[u8]) -> Vec<Vec<(String, String)>> {
    let content = body::content(part, bytes);
    let mut groups = vec![Vec::new()];
    for line in content.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(group) = groups.last_mut() else { break };
        if line.trim_ascii().is_empty() {
            if !group.is_empty() {
                groups.push(Vec::new());
            }
        } else if matches!(line[0], b' ' | b'\t') {
            if let Some((_, value)) = group.last_mut() {
                let value: &mut String = value;
                value.push(' ');
                value.push_str(text(line).as_str());
            }
        } else if let Some(colon) = memchr::memchr(b':', line) {
            let name = String::from_utf8_lossy(&line[..colon]).trim().to_ascii_lowercase();
            group.push((name, text(&line[colon + 1..])));
        }
        if groups.len() > DELIVERIES_MAX {
            break;
        }
    }
    groups
}

fn value<'a>(group: &'a [(String, String)], name: &str) -> Option<&'a str> {
    group.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// `rfc822; a@b` without its type.
fn typed(value: &str) -> String {
    let bare = value.split_once(';').map_or(value, |(_, rest)| rest);
    let bare = bare.trim().trim_matches(['<', '>']);
    bare.split_whitespace().next().unwrap_or("").trim_matches(['<', '>']).to_lowercase()
}

fn delivery_status(part: &Part, bytes: &[u8], out: &mut Vec<Delivery>) -> Option<String> {
    let mut envelope_id = None;
    for group in groups(part, bytes) {
        envelope_id = value(&group, "original-envelope-id").map(str::to_owned).or(envelope_id);
        let recipient = value(&group, "original-recipient").filter(|r| r.contains('@'));
        let Some(recipient) = recipient.or(value(&group, "final-recipient")) else { continue };
        let status = value(&group, "status").and_then(status_code);
        let action = value(&group, "action").unwrap_or("").to_ascii_lowercase();
        let diagnostic = value(&group, "diagnostic-code").unwrap_or("").to_owned();
        let status = status.or_else(|| status_code(&diagnostic));
        out.push(Delivery {
            recipient: typed(recipient),
            state: state(&action, status.as_deref()),
            status,
            diagnostic,
        });
    }
    envelope_id
}

fn state(action: &str, status: Option<&str>) -> State {
    let class = status.and_then(|s| s.chars().next());
    match (action.split_whitespace().next().unwrap_or(""), class) {
        ("delayed", _) => State::Delayed,
        ("delivered", _) => State::Delivered,
        ("relayed" | "expanded", _) => State::Relayed,
        ("failed", Some('4')) => State::FailedForNow,
        ("failed", _) | (_, Some('5')) => State::Failed,
        (_, Some('4')) => State::Delayed,
        (_, Some('2')) => State::Delivered,
        _ => State::Failed,
    }
}

/// The first enhanced status code (`5.1.1`) in a text.
pub(crate) fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let mut parts = word.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let short = |p: &str| (1..=3).contains(&p.len());
        let fits = matches!(class, "2" | "4" | "5")
            && short(subject)
            && short(detail)
            && parts.next().is_none_or(str::is_empty);
        fits.then(|| format!("{class}.{subject}.{detail}"))
    })
}

fn disposition(part: &Part, bytes: &[u8], out: &mut Vec<Delivery>) {
    for group in groups(part, bytes) {
        let Some(recipient) =
            value(&group, "final-recipient").or(value(&group, "original-recipient"))
        else {
            continue;
        };
        let said = value(&group, "disposition").unwrap_or("").to_owned();
        let shown = said.to_ascii_lowercase().contains("displayed");
        let state = if shown { State::Read } else { State::Delivered };
        out.push(Delivery { recipient: typed(recipient), state, status: None, diagnostic: said });
    }
}

fn abuse(part: &Part, bytes: &[u8], out: &mut Vec<Delivery>) {
    for group in groups(part, bytes) {
        let kind = value(&group, "feedback-type").unwrap_or("abuse").to_owned();
        let recipients = group.iter().filter(|(n, _)| n == "original-rcpt-to");
        out.extend(recipients.map(|(_, v)| Delivery {
            recipient: typed(v),
            state: State::Complained,
            status: None,
            diagnostic: kind.clone(),
        }));
    }
}

/// Exim's own header.
fn failed_recipients(top: Fields<'_>, out: &mut Vec<Delivery>) {
    if !out.is_empty() {
        return;
    }
    for address in top.all("x-failed-recipients").flat_map(addresses) {
        out.push(Delivery {
            recipient: address.key(),
            state: State::Failed,
            status: None,
            diagnostic: String::new(),
        });
    }
}

/// The mail inside: an embedded mail, its headers alone, or headers pasted into the text.
fn original(tree: &Tree, bytes: &[u8], shown: &str) -> Option<Original> {
    for part in tree.parts.iter().skip(1) {
        if part.parent.is_some_and(|p| tree.parts[p].is_message()) && part.fields.len() > 1 {
            return Some(original_of(part.fields(bytes)));
        }
        if matches!(part.kind.value.as_str(), "text/rfc822-headers" | "message/rfc822")
            && !part.opened
        {
            let content = body::content(part, bytes);
            let head = crate::mime::split(&content[..content.len().min(64 * 1024)]);
            if head.parts[0].fields.len() > 1 {
                return Some(original_of(head.parts[0].fields(&content)));
            }
        }
    }
    pasted(shown)
}

fn original_of(fields: Fields<'_>) -> Original {
    Original {
        message_id: fields.ids("message-id").into_iter().next(),
        subject: fields.text("subject").unwrap_or_default(),
        to: fields.addresses("to"),
        envelope_id: None,
    }
}

/// Headers that an old mail program pasted below its report.
fn pasted(shown: &str) -> Option<Original> {
    let find = |name: &str| {
        shown.lines().find_map(|line| {
            let line = line.trim_start_matches(['>', ' ', '\t']);
            let (head, rest) = line.split_at_checked(name.len())?;
            head.eq_ignore_ascii_case(name).then(|| rest.trim().to_owned())
        })
    };
    let id = find("message-id:")?;
    let id = crate::fields::ids(id.as_bytes()).into_iter().next()?;
    Some(Original {
        message_id: Some(id),
        subject: find("subject:").map(|s| text(s.as_bytes())).unwrap_or_default(),
        to: find("to:").map(|t| addresses(t.as_bytes())).unwrap_or_default(),
        envelope_id: None,
    })
}

/// Text of the first readable part, for reports whose text is HTML only.
pub(crate) fn readable(text: &str) -> String {
    if text.contains("</") { html::render(text).text } else { text.to_owned() }
}
