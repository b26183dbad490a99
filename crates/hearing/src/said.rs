//! What an arrival says, in the words of every channel alike, before it has a number.

use domain::channel::{Channel, Kind};
use domain::feedback::PassedOn;
use domain::id::{StaffId, UnitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Bytes of a text that are shown; what is beyond stays in the raw form, with a mark.
pub const TEXT_MOST: usize = 262_144;
/// Characters of a subject.
pub const SUBJECT_MOST: usize = 200;
/// Characters of a name or an address.
pub const NAME_MOST: usize = 300;
/// The subject of what could not be read.
pub const UNREADABLE: &str = "Could not be read";

/// Which reader an arrival is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Answers of our own form.
    Form,
    /// A body of `POST /api/v1/feedback`.
    Api,
    /// A row of a file.
    Row,
    /// An RFC 5322 mail.
    Mail,
}

/// What stands outside the bytes of an arrival.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Which reader it is for.
    pub shape: Shape,
    /// The unit it came to, where that is known from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Our mailbox it was sent to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mailbox: String,
    /// The return path of a mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The address the mail was handed over from: for checking who may send for a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<std::net::IpAddr>,
    /// What that machine called itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub helo: String,
    /// Bytes of a mail of which only the beginning is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_size: Option<u64>,
    /// The row of a file, 1 for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The line it begins in, 1 for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Taken over from an earlier system: nobody is written to because of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// The member of staff whose program handed it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffId>,
}

impl Envelope {
    /// An envelope for one reader, with nothing in it.
    pub fn of(shape: Shape) -> Envelope {
        Envelope {
            shape,
            unit: None,
            mailbox: String::new(),
            sender: None,
            peer: None,
            helo: String::new(),
            whole_size: None,
            row: None,
            line: None,
            quiet: false,
            by: None,
        }
    }
}

/// Who says it, as far as they tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// Their name, or empty.
    pub name: String,
    /// E-mail address, or empty.
    pub email: String,
    /// Telephone number, or empty.
    pub phone: String,
    /// Name on a public site with the site before it, `google:amara`, or empty.
    pub handle: String,
    /// Customer number or another reference of the company's, or empty.
    pub reference: String,
    /// Whether somebody we trust vouches that the address is theirs.
    pub verified: bool,
}

impl Author {
    /// How the writer is shown: a name, else the best address, else that nobody knows.
    pub fn shown(&self) -> &str {
        [&self.name, &self.email, &self.phone, &self.handle, &self.reference]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("Unknown person", String::as_str)
    }

    /// The address an answer could go to, or empty.
    pub fn address(&self) -> &str {
        [&self.email, &self.phone, &self.handle]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("", String::as_str)
    }
}

/// How an arrival hangs together with a case that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Joins {
    /// A new matter. `maybe` are numbers of cases it could belong to, for staff only.
    #[default]
    Nothing,
    /// A new matter that may belong to one of these cases; shown to staff only.
    Maybe(Vec<i64>),
    /// Somebody who takes part in the case writes on it.
    Case(i64),
    /// A stranger holds proof of the case: shown there, and the stranger is given nothing.
    Waits(i64),
    /// An automatic answer or a report on the case: noted there, never reopens it.
    Notes(i64),
    /// Our own mail came back: kept, and no matter of anybody's.
    OwnCopy,
}

/// A file that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name as sent, made safe to show: data, never a path.
    pub name: String,
    /// What its sender calls it.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Where it is kept.
    pub content: Content,
}

/// The bytes of a file, or where they already lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// To be kept.
    Bytes(Vec<u8>),
    /// Kept under this SHA-256.
    Kept(String),
}

/// What an arrival says.
#[derive(Clone, Debug)]
pub struct Said {
    /// The way it came.
    pub channel: Channel,
    /// The site or system it was said on, or empty.
    pub source: String,
    /// Who.
    pub author: Author,
    /// Subject line, or empty.
    pub subject: String,
    /// The words.
    pub text: String,
    /// Quoted earlier words, shown folded.
    pub folded: Option<String>,
    /// The kind its sender or the file gives it.
    pub kind: Option<Kind>,
    /// The kind where the reading is not sure.
    pub kind_if_unsure: Kind,
    /// Language the sender declared, ISO 639-1, or empty.
    pub language: String,
    /// Stars, 1 to 5.
    pub rating: Option<i64>,
    /// How many follow the writer, as far as known.
    pub reach_known: Option<i64>,
    /// Where it can be read, or empty.
    pub url: String,
    /// When it was said, where known.
    pub said_at: Option<Timestamp>,
    /// When it was over in the earlier system.
    pub closed_at: Option<Timestamp>,
    /// Files.
    pub files: Vec<File>,
    /// The unit it is for, where the words themselves say so.
    pub unit: Option<UnitId>,
    /// How it hangs together with cases.
    pub joins: Joins,
    /// Why, as people read it, or empty.
    pub because: String,
    /// Whether a program wrote it: it is kept, and never answered by a program.
    pub automatic: bool,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// Whether a program may answer it.
    pub answerable: bool,
    /// Message-IDs by which later mails may name it.
    pub message_ids: Vec<String>,
    /// The colleague who passed it on, and what they wrote to it.
    pub passed_on: Option<PassedOn>,
}

impl Said {
    /// Nothing said yet, on `channel`.
    pub fn on(channel: Channel) -> Said {
        Said {
            channel,
            source: String::new(),
            author: Author::default(),
            subject: String::new(),
            text: String::new(),
            folded: None,
            kind: None,
            kind_if_unsure: Kind::Other,
            language: String::new(),
            rating: None,
            reach_known: None,
            url: String::new(),
            said_at: None,
            closed_at: None,
            files: Vec::new(),
            unit: None,
            joins: Joins::Nothing,
            because: String::new(),
            automatic: false,
            encrypted: false,
            answerable: true,
            message_ids: Vec::new(),
            passed_on: None,
        }
    }

    /// Whether others can read it.
    pub fn is_public(&self) -> bool {
        self.channel.is_public()
    }
}

/// Text fit for every database and screen: no control characters but line end and tab, lines
/// ended by `\n`, at most `most` bytes. Says whether something was cut off.
pub fn fit(text: &str, most: usize) -> (String, bool) {
    let mut fitted = String::with_capacity(text.len().min(most));
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '\r' if letters.peek() == Some(&'\n') => continue,
            '\r' => '\n',
            '\n' | '\t' => letter,
            letter if letter.is_control() => continue,
            letter => letter,
        };
        if fitted.len() + letter.len_utf8() > most {
            fitted.truncate(fitted.trim_end().len());
            return (fitted, true);
        }
        fitted.push(letter);
    }
    fitted.truncate(fitted.trim_end().len());
    (fitted, false)
}

/// One line of at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut n = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        let long = word.chars().count();
        let gap = usize::from(n > 0);
        if n + gap + long > most {
            if n == 0 {
                line.extend(word.chars().take(most.saturating_sub(1)));
            } else if n >= most {
                line.pop();
            }
            line.push('…');
            return line;
        }
        if gap == 1 {
            line.push(' ');
        }
        line.push_str(word);
        n += gap + long;
    }
    line
}

/// A subject for words that came without one: their beginning.
pub fn subject_of(text: &str) -> String {
    const LONG: usize = 80;
    line(text, LONG)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_go_line_ends_stay_and_the_end_is_cut_between_letters() {
        assert_eq!(fit("a\u{0}b\r\nc\rd\u{7f}\te \n", 100), ("ab\nc\nd\te".to_owned(), false));
        assert_eq!(fit("ééé", 5), ("éé".to_owned(), true));
    }

    #[test]
    fn a_subject_is_one_line_that_ends_at_a_word() {
        assert_eq!(line(" No\n heating\t since ", 50), "No heating since");
        assert_eq!(line("No heating since", 12), "No heating…");
        assert_eq!(line("Donaudampfschiff", 6), "Donau…");
    }

    proptest! {
        #[test]
        fn what_fits_fits_again(text in any::<String>(), most in 0_usize..60) {
            let (fitted, _) = fit(&text, most);
            prop_assert!(fitted.len() <= most);
            prop_assert!(!fitted.contains('\0'));
            prop_assert_eq!(fit(&fitted, most), (fitted, false));
            prop_assert!(line(&text, most).chars().count() <= most.max(1));
        }
    }
}
