//! Files in a mail: a safe name, what they really are, and their fingerprint.

use sha2::{Digest, Sha256};

use crate::body;
use crate::fields::{Parameters, text};
use crate::mime::Part;
use crate::parsed::Attachment;

/// Longest file name that is kept, in characters.
const NAME_MAX: usize = 120;

/// Takes a file out of its part. `number` names it when its sender did not.
pub(crate) fn take(part: &Part, bytes: &[u8], number: usize) -> Attachment {
    let fields = part.fields(bytes);
    let disposition = fields.raw("content-disposition").map(Parameters::read).unwrap_or_default();
    let content = if part.opened {
        bytes[part.body.clone()].to_vec()
    } else {
        body::content(part, bytes).into_owned()
    };
    let content_id = fields
        .text("content-id")
        .map(|id| id.trim().trim_start_matches('<').trim_end_matches('>').to_owned())
        .filter(|id| !id.is_empty());
    let sniffed = sniff(&content);
    let name = disposition.get("filename").or(part.kind.get("name")).map(str::to_owned);
    let name = name.or_else(|| fields.text("content-description").filter(|d| d.contains('.')));
    Attachment {
        name: safe_name(name.as_deref().unwrap_or(""), &part.kind.value, sniffed, number),
        media_type: part.kind.value.clone(),
        sniffed,
        sha256: hex(&Sha256::digest(&content)),
        inline: disposition.value == "inline"
            || (content_id.is_some() && disposition.value != "attachment"),
        content_id,
        bytes: content,
        range: part.body.clone(),
    }
}

/// A file that was packed inside another, whose encoded form lies at `range`.
pub(crate) fn unpacked(
    name: &str,
    bytes: Vec<u8>,
    range: std::ops::Range<usize>,
    number: usize,
) -> Attachment {
    let sniffed = sniff(&bytes);
    let media_type = sniffed.unwrap_or("application/octet-stream");
    Attachment {
        name: safe_name(name, media_type, sniffed, number),
        media_type: media_type.to_owned(),
        sniffed,
        sha256: hex(&Sha256::digest(&bytes)),
        inline: false,
        content_id: None,
        bytes,
        range,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A name that is safe to show and to save: last path part, no controls, no direction marks,
/// no names that a file system reserves.
pub fn safe_name(name: &str, kind: &str, sniffed: Option<&str>, number: usize) -> String {
    let decoded = text(name.as_bytes());
    let last = decoded.rsplit(['/', '\\']).next().unwrap_or("");
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_direction_mark(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .take(NAME_MAX)
        .collect();
    let clean = clean.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    let stem = clean.split('.').next().unwrap_or("").to_ascii_uppercase();
    let reserved = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if reserved {
        return format!("_{clean}");
    }
    if clean.is_empty() {
        return format!("attachment-{number}.{}", extension(sniffed.unwrap_or(kind)));
    }
    clean.to_owned()
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn extension(kind: &str) -> &str {
    match kind {
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        "application/pkcs7-signature" => "p7s",
        "application/pkcs7-mime" => "p7m",
        "message/delivery-status" | "text/rfc822-headers" => "txt",
        "image/png" | "image/gif" | "image/webp" | "application/pdf" | "application/zip" => {
            kind.rsplit('/').next().unwrap_or("bin")
        }
        _ => "bin",
    }
}

/// The type that the first bytes of a file show.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: [(&[u8], &str); 16] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
        (b"MZ", "application/x-msdownload"),
        (b"\x7fELF", "application/x-executable"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"\x1f\x8b", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"BEGIN:VCALENDAR", "text/calendar"),
        (b"BEGIN:VCARD", "text/vcard"),
        (b"ID3", "audio/mpeg"),
    ];
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return Some(kind);
    }
    if bytes.len() > 12 && bytes.starts_with(b"RIFF") {
        return match &bytes[8..12] {
            b"WEBP" => Some("image/webp"),
            b"WAVE" => Some("audio/wav"),
            _ => None,
        };
    }
    if bytes.len() > 12 && &bytes[4..8] == b"ftyp" {
        let heic = [&b"heic"[..], b"heix", b"mif1"].contains(&&bytes[8..12]);
        return Some(if heic { "image/heic" } else { "video/mp4" });
    }
    let head = bytes[..bytes.len().min(256)].trim_ascii_start().to_ascii_lowercase();
    let starts = |signs: &[&[u8]]| signs.iter().any(|s| head.starts_with(s));
    if starts(&[b"<!doctype html", b"<html", b"<script"]) {
        return Some("text/html");
    }
    let svg = starts(&[b"<svg"]) || memchr::memmem::find(&head, b"<svg").is_some();
    svg.then_some("image/svg+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_hurt_the_one_who_saves_them() {
        let name = |n| safe_name(n, "application/pdf", None, 3);
        assert_eq!(name("../../etc/passwd"), "passwd");
        assert_eq!(name("C:\\temp\\bill.pdf"), "bill.pdf");
        assert_eq!(name("bill\u{202e}fdp.exe"), "billfdp.exe");
        assert_eq!(name("con.txt"), "_con.txt");
        assert_eq!(name("..."), "attachment-3.pdf");
        assert_eq!(name("a\r\nb\0.pdf"), "ab.pdf");
        assert_eq!(name("=?utf-8?Q?B=C3=BCro.pdf?="), "Büro.pdf");
    }

    #[test]
    fn the_true_type_is_seen_behind_a_false_name() {
        assert_eq!(sniff(b"MZ\x90\0"), Some("application/x-msdownload"));
        assert_eq!(sniff(b"  <?xml version='1.0'?><svg onload=x>"), Some("image/svg+xml"));
        assert_eq!(sniff(b"plain words"), None);
    }
}
