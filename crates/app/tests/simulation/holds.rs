//! What must hold after every step, whatever the seed.

use crate::run::Run;
use desk::view::case::case_view;
use domain::case::{Case, Stage};
use domain::channel::{Channel, Kind};
use domain::clock::ClockKind;
use domain::event::Event;
use domain::id::CaseNumber;
use domain::promise::PromiseState;
use std::collections::BTreeMap;
use store::event::{BEGINNING, StoredEvent};
use store::scope::Reach;
use store::{Context, on};

fn everything() -> Reach {
    Reach { scope: "all".to_owned(), staff: String::new() }
}

/// The numbers of all cases.
pub async fn numbers(ctx: &Context) -> Vec<CaseNumber> {
    const SQL: &str = "SELECT number FROM \"case\" ORDER BY number LIMIT 1000";
    let numbers: Vec<i64> =
        on!(Store &ctx.store, db => sqlx::query_scalar(SQL).fetch_all(db).await).expect("numbers");
    numbers.into_iter().map(CaseNumber).collect()
}

async fn count(ctx: &Context, sql: &'static str, value: &str) -> i64 {
    on!(Store &ctx.store, db => sqlx::query_scalar(sql).bind(value.to_owned()).fetch_one(db).await)
        .expect("a count")
}

/// Whether no work is due, in nobody's hands or in those of a worker that died.
pub async fn no_work_is_due(ctx: &Context) -> bool {
    const SQL: &str = "SELECT COUNT(*) FROM job WHERE due_at_ms <= CAST($1 AS BIGINT)";
    count(ctx, SQL, &ctx.now().as_millisecond().to_string()).await == 0
}

/// The record of each case is whole and only grows, and its tables say what it says. A case whose
/// version is the one seen last is not looked at again until the end.
pub async fn after_a_step(run: &mut Run) {
    const SQL: &str = "SELECT id, number, version FROM \"case\" ORDER BY number LIMIT 1000";
    let ctx = run.world.ctx.clone();
    let cases: Vec<(String, i64, i64)> =
        on!(Store &ctx.store, db => sqlx::query_as(SQL).fetch_all(db).await).expect("cases");
    for case in run.ends.keys() {
        assert!(cases.iter().any(|(id, ..)| id == case), "{case} is gone");
    }
    let seen = |id: &String| run.ends.get(id).map_or(0, |(n, _)| *n);
    let changed: Vec<i64> =
        cases.iter().filter(|(id, _, v)| seen(id) != *v).map(|(_, number, _)| *number).collect();
    for number in changed {
        is_whole(run, &ctx, CaseNumber(number)).await;
    }
    letters_are_messages(&ctx).await;
}

async fn is_whole(run: &mut Run, ctx: &Context, number: CaseNumber) {
    let view = case_view(ctx, &everything(), number).await.expect("a view").expect("a case");
    let record = ctx.store.record_for_checked(view.case.id).await.expect("a record");
    let end = sound(&record);
    if let Some((n, hash)) = run.ends.insert(view.case.id.to_string(), end) {
        let place = usize::try_from(n - 1).expect("a place");
        assert_eq!(record[place].hash, hash, "{number}: what was recorded has changed");
    }
    let told = fold(&record);
    assert_eq!(view.case, told, "{number}: the tables say something else than the record");
    assert_eq!(told.version, record.len() as u64);
    is_not_forgotten(ctx, &told, &record).await;
}

/// The chain holds without a gap; gives its end.
fn sound(record: &[StoredEvent]) -> (i64, String) {
    let mut before = BEGINNING.to_owned();
    for (place, event) in record.iter().enumerate() {
        assert_eq!(event.n, place as i64 + 1, "a gap in the record");
        assert!(event.is_sound(&before), "a link of the chain is broken");
        before.clone_from(&event.hash);
    }
    (record.len() as i64, before)
}

fn fold(record: &[StoredEvent]) -> Case {
    let mut case: Option<Case> = None;
    for stored in record {
        let entry = stored.entry().expect("an entry");
        case = Some(match (case, &entry.event) {
            (None, Event::Opened(opening)) => Case::opened(entry.case, entry.at, opening),
            (Some(case), event) => case.after(event, entry.at),
            (None, other) => panic!("a record begins with {}", other.as_str()),
        });
    }
    case.expect("a case")
}

/// A complaint that is open has had our first word, or a clock waits for it and warns; one that
/// is being checked will be asked about, or somebody has promised to.
async fn is_not_forgotten(ctx: &Context, case: &Case, record: &[StoredEvent]) {
    const TIMERS: &str = "
        SELECT COUNT(*) FROM job WHERE state = 'due'
          AND (id LIKE 'ask/' || $1 || '/%' OR id LIKE 'silence/' || $1 || '/%')";
    let number = case.number;
    let imported = record[0]
        .entry()
        .is_ok_and(|entry| matches!(entry.event, Event::Opened(o) if o.clocks.is_empty()));
    let open_complaint = matches!(case.kind, Kind::Complaint | Kind::Cancellation)
        && !case.stage.is_closed()
        && case.channel == Channel::Mail
        && !imported;
    if open_complaint {
        let waits = case.clock(ClockKind::Acknowledge).is_some();
        let started = case.kind == Kind::Complaint && opened_as_complaint(record);
        let heard = case.acknowledged_at.is_some() || waits || case.reopened > 0;
        assert!(heard || !started, "{number}: open without a first word or a clock for it");
    }
    if matches!(case.stage, Stage::Checking { .. }) && case.promises.is_empty() {
        let timers = count(ctx, TIMERS, &case.id.to_string()).await;
        assert!(timers > 0, "{number}: nobody will ask whether it is solved");
    }
    for promise in &case.promises {
        assert!(promise.is_owed() && promise.due_at > promise.made_at, "{number}: {promise:?}");
    }
    if case.stage.is_closed() {
        assert!(case.clocks.is_empty() && case.waiting_since.is_none(), "{number}");
    }
}

fn opened_as_complaint(record: &[StoredEvent]) -> bool {
    record[0]
        .entry()
        .is_ok_and(|entry| matches!(entry.event, Event::Opened(o) if o.kind == Kind::Complaint))
}

/// Every letter in the outbox is one message, and every message with an address one letter.
async fn letters_are_messages(ctx: &Context) {
    const LETTERS: &str = "
        SELECT COUNT(*) FROM outbox o WHERE $1 = '' AND (
            SELECT COUNT(*) FROM message m WHERE m.id = o.key AND m.recipient = o.recipient) <> 1";
    const MESSAGES: &str = "
        SELECT COUNT(*) FROM message m WHERE $1 = '' AND m.direction = 'out'
            AND m.recipient <> '' AND (SELECT COUNT(*) FROM outbox o WHERE o.key = m.id) <> 1";
    assert_eq!(count(ctx, LETTERS, "").await, 0, "a letter without its message");
    assert_eq!(count(ctx, MESSAGES, "").await, 0, "a message without its letter");
}

/// Once the timers have run, no promise and no clock is late unseen.
pub async fn after_timers(run: &mut Run) {
    const LATE: &str = "
        SELECT COUNT(*) FROM promise WHERE state = 'open' AND due_at_ms <= CAST($1 AS BIGINT)";
    let ctx = &run.world.ctx;
    let now = ctx.now();
    let late = count(ctx, LATE, &now.as_millisecond().to_string()).await;
    assert_eq!(late, 0, "a promise is late and not marked as broken");
    for number in numbers(ctx).await {
        let view = case_view(ctx, &everything(), number).await.expect("a view").expect("a case");
        let case = view.case;
        let unseen = |clock: &&domain::clock::Clock| clock.due_at <= now && !clock.over;
        assert_eq!(case.clocks.iter().find(unseen), None, "{number}: a clock is late unseen");
        let open = |p: &&domain::promise::Promise| p.state == PromiseState::Open && p.due_at <= now;
        assert_eq!(case.promises.iter().find(open), None, "{number}");
        assert!(case.snoozed_until.is_none_or(|until| until > now), "{number} sleeps on");
    }
}

/// Every accepted input is exactly one message, or was left as feedback by a rule; the counters
/// say what the tables say.
pub async fn at_the_end(run: &mut Run) {
    const MESSAGES: &str = "SELECT COUNT(*) FROM message WHERE feedback_id = $1";
    let ctx = run.world.ctx.clone();
    for number in numbers(&ctx).await {
        is_whole(run, &ctx, number).await;
    }
    letters_are_messages(&ctx).await;
    after_timers(run).await;
    let ctx = &ctx;
    for (feedback, _) in &run.inputs {
        let messages = count(ctx, MESSAGES, &feedback.id.to_string()).await;
        let may_be_left = feedback.thread.is_some();
        assert!(messages == 1 || (messages == 0 && may_be_left), "an input is {messages} messages");
    }
    let mut counted: BTreeMap<String, i64> = BTreeMap::new();
    for number in numbers(ctx).await {
        let view = case_view(ctx, &everything(), number).await.expect("a view").expect("a case");
        let case = view.case;
        let tray = case.tray();
        let name = format!("queue/team/{}/{}/{tray}", case.unit, case.team);
        *counted.entry(name).or_default() += 1;
    }
    let tallies = ctx.store.tallies("queue/team/").await.expect("counters");
    for (name, n) in tallies.iter().filter(|(name, _)| {
        ["open", "ideas", "snoozed", "closed"].iter().any(|tray| name.ends_with(tray))
    }) {
        assert_eq!(counted.get(name).copied().unwrap_or_default(), *n, "{name}");
    }
}
