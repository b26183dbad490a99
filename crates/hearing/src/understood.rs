//! Feedback: one thing said to us or about us, understood, with its number and its reading.

use crate::said::{Author, Joins};
use domain::channel::{Channel, Kind};
use domain::feedback::PassedOn;
use domain::id::{ArrivalId, CaseId, CaseNumber, CustomerId, FeedbackId, UnitId};
use domain::message::Delivery;
use jiff::Timestamp;
use jiff::civil::Date;
use reading::Reading;
use serde::Serialize;

/// A file of feedback, kept by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptFile {
    /// Its name as sent: data, never a path.
    pub name: String,
    /// What its sender calls it.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// One thing said, as it will lie in the table.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// The number people say: `F-1001`.
    pub number: i64,
    /// Its raw form.
    pub arrival: ArrivalId,
    /// The unit it is for.
    pub unit: UnitId,
    /// The way it came.
    pub channel: Channel,
    /// The site or system it was said on, or empty.
    pub source: String,
    /// Whether others can read it.
    pub public: bool,
    /// What kind of matter.
    pub kind: Kind,
    /// Subject line, never empty.
    pub subject: String,
    /// The words, never empty.
    pub text: String,
    /// Quoted earlier words.
    pub folded: Option<String>,
    /// ISO 639-1, or empty.
    pub language: String,
    /// Stars, 1 to 5.
    pub rating: Option<i64>,
    /// Followers, as far as known.
    pub reach_known: Option<i64>,
    /// Where it can be read, or empty.
    pub url: String,
    /// When it was said as far as known, else when we got it.
    pub said_at: Timestamp,
    /// When we got it.
    pub received_at: Timestamp,
    /// What we understood of the text.
    pub reading: Reading,
    /// Files in their order.
    pub files: Vec<KeptFile>,
}

/// Somebody who is a customer already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCustomer {
    /// Which.
    pub id: CustomerId,
    /// Their name.
    pub name: String,
}

/// Everything `customers` and `casework` need to go on with.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The feedback.
    pub feedback: Feedback,
    /// Who says it.
    pub author: Author,
    /// Who says it, where that is known: the customer of the case on whose page they wrote.
    pub customer: Option<KnownCustomer>,
    /// How it hangs together with cases.
    pub joins: Joins,
    /// Why, as people read it, or empty.
    pub because: String,
    /// The case an earlier reading of this arrival led to: it joins that.
    pub earlier_case: Option<CaseNumber>,
    /// When it was over in the earlier system it is taken over from.
    pub closed_at: Option<Timestamp>,
    /// Taken over from an earlier system: nobody is written to because of it.
    pub quiet: bool,
    /// Whether a program wrote it: never answered by a program.
    pub automatic: bool,
    /// Whether a program may answer it: stricter than `automatic`, see
    /// [`mail::may_answer_automatically`].
    pub answerable: bool,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// Why it could not be read; `None` when it could. The feedback is a stub then.
    pub error: Option<String>,
    /// What is known of the sender of a mail, when somebody checked.
    pub sender: Option<mail::Authentication>,
    /// Message-IDs by which later mails may name it.
    pub message_ids: Vec<String>,
    /// The colleague who passed it on, and what they wrote to it.
    pub passed_on: Option<PassedOn>,
    /// Word of what became of letters of ours, when it is a report.
    pub reports: Vec<DeliveryReport>,
    /// The language in which they read our form, ISO 639-1, or empty.
    pub reads: String,
}

impl Understood {
    /// Whether a customer says it to us: not what others read elsewhere, and not a mail of ours
    /// that came back.
    pub fn is_a_customer_s(&self) -> bool {
        !self.feedback.public && self.joins != Joins::OwnCopy
    }
}

/// What a delivery report says of a letter of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The letter's key: the message's id.
    pub key: String,
    /// What became of it.
    pub state: Delivery,
    /// What went wrong in plain words, and the words of the other system.
    pub detail: String,
    /// The first day on which its reader is there again, where it says that they are away.
    pub back_on: Option<Date>,
}

/// What `casework` decided about a thing that was understood.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The thing.
    pub understood: &'a Understood,
    /// Whose it is, where it is anybody's.
    pub customer: Option<CustomerId>,
    /// The case it opened or joined.
    pub case: Option<CaseId>,
    /// Why it went there, as staff read it.
    pub explanation: &'a str,
}
