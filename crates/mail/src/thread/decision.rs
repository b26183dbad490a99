//! From evidence and trust to one outcome, with the reason in words.

use serde::Serialize;

use super::{Evidence, Known, Source, Strength};
use crate::auth::{Authentication, Verdict};
use crate::parsed::{Kind, Parsed};

/// Where a mail goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// A participant writes on the case.
    Joins {
        /// The case.
        case: u64,
    },
    /// A stranger holds proof: shown in a box of its own inside the case, until a handler
    /// accepts or splits it. The stranger sees nothing and is written nothing.
    Waits {
        /// The case.
        case: u64,
    },
    /// A new matter; `maybe` are cases it could belong to, shown to staff only.
    Opens {
        /// Cases it could belong to.
        maybe: Vec<u64>,
    },
    /// A report or automatic answer about our mail on a case: noted there, never reopens it.
    Notes {
        /// The case.
        case: u64,
    },
    /// Our own mail came back: linked as a copy, never taken for a customer's word.
    OwnCopy,
}

/// The outcome with what people need to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Where the mail goes.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How far the sender's address can be believed.
    pub sender: Verdict,
    /// Whether a closed case may reopen because of it.
    pub may_reopen: bool,
    /// Recipients that stand on it but take no part in the case: offered to the handler as
    /// suggestions, added by nobody else.
    pub suggested: Vec<String>,
    /// Why, for the case's history.
    pub because: String,
}

/// Decides where a mail goes.
pub fn decide(
    parsed: &Parsed,
    evidence: &[Evidence],
    authentication: &Authentication,
    known: &Known,
) -> Decision {
    let sender = authentication.verdict;
    let (outcome, because) = noted(parsed, outcome(parsed, evidence, sender, known));
    let case = match &outcome {
        Outcome::Joins { case } | Outcome::Waits { case } | Outcome::Notes { case } => Some(*case),
        Outcome::Opens { .. } | Outcome::OwnCopy => None,
    };
    Decision {
        may_reopen: matches!(outcome, Outcome::Joins { .. })
            && crate::kind_here(parsed, &known.own_addresses) == Kind::Human,
        suggested: suggested(parsed, case, known),
        because: format!("{because} {}", authentication.says),
        outcome,
        sender,
    }
}

/// What machines send about a case is noted there and is nobody's message.
fn noted(parsed: &Parsed, (outcome, because): (Outcome, String)) -> (Outcome, String) {
    let machine = matches!(parsed.kind, Kind::Bounce | Kind::AutoReply | Kind::FeedbackLoop);
    match outcome {
        Outcome::Joins { case } | Outcome::Waits { case } if machine => {
            (Outcome::Notes { case }, format!("{because} It is automatic, so it is only noted."))
        }
        other => (other, because),
    }
}

fn outcome(
    parsed: &Parsed,
    evidence: &[Evidence],
    sender: Verdict,
    known: &Known,
) -> (Outcome, String) {
    let author = parsed.author.as_ref().map(crate::Address::key).unwrap_or_default();
    if is_ours(parsed, evidence, known) {
        return (Outcome::OwnCopy, "It is our own mail coming back.".to_owned());
    }
    for strength in [Strength::Strong, Strength::Medium, Strength::Weak] {
        let Some((case, why)) = best(evidence, strength) else { continue };
        let takes_part = known.takes_part(case, &author);
        let enough = match strength {
            Strength::Strong => true,
            Strength::Medium => sender != Verdict::Failed,
            Strength::Weak => sender == Verdict::Verified,
            Strength::Hint => false,
        };
        if takes_part && enough {
            let says = format!("{} {author} takes part in it.", why.detail);
            return (Outcome::Joins { case }, says);
        }
        if strength == Strength::Strong {
            let says = format!("{} But {author} takes no part in it yet.", why.detail);
            return (Outcome::Waits { case }, says);
        }
    }
    let mut maybe: Vec<u64> = Vec::new();
    for case in evidence.iter().filter_map(|e| e.case) {
        if !maybe.contains(&case) {
            maybe.push(case);
        }
    }
    let says = match maybe.as_slice() {
        [] => "Nothing links it to a case.".to_owned(),
        _ => "What links it to a case can be guessed or belongs to somebody else.".to_owned(),
    };
    (Outcome::Opens { maybe }, says)
}

/// The best evidence of a strength; a reply address speaks before an id, an id before a mark.
fn best(evidence: &[Evidence], strength: Strength) -> Option<(u64, &Evidence)> {
    const ORDER: [Source; 6] = [
        Source::ReplyAddress,
        Source::OurMessageId,
        Source::BodyMark,
        Source::KnownMessageId,
        Source::ThreadIndex,
        Source::SubjectTag,
    ];
    let of = |e: &&Evidence| e.strength == strength && e.case.is_some();
    let place = |e: &Evidence| ORDER.iter().position(|s| *s == e.source);
    let best = evidence.iter().filter(of).min_by_key(|e| place(e).unwrap_or(ORDER.len()))?;
    best.case.map(|case| (case, best))
}

/// Whether a mail is one of ours. Our address as author is no proof: forms of shops write in
/// our name what customers say, and taking these for copies would lose complaints.
fn is_ours(parsed: &Parsed, evidence: &[Evidence], known: &Known) -> bool {
    let marked = !known.loop_mark.is_empty()
        && parsed.marks.loop_mark.as_deref() == Some(known.loop_mark.as_str());
    // A bounce of our mail quotes our header inside, never on top, so it is not meant here.
    (marked && parsed.kind != Kind::Bounce)
        || evidence.iter().any(|e| e.source == Source::OwnMessage)
}

fn suggested(parsed: &Parsed, case: Option<u64>, known: &Known) -> Vec<String> {
    let Some(case) = case else { return Vec::new() };
    let mut out: Vec<String> = Vec::new();
    for address in parsed.cc.iter().chain(&parsed.to).chain(&parsed.reply_to) {
        let key = address.key();
        let same = crate::same_mailbox_key(&key);
        let ours = known.own_addresses.iter().any(|o| crate::same_mailbox_key(o) == same);
        if key.contains('@') && !ours && !known.takes_part(case, &key) && !out.contains(&key) {
            out.push(key);
        }
    }
    out
}
