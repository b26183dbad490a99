//! A row of the queue as pages show it.

use crate::presence::pages::faces;
use crate::screen::{Screen, channel_words, reason_words};
use crate::view::queue::QueueRow;
use domain::urgency::Reason;
use web::frame::Face;
use web::time_words::DueClock;

/// Reasons shown in a row.
const REASONS_MOST: usize = 3;

/// Everything a row shows, finished.
pub struct RowView {
    /// The number people say.
    pub number: String,
    /// Whose case it is.
    pub who: String,
    /// Icon and words of the way it came.
    pub channel: (&'static str, &'static str),
    /// Subject line.
    pub subject: String,
    /// Their last words.
    pub words: String,
    /// What is special, as an icon.
    pub mark: &'static str,
    /// The first reason for its place.
    pub strong: String,
    /// The other reasons.
    pub why: String,
    /// Whether it is the reader's.
    pub mine: bool,
    /// Who has it.
    pub owner: Option<Face>,
    /// Who else looks at it.
    pub present: Vec<Face>,
    /// What runs out first.
    pub due: Option<DueClock>,
    /// Whether the reader has not read all of it.
    pub unread: bool,
    /// Whether somebody was asked to decide.
    pub escalated: bool,
    /// Names of its labels.
    pub labels: Vec<String>,
}

/// Whether a reason is written in strong letters: harm was done or may be.
fn is_strong(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::PromiseBroken | Reason::Undelivered | Reason::SafetyWords | Reason::RegulatorDate
    )
}

impl RowView {
    /// A row of the queue as `screen` shows it.
    pub fn of(screen: &Screen, row: &QueueRow) -> RowView {
        let case = &row.case;
        let shown: Vec<&Reason> = row.reasons.iter().take(REASONS_MOST).collect();
        let strong = shown.first().filter(|reason| is_strong(reason));
        let rest = shown.iter().skip(usize::from(strong.is_some()));
        let joiner = row.waits.then(|| "somebody waits to be taken in".to_owned());
        let why: Vec<String> =
            joiner.into_iter().chain(rest.map(|reason| reason_words(reason))).collect();
        let me = screen.signed.staff.id;
        RowView {
            number: case.number.to_string(),
            who: row.customer.clone(),
            channel: channel_words(case.channel),
            subject: case.subject.clone(),
            words: row.snippet.chars().take(160).collect(),
            mark: if row.draft { "Draft: " } else { "" },
            strong: strong.map(|reason| reason_words(reason)).unwrap_or_default(),
            why: why.join(" · "),
            mine: case.owner == Some(me),
            owner: row.owner.as_ref().map(Face::of),
            present: faces(&row.present),
            due: screen.next_due(case),
            unread: row.unread,
            escalated: case.escalated,
            labels: screen.label_names(case),
        }
    }
}
