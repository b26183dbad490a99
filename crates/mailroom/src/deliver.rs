//! Letters on their way out: taken, written, handed over once, and their outcome kept.

use crate::chosen::OwnRelay;
use crate::line::{HandedOver, Line, NotSent};
use crate::relay::Relay;
use crate::traffic::{Fared, Shaping, Traffic, Turn, says_too_much};
use crate::wording::{self, Unsendable};
use domain::message::Delivery;
use futures_util::future::join_all;
use hearing::mail::{DELIVERY_JOB, DeliveryJob};
use jiff::{SignedDuration, Timestamp};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::course::Point;
use store::fact::{Fact, Heard};
use store::outbox::Letter;
use store::{Context, StoreError};

/// Letters that one round carries over one line.
const AT_ONCE: usize = 50;
/// How long a letter is held while it is prepared: longer than the seven steps before its text,
/// each a minute at the most.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// How long a hand-over may last before it counts as cut off.
const SENDING: SignedDuration = SignedDuration::from_mins(10);
/// Tries before a letter that nobody takes is laid before a person: about five days.
const TRIES_MOST: i64 = 36;
/// How often cut-off letters are looked for, and the outbox where nothing was told.
const ROUND: Duration = Duration::from_secs(60);

/// How the try of one letter ended.
#[derive(Debug)]
enum Ended {
    Sent(String),
    Failed(String),
    Uncertain(String),
    /// It waits for the next try.
    Waits(String),
    /// It waits, because its domain says that we send too much.
    TooMuch(String),
    /// It was taken back or taken over meanwhile: whoever did that decides.
    Elsewhere,
}

/// Carries letters until `stop` ends: as they fall due, and cut-off ones every minute. Which relay
/// takes them is asked each time, so that one named on the page counts at once on every node.
pub async fn deliver(ctx: Context, relay: OwnRelay, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut facts = ctx.store.listen();
    let ending = AtomicBool::new(false);
    loop {
        let mut round = pin!(async {
            settle_cut_off(&ctx).await?;
            let mut is_more = true;
            while is_more && !ending.load(Ordering::Relaxed) {
                let Some(relay) = relay.now(&ctx).await? else { return Ok(false) };
                is_more = carry(&ctx, &relay, &ending).await? > 0;
            }
            Ok::<bool, StoreError>(true)
        });
        let done = tokio::select! {
            () = &mut stop => {
                // What is being handed over is finished: cut off here, it would be in doubt.
                ending.store(true, Ordering::Relaxed);
                if let Err(error) = round.await {
                    tracing::warn!(%error, "carrying letters failed at the end");
                }
                return;
            }
            done = &mut round => done,
        };
        let next = match done {
            // Whoever names a relay tells of it as of a letter.
            Ok(false) => ROUND,
            Ok(true) => wait(&ctx).await,
            Err(error) => {
                tracing::warn!(%error, "carrying letters failed; it goes on in a minute");
                wait(&ctx).await
            }
        };
        let heard = async {
            loop {
                match facts.next().await {
                    Heard::Fact(Fact::Outbox) | Heard::Missed => return,
                    Heard::Closed => std::future::pending().await,
                    Heard::Fact(_) => {}
                }
            }
        };
        tokio::select! {
            () = &mut stop => return,
            () = heard => {}
            () = tokio::time::sleep(next) => {}
        }
    }
}

/// How long until the next letter is due; a round at the most.
async fn wait(ctx: &Context) -> Duration {
    let now = ctx.now();
    let next = ctx.store.next_letter_at().await.ok().flatten();
    let gap = next.map_or(ROUND, |at| {
        Duration::from_millis(
            u64::try_from(at.as_millisecond() - now.as_millisecond()).unwrap_or(0),
        )
    });
    gap.clamp(Duration::from_millis(200), ROUND)
}

/// Letters whose hand-over was cut off become uncertain: a person decides, nothing is sent again.
/// To be called at start and every minute; gives how many there were.
///
/// # Errors
/// When the store fails.
pub async fn settle_cut_off(ctx: &Context) -> Result<usize, StoreError> {
    let now = ctx.now();
    let letters = ctx.store.cut_off_letters(now, 100).await?;
    for letter in &letters {
        ctx.passes(Point::LetterCutOff);
        let says = "The program stopped between handing it over and the relay's answer.";
        end(ctx, letter, Ended::Uncertain(says.to_owned()), None, now).await?;
    }
    Ok(letters.len())
}

/// Takes the letters that are due and tries each once, over one line; gives how many it took.
///
/// # Errors
/// When the store fails; letters already handed over keep their outcome.
pub async fn deliver_due(ctx: &Context, relay: &Relay) -> Result<usize, StoreError> {
    over_one_line(ctx, relay, &AtomicBool::new(false)).await
}

/// The same over as many lines as the relay is given; gives how many letters were taken.
async fn carry(ctx: &Context, relay: &Relay, ending: &AtomicBool) -> Result<usize, StoreError> {
    let lines = relay.shaping.lines.clamp(1, Shaping::LINES_MOST);
    let lines = (0..lines).map(|_| over_one_line(ctx, relay, ending));
    // Each goes to its end, whatever befalls another: nothing is dropped in the middle.
    let taken = join_all(lines).await.into_iter().sum();
    let resting = ctx.held::<Traffic>().resting(ctx.now());
    metrics::gauge!("redress_mail_domains_resting").set(resting as f64);
    taken
}

async fn over_one_line(
    ctx: &Context,
    relay: &Relay,
    ending: &AtomicBool,
) -> Result<usize, StoreError> {
    let traffic = ctx.held::<Traffic>();
    let mut line: Option<Line<'_>> = None;
    let mut taken = 0;
    while taken < AT_ONCE && !ending.load(Ordering::Relaxed) {
        // One at a time, so that a fault holds back none of the others.
        let letter = ctx.store.take_letters(ctx.now(), LEASE, 1).await?.pop();
        let Some(letter) = letter else { break };
        ctx.passes(Point::LetterTaken);
        taken += 1;
        let now = ctx.now();
        if let Turn::Later(at) = traffic.turn(relay.shaping, &letter.recipient, &letter.key, now) {
            ctx.store.letter_put_off(&letter, at, now).await?;
            metrics::counter!("redress_letters_put_off").increment(1);
            continue;
        }
        let ended = try_one(ctx, relay, &letter, &mut line).await;
        let now = ctx.now();
        let rests_until = traffic.done(&letter.recipient, fared(&ended), now);
        end(ctx, &letter, ended?, rests_until, now).await?;
    }
    if let Some(line) = line {
        line.close().await;
    }
    Ok(taken)
}

async fn try_one<'a>(
    ctx: &'a Context,
    relay: &'a Relay,
    letter: &Letter,
    line: &mut Option<Line<'a>>,
) -> Result<Ended, StoreError> {
    if !letter.recipient.contains('@') {
        return Ok(Ended::Failed(format!("There is no way to send to {}.", letter.channel)));
    }
    let ready = match wording::write(ctx, relay, letter, ctx.now()).await {
        Ok(ready) => ready,
        Err(Unsendable::Never(why)) => return Ok(Ended::Failed(why)),
        Err(Unsendable::Store(error)) => return Err(error),
    };
    ctx.passes(Point::LetterWritten);
    let mut open = match line.take() {
        Some(open) => open,
        None => match Line::open(ctx, relay).await {
            Ok(open) => open,
            Err(NotSent::Later(why) | NotSent::Never(why)) => return Ok(Ended::Waits(why)),
        },
    };
    let is_8bit = !ready.bytes.is_ascii();
    match open.announce(&ready.from, &ready.to, is_8bit).await {
        Ok(()) => {}
        Err(not_sent) => {
            if open.forget().await {
                *line = Some(open);
            }
            return Ok(match not_sent {
                NotSent::Later(why) if says_too_much(&why) => Ended::TooMuch(why),
                NotSent::Later(why) => Ended::Waits(why),
                NotSent::Never(why) => Ended::Failed(why),
            });
        }
    }
    // Durably "sending" before the first byte leaves: whoever finds it so later knows that it may
    // have arrived.
    match ctx.store.letter_sending(letter, ctx.now(), SENDING).await {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => return Ok(Ended::Elsewhere),
        Err(error) => return Err(error),
    }
    ctx.passes(Point::LetterSending);
    let handed = open.hand_over(&ready.bytes).await;
    ctx.passes(Point::RelayAnswered);
    let ended = match handed {
        HandedOver::Taken(answer) => Ended::Sent(answer),
        HandedOver::Later(why) if says_too_much(&why) => Ended::TooMuch(why),
        HandedOver::Later(why) => Ended::Waits(why),
        HandedOver::Never(why) => Ended::Failed(why),
        HandedOver::Unknown(why) => return Ok(Ended::Uncertain(why)),
    };
    *line = Some(open);
    Ok(ended)
}

/// Keeps the outcome, and lays out the work of recording it, in one transaction.
async fn end(
    ctx: &Context,
    letter: &Letter,
    ended: Ended,
    rests_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, detail, next) = match ended {
        Ended::Elsewhere => return Ok(()),
        Ended::Sent(answer) => (Delivery::Sent, answer, now),
        Ended::Failed(why) => (Delivery::Failed, why, now),
        Ended::Uncertain(why) => (Delivery::Uncertain, why, now),
        Ended::Waits(why) | Ended::TooMuch(why) if letter.attempts >= TRIES_MOST => {
            (Delivery::Failed, why, now)
        }
        Ended::Waits(why) | Ended::TooMuch(why) => {
            let chance = ctx.chance::<1>()[0];
            let again = now + gap(letter.attempts, chance);
            (Delivery::Held, why, rests_until.map_or(again, |until| again.max(until)))
        }
    };
    let mut tx = ctx.begin().await?;
    match tx.letter_ended(letter, state.as_str(), &detail, next, now).await {
        Ok(()) => {}
        // Its lease ran out and somebody else decided; theirs holds.
        Err(StoreError::Conflict { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    if state != Delivery::Held {
        let message = letter.key.clone();
        let job = DeliveryJob { message, state, detail, reported: false, back_on: None };
        let body = serde_json::to_string(&job)
            .map_err(|error| StoreError::unreadable("noting how a letter fared", error))?;
        let id = format!("delivery/{}/{}/{state}", letter.key, letter.fence);
        tx.enqueue(&id, DELIVERY_JOB, &body, now, now).await?;
    }
    ctx.passes(Point::OutcomeWritten);
    tx.commit().await?;
    metrics::counter!("redress_letters", "outcome" => state.as_str()).increment(1);
    ctx.passes(Point::OutcomeKept);
    Ok(())
}

fn fared(ended: &Result<Ended, StoreError>) -> Fared {
    match ended {
        Ok(Ended::Sent(_)) => Fared::Taken,
        Ok(Ended::TooMuch(_)) => Fared::TooMuch,
        _ => Fared::Otherwise,
    }
}

/// One minute, then five, fifteen, an hour, and four hours each, up to a quarter longer by chance.
fn gap(attempts: i64, chance: u8) -> SignedDuration {
    let minutes = match attempts {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        4..=6 => 60,
        _ => 240,
    };
    let base = minutes * 60;
    SignedDuration::from_secs(base + base * i64::from(chance) / 255 / 4)
}
