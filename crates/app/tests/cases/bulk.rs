//! Many cases at once: as a job, exactly once a case, with one undo.

use crate::told::{arrive, code, complaint, in_thread, now, ring};
use casework::Taken;
use casework::case::actions::{assign, take};
use casework::view::recent::recent_actions;
use desk::view::filter::Filter;
use desk::view::queue::{Lane, View};
use desk::view::seen::see;
use domain::channel::Kind;
use domain::id::CaseNumber;
use handling::bulk::actions::{Chosen, KEPT, bulk_change, forget_old, in_words, start, undo};
use handling::bulk::jobs::STRETCH;
use handling::bulk::rules::BulkAct;
use handling::view::undo::{Undone, undo_last};
use jiff::SignedDuration;
use store::job::Job;
use store::{Press, on};
use testkit::{Company, World, on_both};

const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// So many open cases of Maya's team.
async fn cases(world: &World, company: &Company, n: usize) -> Vec<CaseNumber> {
    let mut numbers = Vec::with_capacity(n);
    for at in 0..n {
        let mut feedback = complaint(world, company, &format!("Matter {at} of this test"));
        feedback.address = format!("somebody{at}@example.org");
        match arrive(world, &feedback, company.nameless).await {
            Taken::Opened { number, .. } => numbers.push(number),
            other => panic!("it should open a case: {other:?}"),
        }
    }
    numbers
}

async fn outcomes(world: &World, bulk: &str) -> Vec<(i64, String, String)> {
    const SQL: &str =
        "SELECT number, outcome, code FROM bulk_row WHERE bulk_id = $1 ORDER BY place";
    on!(Store &world.ctx.store, db => sqlx::query_as(SQL).bind(bulk).fetch_all(db).await).unwrap()
}

async fn next_job(world: &World) -> Job {
    let jobs = world.ctx.store.claim_of(("bulk", "bulk"), world.ctx.now(), LEASE, 1).await.unwrap();
    jobs.into_iter().next().expect("work to go on with")
}

#[test]
fn few_cases_are_done_at_once_each_with_its_own_result_and_z_takes_all_of_it_back() {
    on_both(async |world| {
        let company = world.found().await;
        let mut numbers = cases(&world, &company, 4).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        take(ctx, maya, numbers[1], &none).await.unwrap();
        take(ctx, &company.jo, numbers[2], &none).await.unwrap();
        world.pass(SignedDuration::from_secs(1));
        numbers.push(CaseNumber(999_999));
        numbers.push(numbers[0]);
        let chosen = Chosen::Cases(&numbers);
        let change = start(ctx, maya, BulkAct::Take, chosen, &none).await.unwrap();
        assert_eq!((change.total, change.changed, change.same, change.refused), (5, 2, 1, 2));
        assert_eq!(
            (change.state.as_str(), in_words(&change).as_str()),
            ("done", "Took 2 of 5 cases")
        );
        let became: Vec<_> =
            outcomes(&world, &change.id).await.into_iter().map(|row| (row.1, row.2)).collect();
        let row = |outcome: &str, code: &str| (outcome.to_owned(), code.to_owned());
        let told = [
            row("changed", ""),
            row("same", ""),
            row("refused", "case_taken"),
            row("changed", ""),
            row("refused", "case_missing"),
        ];
        assert_eq!(became, told);
        let done = recent_actions(ctx, maya.id).await.unwrap();
        assert!(done[0].is_bulk() && done[0].says == "Took 2 of 5 cases", "{:?}", done[0]);
        let Undone::Bulk(back) = undo_last(ctx, maya, &none).await.unwrap() else {
            panic!("all of it is taken back");
        };
        assert_eq!((back.changed, back.refused), (2, 0));
        for (number, owner) in [
            (numbers[0], None),
            (numbers[1], Some(maya.id)),
            (numbers[2], Some(company.jo.id)),
            (numbers[3], None),
        ] {
            assert_eq!(now(&world, number).await.case.owner, owner);
        }
        assert_eq!(code(undo(ctx, maya, &change.id, &none).await), "nothing_to_undo");
        assert_eq!(code(undo(ctx, maya, &back.id, &none).await), "nothing_to_undo");
        let theirs = bulk_change(ctx, &company.jo, &change.id).await;
        assert!(matches!(theirs, Err(casework::ActError::Missing)), "it is hers alone");
    });
}

#[test]
fn many_cases_go_on_after_a_kill_between_two_stretches_and_none_is_changed_twice() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 60).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let was = now(&world, numbers[0]).await.case.version;
        let press = Press::new("story", "once", "same");
        let chosen = Chosen::Cases(&numbers);
        let act = BulkAct::Assign { owner: Some(company.maya.id) };
        let change = start(ctx, &company.jo, act.clone(), chosen, &press).await.unwrap();
        assert_eq!((change.state.as_str(), change.done()), ("running", 0));
        let again = start(ctx, &company.jo, act, chosen, &press).await.unwrap();
        assert_eq!(again.id, change.id, "a double press is one change");
        let first = next_job(&world).await;
        app::cases::run(ctx, &first).await.unwrap().unwrap();
        let far = bulk_change(ctx, &company.jo, &change.id).await.unwrap();
        assert_eq!((far.changed, far.is_running()), (i64::from(STRETCH), true));
        // The worker is killed with the next stretch in its hands …
        let held = next_job(&world).await;
        world.pass(LEASE + LEASE);
        ring(&world).await;
        let done = bulk_change(ctx, &company.jo, &change.id).await.unwrap();
        assert_eq!((done.state.as_str(), done.changed), ("done", 60));
        // … and one that was only slow comes too late to change anything.
        assert!(app::cases::run(ctx, &held).await.unwrap().is_err());
        for number in &numbers {
            let case = now(&world, *number).await.case;
            assert_eq!((case.owner, case.version), (Some(maya.id), was + 1), "{number}");
        }
        assert_eq!(bulk_change(ctx, &company.jo, &change.id).await.unwrap(), done);
        assert_eq!(
            code(undo_last(ctx, maya, &none).await),
            "nothing_to_undo",
            "it is Jo's to undo"
        );
    });
}

#[test]
fn undo_leaves_what_a_colleague_changed_since_and_says_so() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 30).await;
        let (ctx, maya, jo, none) = (&world.ctx, &company.maya, &company.jo, Press::none());
        let list = Filter { kind: Some(Kind::Complaint), ..Filter::default() };
        let chosen = Chosen::List(Lane::All, View::Open, &list);
        let change = start(ctx, maya, BulkAct::Take, chosen, &none).await.unwrap();
        assert_eq!(change.total, 30, "all of the list, not a page");
        ring(&world).await;
        for number in &numbers[3..5] {
            assign(ctx, jo, *number, Some(jo.id), &none).await.unwrap();
        }
        let back = undo(ctx, maya, &change.id, &none).await.unwrap();
        assert!(back.is_running(), "many go back as they came: as a job");
        ring(&world).await;
        let back = bulk_change(ctx, maya, &back.id).await.unwrap();
        assert_eq!((back.changed, back.refused, back.state.as_str()), (28, 2, "done"));
        let left: Vec<i64> = outcomes(&world, &back.id)
            .await
            .into_iter()
            .filter(|row| row.2 == "changed_since")
            .map(|row| row.0)
            .collect();
        let mut left = left;
        left.sort_unstable();
        assert_eq!(left, [numbers[3].0, numbers[4].0]);
        for (at, number) in numbers.iter().enumerate() {
            let owner = [3, 4].contains(&at).then_some(jo.id);
            assert_eq!(now(&world, *number).await.case.owner, owner);
        }
    });
}

#[test]
fn undoing_what_still_goes_on_stops_it_and_puts_back_what_was_done() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 40).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let chosen = Chosen::Cases(&numbers);
        let change = start(ctx, maya, BulkAct::Take, chosen, &none).await.unwrap();
        let first = next_job(&world).await;
        app::cases::run(ctx, &first).await.unwrap().unwrap();
        undo_last(ctx, maya, &none).await.unwrap();
        ring(&world).await;
        let stopped = bulk_change(ctx, maya, &change.id).await.unwrap();
        assert_eq!((stopped.state.as_str(), stopped.done()), ("stopped", i64::from(STRETCH)));
        for number in &numbers {
            assert_eq!(now(&world, *number).await.case.owner, None);
        }
    });
}

#[test]
fn what_a_colleague_did_before_its_turn_stands_and_who_left_the_house_changes_nothing_more() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 40).await;
        let (ctx, jo, none) = (&world.ctx, &company.jo, Press::none());
        let act = BulkAct::Assign { owner: Some(jo.id) };
        let change = start(ctx, jo, act, Chosen::Cases(&numbers), &none).await.unwrap();
        take(ctx, &company.maya, numbers[7], &none).await.unwrap();
        let first = next_job(&world).await;
        app::cases::run(ctx, &first).await.unwrap().unwrap();
        let row = outcomes(&world, &change.id).await[7].clone();
        assert_eq!((row.1.as_str(), row.2.as_str()), ("refused", "changed_meanwhile"));
        assert_eq!(now(&world, numbers[7]).await.case.owner, Some(company.maya.id));
        let left = "UPDATE staff SET left_at_ms = 1 WHERE id = $1";
        let mut tx = ctx.begin().await.unwrap();
        let who = jo.id.to_string();
        on!(Tx &mut tx, db => sqlx::query(left).bind(&who).execute(db).await.map(|_| ())).unwrap();
        tx.commit().await.unwrap();
        ring(&world).await;
        let done = bulk_change(ctx, jo, &change.id).await.unwrap();
        assert_eq!((done.state.as_str(), done.changed, done.refused), ("done", 24, 16));
        assert_eq!(now(&world, numbers[39]).await.case.owner, None);
    });
}

#[test]
fn labels_severity_and_read_state_of_many_cases_are_changed_and_taken_back() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 3).await;
        let late = world.label("Late courier").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let chosen = Chosen::Cases(&numbers);
        let until = ctx.now() + SignedDuration::from_mins(20);
        for act in [
            BulkAct::Label { add: vec![late], remove: Vec::new() },
            BulkAct::Priority { severity: 3 },
            BulkAct::Snooze { until },
        ] {
            let before = now(&world, numbers[0]).await.case;
            let change = start(ctx, maya, act.clone(), chosen, &none).await.unwrap();
            assert_eq!(change.changed, 3, "{act:?}");
            let again = start(ctx, maya, act.clone(), chosen, &none).await.unwrap();
            assert_eq!((again.changed, again.same), (0, 3), "{act:?} is so already");
            let back = undo(ctx, maya, &change.id, &none).await.unwrap();
            assert_eq!(back.changed, 3, "{act:?}");
            let after = now(&world, numbers[0]).await.case;
            let told = |case: &domain::case::Case| {
                (case.labels.clone(), case.severity, case.snoozed_until, case.owner)
            };
            assert_eq!(told(&after), told(&before), "{act:?}");
        }
        let version = now(&world, numbers[0]).await.case.version;
        see(ctx, maya, numbers[0], version).await.unwrap();
        let read = start(ctx, maya, BulkAct::Turn, chosen, &none).await.unwrap();
        assert_eq!((read.changed, read.same), (2, 1));
        assert_eq!(in_words(&read), "Marked 2 of 3 cases as read");
        let unread = start(ctx, maya, BulkAct::Turn, chosen, &none).await.unwrap();
        assert_eq!(in_words(&unread), "Marked 3 cases as unread");
        undo(ctx, maya, &unread.id, &none).await.unwrap();
        let read = start(ctx, maya, BulkAct::Seen { read: true }, chosen, &none).await.unwrap();
        assert_eq!(read.same, 3, "all are read as before");
    });
}

#[test]
fn words_that_come_before_its_turn_are_neither_read_nor_put_aside() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 22).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let chosen = Chosen::Cases(&numbers);
        let until = ctx.now() + SignedDuration::from_mins(20);
        let read = start(ctx, maya, BulkAct::Seen { read: true }, chosen, &none).await.unwrap();
        let aside = start(ctx, maya, BulkAct::Snooze { until }, chosen, &none).await.unwrap();
        let more = complaint(&world, &company, "And it smells of gas now.");
        let taken = arrive(&world, &in_thread(more, numbers[3], true), company.nameless).await;
        assert!(matches!(taken, Taken::Joined { number, .. } if number == numbers[3]), "{taken:?}");
        ring(&world).await;
        let read = bulk_change(ctx, maya, &read.id).await.unwrap();
        assert_eq!((read.changed, read.refused), (22, 0));
        let aside = bulk_change(ctx, maya, &aside.id).await.unwrap();
        assert_eq!((aside.changed, aside.refused), (21, 1));
        let row = outcomes(&world, &aside.id).await[3].clone();
        assert_eq!((row.1.as_str(), row.2.as_str()), ("refused", "changed_meanwhile"));
        let again = start(ctx, maya, BulkAct::Seen { read: true }, chosen, &none).await.unwrap();
        ring(&world).await;
        let row = outcomes(&world, &again.id).await[3].clone();
        assert_eq!(row.1, "changed", "the new words were still unread");
        assert_eq!(now(&world, numbers[3]).await.case.snoozed_until, None);
    });
}

#[test]
fn what_no_case_could_meet_is_refused_before_anything_begins() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 1).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let nobody = ctx.id(ctx.now());
        let nothing = BulkAct::Label { add: Vec::new(), remove: Vec::new() };
        for (act, why) in [
            (BulkAct::Assign { owner: Some(nobody) }, "no_such_colleague"),
            (BulkAct::Snooze { until: ctx.now() }, "moment_past"),
            (BulkAct::Priority { severity: 5 }, "no_such_severity"),
            (nothing, "no_such_label"),
        ] {
            let refused = start(ctx, maya, act, Chosen::Cases(&numbers), &none).await;
            assert_eq!(code(refused), why);
        }
        let refused = start(ctx, maya, BulkAct::Take, Chosen::Cases(&[]), &none).await;
        assert_eq!(code(refused), "nothing_chosen");
        assert!(recent_actions(ctx, maya.id).await.unwrap().is_empty());
    });
}

#[test]
fn what_became_of_each_case_is_forgotten_a_month_after_and_the_record_keeps_it() {
    on_both(async |world| {
        let company = world.found().await;
        let numbers = cases(&world, &company, 2).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let chosen = Chosen::Cases(&numbers);
        let change = start(ctx, maya, BulkAct::Take, chosen, &none).await.unwrap();
        world.pass(KEPT - SignedDuration::from_secs(1));
        forget_old(ctx, ctx.now()).await.unwrap();
        assert_eq!(outcomes(&world, &change.id).await.len(), 2);
        world.pass(SignedDuration::from_secs(2));
        forget_old(ctx, ctx.now()).await.unwrap();
        assert!(outcomes(&world, &change.id).await.is_empty());
        assert!(bulk_change(ctx, maya, &change.id).await.is_err());
        for number in numbers {
            assert_eq!(now(&world, number).await.case.owner, Some(maya.id));
        }
    });
}
