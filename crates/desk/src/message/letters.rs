//! Letters in doubt: a person decides what no program may guess.

use crate::message::actions::delivered;
use domain::id::MessageId;
use domain::message::Delivery;
use store::Context;
use web::Problem;

/// Sends an uncertain or failed letter again, or takes it as arrived. The caller has checked that
/// the letter's case is theirs to write on.
///
/// # Errors
/// 409 when the letter does not wait for a decision.
pub(crate) async fn decide(ctx: &Context, key: &str, again: bool) -> Result<(), Problem> {
    let done =
        || Problem::conflict("letter_decided", "Somebody decided about this letter already.");
    let message: MessageId = key.parse().map_err(|_| done())?;
    let now = ctx.now();
    if !ctx.store.decide_letter(key, again, now).await? {
        return Err(done());
    }
    let (delivery, detail) = match again {
        true => (Delivery::Held, "sent again by a person's decision"),
        false => (Delivery::Sent, "taken as arrived by a person's decision"),
    };
    let mut tx = ctx.begin().await?;
    delivered(&mut tx, ctx, message, delivery, detail).await?;
    tx.commit().await?;
    Ok(())
}
