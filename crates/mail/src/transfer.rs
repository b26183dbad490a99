//! Content-Transfer-Encoding undone, leniently: what can be read is read.

use std::borrow::Cow;

/// The bytes behind a part's transfer encoding.
pub(crate) fn decode<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding.trim().trim_matches('"').to_ascii_lowercase().as_str() {
        "base64" => match lenient_base64(body) {
            Some(bytes) => Cow::Owned(bytes),
            None => Cow::Borrowed(body),
        },
        "quoted-printable" => Cow::Owned(quoted_printable(body, false)),
        "x-uuencode" | "uuencode" | "x-uue" | "x-uu" => match uuencoded(body) {
            Some(bytes) => Cow::Owned(bytes),
            None => Cow::Borrowed(body),
        },
        _ => Cow::Borrowed(body),
    }
}

/// Base64 with stray bytes, missing padding or several padded runs; `None` when most of it
/// is not base64 at all, so that a wrong label does not destroy a readable text.
pub(crate) fn lenient_base64(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut held, mut bits, mut strange) = (0_u32, 0_u32, 0_usize);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (held, bits) = (0, 0); // what follows padding begins a run of its own
                continue;
            }
            b'\r' | b'\n' | b' ' | b'\t' => continue,
            _ => {
                strange += 1;
                continue;
            }
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    let mostly_strange = strange > 8 && strange * 10 > body.len();
    (!mostly_strange).then_some(out)
}

/// Quoted-printable; `word` reads the Q form of headers, where `_` is a space.
pub(crate) fn quoted_printable(body: &[u8], word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let (mut at, mut meant) = (0, 0); // `meant`: blanks before here were written as =20
    while at < body.len() {
        let byte = body[at];
        at += 1;
        match byte {
            b'_' if word => out.push(b' '),
            b'=' => {
                at = escaped(body, at, &mut out);
                meant = out.len();
            }
            b'\r' | b'\n' => {
                while out.len() > meant && matches!(out.last(), Some(b' ' | b'\t')) && !word {
                    out.pop(); // added on the way, RFC 2045 6.7 (3)
                }
                out.push(byte);
            }
            _ => out.push(byte),
        }
    }
    out
}

/// Reads what follows a `=` at `at`; gives where reading goes on.
fn escaped(body: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let hex = |i: usize| body.get(i).and_then(|b| (*b as char).to_digit(16));
    if let (Some(high), Some(low)) = (hex(at), hex(at + 1)) {
        out.push((high * 16 + low) as u8);
        return at + 2;
    }
    let blank = body[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match (body.get(at + blank), body.get(at + blank + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + blank + 2,
        (Some(b'\n' | b'\r'), _) => at + blank + 1,
        (None, _) => at + blank,
        _ => {
            out.push(b'=');
            at
        }
    }
}

/// The first uuencoded file of a body.
fn uuencoded(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    lines.find(|line| line.starts_with(b"begin "))?;
    let mut out = Vec::new();
    for line in lines {
        if line.starts_with(b"end") {
            break;
        }
        let Some((&count, data)) = line.split_first() else { continue };
        let wanted = out.len() + usize::from(count.wrapping_sub(32) & 63);
        for group in data.chunks(4) {
            let six = |i: usize| u32::from(group.get(i).map_or(0, |b| b.wrapping_sub(32) & 63));
            let word = six(0) << 18 | six(1) << 12 | six(2) << 6 | six(3);
            out.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        out.truncate(wanted);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_and_stray_signs_in_quoted_printable_are_read() {
        assert_eq!(quoted_printable(b"a=\r\nb =C3=A9=\n 1=2 x=", false), "ab é 1=2 x".as_bytes());
        assert_eq!(quoted_printable(b"a_b=20c", true), b"a b c");
        assert_eq!(quoted_printable(b"end   \r\nx", false), b"end\r\nx");
    }

    #[test]
    fn base64_is_read_without_padding_and_across_runs() {
        assert_eq!(lenient_base64(b"aGVs\r\nbG8").as_deref(), Some(&b"hello"[..]));
        assert_eq!(lenient_base64(b"aGk=aGk=").as_deref(), Some(&b"hihi"[..]));
        assert_eq!(lenient_base64("Sehr geehrte Damen: ä, ö! (ü). <ß>; {x}?".as_bytes()), None);
    }

    #[test]
    fn uuencoded_files_are_read() {
        let body = b"begin 644 a.txt\n#0V%T\n`\nend\n";
        assert_eq!(decode(body, "x-uuencode").as_ref(), b"Cat");
    }
}
