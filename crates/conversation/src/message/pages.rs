//! The composer: reply, private note, draft, coach; and deciding about a letter in doubt.

use crate::case::pages::{Typed, next_of, own_draft, page};
use crate::message::actions::{self, Coached, Reply};
use crate::message::coaching::{FindingView, review};
use crate::message::letters::{self, Decision};
use crate::message::publicity;
use crate::reply_text::gaps::Values;
use crate::reply_text::pages::filled;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use casework::draft::actions as drafts;
use casework::draft::{DraftKind, DraftSaved, Stamp};
use casework::message::rules::MessageRefused;
use casework::refusal::ActError;
use desk::screen::{Screen, words_of};
use desk::view::case::CaseView;
use desk::view::case::{load, missing};
use desk::view::list::CameFrom;
use domain::case::Case;
use domain::id::{CaseNumber, CustomerId};
use domain::variable::gaps;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem};

/// Names of rules that a form tells of.
const RULES_MOST: usize = 50;
/// Chosen people that a form tells of.
const TO_MOST: usize = 100;
/// Letters of a message.
const WORDS_MOST: usize = 100_000;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/messages", post(create_reply))
        .route("/cases/{number}/notes", post(create_note))
        .route("/cases/{number}/draft", post(save_draft))
        .route("/cases/{number}/coach", post(coach))
        .route("/cases/{number}/letters/{key}", post(decide))
}

/// What the composer sends, whichever of its buttons was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Composed {
    #[serde(default)]
    pub words: String,
    #[serde(default)]
    pub kind: String,
    pub read_up_to: Option<u64>,
    pub stamp: Option<i64>,
    /// The draft's stamp when the page came; only a save by itself gives it.
    since: Option<i64>,
    /// Save these words whatever another page saved.
    over: Option<String>,
    /// `coach`: only look at it; `check`: the publicity check; `text` and `draft`: put a reply
    /// text in.
    only: Option<String>,
    /// Rules whose better words were taken.
    #[serde(default)]
    pub used: Vec<String>,
    /// Rules whose findings were waved away.
    #[serde(default)]
    pub kept: Vec<String>,
    /// Take the better words of this finding: rule, from, to.
    #[serde(rename = "use")]
    take: Option<String>,
    /// Wave the findings of this rule away.
    keep: Option<String>,
    /// The publicity check was made; its answers follow, `yes` or `no`.
    pub checked: Option<String>,
    #[serde(default)]
    pub embarrasses: String,
    #[serde(default)]
    pub proud: String,
    #[serde(default)]
    pub held_against_us: String,
    /// Why it is sent as it is.
    #[serde(default)]
    pub why: String,
    /// Who was chosen to get it, where there was a choice.
    #[serde(default)]
    pub to: Vec<String>,
    /// That there was a choice.
    pub chosen: Option<String>,
    /// The id of a reply text; with `only` it is put behind what is typed (`text`) or behind the
    /// draft that was kept (`draft`).
    reply_text: Option<String>,
    /// The id of what a language model suggested.
    pub suggestion: Option<String>,
    /// What the language model is asked for, or how its suggestion is taken.
    pub wish: Option<String>,
    /// The writer knows that the last letter did not arrive there, and sends all the same.
    pub despite_failure: Option<String>,
    /// The writer knows that their words came encrypted, and sends in clear.
    pub in_clear: Option<String>,
    /// `next`: open the next case of the list when this is done.
    pub then: Option<String>,
    /// The writer saw that something new came and sends all the same.
    #[serde(rename = "seen")]
    _seen: Option<String>,
}

impl Composed {
    /// Only names of rules, and few: the rest is no word of ours.
    pub(crate) fn only_rules(mut self) -> Composed {
        for rules in [&mut self.used, &mut self.kept] {
            rules.retain(|rule| is_rule(rule));
            rules.truncate(RULES_MOST);
        }
        self.kept.sort();
        self.kept.dedup();
        self
    }
}

impl Composed {
    /// What stands in the composer when it is shown again.
    pub(crate) fn typed(&self) -> Typed {
        let (used, kept) = (self.used.clone(), self.kept.clone());
        let despite_failure = self.despite_failure.is_some();
        let (words, to) = (self.words.clone(), self.to());
        let in_clear = self.in_clear.is_some();
        Typed { words, used, kept, to, despite_failure, in_clear, ..Typed::default() }
    }

    /// Which of the composers it was.
    pub(crate) fn draft_kind(&self) -> DraftKind {
        if self.kind == "note" { DraftKind::Note } else { DraftKind::Reply }
    }

    /// Who gets it; `None` where there was nobody to choose.
    pub(crate) fn to(&self) -> Option<Vec<CustomerId>> {
        let chosen = || self.to.iter().take(TO_MOST).filter_map(|id| id.parse().ok()).collect();
        self.chosen.as_ref().map(|_| chosen())
    }
}

/// Whether this can be the name of a rule of the coach.
pub(crate) fn is_rule(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `POST /cases/{number}/messages`
async fn create_reply(
    State(ctx): State<Context>,
    list: CameFrom,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let mut sent = form.value.only_rules();
    let screen = Screen::of(&ctx, form.by).await?.coming_from(list);
    let view = load(&ctx, &screen, &number).await?;
    if let Some(answer) = put_in(&ctx, &screen, &view, &mut sent).await? {
        return Ok(answer);
    }
    let mut said = review(&ctx, &screen, &view, &sent.words, &sent.kept).await?;
    if sent.only.as_deref() == Some("check") {
        return publicity::show(&ctx, &screen, &view, &sent, &said, StatusCode::OK).await;
    }
    let only_looks = sent.only.is_some() || sent.take.is_some() || sent.keep.is_some();
    if only_looks || said.stops() {
        if let Some(finding) = sent.take.as_deref() {
            take(&mut sent.words, &mut sent.used, finding, &said.findings);
        }
        sent.kept.extend(sent.keep.take().filter(|rule| is_rule(rule)));
        let status = if only_looks { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let html = page(&ctx, &screen, &view, DraftKind::Reply, sent.typed(), "").await?;
        return Ok((status, html).into_response());
    }
    let check = match publicity::answered(&sent, &said) {
        Ok(check) => check,
        Err(()) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return publicity::show(&ctx, &screen, &view, &sent, &said, status).await;
        }
    };
    let text = words_of("words", &sent.words, WORDS_MOST, "Write what the customer should read.")?;
    let (read_up_to, draft_stamp) = (sent.read_up_to, sent.stamp);
    let (despite_failure, in_clear) = (sent.despite_failure.is_some(), sent.in_clear.is_some());
    let reply = Reply { text, read_up_to, to: sent.to(), despite_failure, in_clear, draft_stamp };
    let number = view.case.number;
    let still = said.findings.drain(..).map(|finding| finding.rule);
    let coached = Coached {
        language: said.language,
        sent_anyway: still.collect(),
        used: sent.used.clone(),
        kept: sent.kept.clone(),
        check,
    };
    let staff = &screen.signed.staff;
    let onward = place_after(&ctx, &screen, &view.case, sent.then.as_deref()).await?;
    match actions::reply_coached(&ctx, staff, number, reply, coached, &form.press).await {
        Ok(_) => Ok(Redirect::to(&onward).into_response()),
        Err(ActError::Refused(why)) => {
            let Some((status, news)) = why.as_one_of().and_then(again) else {
                return Err(ActError::Refused(why).into());
            };
            // The next press says that they know.
            let mut typed = sent.typed();
            match why.as_one_of() {
                Some(MessageRefused::AddressFailed { .. }) => typed.despite_failure = true,
                Some(MessageRefused::InClear) => typed.in_clear = true,
                _ => {}
            }
            let html = page(&ctx, &screen, &view, DraftKind::Reply, typed, &news).await?;
            Ok((status, html).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What the composer says when it is shown once more; `None` where sending it once more is no use.
fn again(why: &MessageRefused) -> Option<(StatusCode, String)> {
    match why {
        // The newer words are in the thread above the composer; a second press sends.
        MessageRefused::NewWords { .. } => {
            let news = "Something new came while you were writing. Read it above, then send.";
            Some((StatusCode::CONFLICT, news.to_owned()))
        }
        MessageRefused::AddressFailed { .. } => {
            let why = why.to_string();
            let why = why.trim().trim_end_matches('.');
            let news = format!(
                "{why}. Give another address on the customer's page, or send it there all the same."
            );
            Some((StatusCode::CONFLICT, news))
        }
        MessageRefused::InClear => {
            let news = "Their last words came encrypted, and this letter leaves in clear: whoever \
                        carries it can read it. Leave out what must stay secret, or write that you \
                        call them; send it once more to send it so.";
            Some((StatusCode::CONFLICT, news.to_owned()))
        }
        MessageRefused::NoRecipient | MessageRefused::NotTakenIn => {
            Some((StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))
        }
        _ => None,
    }
}

/// Puts the reply text in that was chosen, and gives the page with it; else fills the gaps of what
/// is about to be sent.
async fn put_in(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    sent: &mut Composed,
) -> Result<Option<Response>, Problem> {
    let chosen = sent.reply_text.clone().unwrap_or_default();
    match sent.only.as_deref() {
        Some("text") => {}
        Some("draft") => {
            let draft = own_draft(ctx, screen, view, DraftKind::Reply).await?;
            sent.words = draft.map(|draft| draft.text).unwrap_or_default();
        }
        Some("coach") => return Ok(None),
        _ if sent.take.is_some() || sent.keep.is_some() || gaps(&sent.words).is_empty() => {
            return Ok(None);
        }
        _ => {
            let values = Values::of(ctx, screen, view).await.map_err(Problem::ours)?;
            sent.words = values.fill(&sent.words).text;
            return Ok(None);
        }
    }
    let text = filled(ctx, screen, view, &chosen).await.map_err(Problem::ours)?;
    let says = "Choose a reply text of the list first.";
    let text =
        text.ok_or_else(|| Problem::refused("no_such_text", says).at("/reply_text", says))?;
    let before = sent.words.trim_end();
    let between = if before.is_empty() { "" } else { "\n\n" };
    sent.words = format!("{before}{between}{}", text.text);
    let html = page(ctx, screen, view, DraftKind::Reply, sent.typed(), "").await?;
    Ok(Some(html.into_response()))
}

/// Where one goes when the words are kept: back to the case, or on to the next of the list; to the
/// queue where that was the last.
async fn place_after(
    ctx: &Context,
    screen: &Screen,
    case: &Case,
    then: Option<&str>,
) -> Result<String, Problem> {
    if then != Some("next") {
        return Ok(format!("/cases/{}", case.number));
    }
    let next = next_of(ctx, screen, case).await.map_err(Problem::ours)?;
    Ok(next.map_or_else(|| "/q/mine".to_owned(), |next| format!("/cases/{next}")))
}

/// Puts the better words of a finding (`C06 12 18`) in their place; one that is no longer there
/// changes nothing.
fn take(words: &mut String, used: &mut Vec<String>, finding: &str, findings: &[FindingView]) {
    let is_it = |f: &&FindingView| format!("{} {} {}", f.rule, f.from, f.to) == finding;
    let Some(found) = findings.iter().find(is_it) else { return };
    let Some(better) = &found.better else { return };
    let letters: Vec<char> = words.chars().collect();
    let (from, to) = (found.from.min(letters.len()), found.to.min(letters.len()));
    let before: String = letters[..from].iter().collect();
    let after: String = letters[to.max(from)..].iter().collect();
    *words = format!("{before}{better}{after}");
    used.push(found.rule.clone());
}

/// `POST /cases/{number}/notes`
async fn create_note(
    State(ctx): State<Context>,
    list: CameFrom,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Redirect, Problem> {
    let text =
        words_of("words", &form.value.words, WORDS_MOST, "Write what colleagues should know.")?;
    let screen = Screen::of(&ctx, form.by).await?.coming_from(list);
    let view = load(&ctx, &screen, &number).await?;
    let to = place_after(&ctx, &screen, &view.case, form.value.then.as_deref()).await?;
    let (staff, stamp) = (&screen.signed.staff, form.value.stamp);
    actions::note(&ctx, staff, view.case.number, text, stamp, &form.press).await?;
    Ok(Redirect::to(&to))
}

/// `POST /cases/{number}/draft`: kept within a second after typing stops.
async fn save_draft(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<StatusCode, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let kind = form.value.draft_kind();
    let Composed { stamp, since, over, words, .. } = form.value;
    let n = stamp.unwrap_or_else(|| ctx.now().as_millisecond());
    let stamp = Stamp { n, since, over: over.is_some() };
    match drafts::save_draft(&ctx, &form.by.staff, number, kind, &words, stamp).await? {
        DraftSaved::Kept | DraftSaved::Older => Ok(StatusCode::NO_CONTENT),
        DraftSaved::Elsewhere => Err(Problem::conflict(
            "draft_elsewhere",
            "Another page of yours changed or sent this draft since this one was opened.",
        )),
    }
}

/// `POST /cases/{number}/coach`: the page with findings on what is typed; nothing is kept.
async fn coach(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Composed>,
) -> Result<Response, Problem> {
    let screen = Screen::of(&ctx, form.by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let sent = form.value.only_rules();
    let said = review(&ctx, &screen, &view, &sent.words, &sent.kept).await?;
    let here = view.case.number.to_string();
    let template = FindingsPage { here, findings: said.findings };
    web::page(&template).map(IntoResponse::into_response)
}

#[derive(askama::Template)]
#[template(path = "case/findings.html")]
struct FindingsPage {
    here: String,
    findings: Vec<FindingView>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    decide: Decision,
}

/// `POST /cases/{number}/letters/{key}`: a person decides about a letter that may have arrived.
async fn decide(
    State(ctx): State<Context>,
    Path((number, key)): Path<(String, String)>,
    form: Form<Decided>,
) -> Result<Redirect, Problem> {
    let screen = Screen::of(&ctx, form.by).await?;
    let view = load(&ctx, &screen, &number).await?;
    let (staff, decision) = (&screen.signed.staff, form.value.decide);
    letters::decide(&ctx, staff, &view.case, &key, decision).await?;
    Ok(Redirect::to(&format!("/cases/{}", view.case.number)))
}
