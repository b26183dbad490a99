//! Seeing to a letter that did not arrive.

use crate::undelivered::rules::{UndeliveredRefused, once_more, one_address};
use casework::handling::{Done, Handling, On, handling};
use casework::message::rules::{Outgoing, sending, snapshot};
use casework::refusal::ActError;
use casework::undelivered::sql;
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
    /// Send it once more, to this address, which is the customer's from now on.
    FromNowOn(String),
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
    let (to, stays) = match seeing {
        Seeing::Again(to) => (to.unwrap_or_else(|| written.to.clone()), false),
        Seeing::FromNowOn(to) => (to, true),
        Seeing::Aside => {
            work.tx.decide_letter(&letter.to_string(), false, work.now).await?;
            return work.save(&[Event::UndeliveredSeenTo { letter, how: SeenTo::SetAside }]).await;
        }
    };
    let to = one_address(&to)?;
    let how = match (to.eq_ignore_ascii_case(&written.to), stays) {
        (true, _) => SeenTo::Resent,
        (false, false) => SeenTo::NewAddress,
        (false, true) => SeenTo::FromNowOn,
    };
    // One that the relay refused still lies in the outbox; this one takes its place.
    work.tx.decide_letter(&letter.to_string(), false, work.now).await?;
    let text =
        Words::new(&written.text, Words::MOST).map_err(|_| UndeliveredRefused::NotUndelivered)?;
    // Whoever sends it once more has seen what happened there.
    let base = Outgoing { despite_failure: true, ..work.letter(written.purpose, text) };
    if how == SeenTo::FromNowOn {
        if written.whom.is_some() {
            return Err(UndeliveredRefused::NotTheCustomer.into());
        }
        goes_there(&mut work, &base, &to).await?;
    }
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

/// The job by which the customer's room learns of an address.
const ADDRESS_JOB: &str = "customer_address";

/// Has letters of the customer go to `to` from the moment on at which `letter` cannot be taken back
/// any more.
async fn goes_there(work: &mut Handling<'_>, letter: &Outgoing, to: &str) -> Result<(), ActError> {
    let customer = work.case.customer;
    if sql::is_of_another(&mut work.tx, work.case.unit, customer, to).await? {
        return Err(UndeliveredRefused::OtherCustomer.into());
    }
    let body = serde_json::json!({"unit": work.case.unit, "customer": customer, "email": to,
        "message": letter.id});
    let (id, due) = (format!("{ADDRESS_JOB}/{}", letter.id), letter.leaves_at);
    Ok(work.tx.enqueue(&id, ADDRESS_JOB, &body.to_string(), due, work.now).await?)
}
