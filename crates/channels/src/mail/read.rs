//! From the bytes of a mail to what it says.

use crate::said::{Author, Content, File, Said};
use crate::understood::DeliveryReport;
use domain::channel::{Channel, Kind};
use jiff::{SignedDuration, Timestamp};
use mail::Parsed;

/// A Date header further in the future than this is a wrong clock.
const AHEAD_MOST: SignedDuration = SignedDuration::from_hours(24);

/// What the reader of any channel gave.
pub(crate) struct Read {
    pub said: Said,
    pub quiet: bool,
    pub reports: Vec<DeliveryReport>,
    /// The mail as parsed, until its case is found.
    pub parsed: Option<Box<Parsed>>,
}

impl Read {
    /// What a channel without threads gave.
    pub(crate) fn plain(said: Said) -> Read {
        Read { said, quiet: false, reports: Vec::new(), parsed: None }
    }
}

/// Reads a mail; what cannot be read of it stands among its problems.
pub(crate) fn read(raw: &[u8], received_at: Timestamp) -> Read {
    let mut parsed = mail::parse(raw);
    let mut said = Said::on(Channel::Mail);
    if let Some(author) = &parsed.author {
        said.author = Author {
            name: author.name.clone(),
            email: author.address.to_lowercase(),
            ..Author::default()
        };
    }
    said.subject.clone_from(&parsed.subject);
    said.text = std::mem::take(&mut parsed.new_text);
    said.folded = Some(std::mem::take(&mut parsed.folded_text)).filter(|text| !text.is_empty());
    if said.text.trim().is_empty() {
        // Nothing new above the quotes: then all of it is what was said.
        said.text.clone_from(&parsed.text);
        said.folded = None;
    }
    said.language = parsed.marks.language.clone().unwrap_or_default();
    said.said_at = parsed.date.filter(|date| *date <= received_at + AHEAD_MOST);
    said.automatic = parsed.kind != mail::Kind::Human;
    if said.automatic && parsed.kind != mail::Kind::List {
        said.kind = Some(Kind::Other);
    }
    said.message_ids = parsed.message_id.iter().cloned().collect();
    said.files = std::mem::take(&mut parsed.attachments)
        .into_iter()
        .map(|file| File {
            name: file.name,
            media_type: file.media_type,
            size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            content: Content::Bytes(file.bytes),
        })
        .collect();
    let problems: Vec<&str> = parsed.problems.iter().map(|problem| problem.says.as_str()).collect();
    said.because = problems.join(" ");
    Read { said, quiet: false, reports: Vec::new(), parsed: Some(Box::new(parsed)) }
}
