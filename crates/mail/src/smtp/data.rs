//! The mail inside a conversation: where it ends, and why it may be refused.

use super::Limits;

/// Why a mail is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    BareLineEnd,
    TooLarge,
    LineTooLong,
}

impl Fault {
    pub fn reply(self) -> &'static str {
        match self {
            Fault::BareLineEnd => "550 5.6.11 Lines end with CR LF and nothing else",
            Fault::TooLarge => "552 5.3.4 Larger than we take",
            Fault::LineTooLong => "554 5.6.0 A line is longer than we take",
        }
    }

    /// After a bare line end the two sides may not agree what is mail and what is command.
    pub fn ends_conversation(self) -> bool {
        self == Fault::BareLineEnd
    }
}

/// Where the reader stands inside the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    LineStart,
    /// After a dot at the start of a line.
    Dot,
    /// After a dot and a CR at the start of a line.
    DotCr,
    Inside,
    /// After a CR.
    Cr,
}

/// Collects a mail byte by byte, across however many reads it comes in.
#[derive(Debug, Default)]
pub(super) struct Collector {
    data: Vec<u8>,
    at: At,
    line: usize,
    fault: Option<Fault>,
    most: usize,
    line_most: usize,
}

type Finished = Option<Result<Vec<u8>, Fault>>;

impl Collector {
    pub fn new(limits: Limits) -> Collector {
        Collector {
            most: limits.mail_bytes,
            line_most: limits.text_line_bytes,
            ..Collector::default()
        }
    }

    /// Takes bytes until the mail ends; gives how many were used, and the mail when it ended.
    /// After a fault everything up to the end is read and thrown away.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Finished) {
        for (n, &byte) in bytes.iter().enumerate() {
            if self.step(byte) {
                let result = match self.fault {
                    Some(fault) => Err(fault),
                    None => Ok(std::mem::take(&mut self.data)),
                };
                return (n + 1, Some(result));
            }
            if self.fault == Some(Fault::BareLineEnd) {
                return (n + 1, Some(Err(Fault::BareLineEnd)));
            }
        }
        (bytes.len(), None)
    }

    /// Takes one byte; true when it ends the mail.
    fn step(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::DotCr, b'\n') => return true,
            (At::Cr, b'\n') => {
                self.push(b"\r\n");
                self.line = 0;
                At::LineStart
            }
            (At::Cr | At::DotCr, _) | (_, b'\n') => {
                self.fault = Some(Fault::BareLineEnd);
                At::Inside
            }
            (At::LineStart, b'.') => At::Dot,
            (At::Dot, b'\r') => At::DotCr,
            (_, b'\r') => At::Cr,
            (_, other) => {
                self.push(&[other]);
                At::Inside
            }
        };
        false
    }

    fn push(&mut self, bytes: &[u8]) {
        self.line += bytes.len();
        if self.line > self.line_most + 2 {
            self.fault.get_or_insert(Fault::LineTooLong);
        }
        if self.data.len() + bytes.len() > self.most {
            self.fault.get_or_insert(Fault::TooLarge);
        }
        if self.fault.is_none() {
            self.data.extend_from_slice(bytes);
        } else {
            self.data = Vec::new();
        }
    }
}
