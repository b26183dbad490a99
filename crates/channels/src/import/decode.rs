//! The bytes of a file as text: which encoding, which hash, and a reader that gives UTF-8.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const CHUNK: usize = 64 * 1024;
/// Bytes outside UTF-8 that a detector is fed at the most.
const DETECT_MOST: usize = 4 * 1024 * 1024;
/// One broken line among so many good ones is a broken line, not another encoding.
const GOOD_FOR_ONE_BAD: u64 = 10;

/// What one pass over a file showed.
pub(crate) struct Looked {
    pub sha256: String,
    pub bytes: u64,
    pub encoding: &'static Encoding,
    /// The first bytes, as they are.
    pub head: Vec<u8>,
}

/// Reads a file once: its hash, its size, its encoding.
pub(crate) fn look(path: &Path) -> io::Result<Looked> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut evidence = Evidence::default();
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let (mut head, mut bytes, mut fed) = (Vec::new(), 0_u64, 0);
    let mut chunk = vec![0; CHUNK];
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let n = file.read(&mut chunk)?;
        if n == 0 {
            break;
        }
        hasher.update(&chunk[..n]);
        bytes += n as u64;
        if head.len() < CHUNK {
            head.extend_from_slice(&chunk[..n.min(CHUNK - head.len())]);
        }
        if fed < DETECT_MOST && !chunk[..n].is_ascii() {
            detector.feed(&chunk[..n], false);
            fed += n;
        }
        rest.extend_from_slice(&chunk[..n]);
        let end = memchr::memrchr(b'\n', &rest).map_or(0, |at| at + 1);
        if end > 0 {
            evidence.weigh(&rest[..end]);
            rest.drain(..end);
        } else if rest.len() > 16 * CHUNK {
            evidence.weigh(&rest);
            rest.clear();
        }
    }
    evidence.weigh(&rest);
    detector.feed(&[], true);
    let guess = || detector.guess(None, chardetng::Utf8Detection::Deny);
    let encoding = by_mark(&head).unwrap_or_else(|| evidence.decide(guess));
    Ok(Looked { sha256: store::file::hex(&hasher.finalize()), bytes, encoding, head })
}

/// Lines with letters outside ASCII that are, and are not, UTF-8.
#[derive(Default)]
struct Evidence {
    good: u64,
    bad: u64,
}

impl Evidence {
    fn weigh(&mut self, block: &[u8]) {
        if block.is_ascii() {
            return;
        }
        for line in block.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
            match std::str::from_utf8(line) {
                Ok(_) => self.good += 1,
                Err(_) => self.bad += 1,
            }
        }
    }

    fn decide(&self, guess: impl FnOnce() -> &'static Encoding) -> &'static Encoding {
        if self.bad == 0 || self.good >= self.bad * GOOD_FOR_ONE_BAD { UTF_8 } else { guess() }
    }
}

/// A byte order mark, or the zero bytes of UTF-16 without one.
fn by_mark(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    let even = head.iter().step_by(2).filter(|byte| **byte == 0).count();
    let odd = head.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    let many = head.len() / 5;
    match (even > many, odd > many) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// Gives the bytes of a file as UTF-8, without its byte order mark. Where the file says UTF-8,
/// bytes that are none pass through, so that the row they stand in can be named.
pub(crate) enum Text<R> {
    Plain(R),
    Decoded(Box<Decoded<R>>),
}

pub(crate) struct Decoded<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

/// Opens a file as text.
pub(crate) fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Text<File>> {
    let mut file = File::open(path)?;
    if encoding == UTF_8 {
        let mut mark = [0; 3];
        let n = file.read(&mut mark)?;
        if mark != *b"\xEF\xBB\xBF" || n < 3 {
            file = File::open(path)?;
        }
        return Ok(Text::Plain(file));
    }
    Ok(Text::Decoded(Box::new(Decoded::new(file, encoding))))
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(source: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        let (raw, text) = (Vec::new(), Vec::new());
        Decoded { source, decoder, raw, text, given: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        let n = self.source.read(&mut chunk)?;
        self.raw.extend_from_slice(&chunk[..n]);
        self.ended = n == 0;
        let most = self.decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(4 * CHUNK);
        self.text.resize(most.max(16), 0);
        self.given = 0;
        let (result, read, written, _) =
            self.decoder.decode_to_utf8(&self.raw, &mut self.text, self.ended);
        self.text.truncate(written);
        self.raw.drain(..read);
        if result == CoderResult::OutputFull {
            self.ended = false;
        }
        Ok(())
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let decoded = match self {
            Text::Plain(source) => return source.read(into),
            Text::Decoded(decoded) => decoded,
        };
        while decoded.given == decoded.text.len() && !decoded.ended {
            decoded.fill()?;
        }
        let left = &decoded.text[decoded.given..];
        let n = left.len().min(into.len());
        into[..n].copy_from_slice(&left[..n]);
        decoded.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(bytes: &[u8]) -> (Looked, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        let looked = look(&path).unwrap();
        let mut text = Vec::new();
        open(&path, looked.encoding).unwrap().read_to_end(&mut text).unwrap();
        (looked, String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn every_common_encoding_gives_the_same_words() {
        let words =
            "id;text\n1;Die Lösung für die Wärme hätte längst da sein müssen, schöne Grüße\n";
        let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [b"\xff\xfe".to_vec(), utf16.clone()].concat();
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(words);
        let bom = [b"\xEF\xBB\xBF".as_slice(), words.as_bytes()].concat();
        for bytes in [words.as_bytes(), &bom, &utf16, &marked, &windows] {
            let (looked, text) = looked(bytes);
            assert_eq!(text, words, "{}", looked.encoding.name());
        }
    }

    #[test]
    fn one_broken_line_does_not_change_the_encoding_of_a_file() {
        let mut bytes = "é ligne\n".repeat(30).into_bytes();
        bytes.extend_from_slice(b"\xff\xfe broken\n");
        assert_eq!(looked(&bytes).0.encoding, UTF_8);
    }

    #[test]
    fn an_empty_file_is_text() {
        assert_eq!(looked(b"").1, "");
    }
}
