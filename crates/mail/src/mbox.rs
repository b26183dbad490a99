//! Mailbox files (mbox) split into mails; tolerant of every dialect.

use std::borrow::Cow;

/// Splits a mailbox file into mails: mboxrd, mboxo and files with CRLF.
///
/// A mail begins at a line `From ` at the start or after an empty line, when what follows has
/// a time (`12:34`) or is followed by a header line. `>From ` lines lose one `>`. A file
/// without any such line is one mail.
///
/// ```
/// let file = b"From a@x Mon Jan  1 12:00:00 2024\nSubject: one\n\n>From here\n\n\
///     From b@x Mon Jan  1 12:00:00 2024\nSubject: two\n\nx\n";
/// let mails: Vec<_> = mail::mbox::split(file).collect();
/// assert_eq!(mails.len(), 2);
/// assert_eq!(&*mails[0], b"Subject: one\n\nFrom here\n");
/// ```
pub fn split(file: &[u8]) -> Split<'_> {
    let start = file.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    Split { file, at: start }
}

/// The mails of a mailbox file; see [`split`].
#[derive(Debug, Clone)]
pub struct Split<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Split<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Cow<'a, [u8]>> {
        if self.at >= self.file.len() {
            return None;
        }
        let mut start = self.at;
        if self.file[start..].starts_with(b"From ") {
            start = line_end(self.file, start);
        }
        let (mut at, mut after_blank) = (start, false);
        while at < self.file.len() {
            let end = line_end(self.file, at);
            let line = self.file[at..end].trim_ascii_end();
            if after_blank && begins_mail(self.file, at, end) {
                break;
            }
            after_blank = line.is_empty();
            at = end;
        }
        self.at = at;
        let mut mail = &self.file[start..at];
        if at < self.file.len() {
            // The empty line before the next mail belongs to the file, not to this mail.
            mail = mail.strip_suffix(b"\n").unwrap_or(mail);
            mail = mail.strip_suffix(b"\r").unwrap_or(mail);
        }
        Some(unquoted(mail))
    }
}

fn line_end(file: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &file[from..]).map_or(file.len(), |n| from + n + 1)
}

fn begins_mail(file: &[u8], at: usize, end: usize) -> bool {
    let Some(rest) = file[at..end].strip_prefix(b"From ") else { return false };
    let time = rest.windows(5).any(|w| {
        w[0].is_ascii_digit()
            && w[1].is_ascii_digit()
            && w[2] == b':'
            && w[3].is_ascii_digit()
            && w[4].is_ascii_digit()
    });
    let next = &file[end..line_end(file, end)];
    let name = next.iter().take_while(|b| (33..=126).contains(*b) && **b != b':').count();
    let header = name > 0 && next.get(name) == Some(&b':');
    header && (time || rest.contains(&b'@') || rest.starts_with(b"- "))
}

/// Takes one `>` off every `>From ` line.
fn unquoted(mail: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(mail, b">From ").is_none() {
        return Cow::Borrowed(mail);
    }
    let mut out = Vec::with_capacity(mail.len());
    for line in mail.split_inclusive(|b| *b == b'\n') {
        let marks = line.iter().take_while(|b| **b == b'>').count();
        let quoted = marks > 0 && line[marks..].starts_with(b"From ");
        out.extend_from_slice(if quoted { &line[1..] } else { line });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_found_with_either_line_end_and_none_is_lost() {
        let unix = "From a@x Mon Jan  1 12:00:00 2024\nA: 1\n\nbody\n\nFrom b@x Tue Jan  2 12:00:00 2024\nA: 2\n\nb\n";
        for file in [unix.to_owned(), unix.replace('\n', "\r\n")] {
            let mails: Vec<_> = split(file.as_bytes()).collect();
            assert_eq!(mails.len(), 2, "{file:?}");
            assert!(mails[0].starts_with(b"A: 1") && mails[1].starts_with(b"A: 2"));
        }
    }

    #[test]
    fn a_sentence_that_begins_with_from_does_not_split() {
        let file = b"From a@x Mon Jan  1 12:00:00 2024\nA: 1\n\nbody\n\nFrom here on it was late.\nMore.\n";
        assert_eq!(split(file).count(), 1);
        assert_eq!(split(b"A: 1\n\nno envelope line\n").count(), 1);
        assert_eq!(split(b"").count(), 0);
    }
}
