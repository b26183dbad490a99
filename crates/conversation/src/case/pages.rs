//! A3: the case, with its thread, its composer and the relationship panel.

use crate::case::senders;
use crate::joiner::pages::{JoinerView, waiting};
use crate::message::coaching::{FindingView, review};
use crate::message::pages::is_rule;
use crate::reply_text::sql::{Offered, offered};
use crate::suggestion::pages::{Suggesting, suggesting};
use crate::undelivered::pages::{UndeliveredView, undelivered};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use casework::case::actions;
use casework::draft::actions::drafts;
use casework::draft::{Draft, DraftKind};
use casework::merger::sql::into_of;
use desk::api::Nothing;
use desk::case::thread::{EntryKind, EntryView};
use desk::presence::pages::faces;
use desk::presence::sql::on_cases;
use desk::recipient::view::{Chip, chips};
use desk::screen::{Screen, reason_words, stage_words};
use desk::view::case::{CaseView, earlier, load, missing};
use desk::view::list::{self, CameFrom};
use desk::view::panel::Panel;
use desk::view::row::RowView;
use desk::view::seen;
use domain::case::{Case, Conduct, Stage};
use domain::id::{CaseId, CaseNumber, CustomerId};
use domain::permit::Act;
use serde::Deserialize;
use store::{Context, Store, StoreError};
use web::frame::{Face, Place, StaffFrame};
use web::time_words::DueClock;
use web::{Form, Path, Problem, Query, SignedIn};

/// Entries shown at once when somebody looks back.
const EARLIER_AT_ONCE: u32 = 100;
/// Names that an address lists.
const LISTED_MOST: usize = 64;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}", get(show))
        .route("/cases/{number}/owner", post(take))
        .route("/cases/{number}/wake", post(wake))
        .route("/cases/{number}/seen", post(saw))
        .route("/cases/{number}/file", get(case_file))
}

struct Head {
    customer: String,
    stage: String,
    due: Option<DueClock>,
    escalated: bool,
    problem: String,
    reasons: String,
    version: u64,
    /// Forms in the head and in the menu: path, action, words.
    links: Vec<(&'static str, &'static str, &'static str)>,
    more: Vec<(&'static str, &'static str, &'static str)>,
    may_handle: bool,
    may_promise: bool,
    /// Who has it, when the stage does not say so; and their id for the form that takes it over.
    holder: String,
    holder_id: String,
    /// Why the case cannot be taken; empty when it can.
    not_taken: &'static str,
    is_closed: bool,
    is_snoozed: bool,
    labels: Vec<String>,
}

/// The composer, for a reply or a note.
pub(crate) struct Composer {
    kind: &'static str,
    action: &'static str,
    label: String,
    to: String,
    text: String,
    saved: String,
    send: &'static str,
    news: String,
    despite_failure: bool,
    in_clear: bool,
    read_up_to: u64,
    stamp: i64,
    may_reply: bool,
    findings: Vec<FindingView>,
    /// Boxes to choose who gets it; none where there is no choice.
    recipients: Vec<Chip>,
    used: Vec<String>,
    kept: Vec<String>,
    /// Reply texts that may be put in: id and name.
    texts: Vec<(String, String)>,
    suggesting: Suggesting,
}

#[derive(askama::Template)]
#[template(path = "case/show.html")]
struct CasePage {
    frame: StaffFrame,
    here: String,
    head: Head,
    entries: Vec<EntryView>,
    earlier: u64,
    first: u64,
    rows: Vec<RowView>,
    /// What the list beside the case is called, and where it stands.
    list: (&'static str, String),
    neighbours: (Option<CaseNumber>, Option<CaseNumber>),
    /// Colleagues who have the case before their eyes.
    present: Vec<Face>,
    /// The version up to which the reader has read it.
    read_up_to: u64,
    joiners: Vec<JoinerView>,
    undelivered: Vec<UndeliveredView>,
    /// The case that this one is part of.
    part_of: Option<String>,
    composer: Option<Composer>,
    panel: Panel,
    press: String,
    /// Where the list beside the case leads back to.
    back: String,
}

impl CasePage {
    /// Whether what the customer wrote can be translated here.
    fn translates(&self) -> bool {
        self.composer.as_ref().is_some_and(|composer| composer.suggesting.translates)
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseQuery {
    write: Option<String>,
    before: Option<u64>,
    /// Who was chosen to get the reply: ids with commas between.
    to: Option<String>,
    /// Rules whose better words were taken, with commas between.
    used: Option<String>,
    /// Rules whose advice was waved away, with commas between.
    kept: Option<String>,
    #[serde(rename = "part")]
    _part: Option<String>,
}

/// What an address lists with commas between; much more than anybody means is left out.
fn listed(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    text.split(',').filter(|one| !one.is_empty()).take(LISTED_MOST).map(str::to_owned).collect()
}

/// `GET /cases/{number}`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    list: CameFrom,
    Path(number): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?.coming_from(list);
    let mut view = load(&ctx, &screen, &number).await?;
    if let Some(before) = query.before {
        let thread =
            earlier(&ctx, &screen.reach, view.case.number, before, EARLIER_AT_ONCE).await?;
        view.thread = thread.ok_or_else(missing)?;
    }
    let kind =
        if query.write.as_deref() == Some("note") { DraftKind::Note } else { DraftKind::Reply };
    let draft = own_draft(&ctx, &screen, &view, kind).await?;
    let stamp = Some(stamp_of(&screen, draft.as_ref()));
    let words = draft.map(|draft| draft.text).unwrap_or_default();
    let to = query.to.map(|to| listed(Some(to)).iter().filter_map(|id| id.parse().ok()).collect());
    let only_rules = |text| listed(text).into_iter().filter(|rule| is_rule(rule)).collect();
    let (used, kept) = (only_rules(query.used), only_rules(query.kept));
    let typed = Typed { words, stamp, to, used, kept, ..Typed::default() };
    page(&ctx, &screen, &view, kind, typed, "").await
}

/// What this person has kept as a draft on the case.
pub(crate) async fn own_draft(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    kind: DraftKind,
) -> Result<Option<Draft>, Problem> {
    let kept = drafts(ctx, &screen.reach, view.case.id).await?;
    let me = screen.signed.staff.id.to_string();
    Ok(kept.into_iter().find(|d| d.staff_id == me && d.kind == kind.as_str()))
}

/// What the page's saves go on from.
fn stamp_of(screen: &Screen, draft: Option<&Draft>) -> i64 {
    draft.map_or_else(|| screen.now.as_millisecond(), |draft| draft.stamp)
}

/// What stands in the composer, and what was done with the coach's advice on it.
#[derive(Default)]
pub(crate) struct Typed {
    pub words: String,
    /// The stamp of the draft, where it is known already.
    pub stamp: Option<i64>,
    pub used: Vec<String>,
    pub kept: Vec<String>,
    /// Who gets it, where somebody chose.
    pub to: Option<Vec<CustomerId>>,
    /// The writer knows that the last letter did not arrive there.
    pub despite_failure: bool,
    /// The writer knows that their words came encrypted.
    pub in_clear: bool,
    /// Why a language model suggests nothing.
    pub model_news: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    version: u64,
}

/// `POST /cases/{number}/seen`: the page was in front of somebody. A GET must not note that.
async fn saw(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Seen>,
) -> Result<StatusCode, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    seen::see(&ctx, &form.by.staff, number, form.value.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes the case page with `text` in the composer.
pub(crate) async fn page(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    kind: DraftKind,
    text: Typed,
    news: &str,
) -> Result<Html<String>, Problem> {
    let here = view.case.number.to_string();
    let is_mine = view.case.owner == Some(screen.signed.staff.id);
    let title = format!("{} – {}", view.customer, here);
    let (store, case) = (&ctx.store, view.case.id);
    // None of these waits for another.
    let (list, frame, panel, entries, beside, present, joiners, part_of) = tokio::try_join!(
        ours(list::ListBeside::of(ctx, screen, &view.case)),
        screen.frame(ctx, title, Place::Queue, "case"),
        ours(Panel::of(ctx, screen, view)),
        ours(entries(store, screen, view)),
        beside(ctx, screen, view, kind, &text),
        ours(present(ctx, screen, case)),
        ours(waiting(ctx, screen, case)),
        ours(into_of(store, case)),
    )?;
    web::page(&CasePage {
        frame,
        head: head(screen, view, is_mine),
        entries,
        earlier: view.thread.earlier,
        first: view.thread.entries.first().map_or(0, |entry| entry.entry.n),
        neighbours: list.neighbours(view.case.number),
        rows: list.rows.iter().map(|row| RowView::of(screen, row)).collect(),
        list: (list.title, list.href),
        present,
        read_up_to: view.seen,
        joiners,
        undelivered: undelivered(screen, view),
        part_of: part_of.map(|(_, number)| number.to_string()),
        composer: composer(screen, view, kind, text, news, beside),
        panel,
        press: web::new_press(ctx),
        back: format!("/cases/{here}"),
        here,
    })
}

/// What the store gives, with its faults as problems of a page.
async fn ours<T>(read: impl Future<Output = Result<T, StoreError>>) -> Result<T, Problem> {
    Ok(read.await?)
}

async fn entries(
    store: &Store,
    screen: &Screen,
    view: &CaseView,
) -> Result<Vec<EntryView>, StoreError> {
    let mut entries: Vec<EntryView> =
        view.thread.entries.iter().map(|entry| EntryView::of(screen, entry)).collect();
    senders::tell(store, &mut entries).await?;
    Ok(entries)
}

/// What stands beside the words in the composer of a reply or a note.
async fn beside(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    kind: DraftKind,
    text: &Typed,
) -> Result<Beside, Problem> {
    let (found, texts, recipients) = match kind {
        DraftKind::Reply => (
            review(ctx, screen, view, &text.words, &text.kept).await?.findings,
            offered(&ctx.store, &screen.signed.staff, view.case.team).await?,
            chips(&ctx.store, view, text.to.as_deref()).await?,
        ),
        DraftKind::Note => Default::default(),
    };
    let suggesting = suggesting(ctx, screen, view, text).await?;
    let stamp = match text.stamp {
        Some(stamp) => stamp,
        None => stamp_of(screen, own_draft(ctx, screen, view, kind).await?.as_ref()),
    };
    Ok(Beside { found, recipients, texts, suggesting, stamp })
}

async fn present(ctx: &Context, screen: &Screen, case: CaseId) -> Result<Vec<Face>, StoreError> {
    let reader = &screen.reach.staff;
    let mut found = on_cases(&ctx.store, &[case], reader, screen.now).await?;
    Ok(faces(&found.remove(&case).unwrap_or_default()))
}

/// The case to go on with in the list that one works through.
pub(crate) async fn next_of(
    ctx: &Context,
    screen: &Screen,
    case: &Case,
) -> Result<Option<CaseNumber>, StoreError> {
    Ok(list::ListBeside::of(ctx, screen, case).await?.onward(case.number))
}

fn head(screen: &Screen, view: &CaseView, is_mine: bool) -> Head {
    let case = &view.case;
    let is_closed = case.stage.is_closed();
    let may = |act| screen.may(act) && !is_closed;
    let of = |all: &[(Act, &'static str, &'static str, &'static str)]| {
        let allowed = all.iter().filter(|(act, ..)| may(*act));
        allowed.map(|(_, path, action, words)| (*path, *action, *words)).collect::<Vec<_>>()
    };
    let mut more = of(&[
        (Act::HandleCase, "assignment/new", "assign", "Assign to somebody"),
        (Act::HandleCase, "snooze/new", "snooze", "Snooze until…"),
        (Act::Escalate, "escalation/new", "escalate", "Ask a lead to decide"),
        (Act::HandleCase, "merger/new", "merge", "Make it part of another case"),
        (Act::Close, "closing/new", "close-case", "Close without asking"),
        (Act::Reply, "conduct/new", "conduct", "State a limit (conduct)"),
    ]);
    if case.escalated && screen.may(Act::ApproveOffer) {
        more.push(("escalation/answer", "decide", "Decide what was asked"));
    }
    Head {
        customer: view.customer.clone(),
        stage: stage_words(case, view.owner.as_deref(), &view.team, is_mine),
        due: screen.next_due(case),
        escalated: case.escalated,
        problem: case.problem_line().to_owned(),
        reasons: view.reasons.iter().take(5).map(reason_words).collect::<Vec<_>>().join(" · "),
        version: case.version,
        links: of(&[
            (Act::Offer, "offers/new", "offer", "Offer"),
            (Act::Promise, "promises/new", "promise", "Promise"),
            (Act::Transfer, "transfers/new", "transfer", "Transfer"),
            (Act::Resolve, "resolution/new", "resolve", "Resolve"),
        ]),
        more,
        may_handle: screen.may(Act::HandleCase),
        may_promise: screen.may(Act::Promise),
        holder: match (&case.stage, &view.owner) {
            (Stage::With { .. } | Stage::Closed { .. } | Stage::New, _) => String::new(),
            (_, None) => "nobody has it".to_owned(),
            (_, Some(_)) if is_mine => "you have it".to_owned(),
            (_, Some(owner)) => format!("{owner} has it"),
        },
        holder_id: case.owner.map(|owner| owner.to_string()).unwrap_or_default(),
        not_taken: match (is_closed, is_mine, screen.may(Act::HandleCase)) {
            (true, ..) => "This case is closed. Open it again first.",
            (_, true, _) => "You have this case already.",
            (.., false) => "Your roles let you read this case, not work on it.",
            _ => "",
        },
        is_closed,
        is_snoozed: case.snoozed_until.is_some(),
        labels: screen.label_names(case),
    }
}

/// What stands beside the words in the composer.
struct Beside {
    found: Vec<FindingView>,
    recipients: Vec<Chip>,
    texts: Vec<Offered>,
    suggesting: Suggesting,
    stamp: i64,
}

fn composer(
    screen: &Screen,
    view: &CaseView,
    kind: DraftKind,
    typed: Typed,
    news: &str,
    beside: Beside,
) -> Option<Composer> {
    let Beside { found, recipients, texts, suggesting, stamp } = beside;
    let may_reply = screen.may(Act::Reply) && view.case.conduct != Conduct::Ended;
    if !screen.may(Act::Note) {
        return None;
    }
    let is_note = kind == DraftKind::Note || !may_reply;
    let to = match (&view.email, is_note) {
        (_, true) => "Only colleagues read this".to_owned(),
        (Some(_), _) => format!("to {} · e-mail", view.customer),
        (None, _) => format!("to {} · shown on their page", view.customer),
    };
    Some(Composer {
        kind: if is_note { "note" } else { "reply" },
        action: if is_note { "notes" } else { "messages" },
        label: if is_note {
            "Private note".to_owned()
        } else {
            format!("Reply to {}", view.customer)
        },
        to,
        saved: if typed.words.is_empty() { String::new() } else { "Draft kept".to_owned() },
        send: match (is_note, news.is_empty()) {
            (true, _) => "Keep the note",
            (_, true) => "Send",
            (_, false) => "Send all the same",
        },
        news: news.to_owned(),
        despite_failure: typed.despite_failure,
        in_clear: typed.in_clear,
        read_up_to: view.case.version,
        stamp,
        may_reply,
        findings: if is_note { Vec::new() } else { found },
        recipients: if is_note { Vec::new() } else { recipients },
        text: typed.words,
        used: typed.used,
        kept: typed.kept,
        texts: texts.into_iter().map(|text| (text.id, text.name)).collect(),
        suggesting,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Taking {
    /// Who had it on the page; empty when nobody did.
    #[serde(default)]
    from: String,
}

/// `POST /cases/{number}/owner`
async fn take(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Taking>,
) -> Result<Redirect, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let from = form.value.from.parse().ok();
    actions::take_over(&ctx, &form.by.staff, number, from, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}

/// `POST /cases/{number}/wake`
async fn wake(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let Nothing {} = form.value;
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    actions::wake(&ctx, &form.by.staff, number, &form.press).await?;
    Ok(Redirect::to(&format!("/cases/{number}")))
}

#[derive(askama::Template)]
#[template(path = "case/file.html")]
struct CaseFilePage {
    frame: StaffFrame,
    here: String,
    customer: String,
    subject: String,
    stage: String,
    entries: Vec<EntryView>,
    with_notes: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileQuery {
    notes: Option<String>,
}

/// `GET /cases/{number}/file`: the whole record, to print. Notes only when chosen.
async fn case_file(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
    Query(query): Query<FileQuery>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let view = load(&ctx, &screen, &number).await?;
    let (mut entries, mut before) = (Vec::new(), u64::MAX);
    loop {
        let part = earlier(&ctx, &screen.reach, view.case.number, before, 200).await?;
        let part = part.ok_or_else(missing)?;
        before = part.entries.first().map_or(0, |entry| entry.entry.n);
        entries.splice(0..0, part.entries.iter().map(|entry| EntryView::of(&screen, entry)));
        if part.earlier == 0 || part.entries.is_empty() {
            break;
        }
    }
    let with_notes = query.notes.is_some();
    entries.retain(|entry| with_notes || entry.kind != EntryKind::Note);
    let here = view.case.number.to_string();
    web::page(&CaseFilePage {
        frame: screen.frame(&ctx, format!("Case file {here}"), Place::Queue, "anywhere").await?,
        stage: stage_words(&view.case, view.owner.as_deref(), &view.team, false),
        customer: view.customer,
        subject: view.case.subject,
        entries,
        with_notes,
        here,
    })
}
