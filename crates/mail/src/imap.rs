//! What a mail store says in IMAP (RFC 3501, IDLE of RFC 2177), seen from the client.
//!
//! Pure: bytes in, responses out. The caller owns sockets, timers and what it asks for. Whatever
//! a server sends is read within limits; what is not understood is [`Response::Other`].

mod token;
mod uid_set;

pub use uid_set::UidSet;

use crate::limits::MAIL_BYTES_MAX;
use token::{Token, tokens};

/// Longest line of a server besides its literals, in bytes.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Largest literal, in bytes: a mail and its wrapping.
const LITERAL_BYTES_MAX: usize = MAIL_BYTES_MAX + 1024;
/// Most literals of one response.
const LITERALS_MAX: usize = 100;

/// How a command or the connection fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done, or information.
    Ok,
    /// Refused.
    No,
    /// Not understood.
    Bad,
    /// The server closes.
    Bye,
    /// Signed in from the start.
    PreAuth,
}

/// One message as a FETCH response tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fetched {
    /// Its UID, when asked for.
    pub uid: Option<u32>,
    /// RFC822.SIZE, in bytes.
    pub size: Option<u64>,
    /// INTERNALDATE as the server writes it: `17-Jul-1996 02:44:25 -0700`.
    pub internal_date: Option<String>,
    /// Its bytes, or the part of them that was asked for.
    pub body: Option<Vec<u8>>,
}

/// One response of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// `+`: go on.
    Continue(String),
    /// The end of the command with this tag.
    Done {
        /// The command's tag.
        tag: String,
        /// How it fared.
        status: Status,
        /// What stands in brackets, such as `AUTHENTICATIONFAILED`.
        code: String,
        /// Words for people.
        text: String,
    },
    /// A status of no command, such as the greeting.
    Status {
        /// What it says.
        status: Status,
        /// What stands in brackets, such as `UIDVALIDITY 3`.
        code: String,
        /// Words for people.
        text: String,
    },
    /// So many messages are in the folder.
    Exists(u32),
    /// About one message.
    Fetch(Fetched),
    /// UIDs or numbers that a search found.
    Search(Vec<u32>),
    /// What the server can do, in capitals.
    Capability(Vec<String>),
    /// Anything else.
    Other,
}

/// The server does not speak IMAP, or sends more than anybody needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotImap {
    /// A line or a literal is too long.
    #[error("the server sends more than a mail store should")]
    TooMuch,
    /// A line of another language.
    #[error("the server does not speak IMAP")]
    NotUnderstood,
}

/// Cuts the bytes of a server into responses.
#[derive(Debug, Default)]
pub struct Reader {
    held: Vec<u8>,
    /// How far `held` was looked through without finding the end of a response.
    seen: usize,
    /// Literals of the response that is being read: where each lies in `held`.
    literals: Vec<(usize, usize)>,
}

impl Reader {
    /// Takes bytes from the server.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole response; `None` until more bytes come.
    ///
    /// # Errors
    /// When it is no IMAP or too much; the connection is of no use then.
    pub fn response(&mut self) -> Result<Option<Response>, NotImap> {
        loop {
            let rest = self.held.get(self.seen..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', rest) else {
                let tail = rest.len();
                return if tail > LINE_BYTES_MAX { Err(NotImap::TooMuch) } else { Ok(None) };
            };
            let end = self.seen + end + 1;
            let line = &self.held[self.seen..end];
            if line.len() > LINE_BYTES_MAX || self.literals.len() > LITERALS_MAX {
                return Err(NotImap::TooMuch);
            }
            let Some(length) = announced(line) else {
                let response = read(&self.held[..end], &self.literals);
                self.held.drain(..end);
                self.seen = 0;
                self.literals.clear();
                return response.map(Some);
            };
            if length > LITERAL_BYTES_MAX {
                return Err(NotImap::TooMuch);
            }
            if self.held.len() < end + length {
                return Ok(None);
            }
            self.literals.push((end, length));
            self.seen = end + length;
        }
    }

    /// Forgets what was sent before the line was protected.
    pub fn clear(&mut self) {
        *self = Reader::default();
    }
}

/// The length of the literal that a line announces at its end: `{310}`.
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let open = memchr::memrchr(b'{', line)?;
    let digits = std::str::from_utf8(&line[open + 1..]).ok()?;
    let plain = !digits.is_empty() && digits.len() <= 12;
    digits.parse().ok().filter(|_| plain && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn read(bytes: &[u8], literals: &[(usize, usize)]) -> Result<Response, NotImap> {
    let line = bytes.trim_ascii_end();
    if let Some(rest) = line.strip_prefix(b"+") {
        return Ok(Response::Continue(words(rest)));
    }
    let Some((tag, rest)) = split(line) else { return Err(NotImap::NotUnderstood) };
    let (first, after) = split(rest).unwrap_or((rest, &[]));
    if let Some(status) = status(first) {
        let (code, text) = code_and_text(after);
        if tag == b"*" {
            return Ok(Response::Status { status, code, text });
        }
        return Ok(Response::Done { tag: words(tag), status, code, text });
    }
    if tag != b"*" {
        return Err(NotImap::NotUnderstood);
    }
    if first.eq_ignore_ascii_case(b"CAPABILITY") {
        let all = words(after).to_uppercase();
        return Ok(Response::Capability(all.split(' ').map(str::to_owned).collect()));
    }
    if first.eq_ignore_ascii_case(b"SEARCH") {
        let all = words(after);
        return Ok(Response::Search(all.split(' ').filter_map(|n| n.parse().ok()).collect()));
    }
    let Ok(number) = words(first).parse::<u32>() else { return Ok(Response::Other) };
    let (what, _) = split(after).unwrap_or((after, &[]));
    if what.eq_ignore_ascii_case(b"EXISTS") {
        return Ok(Response::Exists(number));
    }
    if what.eq_ignore_ascii_case(b"FETCH") {
        return Ok(Response::Fetch(fetched(&tokens(bytes, literals))));
    }
    Ok(Response::Other)
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b' ', line)?;
    Some((&line[..at], &line[at + 1..]))
}

fn status(word: &[u8]) -> Option<Status> {
    Some(match word.to_ascii_uppercase().as_slice() {
        b"OK" => Status::Ok,
        b"NO" => Status::No,
        b"BAD" => Status::Bad,
        b"BYE" => Status::Bye,
        b"PREAUTH" => Status::PreAuth,
        _ => return None,
    })
}

fn code_and_text(rest: &[u8]) -> (String, String) {
    let rest = words(rest);
    let inside = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match inside {
        Some((code, text)) => (code.to_owned(), text.trim().to_owned()),
        None => (String::new(), rest),
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// Names and values inside the outer brackets of a FETCH.
fn fetched(tokens: &[Token]) -> Fetched {
    let mut fetched = Fetched::default();
    let mut tokens = tokens.iter().skip_while(|token| **token != Token::Open).skip(1);
    while let Some(token) = tokens.next() {
        let Token::Atom(name) = token else { break };
        let name = name.to_ascii_uppercase();
        let Some(value) = tokens.next() else { break };
        match value {
            Token::Open => {
                let mut depth = 1;
                while depth > 0 {
                    match tokens.next() {
                        Some(Token::Open) => depth += 1,
                        Some(Token::Close) => depth -= 1,
                        Some(_) => {}
                        None => return fetched,
                    }
                }
            }
            Token::Atom(value) => match name.as_str() {
                "UID" => fetched.uid = value.parse().ok(),
                "RFC822.SIZE" => fetched.size = value.parse().ok(),
                _ => {}
            },
            Token::Text(bytes) => match name.as_str() {
                "INTERNALDATE" => fetched.internal_date = Some(words(bytes)),
                _ if name.starts_with("BODY[]") => fetched.body = Some(bytes.clone()),
                _ => {}
            },
            Token::Close => break,
        }
    }
    fetched
}

/// The moment an INTERNALDATE names.
pub fn internal_date(text: &str) -> Option<jiff::Timestamp> {
    let parsed = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?;
    parsed.to_timestamp().ok()
}

/// A text as a quoted string or, where it cannot be one, `None`: such a password needs
/// AUTHENTICATE.
pub fn quoted(text: &str) -> Option<String> {
    let fits = text.bytes().all(|b| (32..127).contains(&b));
    fits.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// The name of a folder as it travels: modified UTF-7 (RFC 3501, section 5.1.3), quoted.
pub fn folder(name: &str) -> String {
    use base64::Engine;
    let mut out = String::from("\"");
    let mut held: Vec<u8> = Vec::new();
    let flush = |held: &mut Vec<u8>, out: &mut String| {
        if !held.is_empty() {
            let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&held);
            out.push('&');
            out.push_str(&coded.replace('/', ","));
            out.push('-');
            held.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut held, &mut out);
            match c {
                '&' => out.push_str("&-"),
                '"' | '\\' => out.extend(['\\', c]),
                _ => out.push(c),
            }
        } else {
            let mut units = [0; 2];
            held.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut held, &mut out);
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> Vec<Response> {
        let mut reader = Reader::default();
        reader.feed(bytes);
        std::iter::from_fn(|| reader.response().expect("IMAP")).collect()
    }

    const TALK: &[u8] = b"* OK [CAPABILITY IMAP4rev1 IDLE] Ready (\"here\r\n\
        * CAPABILITY imap4rev1 Idle AUTH=XOAUTH2\r\n\
        * 3 EXISTS\r\n\
        * OK [UIDVALIDITY 1700000000] UIDs valid\r\n\
        * 2 FETCH (UID 17 FLAGS (\\Seen \\Answered) RFC822.SIZE 12 INTERNALDATE \"17-Jul-2026 02:44:25 -0700\" BODY[] {12}\r\nA: b\r\n\r\n)C{3} FLAGS ())\r\n\
        * SEARCH 4 17 21\r\n\
        + idling\r\n\
        a1 NO [AUTHENTICATIONFAILED] Wrong\r\n";

    #[test]
    fn a_talk_is_understood_however_it_is_cut() {
        let whole = all(TALK);
        assert_eq!(whole.len(), 8);
        let Response::Fetch(fetch) = &whole[4] else { panic!("{:?}", whole[4]) };
        assert_eq!((fetch.uid, fetch.size), (Some(17), Some(12)));
        assert_eq!(fetch.body.as_deref(), Some(&b"A: b\r\n\r\n)C{3"[..]));
        let date = fetch.internal_date.as_deref().and_then(internal_date).expect("a date");
        assert_eq!(date.to_string(), "2026-07-17T09:44:25Z");
        assert_eq!(whole[5], Response::Search(vec![4, 17, 21]));
        let wrong = Response::Done {
            tag: "a1".into(),
            status: Status::No,
            code: "AUTHENTICATIONFAILED".into(),
            text: "Wrong".into(),
        };
        assert_eq!(whole[7], wrong);
        for at in 0..TALK.len() {
            let mut reader = Reader::default();
            let mut heard = Vec::new();
            for part in [&TALK[..at], &TALK[at..]] {
                reader.feed(part);
                while let Some(response) = reader.response().expect("IMAP") {
                    heard.push(response);
                }
            }
            assert_eq!(heard, whole, "cut at {at}");
        }
    }

    #[test]
    fn a_server_cannot_make_us_hold_endlessly_much() {
        let mut reader = Reader::default();
        reader.feed(b"* 1 FETCH (BODY[] {99999999999}\r\n");
        assert_eq!(reader.response(), Err(NotImap::TooMuch));
        let mut reader = Reader::default();
        reader.feed(&vec![b'x'; LINE_BYTES_MAX + 1]);
        assert_eq!(reader.response(), Err(NotImap::TooMuch));
    }

    #[test]
    fn names_of_folders_travel_as_they_must() {
        assert_eq!(folder("INBOX"), "\"INBOX\"");
        assert_eq!(folder("Entwürfe & \"x\""), "\"Entw&APw-rfe &- \\\"x\\\"\"");
        assert_eq!(quoted("a\"b\\"), Some("\"a\\\"b\\\\\"".to_owned()));
        assert_eq!(quoted("ä"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Reader::default();
            reader.feed(b"* 1 FETCH (");
            reader.feed(&bytes);
            reader.feed(b"\r\n");
            while let Ok(Some(_)) = reader.response() {}
        }
    }
}
