//! The coach at the composer: what a draft may sound like, with better words. It advises; only
//! personal data where it must not be stops a send.

use crate::screen::Screen;
use crate::view::case::CaseView;
use coach::{Coach, Draft, Earlier, Kind, OpenPromise, Severity};
use domain::channel;
use domain::event::Event;
use std::sync::LazyLock;

/// Rules are compiled once.
static COACH: LazyLock<Coach> = LazyLock::new(Coach::shipped);

/// One finding as pages show it; places are counted in characters.
pub(crate) struct FindingView {
    pub rule: String,
    pub from: usize,
    pub to: usize,
    pub better: Option<String>,
    pub severity: &'static str,
    pub says: String,
    pub reason: String,
    pub stops: bool,
}

/// What the coach has to say of `text` on this case.
pub(crate) fn findings(screen: &Screen, view: &CaseView, text: &str) -> Vec<FindingView> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let case = &view.case;
    let language = (!case.language.is_empty()).then(|| case.language.clone());
    let draft = Draft { text: text.to_owned(), language, public: false, kind: Kind::Reply };
    let context = coach::Context {
        customer_name: Some(view.customer.clone()).filter(|name| !name.is_empty()),
        problem_line: Some(case.problem_line().to_owned()),
        open_promises: case
            .promises
            .iter()
            .filter(|promise| promise.is_owed())
            .map(|promise| OpenPromise { words: promise.words.clone(), due: promise.due_at })
            .collect(),
        earlier_messages: earlier(view),
        reach: domain::urgency::reach(case.facts.reach_known),
        now: screen.now,
        agent_name: Some(screen.signed.staff.name.clone()),
        agent_contact: Some(screen.signed.signature.clone()).filter(|line| !line.is_empty()),
        is_complaint: case.kind == channel::Kind::Complaint,
        asked_fair: !case.offers.is_empty(),
        case_number: Some(case.number.to_string()),
        ..coach::Context::default()
    };
    let found = COACH.review(&draft, &context);
    found.into_iter().map(|finding| shown(text, finding)).collect()
}

fn shown(text: &str, finding: coach::Finding) -> FindingView {
    let count = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
    FindingView {
        from: count(finding.span.start),
        to: count(finding.span.end),
        rule: finding.rule,
        better: finding.better,
        severity: match finding.severity {
            Severity::Advice => "advice",
            Severity::Strong => "strong",
            Severity::Stop => "stop",
        },
        stops: finding.severity == Severity::Stop,
        says: finding.says,
        reason: finding.reason,
    }
}

fn earlier(view: &CaseView) -> Vec<Earlier> {
    let of = |event: &Event| match event {
        Event::Sent { message, .. } => Some((true, message.text.clone())),
        Event::Received { message, .. } => Some((false, message.text.clone())),
        Event::Opened(opening) => opening.message.as_ref().map(|m| (false, m.text.clone())),
        _ => None,
    };
    let entries = view.thread.entries.iter();
    entries
        .filter_map(|entry| {
            let (from_us, text) = of(&entry.entry.event)?;
            Some(Earlier { from_us, text, at: entry.entry.at })
        })
        .collect()
}
