//! What a mail says, once it has been read.

use std::ops::Range;

use jiff::Timestamp;
use serde::Serialize;

pub use crate::fields::Address;

/// What sort of mail it is; decides how we answer, never whether we keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Written by a person, or by a program in a person's name (a form, a shop).
    Human,
    /// A report that a mail was not, or will be later, delivered.
    Bounce,
    /// Sent by a program in answer to a mail: absence, acknowledgement, read receipt.
    AutoReply,
    /// A provider passes on that a recipient called our mail spam (RFC 5965).
    FeedbackLoop,
    /// Sent by a mailing list or as bulk mail.
    List,
}

impl Kind {
    /// The word used in JSON: `human`, `bounce`, `auto-reply`, `feedback-loop`, `list`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Human => "human",
            Kind::Bounce => "bounce",
            Kind::AutoReply => "auto-reply",
            Kind::FeedbackLoop => "feedback-loop",
            Kind::List => "list",
        }
    }
}

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// A safe file name: no path, no controls, no direction marks; never empty.
    pub name: String,
    /// The media type its sender declared, in lower case.
    pub media_type: String,
    /// The media type its first bytes show, where they show one.
    pub sniffed: Option<&'static str>,
    /// SHA-256 of the decoded bytes, in hexadecimal.
    pub sha256: String,
    /// Whether the mail shows it inside its text.
    pub inline: bool,
    /// Content-ID without brackets, by which HTML names it.
    pub content_id: Option<String>,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// Where its encoded form lies in the mail.
    pub range: Range<usize>,
}

/// How a mail is protected; detected, not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Signed with S/MIME.
    SmimeSigned,
    /// Encrypted with S/MIME: its text cannot be read here.
    SmimeEncrypted,
    /// Signed with OpenPGP.
    PgpSigned,
    /// Encrypted with OpenPGP: its text cannot be read here.
    PgpEncrypted,
}

impl Protection {
    /// Whether nobody between its writer and its reader can read it.
    pub fn is_encrypted(self) -> bool {
        matches!(self, Protection::SmimeEncrypted | Protection::PgpEncrypted)
    }
}

/// Damage that was stepped over or a limit that was met, for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// Never changes: `too_many_parts`, `charset_guessed` …
    pub code: &'static str,
    /// One sentence for the person who looks at the mail.
    pub says: String,
}

/// Headers that decide about answering and threading, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// `Return-Path`; `Some("")` is the empty sender of automatic mail.
    pub return_path: Option<String>,
    /// `Auto-Submitted`, in lower case.
    pub auto_submitted: Option<String>,
    /// `List-Id`.
    pub list_id: Option<String>,
    /// Address a mailing list takes mail at, from `List-Post`, lower case.
    pub list_post: Option<String>,
    /// Delivered-To, X-Original-To, Envelope-To and X-Forwarded-To, top to bottom.
    pub delivered_to: Vec<String>,
    /// Outlook's `Thread-Index`, base64 as written.
    pub thread_index: Option<String>,
    /// Outlook's `Thread-Topic`.
    pub thread_topic: Option<String>,
    /// Our own loop header `X-Redress-Loop`.
    pub loop_mark: Option<String>,
    /// `X-Auto-Response-Suppress` asks for no automatic answer (MS-OXCMAIL).
    pub suppressed: bool,
    /// `Content-Language`, first tag.
    pub language: Option<String>,
}

/// A mail as we understood it. Made by [`crate::parse`], which never fails.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What sort of mail it is.
    pub kind: Kind,
    /// Why `kind` was chosen, one sentence each.
    pub kind_because: Vec<String>,
    /// First address of From; when From is unreadable, of Sender or Reply-To.
    pub author: Option<Address>,
    /// Every address of From, of which there may be several or none.
    pub from: Vec<Address>,
    /// The Sender header, when there is one.
    pub sender: Option<Address>,
    /// Where the author wants answers; see 8.7 before using it.
    pub reply_to: Vec<Address>,
    /// Recipients in To.
    pub to: Vec<Address>,
    /// Recipients in Cc. Nobody becomes a participant by standing here.
    pub cc: Vec<Address>,
    /// The subject, decoded, on one line.
    pub subject: String,
    /// The Date header, or the topmost Received date when Date is unusable.
    pub date: Option<Timestamp>,
    /// Message-ID without brackets.
    pub message_id: Option<String>,
    /// In-Reply-To ids without brackets.
    pub in_reply_to: Vec<String>,
    /// References ids without brackets, oldest first.
    pub references: Vec<String>,
    /// The whole plain text, made from HTML when there is no plain part.
    pub text: String,
    /// The HTML as sent, unsafe; show it only through a sanitiser and [`crate::limits`].
    pub html: Option<String>,
    /// Words of the HTML that its reader does not see; they stand in no text.
    pub hidden: Vec<crate::Hidden>,
    /// What the author newly wrote, without quotes and signature.
    pub new_text: String,
    /// The rest of `text`: quotes, signature, notices.
    pub folded_text: String,
    /// Files that came with it, inline ones included.
    pub attachments: Vec<Attachment>,
    /// Headers that matter for answering and threading.
    pub marks: Marks,
    /// Every Authentication-Results value as written, topmost first; trust none unread.
    pub authentication_results: Vec<String>,
    /// Signature or encryption, detected only.
    pub protection: Vec<Protection>,
    /// Delivery reports per recipient, in bounces.
    pub deliveries: Vec<crate::bounce::Delivery>,
    /// The mail this one is about (embedded in a bounce or report), when it is there.
    pub original: Option<crate::bounce::Original>,
    /// Invitations among its parts, as cards to show.
    pub events: Vec<crate::calendar::Event>,
    /// Visiting cards among its parts: suggestions for identities.
    pub cards: Vec<crate::vcard::Card>,
    /// The day an automatic answer says its sender is back.
    pub back_on: Option<crate::absence::Return>,
    /// Damage and limits met on the way.
    pub problems: Vec<Problem>,
}
