//! One action on one case in one transaction: load, permit, decide, save, tell.

use crate::case::save::{By, save};
use crate::case::sql;
use crate::case::sql::people::{self, Contact};
use crate::letter;
use crate::message::rules::{MessageRefused, Outgoing};
use crate::message::stop::stops;
use crate::policy::Policy;
use crate::promise::rules::{ClosedHours, NewPromise};
use crate::refusal::ActError;
use domain::case::Case;
use domain::event::{Actor, Event};
use domain::id::{CaseId, CaseNumber, MessageId, OfferId, PromiseId, StaffId};
use domain::message::Purpose;
use domain::permit::{Act, CustomerPermit, Permit, Staff};
use domain::variable::gaps;
use domain::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use speech::Say;
use store::number::Numbered;
use store::{Context, Once, Press, StoreError, Tx};

/// Which case, and the version the caller saw, when they insist on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct On {
    /// The case's number.
    pub number: CaseNumber,
    /// Refuse with [`ActError::Changed`] when the case has another version now.
    pub version: Option<u64>,
}

impl From<CaseNumber> for On {
    fn from(number: CaseNumber) -> Self {
        On { number, version: None }
    }
}

/// What an action did. A repeated press gets the same answer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// Its version now.
    pub version: u64,
    /// The last letter written, for "Undo".
    pub message: Option<MessageId>,
    /// When that letter leaves, in milliseconds.
    pub leaves_at_ms: Option<i64>,
    /// The last promise made.
    pub promise: Option<PromiseId>,
    /// The last offer made.
    pub offer: Option<OfferId>,
}

impl Done {
    /// A case that was opened.
    pub fn opened(case: &Case) -> Done {
        Done::of(case, &[])
    }

    fn of(case: &Case, events: &[Event]) -> Done {
        let mut done = Done {
            case: case.id,
            number: case.number,
            version: case.version,
            message: None,
            leaves_at_ms: None,
            promise: None,
            offer: None,
        };
        for event in events {
            match event {
                Event::Sent { message, .. } => {
                    done.message = Some(message.id);
                    done.leaves_at_ms = Some(message.leaves_at.as_millisecond());
                }
                Event::PromiseMade { promise } => done.promise = Some(promise.id),
                Event::Offered { offer } => done.offer = Some(offer.id),
                _ => {}
            }
        }
        done
    }
}

/// A case in somebody's hands.
pub struct Handling<'a> {
    /// Where it happens.
    pub ctx: &'a Context,
    /// The transaction of the whole action.
    pub tx: Tx,
    /// The moment.
    pub now: Timestamp,
    /// The case as it is.
    pub case: Case,
    /// What was decided for cases.
    pub policy: Policy,
    /// How its customer is reached.
    pub contact: Contact,
    press: &'a Press,
    actor: Actor,
    name: String,
}

/// Whether the action is new or was done by an earlier press.
pub enum Begun<'a> {
    /// Go on.
    Now(Box<Handling<'a>>, Permit),
    /// An earlier press did it.
    Already(Done),
}

/// Begins an action of a member of staff. The press is looked at after permission, so that a
/// stranger learns nothing from a key.
pub async fn begin<'a>(
    ctx: &'a Context,
    staff: &Staff,
    act: Act,
    on: On,
    press: &'a Press,
) -> Result<Begun<'a>, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let case = sql::load(&mut tx, on.number).await?.ok_or(ActError::Missing)?;
    let permit = staff.permit(act, &case)?;
    if let Some(done) = pressed(&mut tx, press, now).await? {
        return Ok(Begun::Already(done));
    }
    if on.version.is_some_and(|version| version != case.version) {
        return Err(ActError::Changed { version: case.version });
    }
    let (actor, name) = (Actor::Staff(staff.id), staff.name.clone());
    let handling = Handling::with(ctx, tx, now, case, press, actor, name).await?;
    Ok(Begun::Now(Box::new(handling), permit))
}

/// One of several cases that are worked on in one transaction, or why it is not.
pub enum InHand<'a> {
    /// Go on.
    Work(Box<Handling<'a>>, Permit),
    /// It is not to be, and why.
    Refused(Box<Tx>, Box<ActError>),
}

/// Begins an action of a member of staff in a transaction that goes on with other cases; it comes
/// back as [`Handling::tx`].
pub async fn begin_in<'a>(
    ctx: &'a Context,
    mut tx: Tx,
    staff: &Staff,
    number: CaseNumber,
    press: &'a Press,
) -> Result<InHand<'a>, StoreError> {
    let now = ctx.now();
    let Some(case) = sql::load(&mut tx, number).await? else {
        return Ok(InHand::Refused(Box::new(tx), Box::new(ActError::Missing)));
    };
    let permit = match staff.permit(Act::HandleCase, &case) {
        Ok(permit) => permit,
        Err(why) => return Ok(InHand::Refused(Box::new(tx), Box::new(why.into()))),
    };
    let (actor, name) = (Actor::Staff(staff.id), staff.name.clone());
    let handling = Handling::with(ctx, tx, now, case, press, actor, name).await?;
    Ok(InHand::Work(Box::new(handling), permit))
}

/// What an earlier press of the same key did.
pub async fn pressed(tx: &mut Tx, press: &Press, now: Timestamp) -> Result<Option<Done>, ActError> {
    match tx.once::<Done>(press, now).await? {
        Once::New => Ok(None),
        Once::Done(done) => Ok(Some(done)),
        Once::OtherBody => Err(ActError::OtherBody),
    }
}

/// Whether a customer's action is new or was done by an earlier press.
pub enum BegunByCustomer<'a> {
    /// Go on.
    Now(Box<Handling<'a>>),
    /// An earlier press did it.
    Already(Done),
}

/// Begins an action of a customer through a case link.
pub async fn begin_for_customer<'a>(
    ctx: &'a Context,
    permit: &CustomerPermit,
    press: &'a Press,
) -> Result<BegunByCustomer<'a>, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let case = sql::load_by_id(&mut tx, permit.case()).await?.ok_or(ActError::Missing)?;
    if let Some(done) = pressed(&mut tx, press, now).await? {
        return Ok(BegunByCustomer::Already(done));
    }
    let actor = Actor::Customer(case.customer);
    let mut handling = Handling::with(ctx, tx, now, case, press, actor, String::new()).await?;
    handling.name.clone_from(&handling.policy.organisation);
    Ok(BegunByCustomer::Now(Box::new(handling)))
}

impl<'a> Handling<'a> {
    async fn with(
        ctx: &'a Context,
        mut tx: Tx,
        now: Timestamp,
        case: Case,
        press: &'a Press,
        actor: Actor,
        name: String,
    ) -> Result<Handling<'a>, StoreError> {
        let policy = Policy::read(&mut tx).await?;
        let contact = people::contact(&mut tx, case.customer).await?.unwrap_or_default();
        Ok(Handling { ctx, tx, now, case, policy, contact, press, actor, name })
    }

    /// Our words for the customer of this case, in their language.
    pub fn say(&self) -> Say {
        letter::say(&self.case, &self.contact)
    }

    /// A letter of `purpose` to the customer of this case, leaving when the undo time is over.
    pub fn letter(&self, purpose: Purpose, text: Words) -> Outgoing {
        Outgoing {
            id: self.ctx.id(self.now),
            purpose,
            text,
            to: self.contact.email.clone(),
            also: Vec::new(),
            automatic: false,
            despite_failure: false,
            leaves_at: self.policy.leaves_at(self.now),
        }
    }

    /// A promise the customer sees, with the next number. Its date was computed or asked for.
    pub async fn promise(
        &mut self,
        words: Words,
        keeper: StaffId,
        due_at: Timestamp,
    ) -> Result<NewPromise, StoreError> {
        Ok(NewPromise {
            id: self.ctx.id(self.now),
            number: self.tx.next_number(Numbered::Promise).await?,
            words,
            keeper,
            due_at,
            visible: true,
            closed_hours: ClosedHours::Confirmed,
        })
    }

    /// Whoever acts, as letters are signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Saves what was decided, answers the press, commits. No events is no change.
    pub async fn save(self, events: &[Event]) -> Result<Done, ActError> {
        let mut handling = self;
        handling.keep(events).await?;
        handling.end(events).await
    }

    /// Saves what was decided, without committing yet.
    pub async fn keep(&mut self, events: &[Event]) -> Result<(), ActError> {
        if events.is_empty() {
            return Ok(());
        }
        self.look_at_letters(events)?;
        let by = By {
            ctx: self.ctx,
            actor: self.actor.clone(),
            name: &self.name,
            policy: &self.policy,
            now: self.now,
        };
        self.case = save(&mut self.tx, &by, &self.case, events).await?;
        Ok(())
    }

    /// Whatever a person writes to a customer passes here, from pages and programs alike.
    fn look_at_letters(&self, events: &[Event]) -> Result<(), ActError> {
        let by_staff = matches!(self.actor, Actor::Staff(_));
        let gap = |event: &Event| match event {
            Event::Sent { message, .. } if !message.automatic => {
                gaps(&message.text).first().map(|gap| gap.name.to_owned())
            }
            _ => None,
        };
        if let Some(name) = events.iter().find_map(gap).filter(|_| by_staff) {
            return Err(MessageRefused::GapLeft { name }.into());
        }
        let stopped = |event: &Event| match event {
            Event::Sent { message, .. } => !message.automatic && stops(&self.case, &message.text),
            _ => false,
        };
        if by_staff && events.iter().any(stopped) {
            return Err(MessageRefused::Stopped.into());
        }
        Ok(())
    }

    /// Answers the press and commits.
    pub async fn end(self, events: &[Event]) -> Result<Done, ActError> {
        let done = Done::of(&self.case, events);
        self.end_as(done).await
    }

    /// Answers the press with what another case became, and commits.
    pub async fn end_as(mut self, done: Done) -> Result<Done, ActError> {
        self.tx.done_once(self.press, &done).await?;
        self.tx.commit().await?;
        Ok(done)
    }
}

/// Begins a staff action or returns what an earlier press did.
#[macro_export]
macro_rules! handling {
    ($ctx:expr, $staff:expr, $act:expr, $on:expr, $press:expr) => {
        match $crate::handling::begin($ctx, $staff, $act, $on.into(), $press).await? {
            $crate::handling::Begun::Now(handling, permit) => (*handling, permit),
            $crate::handling::Begun::Already(done) => return Ok(done),
        }
    };
}
pub use handling;

/// Begins a customer's action or returns what an earlier press did.
#[macro_export]
macro_rules! handling_for_customer {
    ($ctx:expr, $permit:expr, $press:expr) => {
        match $crate::handling::begin_for_customer($ctx, $permit, $press).await? {
            $crate::handling::BegunByCustomer::Now(handling) => *handling,
            $crate::handling::BegunByCustomer::Already(done) => return Ok(done),
        }
    };
}
pub use handling_for_customer;
