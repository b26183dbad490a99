//! What makes a mail one.

use std::borrow::Cow;
use store::Context;
use store::file::sha256_hex;

/// What our `X-Redress-Loop` header says: this installation, and nobody can tell its key from it.
pub fn loop_mark(ctx: &Context) -> String {
    let mut mark = sha256_hex(&[&b"loop"[..], &ctx.secrets.mail_key[..]].concat());
    mark.truncate(16);
    mark
}

/// Longest Message-ID that is kept as it is, in bytes: no engine's index takes endless ones.
const ID_MOST: usize = 500;

/// The form in which the Message-ID of a mail is kept and looked up.
pub(crate) fn known_as(id: &str) -> Cow<'_, str> {
    if id.len() <= ID_MOST && !id.contains('\0') {
        return Cow::Borrowed(id);
    }
    Cow::Owned(format!("sha256:{}", sha256_hex(id.as_bytes())))
}

/// How the mails of one of Outlook's conversations are kept among the ids: no id looks like it.
pub(crate) fn conversation(root: &[u8]) -> String {
    format!("conversation:{}", sha256_hex(root))
}

/// The source key of a mail in `mailbox`: its Message-ID and the hash of its body, so that a used
/// id with other words is another mail. Without a Message-ID, the hash of everything that does not
/// change on the way (8.2 of the mail rules).
pub fn source_key(mailbox: &str, raw: &[u8]) -> String {
    let mailbox = mailbox.trim().to_ascii_lowercase();
    let (head, body) = split(raw);
    let mut lasting = Vec::with_capacity(head.len());
    let mut id = None;
    for field in fields(head) {
        let name = field.split(|byte| *byte == b':').next().unwrap_or(field).to_ascii_lowercase();
        if name == b"message-id" && id.is_none() {
            let value = field.get(name.len() + 1..).unwrap_or_default();
            let value = String::from_utf8_lossy(value).into_owned();
            id = Some(value.split_whitespace().collect::<String>()).filter(|id| id.len() > 2);
        }
        if !is_trace(&name) {
            lasting.extend_from_slice(field.trim_ascii_end());
            lasting.push(b'\n');
        }
    }
    match id {
        Some(id) => {
            let id = sha256_hex(id.as_bytes());
            format!("mail/{mailbox}/{}/{}", &id[..32], &sha256_hex(&as_sent(body))[..32])
        }
        None => {
            lasting.extend_from_slice(&as_sent(body));
            format!("mail/{mailbox}/raw/{}", sha256_hex(&lasting))
        }
    }
}

/// The body with the line ends that mail has on the wire. A pipe hands it over with bare LF, and
/// the same mail may come by SMTP or lie in a mailbox as well.
fn as_sent(body: &[u8]) -> Cow<'_, [u8]> {
    let is_bare = |at: usize| at == 0 || body[at - 1] != b'\r';
    if !memchr::memchr_iter(b'\n', body).any(is_bare) {
        return Cow::Borrowed(body);
    }
    let mut sent = Vec::with_capacity(body.len() + body.len() / 32);
    for (at, byte) in body.iter().enumerate() {
        if *byte == b'\n' && is_bare(at) {
            sent.push(b'\r');
        }
        sent.push(*byte);
    }
    Cow::Owned(sent)
}

/// The header and the body of a mail.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < raw.len() {
        let end = memchr::memchr(b'\n', &raw[at..]).map_or(raw.len(), |n| at + n + 1);
        if raw[at..end].trim_ascii().is_empty() {
            return (&raw[..at], &raw[end..]);
        }
        at = end;
    }
    (raw, &[])
}

/// Header fields with their folded lines.
fn fields(head: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < head.len() {
        let end = memchr::memchr(b'\n', &head[at..]).map_or(head.len(), |n| at + n + 1);
        let folded = head.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if !folded {
            fields.push(&head[start..end]);
            start = end;
        }
        at = end;
    }
    fields
}

/// Whether servers on the way write this field.
fn is_trace(name: &[u8]) -> bool {
    const TRACE: [&[u8]; 8] = [
        b"received",
        b"delivered-to",
        b"return-path",
        b"envelope-to",
        b"authentication-results",
        b"received-spf",
        b"arc-seal",
        b"dkim-signature",
    ];
    TRACE.contains(&name) || name.starts_with(b"x-") || name.starts_with(b"arc-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_comes_again_has_its_key_whatever_servers_wrote_on_it() {
        let first = b"Received: by a\r\nMessage-ID:\r\n <1@x>\r\nSubject: a\r\n\r\nCold.\r\n";
        let again = b"Received: by b\r\nX-Spam: no\r\nMessage-ID: <1@x>\r\n\r\nCold.\r\n";
        let other = b"Message-ID: <1@x>\r\n\r\nOther words.\r\n";
        assert_eq!(source_key("Help@x.no", first), source_key("help@x.no", again));
        assert_ne!(source_key("help@x.no", first), source_key("help@x.no", other));
        assert_ne!(source_key("help@x.no", first), source_key("info@x.no", first));
    }

    #[test]
    fn a_mail_is_one_with_the_line_ends_of_a_pipe_and_with_those_of_the_wire() {
        for wire in [
            &b"Message-ID: <1@x>\r\n\r\nCold.\r\n\r\nStill.\r\n"[..],
            b"Subject: a\r\n\r\n\r\nCold.\r\n",
        ] {
            let pipe = String::from_utf8_lossy(wire).replace('\r', "");
            assert_eq!(source_key("h", wire), source_key("h", pipe.as_bytes()));
        }
    }

    #[test]
    fn without_an_id_everything_lasting_counts() {
        let first = b"Received: by a\nSubject: a\n\nCold.\n";
        let again = b"Received: by b\nX-Y: 1\nSubject: a\n\nCold.\n";
        let other = b"Subject: b\n\nCold.\n";
        assert_eq!(source_key("h", first), source_key("h", again));
        assert_ne!(source_key("h", first), source_key("h", other));
        for odd in [&b""[..], b"\n", b"Message-ID:", b"Message-ID", b"no header at all"] {
            assert!(source_key("h", odd).starts_with("mail/h/raw/"), "{odd:?}");
        }
    }
}
