//! What a file is, by its first bytes and its name.

use serde::{Deserialize, Serialize};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Values between delimiters, one record a line or more.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// A mailbox: many mails in one file.
    Mbox,
    /// One mail.
    Eml,
}

impl Format {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Mbox => "mbox",
            Format::Eml => "eml",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Format> {
        [Format::Csv, Format::Jsonl, Format::Mbox, Format::Eml]
            .into_iter()
            .find(|format| format.as_str() == word)
    }

    /// Tells a file by its name, and where that says nothing by its first bytes.
    pub fn tell(name: &str, head: &[u8]) -> Format {
        let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
        match ending.as_str() {
            "csv" | "tsv" | "tab" => return Format::Csv,
            "jsonl" | "ndjson" => return Format::Jsonl,
            "mbox" | "mbx" => return Format::Mbox,
            "eml" => return Format::Eml,
            _ => {}
        }
        let start = head.trim_ascii_start();
        if start.starts_with(b"From ") {
            Format::Mbox
        } else if start.starts_with(b"{") {
            Format::Jsonl
        } else if begins_like_a_mail(start) {
            Format::Eml
        } else {
            Format::Csv
        }
    }

    /// Whether the file holds mails.
    pub const fn is_mail(self) -> bool {
        matches!(self, Format::Mbox | Format::Eml)
    }
}

fn begins_like_a_mail(head: &[u8]) -> bool {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let Some(colon) = first.iter().position(|byte| *byte == b':') else { return false };
    let name = first[..colon].to_ascii_lowercase();
    const FIRST: [&[u8]; 8] = [
        b"return-path",
        b"received",
        b"from",
        b"date",
        b"message-id",
        b"delivered-to",
        b"mime-version",
        b"subject",
    ];
    FIRST.contains(&name.as_slice()) && !first[colon..].contains(&b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_name_then_by_its_beginning() {
        for (name, head, format) in [
            ("old.CSV", &b"{}"[..], Format::Csv),
            ("x.tsv", b"", Format::Csv),
            ("data", b"{\"text\":1}\n", Format::Jsonl),
            ("data", b"From a@b Mon Jan  1 12:00:00 2024\n", Format::Mbox),
            ("data", b"Return-Path: <a@b>\r\nSubject: x\r\n", Format::Eml),
            ("data", b"Date:,Text\n", Format::Csv),
            ("data", b"id;text\n", Format::Csv),
            ("letter.eml", b"", Format::Eml),
        ] {
            assert_eq!(Format::tell(name, head), format, "{name} {head:?}");
        }
    }
}
