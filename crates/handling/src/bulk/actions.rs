//! Changing many cases at once. Every case goes the way it goes alone: permit, rule, events,
//! record; a stretch of them shares a transaction.

use crate::bulk::jobs;
use crate::bulk::rules::{AT_ONCE, BulkAct, BulkRefused, MOST, Names, Outcome, told};
use crate::bulk::sql::{self, BulkChange, Waiting};
use crate::view::undo::put_back;
use casework::case::actions::{Right, teach};
use casework::case::rules::{self as case_rules, CaseRefused};
use casework::case::sql as case_sql;
use casework::case::sql::people;
use casework::handling::{Handling, InHand, begin_in};
use casework::label::rules::{self as label_rules, LabelRefused};
use casework::label::sql as label_sql;
use casework::refusal::ActError;
use casework::view::recent::{Reverse, UNDOABLE};
use casework::view::sql as own_sql;
use desk::view::filter::Filter;
use desk::view::filtered::count_filtered;
use desk::view::queue::{Lane, View};
use desk::view::seen;
use domain::event::Event;
use domain::id::{CaseNumber, LabelId};
use domain::permit::{Act, Permit, Staff};
use jiff::{SignedDuration, Timestamp};
use store::fact::Fact;
use store::scope::Reach;
use store::{Context, Once, Press, StoreError, Tx};

/// For so long after its end it can be looked up what a change did to each case.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Which cases.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'a> {
    /// These; what is not theirs is refused row by row.
    Cases(&'a [CaseNumber]),
    /// Every case of a view that fits a filter, as it stands now.
    List(Lane, View, &'a Filter),
}

/// Does the same to many cases: at once where they are few, else as a job whose progress
/// [`bulk_change`] tells.
///
/// # Errors
/// See [`ActError`]; refusals are [`BulkRefused`], and those of the act that no case could meet.
pub async fn start(
    ctx: &Context,
    staff: &Staff,
    act: BulkAct,
    chosen: Chosen<'_>,
    press: &Press,
) -> Result<BulkChange, ActError> {
    staff.permit_anywhere(act.needs())?;
    let reach = Reach::from(staff);
    if let Chosen::List(lane, view, filter) = chosen {
        let counted = count_filtered(ctx, &reach, lane, view, filter, true).await?;
        if counted.n > u64::from(MOST) {
            return Err(BulkRefused::TooMany.into());
        }
    }
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    if let Some(id) = pressed(&mut tx, press, now).await? {
        return bulk_change(ctx, staff, &id).await;
    }
    let id: uuid::Uuid = ctx.id(now);
    let id = id.to_string();
    match chosen {
        Chosen::Cases(numbers) => sql::insert_named(&mut tx, &id, numbers).await?,
        Chosen::List(lane, view, filter) => {
            let list = (lane, view, filter);
            sql::insert_listed(&mut tx, &id, &reach, list, i64::MAX, now).await?;
        }
    }
    let act = match act {
        BulkAct::Turn => BulkAct::Seen { read: sql::any_unread(&mut tx, &id, staff.id).await? },
        act => act,
    };
    let names = looked_up(&mut tx, &act, now).await?;
    let total = sql::count(&mut tx, &id).await?;
    if total == 0 {
        return Err(BulkRefused::Empty.into());
    }
    let change = new(&id, staff, &act, act.says(&names), total, now)?;
    sql::insert(&mut tx, &change).await?;
    remember(&mut tx, staff, &change, now).await?;
    begin(ctx, tx, staff, change, press).await
}

async fn pressed(tx: &mut Tx, press: &Press, now: Timestamp) -> Result<Option<String>, ActError> {
    match tx.once::<String>(press, now).await? {
        Once::New => Ok(None),
        Once::Done(id) => Ok(Some(id)),
        Once::OtherBody => Err(ActError::OtherBody),
    }
}

fn new(
    id: &str,
    staff: &Staff,
    act: &BulkAct,
    says: String,
    total: i64,
    now: Timestamp,
) -> Result<BulkChange, StoreError> {
    let undoes = match act {
        BulkAct::Undo { of } => Some(of.clone()),
        _ => None,
    };
    let act = serde_json::to_string(act)
        .map_err(|error| StoreError::unreadable("keeping a change to many cases", error))?;
    Ok(BulkChange {
        id: id.to_owned(),
        staff_id: staff.id.to_string(),
        act,
        says,
        state: "running".to_owned(),
        total,
        changed: 0,
        same: 0,
        refused: 0,
        made_at_ms: now.as_millisecond(),
        ended_at_ms: None,
        undoes,
        undone_by: None,
    })
}

async fn remember(
    tx: &mut Tx,
    staff: &Staff,
    change: &BulkChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reverse = serde_json::to_string(&Reverse::Bulk)
        .map_err(|error| StoreError::unreadable("remembering an action", error))?;
    let says = in_words(change);
    own_sql::remember(tx, &change.id, staff.id, None, &says, &reverse, now).await
}

/// Does few at once, lays many out for the workers, answers the press and commits.
async fn begin(
    ctx: &Context,
    mut tx: Tx,
    staff: &Staff,
    change: BulkChange,
    press: &Press,
) -> Result<BulkChange, ActError> {
    let change = if change.total <= i64::from(AT_ONCE) {
        let (back, change) = stretch(ctx, tx, Some(staff), change, AT_ONCE).await?;
        tx = back;
        change
    } else {
        jobs::lay_out(&mut tx, &change, staff, ctx.now()).await?;
        change
    };
    tx.done_once(press, &change.id).await?;
    tx.commit().await?;
    Ok(change)
}

/// The names that stand in the words of a change; what no case could meet is refused here, once.
async fn looked_up(tx: &mut Tx, act: &BulkAct, now: Timestamp) -> Result<Names, ActError> {
    let mut names = Names::default();
    match act {
        BulkAct::Assign { owner: Some(owner) } => {
            let found = sql::name_of(tx, *owner).await?;
            names.owner = found.ok_or(CaseRefused::NoSuchColleague)?;
        }
        BulkAct::Label { add, remove } => {
            let list = label_sql::list_in(tx).await?;
            let name = |id: &LabelId, is_new: bool| {
                let known = list.iter().find(|label| label.id == *id && !(is_new && label.ended));
                known.map(|label| label.name.clone()).ok_or(LabelRefused::NoSuchLabel)
            };
            let on: Result<Vec<_>, _> = add.iter().map(|id| name(id, true)).collect();
            let off: Result<Vec<_>, _> = remove.iter().map(|id| name(id, false)).collect();
            (names.added, names.removed) = (on?.join(", "), off?.join(", "));
            if names.added.is_empty() && names.removed.is_empty() {
                return Err(LabelRefused::NoSuchLabel.into());
            }
        }
        BulkAct::Snooze { until } if *until <= now => return Err(CaseRefused::InThePast.into()),
        BulkAct::Priority { severity: 5.. } => return Err(CaseRefused::NoSuchSeverity.into()),
        _ => {}
    }
    Ok(names)
}

/// A change of this person with how far it is.
///
/// # Errors
/// [`ActError::Missing`] when it is not theirs.
pub async fn bulk_change(ctx: &Context, staff: &Staff, id: &str) -> Result<BulkChange, ActError> {
    sql::change(&ctx.store, id, staff.id).await?.ok_or(ActError::Missing)
}

/// What a change did, in words: "Took 412 of 1,234 cases".
pub fn in_words(change: &BulkChange) -> String {
    let count = |n: i64| web::words::count(n.unsigned_abs());
    let cases = if change.total == 1 { "case" } else { "cases" };
    // Before the first of many nobody knows of one that is refused.
    let is_whole = change.changed == change.total || change.done() == 0;
    let so_many = match is_whole {
        true => format!("{} {cases}", count(change.total)),
        false => format!("{} of {} {cases}", count(change.changed), count(change.total)),
    };
    told(&change.says, &so_many)
}

/// Takes a whole change back: each case that it changed becomes what it was, unless somebody
/// changed it since. One that still goes on ends there. What is done is a change of its own.
///
/// # Errors
/// [`ActError::Missing`] when it is not theirs; `nothing_to_undo` when it was undone before, is an
/// undoing itself, or lies too far back.
pub async fn undo(
    ctx: &Context,
    staff: &Staff,
    id: &str,
    press: &Press,
) -> Result<BulkChange, ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let whose = staff.id.to_string();
    let earlier = sql::hold(&mut tx, id).await?.filter(|change| change.staff_id == whose);
    let mut earlier = earlier.ok_or(ActError::Missing)?;
    if let Some(id) = pressed(&mut tx, press, now).await? {
        return bulk_change(ctx, staff, &id).await;
    }
    let is_late = earlier.made_at_ms <= (now - UNDOABLE).as_millisecond();
    if is_late || earlier.undone_by.is_some() || earlier.undoes.is_some() {
        return Err(CaseRefused::NothingToUndo.into());
    }
    let back: uuid::Uuid = ctx.id(now);
    let back = back.to_string();
    if earlier.is_running() {
        "stopped".clone_into(&mut earlier.state);
        earlier.ended_at_ms = Some(now.as_millisecond());
    }
    earlier.undone_by = Some(back.clone());
    sql::write(&mut tx, &earlier).await?;
    own_sql::mark_undone(&mut tx, &earlier.id, staff.id).await?;
    tx.tell(Fact::Bulk { id: earlier.id.clone(), staff: whose });
    sql::insert_reversed(&mut tx, &back, &earlier.id).await?;
    let total = sql::count(&mut tx, &back).await?;
    let act = BulkAct::Undo { of: earlier.id };
    let says = act.says(&Names::default());
    let change = new(&back, staff, &act, says, total, now)?;
    sql::insert(&mut tx, &change).await?;
    begin(ctx, tx, staff, change, press).await
}

/// Forgets, bit by bit, what became of each case in changes that ended [`KEPT`] ago: the record of
/// each case says it for good.
///
/// # Errors
/// When the engine fails.
pub async fn forget_old(ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
    /// Cases at once: others wait for the writer meanwhile.
    const MOST: u32 = 2_000;
    let mut tx = ctx.begin().await?;
    sql::forget(&mut tx, now - KEPT, MOST).await?;
    tx.commit().await
}

/// What became of a case, and what takes it back.
struct Became {
    outcome: Outcome,
    code: &'static str,
    why: String,
    reverse: String,
}

impl Became {
    fn changed(reverse: Option<&Reverse>) -> Result<Became, StoreError> {
        let reverse = reverse.map(serde_json::to_string).transpose();
        let reverse = reverse
            .map_err(|error| StoreError::unreadable("remembering an action", error))?
            .unwrap_or_default();
        Ok(Became { outcome: Outcome::Changed, code: "", why: String::new(), reverse })
    }

    fn same() -> Became {
        Became { outcome: Outcome::Same, code: "", why: String::new(), reverse: String::new() }
    }

    /// A fault of ours is none of theirs: it goes on up.
    fn refused(error: ActError) -> Result<Became, StoreError> {
        let (code, why) = match error {
            ActError::Store(error) => return Err(error),
            ActError::Refused(why) if why.as_one_of() == Some(&CaseRefused::AlreadyTheirs) => {
                return Ok(Became::same());
            }
            ActError::Refused(why) => (why.code(), why.to_string()),
            error @ ActError::Missing => ("case_missing", error.to_string()),
            error => ("changed_meanwhile", error.to_string()),
        };
        Ok(Became { outcome: Outcome::Refused, code, why, reverse: String::new() })
    }
}

/// Does the next `most` cases of a change that this transaction holds. Nobody may do anything more
/// where `staff` left the house.
pub(crate) async fn stretch(
    ctx: &Context,
    mut tx: Tx,
    staff: Option<&Staff>,
    mut change: BulkChange,
    most: u32,
) -> Result<(Tx, BulkChange), StoreError> {
    let act: BulkAct = serde_json::from_str(&change.act)
        .map_err(|error| StoreError::unreadable("reading a change to many cases", error))?;
    for row in sql::waiting(&mut tx, &change.id, most).await? {
        let became = match staff {
            Some(staff) => {
                let (back, became) = one(ctx, tx, staff, &act, &row).await?;
                tx = back;
                became
            }
            None => Became::refused(ActError::Missing)?,
        };
        settle(&mut tx, &mut change, row.place, &became).await?;
    }
    end(&mut tx, &mut change, ctx.now()).await?;
    Ok((tx, change))
}

/// Leaves the next case out, of which nothing of ours could be made.
pub(crate) async fn leave_out(
    tx: &mut Tx,
    change: &mut BulkChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    for row in sql::waiting(tx, &change.id, 1).await? {
        let why = "That didn't work, and it's our fault. Nothing was changed; try this one again.";
        let (code, why) = ("our_fault", why.to_owned());
        let became = Became { outcome: Outcome::Refused, code, why, reverse: String::new() };
        settle(tx, change, row.place, &became).await?;
    }
    end(tx, change, now).await
}

async fn settle(
    tx: &mut Tx,
    change: &mut BulkChange,
    place: i64,
    became: &Became,
) -> Result<(), StoreError> {
    match became.outcome {
        Outcome::Changed => change.changed += 1,
        Outcome::Same => change.same += 1,
        Outcome::Refused => change.refused += 1,
    }
    let words = (became.code, became.why.as_str(), became.reverse.as_str());
    sql::settle(tx, &change.id, place, became.outcome, words).await
}

/// Writes how far it is and tells whoever asked for it.
async fn end(tx: &mut Tx, change: &mut BulkChange, now: Timestamp) -> Result<(), StoreError> {
    if change.done() >= change.total {
        "done".clone_into(&mut change.state);
        change.ended_at_ms = Some(now.as_millisecond());
    }
    sql::write(tx, change).await?;
    own_sql::retell(tx, &change.id, &in_words(change)).await?;
    tx.tell(Fact::Bulk { id: change.id.clone(), staff: change.staff_id.clone() });
    Ok(())
}

async fn one(
    ctx: &Context,
    tx: Tx,
    staff: &Staff,
    act: &BulkAct,
    row: &Waiting,
) -> Result<(Tx, Became), StoreError> {
    let reverse = match act {
        BulkAct::Undo { .. } => {
            let reverse = serde_json::from_str(&row.reverse)
                .map_err(|error| StoreError::unreadable("reading a recent action", error))?;
            Some(reverse)
        }
        _ => None,
    };
    let mark = match (act, &reverse) {
        (BulkAct::Seen { read }, _) => Some(Mark::As(*read)),
        (_, Some(Reverse::Seen { was, now })) => Some(Mark::Back((*was, *now))),
        _ => None,
    };
    match mark {
        Some(mark) => read_state(tx, staff, row, mark).await,
        None => handled(ctx, tx, staff, act, row, reverse).await,
    }
}

/// What becomes of the place up to which somebody read a case.
enum Mark {
    As(bool),
    Back((u64, u64)),
}

/// It is each person's own: reading is enough, and the record has no word of it.
async fn read_state(
    mut tx: Tx,
    staff: &Staff,
    row: &Waiting,
    mark: Mark,
) -> Result<(Tx, Became), StoreError> {
    let found = case_sql::load(&mut tx, CaseNumber(row.number)).await?;
    let case = found.filter(|case| staff.permit(Act::ReadCase, case).is_ok());
    let done = match (case, mark) {
        (None, _) => Err(ActError::Missing),
        (Some(case), Mark::As(read)) => {
            seen::mark_in(&mut tx, &case, staff, read, row.version.unsigned_abs()).await
        }
        (Some(case), Mark::Back(places)) => {
            let back = seen::put_back_in(&mut tx, case.id, staff, places).await;
            let became = match back {
                Ok(()) => Became::changed(None)?,
                Err(error) => Became::refused(error)?,
            };
            return Ok((tx, became));
        }
    };
    let became = match done {
        Ok(Some(reverse)) => Became::changed(Some(&reverse))?,
        Ok(None) => Became::same(),
        Err(error) => Became::refused(error)?,
    };
    Ok((tx, became))
}

async fn handled(
    ctx: &Context,
    tx: Tx,
    staff: &Staff,
    act: &BulkAct,
    row: &Waiting,
    reverse: Option<Reverse>,
) -> Result<(Tx, Became), StoreError> {
    let press = Press::none();
    let number = CaseNumber(row.number);
    let (mut work, permit) = match begin_in(ctx, tx, staff, number, &press).await? {
        InHand::Work(work, permit) => (*work, permit),
        InHand::Refused(tx, why) => return Ok((*tx, Became::refused(*why)?)),
    };
    let decided = match reverse {
        Some(reverse) => {
            put_back(&mut work, staff, &permit, reverse).await.map(|events| (events, None))
        }
        None => decide(&mut work, staff, &permit, act, row).await,
    };
    let became = match decided {
        Ok((events, _)) if events.is_empty() => Became::same(),
        Ok((events, reverse)) => match work.keep(&events).await {
            Ok(()) => Became::changed(reverse.as_ref())?,
            Err(error) => Became::refused(error)?,
        },
        Err(error) => Became::refused(error)?,
    };
    Ok((work.tx, became))
}

/// What the act does to one case, and what takes it back; no events where it is so already.
async fn decide(
    work: &mut Handling<'_>,
    staff: &Staff,
    permit: &Permit,
    act: &BulkAct,
    row: &Waiting,
) -> Result<(Vec<Event>, Option<Reverse>), ActError> {
    let (case, version) = (work.case.clone(), row.version);
    if case.version != version.unsigned_abs()
        && sql::is_changed_by_another(&mut work.tx, case.id, version, staff.id).await?
    {
        return Err(ActError::Changed { version: case.version });
    }
    // What a customer says in between is not put aside unread.
    if matches!(act, BulkAct::Snooze { .. })
        && sql::was_said_since(&mut work.tx, case.id, version).await?
    {
        return Err(ActError::Changed { version: case.version });
    }
    Ok(match act {
        BulkAct::Take => {
            let holder = match case.owner {
                Some(owner) => people::colleague(&mut work.tx, owner, case.unit).await?,
                None => None,
            };
            let holder = holder.map_or_else(|| "A colleague".to_owned(), |found| found.name);
            let events = case_rules::take(&case, permit, None, &holder)?;
            (events, Some(Reverse::Assign { owner: case.owner, now: Some(staff.id) }))
        }
        BulkAct::Assign { owner } => {
            if let Some(owner) = owner {
                let found = people::colleague(&mut work.tx, *owner, case.unit).await?;
                found.ok_or(CaseRefused::NoSuchColleague)?;
            }
            let events = case_rules::assign(&case, permit, *owner)?;
            (events, Some(Reverse::Assign { owner: case.owner, now: *owner }))
        }
        BulkAct::Snooze { until } if case.snoozed_until == Some(*until) => (Vec::new(), None),
        BulkAct::Snooze { until } => {
            let events = case_rules::snooze(&case, permit, *until, work.now)?;
            let reverse = Reverse::Snooze { until: case.snoozed_until, now: Some(*until) };
            (events, Some(reverse))
        }
        BulkAct::Label { add, remove } => {
            let list = label_sql::list_in(&mut work.tx).await?;
            let events = label_rules::label(&case, permit, &list, add, remove)?;
            let reverse = match events.first() {
                Some(Event::Labelled(how)) => Some(Reverse::Label { how: (**how).clone() }),
                _ => None,
            };
            (events, reverse)
        }
        BulkAct::Priority { severity } => {
            let (kind, facts) = (case.kind, case.facts);
            let events = case_rules::reread(&case, permit, kind, *severity, facts)?;
            if !events.is_empty() {
                teach(work, staff, &Right::plain(kind, *severity, facts)).await?;
            }
            let before = (kind, case.severity, facts);
            (events, Some(Reverse::Reread { before, now: (kind, *severity, facts) }))
        }
        BulkAct::Seen { .. } | BulkAct::Turn | BulkAct::Undo { .. } => (Vec::new(), None),
    })
}
