//! Bytes to text: declared character sets, the repairs that real mail needs, and detection.

use encoding_rs::{Encoding, GB18030, ISO_2022_JP, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Text made from bytes, and what had to be assumed on the way.
pub(crate) struct Decoded {
    pub text: String,
    pub note: Option<CharsetNote>,
}

/// Why a text may differ from what its sender saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CharsetNote {
    /// The label was missing, unknown or plainly wrong; the set was detected from the bytes.
    Guessed(&'static str),
    /// Some bytes could not be read in any likely set.
    Lossy,
    /// UTF-7 is refused: it hides markup from every filter.
    Utf7,
}

/// Reads `bytes` in the set called `label`, or in the set they look like.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|l| l.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let label = label.as_deref().unwrap_or("");
    if label.contains("utf-7") || label == "utf7" {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return Decoded { text, note: Some(CharsetNote::Utf7) };
    }
    if bytes.is_ascii() && !bytes.contains(&0x1b) && !wide(label) && label != "hz-gb-2312" {
        // Every set we meet is ASCII below 128, so most mail ends here.
        return Decoded { text: ascii(bytes), note: None };
    }
    match known(label) {
        Some(set) => with_set(bytes, set, label),
        None => match charset_decoder(label.as_bytes()) {
            Some(read) if !label.is_empty() && !label.contains("ascii") => {
                Decoded { text: read(bytes), note: None }
            }
            _ => detect(bytes),
        },
    }
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn wide(label: &str) -> bool {
    label.starts_with("utf-16") || label.starts_with("utf-32") || label.starts_with("ucs-")
}

/// The WHATWG names, with the repairs seen in the wild.
fn known(label: &str) -> Option<&'static Encoding> {
    match label {
        "" | "x-unknown" | "unknown-8bit" | "unknown" | "default" | "default_charset"
        | "binary" | "8bit" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" => None,
        "gb2312" | "gbk" | "cp936" | "gb_2312-80" | "euc-cn" | "x-gbk" => Some(GB18030),
        "cp949" | "ks_c_5601-1987" | "ms949" | "uhc" => Some(encoding_rs::EUC_KR),
        "iso-2022-jp-ms" | "iso-2022-jp-1" | "iso-2022-jp-2" | "cp50220" | "cp50221" => {
            Some(ISO_2022_JP)
        }
        "cp932" | "ms932" | "windows-31j" | "shift-jis" | "x-sjis" => Some(encoding_rs::SHIFT_JIS),
        "utf8mb4" | "utf-8mb4" | "cp65001" => Some(UTF_8),
        "cp1252" | "ansi" => Some(WINDOWS_1252),
        other => Encoding::for_label_no_replacement(other.as_bytes()),
    }
}

fn with_set(bytes: &[u8], set: &'static Encoding, label: &str) -> Decoded {
    if western(set) && std::str::from_utf8(bytes).is_ok() {
        // A text in a Latin set is never valid UTF-8 by chance, so the label is wrong.
        let text = String::from_utf8_lossy(bytes).into_owned();
        return Decoded { text, note: Some(CharsetNote::Guessed("UTF-8")) };
    }
    let (text, _, broken) = set.decode(bytes);
    if !broken {
        return Decoded { text: text.into_owned(), note: None };
    }
    let bad = text.chars().filter(|c| *c == '\u{fffd}').count();
    let good = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if bad <= good / 4 || label.starts_with("iso-2022") {
        return Decoded { text: text.into_owned(), note: Some(CharsetNote::Lossy) };
    }
    let other = detect(bytes);
    let still_bad = other.text.chars().filter(|c| *c == '\u{fffd}').count();
    if still_bad < bad {
        other
    } else {
        Decoded { text: text.into_owned(), note: Some(CharsetNote::Lossy) }
    }
}

fn western(set: &'static Encoding) -> bool {
    [WINDOWS_1252, encoding_rs::ISO_8859_15, encoding_rs::ISO_8859_2, encoding_rs::WINDOWS_1250]
        .contains(&set)
}

fn detect(bytes: &[u8]) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), note: None };
    }
    let looks_japanese = memchr::memmem::find(bytes, b"\x1b$").is_some();
    let set = if looks_japanese { ISO_2022_JP } else { guess(bytes) };
    let (text, _, broken) = set.decode(bytes);
    let note = if broken { CharsetNote::Lossy } else { CharsetNote::Guessed(set.name()) };
    Decoded { text: text.into_owned(), note: Some(note) }
}

/// Most bytes the detector looks at; more does not change its mind.
const GUESS_BYTES: usize = 64 * 1024;

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(GUESS_BYTES)], true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_seen_in_the_wild_are_understood() {
        let (gb, ..) = GB18030.encode("㐀你好");
        assert_eq!(decode(&gb, Some("gb2312")).text, "㐀你好");
        let (kr, ..) = encoding_rs::EUC_KR.encode("똠방각하");
        assert_eq!(decode(&kr, Some("ks_c_5601-1987")).text, "똠방각하");
        assert_eq!(decode(b"Gr\xfc\xdfe", Some("x-unknown")).text, "Grüße");
        assert_eq!(decode(b"\x1b$B$\"\x1b(B", Some("ISO-2022-JP")).text, "あ");
    }

    #[test]
    fn a_wrong_label_does_not_spoil_the_text() {
        assert_eq!(decode("Grüße".as_bytes(), Some("iso-8859-1")).text, "Grüße");
        assert_eq!(decode("Grüße".as_bytes(), Some("us-ascii")).text, "Grüße");
        assert_eq!(decode(b"Gr\xfc\xdfe aus K\xf6ln", Some("utf-8")).text, "Grüße aus Köln");
    }

    #[test]
    fn utf7_is_not_turned_into_markup() {
        let decoded = decode(b"+ADw-script+AD4-", Some("UTF-7"));
        assert_eq!(decoded.text, "+ADw-script+AD4-");
        assert_eq!(decoded.note, Some(CharsetNote::Utf7));
    }
}
