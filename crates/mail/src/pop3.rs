//! What a mail store says in POP3 (RFC 1939), seen from the client. Pure: bytes in, answers out.

use crate::limits::MAIL_BYTES_MAX;

/// Longest answer that is held: a mail, its dots, and its first line.
const ANSWER_BYTES_MAX: usize = MAIL_BYTES_MAX + MAIL_BYTES_MAX / 50 + 4_096;

/// An answer of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `+OK` or not.
    pub ok: bool,
    /// It is a question within a sign-in (RFC 5034, section 4), neither `+OK` nor `-ERR`.
    pub asks: bool,
    /// The rest of the first line.
    pub text: String,
    /// What followed up to the lone dot, dots unstuffed; empty where nothing was asked for.
    pub body: Vec<u8>,
}

/// The server does not speak POP3, or sends more than a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server does not speak POP3, or sends more than a mail")]
pub struct NotPop3;

/// Cuts the bytes of a server into answers.
#[derive(Debug, Default)]
pub struct Reader {
    held: Vec<u8>,
    seen: usize,
}

impl Reader {
    /// Takes bytes from the server.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// Forgets what was sent before the line was protected.
    pub fn clear(&mut self) {
        *self = Reader::default();
    }

    /// The next answer, `None` until it is whole. `long` when it goes on to a lone dot, which
    /// only a good answer does.
    ///
    /// # Errors
    /// When it is no POP3 or too much.
    pub fn answer(&mut self, long: bool) -> Result<Option<Answer>, NotPop3> {
        if self.held.len() > ANSWER_BYTES_MAX {
            return Err(NotPop3);
        }
        let Some(end) = memchr::memchr(b'\n', &self.held) else { return Ok(None) };
        let line = String::from_utf8_lossy(&self.held[..end]).trim().to_owned();
        let (ok, asks, text) = if let Some(text) = line.strip_prefix("+OK") {
            (true, false, text)
        } else if let Some(text) = line.strip_prefix("-ERR") {
            (false, false, text)
        } else if let Some(text) = line.strip_prefix('+').filter(|_| !long) {
            (false, true, text)
        } else {
            return Err(NotPop3);
        };
        let text = text.trim().to_owned();
        let start = end + 1;
        if !(ok && long) {
            self.held.drain(..start);
            self.seen = 0;
            return Ok(Some(Answer { ok, asks, text, body: Vec::new() }));
        }
        let mut at = self.seen.max(start);
        while let Some(end) = memchr::memchr(b'\n', &self.held[at..]) {
            let next = at + end + 1;
            if matches!(&self.held[at..next], b".\r\n" | b".\n") {
                let body = unstuffed(&self.held[start..at]);
                self.held.drain(..next);
                self.seen = 0;
                return Ok(Some(Answer { ok, asks, text, body }));
            }
            at = next;
        }
        self.seen = at;
        Ok(None)
    }
}

fn unstuffed(bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        body.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_however_it_is_cut_and_its_dots_are_taken_out() {
        let talk = b"+OK 20 octets\r\nA: b\r\n\r\n..x\r\n.\r\n+OK bye\r\n";
        for at in 0..talk.len() {
            let (mut reader, mut got) = (Reader::default(), Vec::new());
            for part in [&talk[..at], &talk[at..]] {
                reader.feed(part);
                while let Some(answer) = reader.answer(got.is_empty()).expect("POP3") {
                    got.push(answer);
                }
            }
            assert_eq!(got.len(), 2, "cut at {at}");
            assert_eq!(got[0].body, b"A: b\r\n\r\n.x\r\n");
            assert_eq!(got[1].text, "bye");
        }
    }

    #[test]
    fn a_refusal_has_no_body_and_another_language_is_told() {
        let mut reader = Reader::default();
        reader.feed(b"-ERR [AUTH] no\r\n");
        let refused = reader.answer(true).expect("POP3").expect("whole");
        assert_eq!((refused.ok, refused.text.as_str()), (false, "[AUTH] no"));
        reader.feed(b"+ eyJ9\r\n");
        let asks = reader.answer(false).expect("POP3").expect("whole");
        assert_eq!((asks.ok, asks.asks, asks.text.as_str()), (false, true, "eyJ9"));
        reader.feed(b"HTTP/1.1 400\r\n");
        assert_eq!(reader.answer(false), Err(NotPop3));
    }
}
