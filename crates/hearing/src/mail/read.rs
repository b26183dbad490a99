//! From the bytes of a mail to what it says.

use crate::mail::key::{conversation, known_as};
use crate::mail::senders::Checked;
use crate::mail::whose::file_of;
use crate::said::{Author, Said};
use crate::understood::DeliveryReport;
use domain::channel::{Channel, Kind};
use domain::id::ArrivalId;
use jiff::{SignedDuration, Timestamp};
use mail::{Authentication, Parsed};
use std::sync::mpsc;
use std::time::Duration;
use store::{Context, StoreError};

/// How long reading one mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Date header further in the future than this is a wrong clock.
const AHEAD_MOST: SignedDuration = SignedDuration::from_hours(24);

/// What the reader of any channel gave.
pub(crate) struct Read {
    pub said: Said,
    pub quiet: bool,
    pub reports: Vec<DeliveryReport>,
    /// The mail as parsed, until its case is found.
    pub parsed: Option<Box<Parsed>>,
    /// What we found out about its sender ourselves.
    pub checked: Option<Checked>,
    /// What is known of its sender in the end.
    pub sender: Option<Authentication>,
}

impl Read {
    /// What a channel without threads gave.
    pub(crate) fn plain(said: Said) -> Read {
        Read { said, quiet: false, reports: Vec::new(), parsed: None, checked: None, sender: None }
    }
}

/// Reads a mail; what cannot be read of it stands among its problems.
///
/// # Errors
/// When our reader breaks on it or takes too long.
pub(crate) fn read(raw: &[u8], received_at: Timestamp) -> Result<Read, String> {
    let mut parsed = within(PATIENCE, raw.to_vec(), mail::parse)?;
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
    said.encrypted = parsed.protection.iter().any(|one| one.is_encrypted());
    if said.automatic && parsed.kind != mail::Kind::List && !begins_by_itself(&parsed) {
        said.kind = Some(Kind::Other);
    }
    said.message_ids = references_to(&parsed);
    said.files = std::mem::take(&mut parsed.attachments).into_iter().map(file_of).collect();
    let problems: Vec<&str> = parsed.problems.iter().map(|problem| problem.says.as_str()).collect();
    said.because = problems.join(" ");
    Ok(Read { parsed: Some(Box::new(parsed)), ..Read::plain(said) })
}

/// Whether a program wrote it of itself and in answer to nothing, as forms and shops do in people's
/// names: such words are read like any others, and a complaint among them is heard.
fn begins_by_itself(parsed: &Parsed) -> bool {
    let generated = |mark: &String| mark.starts_with("auto-generated");
    parsed.kind == mail::Kind::AutoReply
        && parsed.marks.auto_submitted.as_ref().is_some_and(generated)
        && parsed.marks.return_path.as_deref() != Some("")
        && parsed.deliveries.is_empty()
        && parsed.in_reply_to.is_empty()
        && parsed.references.is_empty()
}

/// By what later mails may name this one: its id, and Outlook's mark of its conversation.
pub(crate) fn references_to(parsed: &Parsed) -> Vec<String> {
    let id = parsed.message_id.as_deref().map(|id| known_as(id).into_owned());
    id.into_iter()
        .chain(mail::thread::thread_root(parsed).map(|root| conversation(&root)))
        .collect()
}

/// Whether the mail of an arrival could be read now; `Err` says why not. Nothing is changed.
///
/// # Errors
/// When the store fails.
pub async fn reads_now(ctx: &Context, id: ArrivalId) -> Result<Result<(), String>, StoreError> {
    let Some(raw) = intake::raw(ctx, id).await? else {
        return Ok(Err("there is none of that id".to_owned()));
    };
    Ok(read(&raw, ctx.now()).map(|_| ()))
}

/// Runs a reader in a thread of its own, so that a mail on which it hangs or breaks holds up no
/// other. A thread that hangs cannot be ended; it is left behind, and the mail becomes a stub.
fn within<T: Send + 'static>(
    patience: Duration,
    raw: Vec<u8>,
    reader: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<T, String> {
    let (done, finished) = mpsc::sync_channel(1);
    let reading = std::thread::Builder::new().name("reading a mail".to_owned()).spawn(move || {
        // Whoever asked has given up when nobody listens any more.
        drop(done.send(reader(&raw)));
    });
    reading.map_err(|error| format!("there was no thread to read it in: {error}"))?;
    finished.recv_timeout(patience).map_err(|end| match end {
        mpsc::RecvTimeoutError::Timeout => {
            format!("our reader took longer than {} seconds", patience.as_secs())
        }
        mpsc::RecvTimeoutError::Disconnected => "our reader broke on it".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_hangs_or_breaks_is_an_error_and_holds_up_nothing() {
        let (stop, stopped) = mpsc::channel::<()>();
        let hang = within(Duration::from_millis(1), Vec::new(), move |_| stopped.recv().is_err());
        assert!(hang.expect_err("it hangs").contains("took longer"));
        drop(stop);
        let broke: Result<(), _> = within(PATIENCE, Vec::new(), |_| panic!("a fault of ours"));
        assert!(broke.expect_err("it broke").contains("broke"));
        assert_eq!(within(PATIENCE, b"ab".to_vec(), <[u8]>::len), Ok(2));
    }
}
