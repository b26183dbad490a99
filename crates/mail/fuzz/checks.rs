//! What must hold for any bytes: used by the fuzz targets and by `tests/hostile.rs`.
#![allow(dead_code)] // Each target uses one of them.

use mail::limits::{PARTS_MAX, RECIPIENTS_MAX, REFERENCES_MAX, TEXT_BYTES_MAX};
use mail::thread::{Known, decide, evidence, ids_to_look_up};
use mail::token::{
    body_mark, message_id, read_body_marks, read_message_id, read_reply_address, reply_address,
};
use mail::{Authentication, Key, Keys, Parsed, Trusted, parse, trim};
use std::collections::HashSet;

const CASE: u64 = 10_482;
const ANN: &str = "ann@example.com";

fn keys() -> Keys {
    Keys::new(Key::new('a', *b"a secret of more than enough bytes").expect("a key"), vec![])
}

/// Reads any bytes as a mail and as one of its kind: within the limits, the same each time, and
/// good for everything that is done with it.
pub fn any_mail_is_read(data: &[u8]) {
    let parsed = parse(data);
    assert!(parsed.text.len() <= TEXT_BYTES_MAX, "the text is within its limit");
    assert!(parsed.attachments.len() <= 2 * PARTS_MAX, "files are within their limit");
    for file in &parsed.attachments {
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0', '\r', '\n']));
        assert_eq!(file.sha256.len(), 64);
    }
    fields_are_plain(&parsed);
    assert!(parsed.to_json().is_object());
    assert_eq!(parse(data).to_json(), parsed.to_json(), "twice the same");
    let known = Known::default();
    let found = evidence(&parsed, &keys(), &known);
    assert!(found.iter().all(|one| one.case != Some(CASE)), "nobody guesses a token");
    let sender = Authentication::read(&parsed, &Trusted::none());
    assert!(!decide(&parsed, &found, &sender, &known).because.is_empty());
    assert!(mail::verification::held_because(&parsed).is_none_or(|why| !why.is_empty()));
}

/// No value that goes into a header or onto a page has a line end in it.
fn fields_are_plain(parsed: &Parsed) {
    let all = parsed.from.iter().chain(&parsed.to).chain(&parsed.cc).chain(&parsed.reply_to);
    for one in all {
        for part in [&one.name, &one.address] {
            assert!(!part.contains(['\r', '\n', '\0']), "{part:?}");
        }
        assert_eq!(one.key(), one.key().to_ascii_lowercase());
    }
    assert!(!parsed.subject.contains(['\r', '\n']), "{:?}", parsed.subject);
}

/// Reads any bytes as addresses.
pub fn any_addresses_are_read(data: &[u8]) {
    for field in ["From", "To", "Cc", "Reply-To", "Sender"] {
        let parsed = parse(&[field.as_bytes(), b": ", data, b"\r\n\r\nHi\r\n"].concat());
        fields_are_plain(&parsed);
        for list in [&parsed.from, &parsed.to, &parsed.cc, &parsed.reply_to] {
            assert!(list.len() <= RECIPIENTS_MAX, "{field}: {}", list.len());
        }
    }
}

/// Reads any bytes as References: few, without spaces and line ends, and never a proof.
pub fn any_references_are_read(data: &[u8]) {
    for field in ["References", "In-Reply-To", "Message-ID"] {
        let parsed = parse(&[field.as_bytes(), b": ", data, b"\r\n\r\nHi\r\n"].concat());
        for id in parsed.references.iter().chain(&parsed.in_reply_to) {
            assert!(!id.contains([' ', '\r', '\n', '\t', '\0']), "{id:?}");
        }
        assert!(parsed.references.len() <= REFERENCES_MAX);
        assert!(ids_to_look_up(&parsed).len() <= 2 * REFERENCES_MAX);
        let found = evidence(&parsed, &keys(), &Known::default());
        assert!(found.iter().all(|one| one.case != Some(CASE)), "nobody guesses a token");
    }
}

/// What proves is what we signed, whatever stands around it.
pub fn only_our_own_tokens_prove(data: &[u8]) {
    let (keys, text) = (keys(), String::from_utf8_lossy(data));
    let address = reply_address(&keys, "our.example", "reply", CASE, ANN);
    let id = message_id(&keys, "our.example", CASE, 7, ANN);
    let mark = body_mark(&keys, CASE, ANN);
    let proven = [
        (read_reply_address(&keys, &text), &address),
        (read_message_id(&keys, &text), &id),
        (read_body_marks(&keys, &text).into_iter().next(), &mark),
    ];
    for (claim, ours) in proven {
        let Some(claim) = claim else { continue };
        let code = |text: &str| {
            let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            plain.to_ascii_lowercase()
        };
        let token = code(ours.split('@').next().unwrap_or(ours).trim_start_matches("reply"));
        assert!(code(&text).contains(&token), "{text:?} proves {claim:?}");
    }
}

/// Reads any bytes as the machine's part of a delivery report.
pub fn any_report_is_read(data: &[u8]) {
    let head =
        b"From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nContent-Type: multipart/report; \
        report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nNot delivered.\r\n--r\r\n\
        Content-Type: message/delivery-status\r\n\r\n";
    let parsed = parse(&[head, data, b"\r\n--r--\r\n"].concat());
    assert!(parsed.deliveries.len() <= RECIPIENTS_MAX, "{}", parsed.deliveries.len());
    assert!(!mail::may_answer_automatically(&parsed, &[]), "a report is never answered");
    assert!(parsed.to_json().is_object());
}

/// Splits any text: every word that was there is there, on one side or the other.
pub fn nothing_is_trimmed_away(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let split = trim::plain(&text);
    let words =
        |text: &str| -> HashSet<String> { text.split_whitespace().map(str::to_owned).collect() };
    let kept = words(&format!("{} {}", split.new_text, split.folded_text));
    for word in words(&text) {
        assert!(kept.contains(&word), "{word:?} is gone");
    }
    let sent = "We are sorry.\nYour parcel is on its way.\n";
    let split = trim::against_sent(&text, sent);
    assert!(split.new_text.len() + split.folded_text.len() <= 2 * text.len() + sent.len());
    assert!(mail::html_to_text(&text).len() <= 16 * text.len() + 16);
}
