//! Mail that a colleague passes on (8.6): whose it really is, and what the colleague added.

use jiff::Timestamp;
use serde::Serialize;

use crate::auth::{Authentication, Verdict};
use crate::fields::{Address, addresses, moment};
use crate::parsed::Parsed;
use crate::subject::is_forward;
use crate::trim::header_of;

/// A mail found inside another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forwarded {
    /// Who wrote it first.
    pub author: Address,
    /// When, if the inner header says it readably.
    pub date: Option<Timestamp>,
    /// When, in the words of the inner header.
    pub date_words: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// What the one who passed it on wrote above: an internal note, never sent on.
    pub note: String,
    /// Which attachment holds it whole; `None` when it was pasted into the text.
    pub attachment: Option<usize>,
}

/// The mail that a colleague passes on, when it is safe to treat it as the inner author's.
///
/// Only for a verified sender among `staff` (addresses, lower case): everybody else could
/// paste any header into a text and so write in anybody's name.
pub fn passed_on(
    parsed: &Parsed,
    authentication: &Authentication,
    staff: &[String],
) -> Option<Forwarded> {
    let author = parsed.author.as_ref()?.key();
    let safe = authentication.verdict == Verdict::Verified && staff.contains(&author);
    if safe { find(parsed) } else { None }
}

/// The mail inside another, attached or pasted; says nothing about trust.
pub fn find(parsed: &Parsed) -> Option<Forwarded> {
    attached(parsed).or_else(|| pasted(parsed))
}

fn attached(parsed: &Parsed) -> Option<Forwarded> {
    let mails: Vec<usize> = (0..parsed.attachments.len())
        .filter(|n| parsed.attachments[*n].media_type == "message/rfc822")
        .collect();
    let [only] = mails.as_slice() else { return None };
    let inner = crate::parse(&parsed.attachments[*only].bytes);
    Some(Forwarded {
        author: inner.author?,
        date: inner.date,
        date_words: inner.date.map(|d| d.to_string()).unwrap_or_default(),
        subject: inner.subject,
        text: inner.text,
        note: parsed.new_text.clone(),
        attachment: Some(*only),
    })
}

/// Most header lines of a pasted mail, blank and folded ones included.
const HEADER_LINES: usize = 14;

fn pasted(parsed: &Parsed) -> Option<Forwarded> {
    let lines: Vec<&str> = parsed.text.lines().collect();
    let start = (0..lines.len()).find(|n| begins_header(&lines[*n..]))?;
    let divided = lines[..start].iter().rev().take(3).any(|l| l.trim_start().starts_with("--"));
    if !is_forward(&parsed.subject) && !divided {
        return None;
    }
    let (mut from, mut date, mut subject) = (String::new(), String::new(), String::new());
    let mut end = start;
    for (n, line) in lines.iter().enumerate().skip(start).take(HEADER_LINES) {
        match header_of(line) {
            Some(("from", value)) if from.is_empty() => value.clone_into(&mut from),
            Some(("date", value)) if date.is_empty() => value.clone_into(&mut date),
            Some(("subject", value)) if subject.is_empty() => value.clone_into(&mut subject),
            Some(_) => {}
            None if line.trim().is_empty() || n - end > 1 => break,
            None => continue, // a long list of recipients, folded
        }
        end = n;
    }
    let from = from.replace("[mailto:", "<").replace(']', ">");
    let author = addresses(from.as_bytes()).into_iter().find(|a| a.address.contains('@'))?;
    let note = crate::trim::plain(&lines[..start].join("\n")).new_text;
    Some(Forwarded {
        author,
        date: moment(date.as_bytes()),
        date_words: date,
        subject,
        text: lines[end + 1..].join("\n").trim().to_owned(),
        note: without_divider(&note),
        attachment: None,
    })
}

/// Whether a group From/Date/To/Subject begins at the first of these lines.
fn begins_header(lines: &[&str]) -> bool {
    let Some((first, _)) = lines.first().and_then(|l| header_of(l)) else { return false };
    let mut kinds = vec![first];
    for line in lines.iter().skip(1).take(HEADER_LINES) {
        if let Some((kind, _)) = header_of(line)
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    kinds.contains(&"from") && kinds.contains(&"subject") && kinds.len() >= 3
}

fn without_divider(note: &str) -> String {
    let kept: Vec<&str> = note.lines().filter(|l| !l.trim_start().starts_with("---")).collect();
    kept.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Trusted;

    const PASTED: &str = "Authentication-Results: mx.our.example; dmarc=pass header.from=our.example\r\n\
        From: Bob <bob@our.example>\r\nTo: help@our.example\r\nSubject: WG: Paket\r\n\r\n\
        Bitte kümmern.\r\n\r\nVon: Ann <ann@example.com>\r\nGesendet: Montag, 2. März 2026 10:00\r\n\
        An: bob@our.example\r\nBetreff: Paket\r\n\r\nMein Paket fehlt.\r\n";

    fn read(mail: &str, staff: &[&str]) -> Option<Forwarded> {
        let parsed = crate::parse(mail.as_bytes());
        let trusted = Trusted::servers(["mx.our.example"]);
        let staff: Vec<String> = staff.iter().map(|s| (*s).to_owned()).collect();
        passed_on(&parsed, &Authentication::read(&parsed, &trusted), &staff)
    }

    #[test]
    fn a_pasted_mail_belongs_to_its_author_and_the_words_above_are_a_note() {
        let found = read(PASTED, &["bob@our.example"]).expect("a forward");
        assert_eq!(found.author, Address::new("Ann", "ann@example.com"));
        assert_eq!(found.text, "Mein Paket fehlt.");
        assert_eq!(found.note, "Bitte kümmern.");
        assert_eq!(found.subject, "Paket");
    }

    #[test]
    fn only_verified_staff_may_write_in_anothers_name() {
        assert_eq!(read(PASTED, &[]), None);
        let unverified = PASTED.replace("dmarc=pass", "dmarc=fail");
        assert_eq!(read(&unverified, &["bob@our.example"]), None);
    }

    #[test]
    fn an_attached_mail_is_the_truth() {
        let mail = "Authentication-Results: mx.our.example; dmarc=pass header.from=our.example\r\n\
            From: bob@our.example\r\nSubject: see\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
            --x\r\n\r\nFrom a customer.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
            From: Ann <ann@example.com>\r\nSubject: Paket\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nFehlt.\r\n--x--\r\n";
        let found = read(mail, &["bob@our.example"]).expect("a forward");
        assert_eq!((found.author.address.as_str(), found.attachment), ("ann@example.com", Some(0)));
        assert_eq!((found.text.trim(), found.note.as_str()), ("Fehlt.", "From a customer."));
        assert!(found.date.is_some());
    }
}
