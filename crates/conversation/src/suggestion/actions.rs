//! Asking a model, and taking what it said or not.

use crate::suggestion::endpoint::{Model, model};
use crate::suggestion::rules::{SuggestionRefused, periods};
use crate::suggestion::{Suggestion, sql, told};
use casework::handling::{Begun, Done, On, begin, handling};
use casework::refusal::ActError;
use desk::screen::Screen;
use desk::view::case::CaseView;
use domain::event::Event;
use domain::id::{CaseNumber, SuggestionId};
use domain::permit::{Act, Staff};
use domain::suggestion::{Suggested, SuggestionKind, SuggestionStep};
use jiff::{SignedDuration, Timestamp};
use prompt::{Matter, Prompt, Told, Wish, plain};
use store::{Context, Press, StoreError};

/// For so long a suggestion is kept that nobody took.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A draft of our next reply, from what they typed so far.
    Reply(String),
    /// What happened so far.
    Summary,
    /// What the customer said in this entry of the record, in the language of the desk.
    Message(u64),
    /// What they typed, in the customer's language.
    Draft(String),
}

impl Wanted {
    fn kind(&self) -> SuggestionKind {
        match self {
            Wanted::Reply(_) => SuggestionKind::Reply,
            Wanted::Summary => SuggestionKind::Summary,
            Wanted::Message(_) => SuggestionKind::MessageTranslation,
            Wanted::Draft(_) => SuggestionKind::DraftTranslation,
        }
    }

    fn wish(
        self,
        view: &CaseView,
        matter: &Matter,
        language: &str,
    ) -> Result<Wish, SuggestionRefused> {
        let language = language.to_owned();
        match self {
            Wanted::Reply(typed) => Ok(Wish::Reply { typed }),
            Wanted::Summary => Ok(Wish::Summary { language }),
            Wanted::Message(n) => {
                let entry = view.thread.entries.iter().find(|entry| entry.entry.n == n);
                let text = match entry.map(|entry| &entry.entry.event) {
                    Some(Event::Received { message, .. }) => Some(message.text.clone()),
                    Some(Event::Opened(opening)) => {
                        opening.message.as_ref().map(|message| message.text.clone())
                    }
                    _ => None,
                };
                let text = text.ok_or(SuggestionRefused::NoSuchMessage)?;
                Ok(Wish::Translation { text, into: language })
            }
            Wanted::Draft(text) if text.trim().is_empty() => {
                Err(SuggestionRefused::NothingToTranslate)
            }
            Wanted::Draft(_) if matter.language.is_empty() => {
                Err(SuggestionRefused::LanguageUnknown)
            }
            Wanted::Draft(text) => Ok(Wish::Translation { text, into: matter.language.clone() }),
        }
    }
}

/// Asks the model. That words of the case go to it is in the record before the first byte leaves,
/// and what it may cost is set aside before. Nothing else on the case changes.
///
/// # Errors
/// See [`ActError`]; refusals are [`SuggestionRefused`].
pub(crate) async fn ask(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
    wanted: Wanted,
    press: &Press,
) -> Result<Suggestion, ActError> {
    let (staff, case) = (&screen.signed.staff, &view.case);
    staff.permit(Act::Reply, case)?;
    let model = model(ctx).ok_or(SuggestionRefused::Off)?;
    let kind = wanted.kind();
    let matter = told::matter(ctx, screen, view).await?;
    let prompt = wanted.wish(view, &matter, &model.language)?.prompt(&matter);
    let periods = periods(screen.now);
    let on = On { number: case.number, version: None };
    let mut work = match begin(ctx, staff, Act::Reply, on, press).await? {
        Begun::Now(work, _permit) => *work,
        Begun::Already(_) => {
            let kept = sql::of(&ctx.store, case.id, staff.id).await?;
            let why = "it was asked already and has not answered".to_owned();
            return Ok(kept.ok_or(SuggestionRefused::NoAnswer { why })?);
        }
    };
    let most = [model.tokens_per_day, model.tokens_per_month];
    for (period, most) in periods.iter().zip(most) {
        if !sql::reserve(&mut work.tx, period, prompt.tokens(), most).await? {
            return Err(SuggestionRefused::OverBudget.into());
        }
    }
    let step = SuggestionStep::Asked;
    let how = Suggested { kind, step, model: model.name.clone(), hidden: prompt.hidden.count() };
    work.save(&[Event::Suggested(Box::new(how))]).await?;
    let told = model.ask(ctx, &prompt).await;
    let cost = match &told {
        Ok(told) => told.tokens.unwrap_or_else(|| prompt.tokens()),
        Err(failed) if failed.may_have_cost => prompt.tokens(),
        Err(_) => 0,
    };
    let made = told.map(|told| suggestion(ctx, &model, kind, &prompt, &matter, &told));
    let mut tx = ctx.begin().await?;
    for period in &periods {
        sql::settle(&mut tx, period, prompt.tokens(), cost).await?;
    }
    if let Ok(made) = &made {
        sql::put(&mut tx, case.id, staff.id, made).await?;
    }
    tx.commit().await?;
    made.map_err(|failed| {
        tracing::warn!(why = failed.why, "no suggestion came");
        SuggestionRefused::NoAnswer { why: failed.why }.into()
    })
}

/// What is left of the model's words. A link stays only where we had written it before.
fn suggestion(
    ctx: &Context,
    model: &Model,
    kind: SuggestionKind,
    prompt: &Prompt,
    matter: &Matter,
    told: &Told,
) -> Suggestion {
    let ours = matter.said.iter().filter(|said| said.from_us);
    let ours: Vec<&str> = ours.map(|said| said.text.as_str()).collect();
    let left = plain(&told.text, &ours);
    // In a draft, what stays out is a gap that cannot be sent; elsewhere it is told what it was.
    let is_draft = matches!(kind, SuggestionKind::Reply | SuggestionKind::DraftTranslation);
    let text = prompt.hidden.put_back(&left.text, |what| match is_draft {
        true => format!("{{{{hidden.{what}}}}}"),
        false => format!("[{what}]"),
    });
    let now = ctx.now();
    Suggestion {
        id: ctx.id::<SuggestionId>(now).to_string(),
        kind,
        model: model.name.clone(),
        text,
        hidden: prompt.hidden.count(),
        links: left.links_left_out,
        is_cut: left.is_cut,
        made_at_ms: now.as_millisecond(),
    }
}

/// Notes that a suggestion was taken into a draft, and forgets it.
///
/// # Errors
/// See [`ActError`]; refusals are [`SuggestionRefused`].
pub async fn take(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    id: &str,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, _permit) = handling!(ctx, staff, Act::Reply, on, press);
    let kept = sql::of(&ctx.store, work.case.id, staff.id).await?;
    let kept = kept.filter(|one| one.id == id).ok_or(SuggestionRefused::Gone)?;
    if !sql::remove(&mut work.tx, work.case.id, staff.id, id).await? {
        return Err(SuggestionRefused::Gone.into());
    }
    let Suggestion { kind, model, hidden, .. } = kept;
    let how = Suggested { kind, step: SuggestionStep::Used, model, hidden };
    work.save(&[Event::Suggested(Box::new(how))]).await
}

/// Forgets a suggestion that somebody does not want.
///
/// # Errors
/// [`ActError::Missing`] when the case is not theirs.
pub async fn set_aside(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    id: &str,
) -> Result<(), ActError> {
    let mut tx = ctx.begin().await?;
    let case = casework::case::sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    staff.permit(Act::Reply, &case)?;
    sql::remove(&mut tx, case.id, staff.id, id).await?;
    Ok(tx.commit().await?)
}

/// Forgets what nobody took for a week.
///
/// # Errors
/// When the engine fails.
pub async fn forget_old(ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    sql::forget(&mut tx, now - KEPT).await?;
    tx.commit().await
}
