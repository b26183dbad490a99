//! DKIM signatures (RFC 6376, RFC 8463): made for our mail, checked on others'.
//!
//! Looking keys up in the DNS is the caller's work: [`records_needed`] names them, and
//! [`verify`] takes what was found.

pub mod arc;
mod canonical;
mod key;
mod signature;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use key::{SigningKey, SigningKeyRefused};
use signature::Tags;

use crate::mime;

/// Most signatures that are checked on one mail; each costs a lookup and some arithmetic.
pub const SIGNATURES_MAX: usize = 5;

/// What a lookup of a TXT record gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The record, its strings joined.
    Text(String),
    /// There is none.
    Missing,
    /// The name server did not answer.
    Unreachable,
}

/// What became of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The domain signed exactly this mail.
    Pass,
    /// The mail was changed, or the signature made up.
    Fail,
    /// The signature cannot be judged, as if it were not there.
    Neutral,
    /// The key could not be looked up now.
    TempError,
}

/// One checked signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// The signing domain, lower case.
    pub domain: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, one sentence.
    pub says: &'static str,
}

/// Names of the TXT records that [`verify`] needs for a mail, at most [`SIGNATURES_MAX`].
pub fn records_needed(mail: &[u8]) -> Vec<String> {
    let mail = canonical::with_crlf(mail);
    let mut names: Vec<String> = Vec::new();
    for tags in signatures(&mail).filter_map(|(_, tags)| tags.ok()) {
        if !names.contains(&tags.record_name()) {
            names.push(tags.record_name());
        }
    }
    names
}

/// Checks the signatures of a mail, topmost first.
pub fn verify(mail: &[u8], records: &HashMap<String, Record>, now: Timestamp) -> Vec<Signature> {
    let mail = canonical::with_crlf(mail);
    signatures(&mail)
        .map(|(field, tags)| match tags {
            Err(says) => Signature { domain: String::new(), outcome: Outcome::Neutral, says },
            Ok(tags) => {
                let (outcome, says) = check(&mail, field, &tags, records, now);
                Signature { domain: tags.domain, outcome, says }
            }
        })
        .collect()
}

type Found = (usize, Result<Tags, &'static str>);

fn signatures(mail: &[u8]) -> impl Iterator<Item = Found> {
    let fields = canonical::fields(mail);
    let signed = fields.into_iter().enumerate().filter(|(_, field)| field.is("dkim-signature"));
    let read = signed.map(|(n, field)| (n, Tags::read(&field.value)));
    read.take(SIGNATURES_MAX)
}

fn check(
    mail: &[u8],
    own: usize,
    tags: &Tags,
    records: &HashMap<String, Record>,
    now: Timestamp,
) -> (Outcome, &'static str) {
    if tags.expires.is_some_and(|end| now.as_second() > end) {
        return (Outcome::Fail, "The signature has expired.");
    }
    let record = match records.get(&tags.record_name()) {
        Some(Record::Text(text)) => text,
        Some(Record::Missing) => return (Outcome::Neutral, "The domain has no such key."),
        None | Some(Record::Unreachable) => {
            return (Outcome::TempError, "The key could not be looked up.");
        }
    };
    let key = match key::PublicKey::read(record, tags) {
        Ok(key) => key,
        Err(says) => return (Outcome::Neutral, says),
    };
    match proves(mail, own, tags, &key) {
        Ok(()) => (Outcome::Pass, "The domain signed exactly this mail."),
        Err(says) => (Outcome::Fail, says),
    }
}

/// Whether text and headers are those that were signed.
fn proves(mail: &[u8], own: usize, tags: &Tags, key: &key::PublicKey) -> Result<(), &'static str> {
    let body = canonical::body(body_of(mail), tags.relaxed_body);
    if Sha256::digest(&body).as_slice() != tags.body_hash {
        return Err("The text was changed after signing.");
    }
    let fields = canonical::fields(mail);
    let froms = fields.iter().filter(|f| f.is("from")).count();
    if tags.headers.iter().filter(|h| *h == "from").count() < froms {
        return Err("An author was added after signing.");
    }
    let signed = canonical::signed_headers(&fields, own, tags);
    let right = key.proves(&signed, &tags.signature);
    right.then_some(()).ok_or("The headers were changed or the signature was made up.")
}

fn body_of(mail: &[u8]) -> &[u8] {
    let tree = mime::split(mail);
    &mail[tree.parts[0].body.start..]
}

/// Header fields of ours that a signature covers, where they are there.
const SIGNED: [&str; 16] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "content-language",
];

/// The `DKIM-Signature` header for a mail of ours, ending with CR LF; put it on top.
///
/// From, Subject, To and Reply-To are signed once more than they occur, so that none can be
/// added on the way. `domain` and `selector` are where the public key is published.
pub fn sign(
    mail: &[u8],
    domain: &str,
    selector: &str,
    key: &SigningKey,
    at: Timestamp,
) -> Result<String, SigningKeyRefused> {
    let mail = canonical::with_crlf(mail);
    let fields = canonical::fields(&mail);
    let mut headers: Vec<String> = Vec::new();
    for name in SIGNED {
        let times = fields.iter().filter(|f| f.is(name)).count();
        let sealed = matches!(name, "from" | "subject" | "to" | "reply-to");
        let times = times + usize::from(sealed);
        headers.extend(std::iter::repeat_n(name.to_owned(), times));
    }
    let body = Sha256::digest(canonical::body(body_of(&mail), true));
    let unsigned = format!(
        "v=1; a={}; c=relaxed/relaxed; d={domain}; s={selector}; t={};\r\n h={};\r\n bh={};\r\n b=",
        key.algorithm(),
        at.as_second(),
        folded(&headers, ":"),
        STANDARD.encode(body),
    );
    let own = canonical::Field { name: "DKIM-Signature".into(), value: unsigned.clone().into() };
    let own_place = fields.len();
    let mut all = fields;
    all.push(own);
    let tags = Tags { headers, ..Tags::default() };
    let signature = key.sign(&canonical::signed_headers(&all, own_place, &tags))?;
    let lines: Vec<String> = STANDARD
        .encode(signature)
        .as_bytes()
        .chunks(72)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    Ok(format!("DKIM-Signature: {unsigned}{}\r\n", lines.join("\r\n ")))
}

/// A list broken into lines of about 70 characters.
fn folded(items: &[String], between: &str) -> String {
    let (mut out, mut line) = (String::new(), 0);
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push_str(between);
        }
        if line + item.len() > 70 {
            out.push_str("\r\n ");
            line = 0;
        }
        out.push_str(item);
        line += item.len() + between.len();
    }
    out
}
