//! Asking again whether it is solved, and closing by silence.

use super::rules;
use casework::automatic;
use casework::case::rules::ASKS_BEFORE_SILENCE;
use casework::case::sql::people;
use casework::letter;
use casework::message::rules::Outgoing;
use casework::policy::{Policy, days};
use casework::promise::rules::{ClosedHours, NewPromise};
use casework::timers::{ASK, Rung, SILENCE, Timer, set_ask, set_silence};
use domain::case::Case;
use domain::clock::ClockKind;
use domain::event::Event;
use domain::message::Purpose;
use jiff::Timestamp;
use store::job::Job;
use store::number::Numbered;
use store::{Context, StoreError, Tx};

/// Does a job about whether a case is solved; `None` when it is of another kind.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    if [ASK, SILENCE].contains(&job.kind.as_str()) { Some(ring(ctx, job).await) } else { None }
}

async fn ring(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let Some(mut rung) = Rung::begin(ctx, job).await? else { return Ok(()) };
    let (case, policy, now) = (&rung.case, &rung.policy, rung.now);
    let events = match &rung.timer {
        Timer::Silence { resolved_at, .. } => {
            let events = rules::close_by_silence(case, *resolved_at);
            if events.is_empty() && rules::is_checking(case, *resolved_at, ASKS_BEFORE_SILENCE) {
                // Something is still owed. Silence waits until it is not.
                set_silence(&mut rung.tx, case.id, *resolved_at, now + days(1), now).await?;
            }
            events
        }
        Timer::Ask { resolved_at, asked, .. } => {
            let events = ask(ctx, &mut rung.tx, case, *resolved_at, *asked, policy, now).await?;
            let waits = rules::is_checking(case, *resolved_at, *asked)
                || rules::waits_for_a_letter(case, *resolved_at, *asked);
            if events.is_empty() && waits {
                // Nobody can be asked, and nobody is there to call. Tomorrow somebody may be.
                set_ask(&mut rung.tx, case.id, *resolved_at, *asked, now + days(1), now).await?;
            }
            events
        }
        _ => anyhow::bail!("a timer of another kind"),
    };
    rung.end(job, &events).await
}

async fn ask(
    ctx: &Context,
    tx: &mut Tx,
    case: &Case,
    resolved_at: Timestamp,
    asked: u8,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let contact = people::contact(tx, case.customer).await?.unwrap_or_default();
    let keeper = match case.owner {
        Some(owner) => Some(owner),
        None => people::somebody_of(tx, case.team).await?.map(|somebody| somebody.id),
    };
    let say = letter::say(case, &contact);
    let clock = policy.clocks.begin(ClockKind::Answer, case.severity, now);
    let call = match (keeper, clock) {
        (Some(keeper), Some(clock)) if contact.email.is_none() => Some(NewPromise {
            id: ctx.id(now),
            number: tx.next_number(Numbered::Promise).await?,
            words: letter::call_to_ask(say),
            keeper,
            due_at: clock.due_at,
            visible: true,
            closed_hours: ClosedHours::Confirmed,
        }),
        _ => None,
    };
    let leaves_at = match &contact.email {
        Some(address) => automatic::not_before(tx, now, case.customer, address).await?,
        None => now,
    };
    let letter = Outgoing {
        id: ctx.id(now),
        purpose: Purpose::Verification,
        text: letter::solved_again(say, &contact.name, case, &policy.organisation),
        to: contact.email,
        also: Vec::new(),
        automatic: true,
        despite_failure: false,
        leaves_at,
    };
    let clocks = &policy.clocks;
    Ok(rules::ask_by_timer(case, resolved_at, asked, letter, call, clocks, now))
}
