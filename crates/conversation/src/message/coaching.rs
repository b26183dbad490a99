//! The coach at the composer: what a draft may sound like, with better words. It advises; only
//! personal data where it must not be stops a send. Its rules are those that ship, as `insight`
//! has set them.

use crate::reply_text::gaps::Values;
use casework::message::stop::COACH;
use coach::{Coach, Draft, Earlier, Kind, OpenPromise, Publicity, Severity};
use desk::screen::Screen;
use desk::view::case::CaseView;
use domain::channel;
use domain::event::Event;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Context, Doing, Store, StoreError, on};

/// A rule as it is set: id, whether it is off, its pack when it is the organisation's own.
type Set = (String, i64, String);
/// The coach that was made of some rules as they are set.
type Made = (Vec<Set>, Arc<Coach>);

/// The coach with the rules as they are set; made anew when they change.
pub(crate) async fn coach(store: &Store) -> Result<Arc<Coach>, StoreError> {
    static MADE: Mutex<Option<Made>> = Mutex::new(None);
    const SQL: &str = "SELECT id, is_off, body FROM coach_rule ORDER BY id LIMIT 200";
    let set: Vec<Set> = on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
        .doing("reading the rules of the coach")?;
    if set.is_empty() {
        return Ok(Arc::clone(&COACH));
    }
    let known = MADE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, coach)) = known.filter(|(of, _)| *of == set) {
        return Ok(coach);
    }
    let coach = Arc::new(made(&set));
    *MADE.lock().unwrap_or_else(PoisonError::into_inner) = Some((set, Arc::clone(&coach)));
    Ok(coach)
}

fn made(set: &[Set]) -> Coach {
    // C13 keeps personal data from leaving and is on, whatever stands in a table.
    let is_off = |id: &str, off: i64| off == 1 && id != "C13";
    let ids: Vec<&str> =
        set.iter().filter(|(id, off, _)| is_off(id, *off)).map(|(id, ..)| id.as_str()).collect();
    let mut packs: Vec<String> = COACH
        .languages()
        .map(|language| format!("language = {language:?}\noff = {ids:?}\n"))
        .collect();
    let own = set.iter().filter(|(id, off, body)| !body.is_empty() && !is_off(id, *off));
    packs.extend(own.map(|(.., body)| body.clone()));
    packs.iter().fold(Coach::shipped(), |coach, pack| {
        // It was tried when it was written down; a later release may read it otherwise.
        match coach.with_pack(pack) {
            Ok(coach) => coach,
            Err(error) => {
                tracing::warn!(%error, "a rule of the coach cannot be used; those that ship are");
                Coach::shipped()
            }
        }
    })
}

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

/// What the coach has to say of a draft.
#[derive(Default)]
pub(crate) struct Review {
    /// What it found, without what the writer waved away.
    pub findings: Vec<FindingView>,
    /// Two letters, or empty where no pack speaks it.
    pub language: String,
    /// The publicity check; none for an empty draft.
    pub publicity: Option<Publicity>,
}

impl Review {
    /// Whether something in it must not leave.
    pub fn stops(&self) -> bool {
        self.findings.iter().any(|finding| finding.stops)
    }
}

/// What the coach has to say of `text` on this case; the findings of rules in `kept` were waved
/// away, which nothing that must not leave can be.
pub(crate) async fn review(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    text: &str,
    kept: &[String],
) -> Result<Review, StoreError> {
    if text.trim().is_empty() {
        return Ok(Review::default());
    }
    let coach = coach(&ctx.store).await?;
    let (draft, context) = shown_to_it(screen, view, text);
    let found = coach.review(&draft, &context);
    let publicity = coach.publicity(&draft, &context, &found);
    let still = |finding: &coach::Finding| {
        finding.severity == Severity::Stop || !kept.contains(&finding.rule)
    };
    let mut findings: Vec<FindingView> =
        found.into_iter().filter(still).map(|f| shown(text, f)).collect();
    if !domain::variable::gaps(text).is_empty() {
        findings.extend(Values::of(ctx, screen, view).await?.findings(text));
        // The marks below the text are laid from its beginning on.
        findings.sort_by_key(|finding| finding.from);
    }
    Ok(Review {
        language: coach.language_of(&draft).unwrap_or("").to_owned(),
        publicity: Some(publicity),
        findings,
    })
}

fn shown_to_it(screen: &Screen, view: &CaseView, text: &str) -> (Draft, coach::Context) {
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
    (draft, context)
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
