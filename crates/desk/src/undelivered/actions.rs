//! Seeing to a letter that did not arrive.

use crate::handling::{Done, On, handling};
use crate::message::rules::{Outgoing, sending, snapshot};
use crate::refusal::ActError;
use crate::undelivered::rules::{UndeliveredRefused, once_more, one_address};
use crate::undelivered::sql;
use domain::case::SeenTo;
use domain::event::Event;
use domain::id::MessageId;
use domain::permit::{Act, Staff};
use domain::words::Words;
use store::{Context, Press};

/// What somebody does about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seeing {
    /// Send it once more, to this address; `None` is the one it was sent to.
    Again(Option<String>),
    /// It needs nothing more.
    Aside,
}

/// Sees to a letter that did not arrive: sends it once more, or sets it aside.
///
/// # Errors
/// See [`ActError`]; refusals are [`UndeliveredRefused`].
pub async fn see_to(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    letter: MessageId,
    seeing: Seeing,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, _permit) = handling!(ctx, staff, Act::Reply, on, press);
    let gone = UndeliveredRefused::NotUndelivered;
    if work.case.undelivered.iter().all(|known| known.letter != letter) {
        return Err(gone.into());
    }
    let written = sql::written(&mut work.tx, letter).await?.ok_or(gone)?;
    let Seeing::Again(to) = seeing else {
        work.tx.decide_letter(&letter.to_string(), false, work.now).await?;
        return work.save(&[Event::UndeliveredSeenTo { letter, how: SeenTo::SetAside }]).await;
    };
    let to = one_address(to.as_deref().unwrap_or(&written.to))?;
    let how = match to.eq_ignore_ascii_case(&written.to) {
        true => SeenTo::Resent,
        false => SeenTo::NewAddress,
    };
    // One that the relay refused still lies in the outbox; this one takes its place.
    work.tx.decide_letter(&letter.to_string(), false, work.now).await?;
    let text =
        Words::new(&written.text, Words::MOST).map_err(|_| UndeliveredRefused::NotUndelivered)?;
    let base: Outgoing = work.letter(written.purpose, text);
    let again = once_more(base, &written, to);
    let seen_to = Event::UndeliveredSeenTo { letter, how };
    let case = work.case.clone().after(&seen_to, work.now);
    let mut sent = sending(&case, again, &work.policy.clocks, work.now);
    // Taken back before it leaves, the case is ours as it is now: nobody has heard us yet.
    if let Event::Sent { before, .. } = &mut sent {
        *before = snapshot(&work.case);
    }
    work.save(&[seen_to, sent]).await
}
