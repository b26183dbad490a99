//! A case as programs read it.

use crate::view::queue::QueueRow;
use domain::case::{Case, Stage, Undelivered};
use domain::urgency::{self, Facts, Reason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A case. Moments are RFC 3339 in UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseBody {
    /// Its id.
    pub id: String,
    /// The number people say.
    #[schema(example = "R-10482")]
    pub number: String,
    /// Counts its events; the `ETag` is `"v19"` for version 19.
    pub version: u64,
    /// `complaint`, `question`, `praise`, `idea`, `cancellation` or `other`.
    #[schema(example = "complaint")]
    pub kind: &'static str,
    /// The way it came: `mail`, `form`, `call`, `letter`, `visit`, `chat`, `survey`, `review`,
    /// `post`, `api` or `import`.
    #[schema(example = "mail")]
    pub channel: &'static str,
    /// Subject line.
    pub subject: String,
    /// The problem as we understand it, in one line; empty until somebody wrote it.
    pub problem: String,
    /// The customer's last words, cut short.
    pub snippet: String,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// Whose case it is.
    pub customer: CustomerPart,
    /// The id of the unit it belongs to.
    pub unit: String,
    /// The id of the team it lies with.
    pub team: String,
    /// Who has it.
    pub owner: Option<Named>,
    /// `new`, `with`, `waiting_for_customer`, `waiting_for_us`, `offer_made`, `checking` or
    /// `closed`.
    #[schema(example = "with")]
    pub stage: &'static str,
    /// Where it lies: `open`, `snoozed`, `ideas` or `closed`.
    #[schema(example = "open")]
    pub tray: &'static str,
    /// Why it was closed; only `confirmed` is the customer's word that it is solved.
    pub closing: Option<&'static str>,
    /// What we did to put it right, while the customer is asked.
    pub what_we_did: Option<String>,
    /// 0 (slight) to 4 (danger or great harm).
    pub severity: u8,
    /// What is in it.
    pub signs: Signs,
    /// Whether others can read it where it was said.
    pub public: bool,
    /// How many can see it; never counted below 10,000.
    pub reach: u64,
    /// Why it is where it is in the queue, strongest first: `reason`, and with some `seen_by`,
    /// `n` or `hours`.
    #[schema(value_type = Vec<Object>)]
    pub reasons: Vec<Reason>,
    /// Messages from the customer so far.
    pub contacts: u32,
    /// How often the customer came back or said that it was not solved.
    pub reopened: u32,
    /// How often it was handed over.
    pub transfers: u32,
    /// Whether somebody was asked to decide and has not yet.
    pub escalated: bool,
    /// `fine`, `warned` or `ended`.
    #[schema(example = "fine")]
    pub conduct: &'static str,
    /// The ids of the labels and causes it carries, in the order in which they were put on.
    pub labels: Vec<String>,
    /// The ids of the topics it is about, of `GET /api/v1/topics`.
    pub topics: Vec<String>,
    /// Promises still owed.
    pub promises_owed: usize,
    /// Offers still open.
    pub offers_open: usize,
    /// Letters that did not arrive and that nobody has seen to.
    pub undelivered: Vec<UndeliveredBody>,
    /// Due moments that policies set.
    pub clocks: Vec<ClockBody>,
    /// The next moment at which something is due.
    pub next_due_at: Option<String>,
    /// When it was opened.
    pub opened_at: String,
    /// When our first word left.
    pub acknowledged_at: Option<String>,
    /// When a person first answered.
    pub answered_at: Option<String>,
    /// Since when the customer waits for us.
    pub waiting_since: Option<String>,
    /// Until when it is put aside.
    pub snoozed_until: Option<String>,
    /// When anything last happened.
    pub changed_at: String,
}

/// A letter that did not arrive; it waits for a decision about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndeliveredBody {
    /// The id of the letter; a decision names it.
    pub letter: String,
    /// The id of the message it carried.
    pub message: String,
    /// To which address.
    pub to: String,
    /// When it was written.
    pub written_at: String,
    /// Why it did not arrive.
    pub why: String,
    /// Whether a program wrote it.
    pub automatic: bool,
}

impl From<&Undelivered> for UndeliveredBody {
    fn from(one: &Undelivered) -> UndeliveredBody {
        UndeliveredBody {
            letter: one.letter.to_string(),
            message: one.message.to_string(),
            to: one.to.clone(),
            written_at: one.written_at.to_string(),
            why: one.why.clone(),
            automatic: one.automatic,
        }
    }
}

/// Somebody, with the name people read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// Their id.
    pub id: String,
    /// Their name, or empty.
    pub name: String,
}

/// A customer beside their case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerPart {
    /// Their id.
    pub id: String,
    /// Their name, or empty.
    pub name: String,
    /// More of them; when `customer` was asked for.
    #[serde(flatten)]
    pub known: Option<KnownBody>,
}

/// Who a customer is and how we know them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KnownBody {
    /// The number people say.
    pub number: i64,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// When they were first heard.
    pub since: String,
    /// Whether they told us that they need extra care.
    pub needs_care: bool,
    /// How we know them.
    pub identities: Vec<IdentityPart>,
}

/// A way a customer is known by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IdentityPart {
    /// `email`, `phone`, `handle` or `reference`.
    pub kind: String,
    /// The value in its one spelling.
    pub value: String,
}

/// A due moment that a policy sets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockBody {
    /// `acknowledge`, `answer`, `update`, `resolve` or `regulator`.
    kind: &'static str,
    /// When it began to count.
    set_at: String,
    /// When it is due.
    due_at: String,
    /// Whether it is over.
    over: bool,
}

/// What is in a case that bears on its urgency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Signs {
    /// Somebody may be hurt.
    pub safety: bool,
    /// Courts, lawyers or an authority are named.
    pub legal: bool,
    /// The press is named.
    pub press: bool,
    /// Money was taken twice or wrongly.
    pub money: bool,
    /// No heating, no phone, no account.
    pub cut_off: bool,
    /// They told us that they need extra care.
    pub needs_care: bool,
}

impl Signs {
    fn of(facts: &Facts) -> Signs {
        Signs {
            safety: facts.safety,
            legal: facts.legal,
            press: facts.press,
            money: facts.money,
            cut_off: facts.cut_off,
            needs_care: facts.needs_care,
        }
    }

    /// `facts` with these signs; what others measured stays.
    pub fn into_facts(self, facts: Facts) -> Facts {
        Facts {
            safety: self.safety,
            legal: self.legal,
            press: self.press,
            money: self.money,
            cut_off: self.cut_off,
            needs_care: self.needs_care,
            ..facts
        }
    }
}

fn clocks(case: &Case) -> Vec<ClockBody> {
    let body = |clock: &domain::clock::Clock| ClockBody {
        kind: clock.kind.as_str(),
        set_at: clock.set_at.to_string(),
        due_at: clock.due_at.to_string(),
        over: clock.over,
    };
    case.clocks.iter().map(body).collect()
}

impl From<QueueRow> for CaseBody {
    fn from(row: QueueRow) -> CaseBody {
        let case = row.case;
        let at = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
        let (closing, what_we_did) = match &case.stage {
            Stage::Closed { because, .. } => (Some(because.as_str()), None),
            Stage::Checking { what_we_did, .. } => (None, Some(what_we_did.clone())),
            _ => (None, None),
        };
        let owner = case.owner.map(|id| (id.to_string(), row.owner.unwrap_or_default()));
        CaseBody {
            id: case.id.to_string(),
            number: case.number.to_string(),
            version: case.version,
            kind: case.kind.as_str(),
            channel: case.channel.as_str(),
            snippet: row.snippet,
            language: case.language.clone(),
            customer: CustomerPart {
                id: case.customer.to_string(),
                name: row.customer,
                known: None,
            },
            unit: case.unit.to_string(),
            team: case.team.to_string(),
            owner: owner.map(|(id, name)| Named { id, name }),
            stage: case.stage.as_str(),
            tray: case.tray().as_str(),
            closing,
            what_we_did,
            severity: case.severity,
            signs: Signs::of(&case.facts),
            public: case.facts.public,
            reach: urgency::reach(case.facts.reach_known),
            reasons: row.reasons,
            contacts: case.contacts,
            reopened: case.reopened,
            transfers: case.transfers,
            escalated: case.escalated,
            conduct: case.conduct.as_str(),
            labels: case.labels.iter().map(ToString::to_string).collect(),
            topics: case.topics.iter().map(ToString::to_string).collect(),
            promises_owed: case.promises.iter().filter(|promise| promise.is_owed()).count(),
            offers_open: case.offers.len(),
            undelivered: case.undelivered.iter().map(UndeliveredBody::from).collect(),
            clocks: clocks(&case),
            next_due_at: at(case.next_due()),
            opened_at: case.opened_at.to_string(),
            acknowledged_at: at(case.acknowledged_at),
            answered_at: at(case.answered_at),
            waiting_since: at(case.waiting_since),
            snoozed_until: at(case.snoozed_until),
            changed_at: case.changed_at.to_string(),
            subject: case.subject,
            problem: case.problem,
        }
    }
}
