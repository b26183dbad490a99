//! Taking a case, giving it away, putting it aside, correcting what was understood, opening one
//! by hand.

use crate::case::rules::{self, CaseRefused};
use crate::case::save::{By, open};
use crate::case::sql::people;
use crate::case::sql::project::Named;
use crate::handling::{Done, Handling, On, handling, pressed};
use crate::policy::Policy;
use crate::promise::rules::{NewPromise, PromiseRefused, fits, promised};
use crate::refusal::ActError;
use crate::topic::actions as topic;
use crate::view::recent::{self, Reverse};
use domain::channel::{Channel, Kind};
use domain::clock::ClockKind;
use domain::event::{Actor, Opening};
use domain::id::{CaseId, CaseNumber, CustomerId, StaffId, TeamId, UnitId};
use domain::message::ReceivedMessage;
use domain::permit::{Act, Place, Placed, Staff};
use domain::urgency::Facts;
use domain::words::Words;
use jiff::Timestamp;
use store::number::Numbered;
use store::{Context, Press, StoreError};

/// Takes a case that nobody has.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn take(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    press: &Press,
) -> Result<Done, ActError> {
    take_over(ctx, staff, on, None, press).await
}

/// Takes the case from `from`, whom one saw having it.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`], among them that a colleague was faster.
pub async fn take_over(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    from: Option<StaffId>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let holder = match work.case.owner {
        Some(owner) => people::colleague(&mut work.tx, owner, work.case.unit).await?,
        None => None,
    };
    let holder = holder.map_or_else(|| "A colleague".to_owned(), |colleague| colleague.name);
    let events = rules::take(&work.case, &permit, from, &holder)?;
    let reverse = Reverse::Assign { owner: work.case.owner, now: Some(staff.id) };
    recent::remember(&mut work, staff, "Took the case", &reverse).await?;
    work.save(&events).await
}

/// Gives the case to somebody, or back to its team.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn assign(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    owner: Option<StaffId>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let says = match owner {
        None => "Put back to the team".to_owned(),
        Some(owner) if owner == staff.id => "Took the case".to_owned(),
        Some(owner) => {
            let found = people::colleague(&mut work.tx, owner, work.case.unit).await?;
            format!("Gave it to {}", found.ok_or(CaseRefused::NoSuchColleague)?.name)
        }
    };
    let events = rules::assign(&work.case, &permit, owner)?;
    let reverse = Reverse::Assign { owner: work.case.owner, now: owner };
    recent::remember(&mut work, staff, &says, &reverse).await?;
    work.save(&events).await
}

/// Puts the problem into one line.
///
/// # Errors
/// See [`ActError`].
pub async fn state_problem(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    problem: Words,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let events = rules::state_problem(&work.case, &permit, &problem)?;
    let reverse =
        Reverse::Problem { problem: work.case.problem.clone(), now: problem.into_string() };
    recent::remember(&mut work, staff, "Put the problem into one line", &reverse).await?;
    work.save(&events).await
}

/// Corrects kind, severity (0 to 4) and facts as they were understood.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn reread(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    right: Right,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let Right { kind, severity, facts, .. } = right;
    let events = rules::reread(&work.case, &permit, kind, severity, facts)?;
    let before = (work.case.kind, work.case.severity, work.case.facts);
    let reverse = Reverse::Reread { before, now: (kind, severity, facts) };
    recent::remember(&mut work, staff, "Corrected what was understood", &reverse).await?;
    teach(&mut work, staff, &right).await?;
    work.save(&events).await
}

/// What is right about a case, as a person knows better than the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// What kind of matter.
    pub kind: Kind,
    /// 0 to 4.
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// How the writer feels (`negative`, `neutral`, `positive`), when that is said too.
    pub feeling: Option<String>,
    /// Why, or empty.
    pub reason: String,
}

impl Right {
    /// With nothing said of the feeling, and no reason.
    pub fn plain(kind: Kind, severity: u8, facts: Facts) -> Right {
        Right { kind, severity, facts, feeling: None, reason: String::new() }
    }
}

/// Hands over what is right to whoever learns from it. To be called before the case is saved.
pub async fn teach(
    work: &mut Handling<'_>,
    staff: &Staff,
    right: &Right,
) -> Result<(), StoreError> {
    let case = &work.case;
    let body = serde_json::json!({
        "case": case.id,
        "by": staff.id,
        "at": work.now,
        "kind": [case.kind.as_str(), right.kind.as_str()],
        "severity": [case.severity, right.severity],
        "feeling": right.feeling,
        "reason": right.reason,
    });
    let id: uuid::Uuid = work.ctx.id(work.now);
    let (id, now) = (format!("correction/{id}"), work.now);
    work.tx.enqueue(&id, "correction", &body.to_string(), now, now).await
}

/// Puts the case aside until a moment.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn snooze(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    until: Timestamp,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let events = rules::snooze(&work.case, &permit, until, work.now)?;
    let reverse = Reverse::Snooze { until: work.case.snoozed_until, now: Some(until) };
    recent::remember(&mut work, staff, "Put aside", &reverse).await?;
    work.save(&events).await
}

/// Takes the case back from being put aside.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn wake(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    press: &Press,
) -> Result<Done, ActError> {
    let (mut work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let events = rules::wake(&work.case, &permit)?;
    let reverse = Reverse::Snooze { until: work.case.snoozed_until, now: None };
    recent::remember(&mut work, staff, "Took back from being put aside", &reverse).await?;
    work.save(&events).await
}

/// Sets a date that a regulator gave.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn set_regulator_date(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    due_at: Timestamp,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let events = rules::set_regulator_date(&work.case, &permit, due_at, work.now)?;
    work.save(&events).await
}

/// Says that what a clock waited for was done another way.
///
/// # Errors
/// See [`ActError`]; refusals are [`CaseRefused`].
pub async fn meet_clock(
    ctx: &Context,
    staff: &Staff,
    on: impl Into<On>,
    kind: ClockKind,
    press: &Press,
) -> Result<Done, ActError> {
    let (work, permit) = handling!(ctx, staff, Act::HandleCase, on, press);
    let events = rules::meet_clock(&work.case, &permit, kind)?;
    work.save(&events).await
}

/// A case logged by hand: a call, a letter, a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The team it lies with.
    pub team: TeamId,
    /// Whose case it is.
    pub customer: CustomerId,
    /// What kind of matter.
    pub kind: Kind,
    /// The way it came.
    pub channel: Channel,
    /// Subject line.
    pub subject: Words,
    /// "Problem as we understand it".
    pub problem: Option<Words>,
    /// What they said, in their words.
    pub said: Option<Words>,
    /// 0 to 4.
    pub severity: u8,
    /// What bears on its urgency.
    pub facts: Facts,
    /// What was promised on the spot, and by when.
    pub promise: Option<(Words, Timestamp)>,
}

struct Somewhere(Place);

impl Placed for Somewhere {
    fn place(&self) -> Place {
        self.0
    }
}

/// Opens a case by hand; it is with whoever opened it. No letter goes out by itself: they are
/// talking to the customer right now.
///
/// # Errors
/// See [`ActError`]; [`ActError::Missing`] for a unit, team or customer that is not theirs.
pub async fn open_by_hand(
    ctx: &Context,
    staff: &Staff,
    case: NewCase,
    press: &Press,
) -> Result<Done, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let permit = staff.permit_anywhere(Act::OpenCase)?;
    // Opening is for one's own units and teams, however narrow one's view of others' cases is.
    let mut within = staff.clone();
    if within.scope != domain::permit::Scope::All {
        within.scope = domain::permit::Scope::Unit;
    }
    let place = Place { unit: case.unit, team: case.team, owner: None };
    within.permit(Act::OpenCase, &Somewhere(place))?;
    let team = people::team(&mut tx, case.team).await?.ok_or(ActError::Missing)?;
    let contact = people::contact(&mut tx, case.customer).await?.ok_or(ActError::Missing)?;
    let unit = case.unit.to_string();
    if team.unit != case.unit || contact.unit_id != unit {
        return Err(ActError::Missing);
    }
    if let Some(done) = pressed(&mut tx, press, now).await? {
        return Ok(done);
    }
    let policy = Policy::read(&mut tx).await?;
    let mut then = Vec::new();
    if let Some((words, due_at)) = case.promise.clone() {
        let closed_hours = crate::promise::rules::ClosedHours::Confirmed;
        fits(due_at, closed_hours, &policy.clocks.hours, now)
            .map_err(|why: PromiseRefused| ActError::from(why))?;
        let promise = NewPromise {
            id: ctx.id(now),
            number: tx.next_number(Numbered::Promise).await?,
            words,
            keeper: permit.staff(),
            due_at,
            visible: true,
            closed_hours,
        };
        then.push(promised(promise, now));
    }
    let number = CaseNumber(tx.next_number(Numbered::Case).await?);
    let id: CaseId = ctx.id(now);
    let mut opening = opening(ctx, staff, case, contact.name, number, &policy, now);
    if let Some(said) = &mut opening.message {
        topic::hear(&mut tx, said).await?;
    }
    let by = By { ctx, actor: Actor::Staff(staff.id), name: &staff.name, policy: &policy, now };
    let opened = open(&mut tx, &by, id, opening, &then, &Named::InTheStore).await?;
    let done = Done::opened(&opened);
    tx.done_once(press, &done).await?;
    tx.commit().await?;
    Ok(done)
}

fn opening(
    ctx: &Context,
    staff: &Staff,
    case: NewCase,
    author: String,
    number: CaseNumber,
    policy: &Policy,
    now: Timestamp,
) -> Opening {
    let severity = case.severity.min(4);
    let mut clocks = rules::opening_clocks(case.kind, severity, &policy.clocks, now);
    // They spoke with us: that is our first word.
    clocks.retain(|clock| clock.kind != ClockKind::Acknowledge);
    Opening {
        number,
        unit: case.unit,
        team: case.team,
        owner: Some(staff.id),
        customer: case.customer,
        kind: case.kind,
        channel: case.channel,
        subject: case.subject.into_string(),
        problem: case.problem.map(Words::into_string).unwrap_or_default(),
        language: String::new(),
        severity,
        facts: case.facts,
        clocks,
        message: case.said.map(|said| ReceivedMessage {
            id: ctx.id(now),
            feedback: None,
            channel: case.channel,
            author,
            text: said.into_string(),
            folded: None,
            at: now,
            topics: Vec::new(),
            encrypted: false,
        }),
        linked_to: None,
    }
}
