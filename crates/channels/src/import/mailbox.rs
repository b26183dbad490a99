//! A mailbox file, mail by mail, without holding it in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// A mail longer than this is cut; its raw form says so by its length.
const MAIL_MOST: usize = 36 * 1024 * 1024;
/// A line is read in pieces of this length.
const PIECE: u64 = 1024 * 1024;

/// A mail of a mailbox.
pub(crate) struct Mail {
    /// The line it begins in.
    pub line: u64,
    pub bytes: Vec<u8>,
}

pub(crate) struct Mailbox {
    reader: BufReader<File>,
    held: Vec<u8>,
    held_line: u64,
    line: u64,
    ended: bool,
}

impl Mailbox {
    pub(crate) fn open(path: &Path) -> io::Result<Mailbox> {
        let reader = BufReader::with_capacity(256 * 1024, File::open(path)?);
        Ok(Mailbox { reader, held: Vec::new(), held_line: 1, line: 1, ended: false })
    }

    /// The next mail; `None` at the end. What begins a mail is decided by `mail::mbox`: this only
    /// gathers enough that the first mail in it is whole.
    pub(crate) fn next(&mut self) -> io::Result<Option<Mail>> {
        let (mut after_blank, mut piece) = (false, Vec::new());
        loop {
            // Read up to a line that may begin the next mail.
            loop {
                piece.clear();
                let n = (&mut self.reader).take(PIECE).read_until(b'\n', &mut piece)?;
                if n == 0 {
                    self.ended = true;
                    break;
                }
                self.line += u64::from(piece.ends_with(b"\n"));
                let may_begin = after_blank && piece.starts_with(b"From ");
                after_blank = piece.trim_ascii_end().is_empty();
                if self.held.len() < MAIL_MOST {
                    self.held.extend_from_slice(&piece);
                }
                if may_begin {
                    // Its header decides whether it truly begins a mail: take one line more.
                    piece.clear();
                    (&mut self.reader).take(PIECE).read_until(b'\n', &mut piece)?;
                    self.line += u64::from(piece.ends_with(b"\n"));
                    self.held.extend_from_slice(&piece);
                    after_blank = piece.trim_ascii_end().is_empty();
                    break;
                }
            }
            let mut mails = mail::mbox::split(&self.held);
            let first = mails.next().map(std::borrow::Cow::into_owned);
            let is_whole = mails.next().is_some() || self.ended;
            match first {
                Some(bytes) if is_whole => {
                    let line = self.held_line;
                    self.drop_first();
                    return Ok(Some(Mail { line, bytes }));
                }
                None if self.ended => return Ok(None),
                _ => {}
            }
        }
    }

    /// Keeps what follows the first mail: it begins at the last `From ` line held.
    fn drop_first(&mut self) {
        let mut from = None;
        let mut at = 0;
        for line in self.held.split_inclusive(|byte| *byte == b'\n') {
            if at > 0 && line.starts_with(b"From ") {
                from = Some(at);
            }
            at += line.len();
        }
        match from.filter(|_| mail::mbox::split(&self.held).nth(1).is_some()) {
            Some(from) => {
                let rest = self.held.split_off(from);
                let lines = rest.iter().filter(|byte| **byte == b'\n').count() as u64;
                self.held_line = self.line - lines;
                self.held = rest;
            }
            None => self.held.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_come_one_by_one_with_their_lines_as_the_whole_file_would_give_them() {
        let file = "From a@x Mon Jan  1 12:00:00 2024\nA: 1\n\nbody\n\nFrom here on it was late.\n\n\
            From b@x Tue Jan  2 12:00:00 2024\nA: 2\n\n>From b\n\n\
            From c@x Tue Jan  2 12:00:00 2024\nA: 3\n\nlast";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.mbox");
        std::fs::write(&path, file).unwrap();
        let mut mailbox = Mailbox::open(&path).unwrap();
        let mut mails = Vec::new();
        while let Some(mail) = mailbox.next().unwrap() {
            mails.push(mail);
        }
        let whole: Vec<Vec<u8>> =
            mail::mbox::split(file.as_bytes()).map(std::borrow::Cow::into_owned).collect();
        assert_eq!(mails.iter().map(|mail| mail.bytes.clone()).collect::<Vec<_>>(), whole);
        assert_eq!(mails.iter().map(|mail| mail.line).collect::<Vec<_>>(), [1, 8, 13]);
    }
}
