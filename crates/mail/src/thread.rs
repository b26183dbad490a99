//! Which case a mail belongs to: evidence with strengths, then trust (8.3).
//!
//! A stranger never gets anything: evidence only says where a mail is shown to *us*; who may
//! read or be written to is decided by the participants of the case, and a mail cannot add one.

mod decision;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use decision::{Decision, Outcome, decide};

use crate::parsed::Parsed;
use crate::subject;
use crate::token::{Keys, read_body_marks, read_message_id, read_reply_address};

/// How much a piece of evidence may cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Shown to people as "maybe"; never joins.
    Hint,
    /// Guessable: joins only a known participant whose address was verified.
    Weak,
    /// Joins a known participant whose address did not fail verification.
    Medium,
    /// Signed by us.
    Strong,
}

/// What the evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A signed reply address among the recipients.
    ReplyAddress,
    /// A signed Message-ID of ours in In-Reply-To or References.
    OurMessageId,
    /// A signed mark in the text.
    BodyMark,
    /// It carries a signed Message-ID of ours: a mail of ours came back.
    OwnMessage,
    /// The Message-ID of a stored message of somebody else.
    KnownMessageId,
    /// Outlook's Thread-Index of a stored message.
    ThreadIndex,
    /// A case number in the subject.
    SubjectTag,
    /// Same sender and subject lately.
    SameSubject,
    /// It names another mail that we do not know.
    UnknownReference,
}

/// One reason to think that a mail belongs to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is.
    pub source: Source,
    /// What it may cause.
    pub strength: Strength,
    /// The case it points to; `None` when we know none.
    pub case: Option<u64>,
    /// What was seen, for people.
    pub detail: String,
}

/// A case touched lately, for the weakest hint.
#[derive(Debug, Clone)]
pub struct Recent {
    /// The case.
    pub case: u64,
    /// Who wrote, lower case.
    pub sender: String,
    /// The subject as written.
    pub subject: String,
    /// When it was last written on.
    pub at: Timestamp,
}

/// How long the same subject from the same sender counts as a hint.
const SAME_SUBJECT_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is stored, looked up by the caller and handed in as values.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Stored foreign Message-IDs (see [`ids_to_look_up`]) and their cases.
    pub message_ids: HashMap<String, u64>,
    /// First 22 bytes of stored Thread-Index values (see [`thread_root`]) and their cases.
    pub thread_roots: HashMap<Vec<u8>, u64>,
    /// Cases of this sender touched lately.
    pub recent: Vec<Recent>,
    /// Participants of the cases in question: addresses, lower case.
    pub participants: HashMap<u64, Vec<String>>,
    /// Merged cases and their survivors; chains are followed.
    pub merged: HashMap<u64, u64>,
    /// Our own mailboxes, lower case.
    pub own_addresses: Vec<String>,
    /// What our `X-Redress-Loop` header says.
    pub loop_mark: String,
    /// What stands before case numbers in subjects, such as `R`.
    pub case_prefix: String,
}

impl Known {
    /// The case that lives on after merges.
    pub fn survivor(&self, case: u64) -> u64 {
        let mut at = case;
        for _ in 0..64 {
            match self.merged.get(&at) {
                Some(next) if *next != at => at = *next,
                _ => break,
            }
        }
        at
    }

    pub(crate) fn takes_part(&self, case: u64, address: &str) -> bool {
        let list = self.participants.get(&case);
        list.is_some_and(|all| all.iter().any(|p| p.eq_ignore_ascii_case(address)))
    }
}

/// Ids to look up in the store before asking for evidence: In-Reply-To first, then References
/// from the newest back.
pub fn ids_to_look_up(parsed: &Parsed) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in parsed.in_reply_to.iter().chain(parsed.references.iter().rev()) {
        if !ids.contains(&id.as_str()) && ids.len() < 64 {
            ids.push(id);
        }
    }
    ids
}

/// The 22 bytes of Outlook's Thread-Index that all mails of a conversation share.
pub fn thread_root(parsed: &Parsed) -> Option<Vec<u8>> {
    let index = parsed.marks.thread_index.as_deref()?;
    let bytes = crate::transfer::lenient_base64(index.as_bytes())?;
    (bytes.len() >= 22).then(|| bytes[..22].to_vec())
}

/// Everything that links a mail to cases, strongest first.
pub fn evidence(parsed: &Parsed, keys: &Keys, known: &Known) -> Vec<Evidence> {
    let mut found = Vec::new();
    signed(parsed, keys, known, &mut found);
    stored(parsed, known, &mut found);
    guessable(parsed, known, &mut found);
    found.sort_by_key(|e| std::cmp::Reverse(e.strength));
    found
}

fn signed(parsed: &Parsed, keys: &Keys, known: &Known, found: &mut Vec<Evidence>) {
    let mut add = |source, case, detail: String| {
        let case = Some(known.survivor(case));
        let seen = |e: &Evidence| e.source == source && e.case == case;
        if !found.iter().any(seen) {
            found.push(Evidence { source, strength: Strength::Strong, case, detail });
        }
    };
    let listed = parsed.to.iter().chain(&parsed.cc).map(|a| a.address.as_str());
    for address in listed.chain(parsed.marks.delivered_to.iter().map(String::as_str)) {
        if let Some(claim) = read_reply_address(keys, address) {
            let says = format!("It was sent to the reply address of case {}.", claim.case);
            add(Source::ReplyAddress, claim.case, says);
        }
    }
    for id in ids_to_look_up(parsed) {
        if let Some(claim) = read_message_id(keys, id) {
            let says = format!("It answers a mail of ours on case {}.", claim.case);
            add(Source::OurMessageId, claim.case, says);
        }
    }
    let returned = parsed.original.as_ref().and_then(|o| o.message_id.as_deref());
    if let Some(claim) = returned.and_then(|id| read_message_id(keys, id)) {
        let says = format!("It reports on a mail of ours on case {}.", claim.case);
        add(Source::OurMessageId, claim.case, says);
    }
    let own = parsed.message_id.as_deref().and_then(|id| read_message_id(keys, id));
    if let Some(claim) = own {
        let says = format!("It is a mail of ours on case {}.", claim.case);
        add(Source::OwnMessage, claim.case, says);
    }
    let html = parsed.html.as_deref().unwrap_or("");
    for claim in read_body_marks(keys, &parsed.text).into_iter().chain(read_body_marks(keys, html))
    {
        let says = format!("It quotes our mark of case {}.", claim.case);
        add(Source::BodyMark, claim.case, says);
    }
}

fn stored(parsed: &Parsed, known: &Known, found: &mut Vec<Evidence>) {
    for id in ids_to_look_up(parsed) {
        if let Some(case) = known.message_ids.get(id) {
            found.push(Evidence {
                source: Source::KnownMessageId,
                strength: Strength::Medium,
                case: Some(known.survivor(*case)),
                detail: "It answers a mail that is stored in the case.".to_owned(),
            });
        }
    }
    let root = thread_root(parsed);
    if let Some(case) = root.and_then(|root| known.thread_roots.get(&root)) {
        found.push(Evidence {
            source: Source::ThreadIndex,
            strength: Strength::Medium,
            case: Some(known.survivor(*case)),
            detail: "Outlook says that it continues the conversation.".to_owned(),
        });
    }
}

fn guessable(parsed: &Parsed, known: &Known, found: &mut Vec<Evidence>) {
    for case in subject::case_tags(&parsed.subject, &known.case_prefix) {
        found.push(Evidence {
            source: Source::SubjectTag,
            strength: Strength::Weak,
            case: Some(known.survivor(case)),
            detail: format!("Its subject names case {case}."),
        });
    }
    let author = parsed.author.as_ref().map(crate::Address::key).unwrap_or_default();
    let topic = subject::normalised(&parsed.subject);
    for recent in &known.recent {
        let near = parsed.date.is_some_and(|date| {
            let gap = date.duration_since(recent.at);
            gap.abs() <= SAME_SUBJECT_FOR
        });
        if near
            && !topic.is_empty()
            && recent.sender == author
            && subject::normalised(&recent.subject) == topic
        {
            found.push(Evidence {
                source: Source::SameSubject,
                strength: Strength::Hint,
                case: Some(known.survivor(recent.case)),
                detail: "The same person wrote under the same subject lately.".to_owned(),
            });
        }
    }
}

/// What a mail shows about threads without any store or key: for looking at single mails.
pub fn own_evidence(parsed: &Parsed) -> Vec<Evidence> {
    let unknown = |id: &&str| Evidence {
        source: Source::UnknownReference,
        strength: Strength::Hint,
        case: None,
        detail: format!("It names the mail {id}."),
    };
    ids_to_look_up(parsed).iter().map(unknown).collect()
}
