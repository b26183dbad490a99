//! Handing a case over, and the letter the customer will read, before it is sent.

use crate::transfer::rules::{self, NewTransfer, Told, TransferRefused};
use casework::case::sql::people::{self, Colleague, TeamCard};
use casework::handling::{Done, Handling, On, handling};
use casework::letter;
use casework::refusal::ActError;
use domain::id::{StaffId, TeamId};
use domain::message::Purpose;
use domain::permit::{Act, Staff};
use domain::words::Words;
use jiff::Timestamp;
use store::{Context, Press};

/// What the customer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// The letter we compose; see [`preview`].
    Composed,
    /// The letter as the agent changed it.
    Letter(Words),
    /// Nothing: spam or a wrong desk, with a private reason.
    Nothing(Words),
}

/// A transfer to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// To which team of the same unit.
    pub team: TeamId,
    /// To whom, when named.
    pub owner: Option<StaffId>,
    /// Why this helps the customer: 12 to 240 characters.
    pub reason: Words,
    /// By when the customer hears from the receiver.
    pub by: Timestamp,
    /// What the customer is told.
    pub tell: Tell,
}

/// Hands a case over with the benefit the customer reads and the receiver's promise.
///
/// # Errors
/// See [`ActError`]; refusals are [`TransferRefused`].
pub async fn transfer(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    transfer: Transfer,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::Transfer, on, press);
    let (team, receiver) = receiver(&mut work, transfer.team, transfer.owner).await?;
    let told = match transfer.tell {
        Tell::Composed => {
            let named = transfer.owner.map(|_| &receiver);
            let text = composed(&work, &team, named, &transfer.reason, transfer.by);
            Told::Letter(work.letter(Purpose::Transfer, text))
        }
        Tell::Letter(text) => Told::Letter(work.letter(Purpose::Transfer, text)),
        Tell::Nothing(because) => Told::Silently { note: ctx.id(work.now), because },
    };
    let words = letter::word_of_the_next(work.say());
    let mut promise = work.promise(words, receiver.id, transfer.by).await?;
    promise.visible = matches!(told, Told::Letter(_));
    let lead = people::lead_of(&mut work.tx, transfer.team).await?;
    let new = NewTransfer {
        team: team.id,
        team_unit: team.unit,
        team_name: team.name,
        owner: transfer.owner,
        reason: transfer.reason,
        promise,
        told,
        lead: lead.map(|lead| lead.id),
    };
    let events = rules::transfer(&work.case, &permit, new, &work.policy.clocks, work.now)?;
    work.save(&events).await
}

/// The letter the customer would read.
///
/// # Errors
/// See [`ActError`]; refusals are [`TransferRefused`].
pub async fn preview(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    team: TeamId,
    owner: Option<StaffId>,
    reason: &Words,
    by: Timestamp,
) -> Result<String, ActError> {
    let press = Press::none();
    let begun = casework::handling::begin(ctx, staff, Act::Transfer, on.into(), &press).await?;
    let casework::handling::Begun::Now(mut work, _) = begun else { return Err(ActError::Missing) };
    let (team, receiver) = receiver(&mut work, team, owner).await?;
    let named = owner.map(|_| &receiver);
    let text = composed(&work, &team, named, reason, by).into_string();
    work.tx.rollback().await?;
    Ok(text)
}

/// The team, and who of it keeps the promise.
async fn receiver(
    work: &mut Handling<'_>,
    team: TeamId,
    owner: Option<StaffId>,
) -> Result<(TeamCard, Colleague), ActError> {
    let unit = work.case.unit;
    let team = people::team(&mut work.tx, team).await?.ok_or(TransferRefused::NoSuchTeam)?;
    let receiver = match owner {
        Some(owner) => people::colleague(&mut work.tx, owner, unit)
            .await?
            .ok_or(TransferRefused::NoSuchColleague)?,
        None => {
            people::somebody_of(&mut work.tx, team.id).await?.ok_or(TransferRefused::NobodyThere)?
        }
    };
    Ok((team, receiver))
}

fn composed(
    work: &Handling<'_>,
    team: &TeamCard,
    receiver: Option<&Colleague>,
    reason: &Words,
    by: Timestamp,
) -> Words {
    let say = work.say();
    let to = match receiver {
        Some(receiver) => say.letter_person_of(&receiver.name, &team.name),
        None => team.name.clone(),
    };
    let by = say.moment(work.now, by, work.policy.clocks.hours.zone());
    let customer = &work.contact.name;
    letter::transfer(say, customer, &work.case, &to, reason.as_str(), &by, work.name(), &team.phone)
}
