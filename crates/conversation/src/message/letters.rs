//! Letters in doubt: a person decides what no program may guess.

use crate::message::actions::decided;
use desk::view::case::missing;
use domain::case::Case;
use domain::id::MessageId;
use domain::message::Delivery;
use domain::permit::{Act, Staff};
use serde::Deserialize;
use store::Context;
use utoipa::ToSchema;
use web::Problem;

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    /// Send it again.
    Again,
    /// Take it as arrived.
    Sent,
    /// It did not arrive and needs nothing more.
    Aside,
}

/// Sends an uncertain or failed letter of `case` again, or takes it as arrived.
///
/// # Errors
/// 404 when the letter is none of this case or the case is not theirs to write on; 409 when it
/// does not wait for a decision.
pub(crate) async fn decide(
    ctx: &Context,
    staff: &Staff,
    case: &Case,
    key: &str,
    decision: Decision,
) -> Result<(), Problem> {
    staff.permit(Act::Reply, case).map_err(|_| missing())?;
    let gone = || Problem::missing("message_missing", "There is no such message on this case.");
    let message: MessageId = key.parse().map_err(|_| gone())?;
    let letter = ctx.store.letter(key).await?;
    letter.filter(|letter| letter.case_id == case.id.to_string()).ok_or_else(gone)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    if !tx.decide_letter(key, decision == Decision::Again, now).await? {
        let says = "Somebody decided about this letter already.";
        return Err(Problem::conflict("letter_decided", says));
    }
    let (delivery, detail) = match decision {
        Decision::Again => (Delivery::Held, "sent again by a person's decision"),
        Decision::Sent | Decision::Aside => {
            (Delivery::Sent, "taken as arrived by a person's decision")
        }
    };
    decided(&mut tx, ctx, message, delivery, detail).await?;
    tx.commit().await?;
    Ok(())
}
