//! Mail brought into the form that is hashed (RFC 6376, section 3.4).

use std::borrow::Cow;

use super::signature::{Tags, without_signature};

/// One header field, as it stands.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub name: Cow<'a, str>,
    pub value: Cow<'a, str>,
}

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.trim().eq_ignore_ascii_case(name)
    }
}

/// The mail with every line ended by CR LF, as it was signed.
pub(super) fn with_crlf(mail: &[u8]) -> Cow<'_, [u8]> {
    let bare = memchr::memchr_iter(b'\n', mail).any(|n| n == 0 || mail[n - 1] != b'\r');
    if !bare {
        return Cow::Borrowed(mail);
    }
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 40);
    for (n, byte) in mail.iter().enumerate() {
        if *byte == b'\n' && (n == 0 || mail[n - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    Cow::Owned(out)
}

/// The fields of the top header, folds inside values kept. Bytes that are no UTF-8 are kept
/// one for one as Latin-1, so that hashing them gives what the signer hashed.
pub(super) fn fields(mail: &[u8]) -> Vec<Field<'_>> {
    let tree = crate::mime::split(&mail[..head_end(mail)]);
    tree.parts[0]
        .fields
        .iter()
        .map(|f| Field { name: text(&mail[f.name.clone()]), value: text(&mail[f.value.clone()]) })
        .collect()
}

/// Where the header ends; splitting further is not needed for its fields.
fn head_end(mail: &[u8]) -> usize {
    memchr::memmem::find(mail, b"\r\n\r\n").map_or(mail.len(), |n| n + 4)
}

/// Marks text that was no UTF-8; see [`raw`].
const LATIN: char = '\u{f8ff}';

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let letters = bytes.iter().map(|b| *b as char);
            Cow::Owned(std::iter::once(LATIN).chain(letters).collect())
        }
    }
}

fn raw(text: &str) -> Vec<u8> {
    match text.strip_prefix(LATIN) {
        Some(latin) => latin.chars().map(|c| c as u8).collect(),
        None => text.as_bytes().to_vec(),
    }
}

/// The header as it is hashed: the named fields, last occurrence first, then the signature.
pub(super) fn signed_headers(fields: &[Field<'_>], own: usize, tags: &Tags) -> Vec<u8> {
    let mut out = Vec::new();
    let mut used = vec![false; fields.len()];
    used[own] = true;
    for name in &tags.headers {
        let last = (0..fields.len()).rev().find(|n| !used[*n] && fields[*n].is(name));
        if let Some(n) = last {
            used[n] = true;
            field(&fields[n], tags.relaxed_header, &mut out);
            out.extend_from_slice(b"\r\n");
        }
    }
    let own = Field {
        name: fields[own].name.clone(),
        value: without_signature(&fields[own].value).into(),
    };
    field(&own, tags.relaxed_header, &mut out);
    out
}

pub(super) fn field(field: &Field<'_>, relaxed: bool, out: &mut Vec<u8>) {
    let value = raw(&field.value);
    if relaxed {
        out.extend_from_slice(field.name.trim().to_ascii_lowercase().as_bytes());
        out.push(b':');
        let words = value.split(|b| b" \t\r\n".contains(b)).filter(|w| !w.is_empty());
        out.extend_from_slice(&words.collect::<Vec<_>>().join(&b' '));
    } else {
        out.extend_from_slice(field.name.as_bytes());
        out.push(b':');
        out.extend_from_slice(&value);
    }
}

/// The body as it is hashed.
pub(super) fn body(body: &[u8], relaxed: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    for line in body.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if relaxed {
            relaxed_line(line, &mut out);
        } else {
            out.extend_from_slice(line);
        }
        out.extend_from_slice(b"\r\n");
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    match (out.as_slice(), relaxed) {
        (b"\r\n" | b"", true) => Vec::new(),
        (b"", false) => b"\r\n".to_vec(),
        _ => out,
    }
}

fn relaxed_line(line: &[u8], out: &mut Vec<u8>) {
    let mut blank = false;
    for &byte in line {
        if matches!(byte, b' ' | b'\t') {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(b' ');
        }
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_become_what_the_standard_shows() {
        // RFC 6376, section 3.4.5.
        let sample = b" C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(body(sample, true), b" C\r\nD E\r\n");
        assert_eq!(body(sample, false), b" C \r\nD \t E\r\n");
        assert_eq!(body(b"", true), b"");
        assert_eq!(body(b"", false), b"\r\n");
        assert_eq!(body(b"\r\n\r\n", true), b"");
    }

    #[test]
    fn headers_become_what_the_standard_shows() {
        let mail = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n";
        let mut out = Vec::new();
        for f in &fields(mail) {
            field(f, true, &mut out);
            out.extend_from_slice(b"\r\n");
        }
        assert_eq!(out, b"a:X\r\nb:Y Z\r\n");
    }
}
