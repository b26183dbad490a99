//! Strangers who hold a case's own address: they wait, are given nothing, and a person decides.

use crate::told::{arrive, code, complaint, in_thread, letters, now, opened, ring};
use casework::Taken;
use casework::case::link;
use conversation::joiner::actions::{accept, split};
use desk::portal_case;
use desk::view::queue::row_by_number;
use domain::feedback::FeedbackIn;
use domain::id::{CaseNumber, MessageId};
use domain::joiner::Part;
use domain::urgency::Facts;
use jiff::SignedDuration;
use store::scope::Reach;
use store::{Press, on};
use testkit::{Company, World, on_both};

async fn stranger(world: &World, company: &Company, number: CaseNumber) -> MessageId {
    let words = complaint(world, company, "Please send me all of it.");
    let words = FeedbackIn {
        author: "Eve".to_owned(),
        address: "eve@evil.example".to_owned(),
        because: "It was sent to the reply address of the case.".to_owned(),
        ..in_thread(words, number, false)
    };
    let taken = arrive(world, &words, company.nameless).await;
    assert_eq!(taken, Taken::Waits { on: number });
    const SQL: &str = "SELECT message_id FROM joiner WHERE state = 'waits' ORDER BY at_ms DESC, message_id DESC LIMIT 1";
    let id: String =
        on!(Store &world.ctx.store, db => sqlx::query_scalar(SQL).fetch_one(db).await).unwrap();
    id.parse().unwrap()
}

async fn count(world: &World, sql: &'static str) -> i64 {
    on!(Store &world.ctx.store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
}

/// The words on the customer's page.
async fn page_of(world: &World, number: CaseNumber) -> Vec<String> {
    let case = now(world, number).await.case;
    let mut tx = world.ctx.begin().await.unwrap();
    let token = link::of_case(&mut tx, &world.ctx, case.id, case.customer, world.ctx.now());
    let token = token.await.unwrap();
    tx.commit().await.unwrap();
    let page = portal_case(&world.ctx, &token).await.unwrap().unwrap();
    page.conversation.into_iter().map(|said| format!("{}: {}", said.by, said.text)).collect()
}

#[test]
fn a_stranger_waits_and_changes_nothing_and_gets_nothing() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        letters(&world).await;
        let before = now(&world, number).await;
        stranger(&world, &company, number).await;
        let after = now(&world, number).await;
        let untouched = domain::case::Case {
            version: before.case.version,
            changed_at: before.case.changed_at,
            ..after.case.clone()
        };
        assert_eq!(untouched, before.case, "only the record grew");
        assert_eq!(after.email, before.email, "letters go where they went");
        assert!(letters(&world).await.is_empty(), "nobody is written to");
        assert!(page_of(&world, number).await.iter().all(|line| !line.contains("Eve")));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM \"case\"").await, 1);
    });
}

#[test]
fn who_is_taken_in_is_heard_and_letters_still_go_to_the_customer() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        letters(&world).await;
        let id = stranger(&world, &company, number).await;
        let (ctx, none) = (&world.ctx, Press::none());
        let press = Press::new("maya", "k1", "h");
        let part = Part::Representative;
        accept(ctx, &company.maya, number, id, part, &press).await.unwrap();
        accept(ctx, &company.maya, number, id, part, &press).await.unwrap();
        let view = now(&world, number).await;
        assert_eq!(view.case.contacts, 2, "their words count once");
        assert_eq!(view.email.as_deref(), Some("amara@example.org"));
        let again = accept(ctx, &company.maya, number, id, part, &none).await;
        assert_eq!(code(again), "no_such_joiner");
        let page = page_of(&world, number).await;
        assert!(page.iter().any(|line| line.starts_with("Eve: ")), "{page:?}");
        world.pass(SignedDuration::from_hours(24 * 9));
        ring(&world).await;
        assert_eq!(count(&world, "SELECT COUNT(*) FROM \"case\"").await, 1, "no timer is left");
    });
}

#[test]
fn the_queue_says_that_somebody_waits_until_that_is_decided() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let waits = async || {
            let all = Reach { scope: "all".to_owned(), staff: String::new() };
            row_by_number(&world.ctx, &all, number).await.unwrap().unwrap().waits
        };
        assert!(!waits().await);
        let id = stranger(&world, &company, number).await;
        assert!(waits().await, "also where nobody has taken the case yet");
        split(&world.ctx, &company.maya, number, id, &Press::none()).await.unwrap();
        assert!(!waits().await);
    });
}

#[test]
fn who_is_not_taken_in_has_a_case_of_their_own_and_a_first_word() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let id = stranger(&world, &company, number).await;
        let none = Press::none();
        let own = split(&world.ctx, &company.maya, number, id, &none).await.unwrap();
        assert_ne!(own.number, number);
        let theirs = now(&world, own.number).await;
        assert_eq!(theirs.case.customer, company.nameless);
        assert!(!theirs.case.clocks.is_empty());
        assert_eq!(now(&world, number).await.case.contacts, 1);
        let strangers = split(&world.ctx, &company.stan, number, id, &none).await;
        assert!(matches!(strangers, Err(casework::ActError::Missing)), "another unit's agent");
    });
}

#[test]
fn who_is_not_decided_about_in_time_gets_a_case_by_itself() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        stranger(&world, &company, number).await;
        world.pass(SignedDuration::from_hours(24 * 4));
        let lease = SignedDuration::from_secs(60);
        for job in world.ctx.store.claim(world.ctx.now(), lease, 50).await.unwrap() {
            if let Some(done) = app::cases::run(&world.ctx, &job).await {
                done.unwrap();
            }
        }
        assert_eq!(count(&world, "SELECT COUNT(*) FROM \"case\"").await, 2);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM joiner WHERE state = 'waits'").await, 0);
    });
}

#[test]
fn danger_a_closed_case_and_a_crowd_do_not_wait() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let words = complaint(&world, &company, "The boiler is on fire");
        let danger = FeedbackIn {
            facts: Facts { safety: true, ..Facts::default() },
            ..in_thread(words.clone(), number, false)
        };
        let taken = arrive(&world, &danger, company.nameless).await;
        assert!(matches!(taken, Taken::Opened { linked_to: Some(n), .. } if n == number));
        for _ in 0..casework::joiner::rules::WAITING_MOST {
            let more = complaint(&world, &company, "more");
            arrive(&world, &in_thread(more, number, false), company.nameless).await;
        }
        let more = in_thread(complaint(&world, &company, "more"), number, false);
        assert!(matches!(arrive(&world, &more, company.nameless).await, Taken::Opened { .. }));
    });
}

#[test]
fn timers_of_who_waits_do_no_harm_after_a_decision() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let words = FeedbackIn {
            id: world.ctx.id(world.ctx.now()),
            ..in_thread(complaint(&world, &company, "Me too"), number, false)
        };
        arrive(&world, &words, company.nameless).await;
        const SQL: &str = "SELECT message_id FROM joiner ORDER BY message_id LIMIT 1";
        let id: String =
            on!(Store &world.ctx.store, db => sqlx::query_scalar(SQL).fetch_one(db).await).unwrap();
        let (part, none) = (Part::Affected, Press::none());
        accept(&world.ctx, &company.maya, number, id.parse().unwrap(), part, &none).await.unwrap();
        let lease = SignedDuration::from_secs(60);
        for job in world.ctx.store.claim(world.ctx.now(), lease, 50).await.unwrap() {
            assert_eq!(job.kind, casework::joiner::PLACED_JOB);
            let mut tx = world.ctx.begin().await.unwrap();
            tx.finish(&job).await.unwrap();
            tx.commit().await.unwrap();
        }
        world.pass(SignedDuration::from_hours(24 * 4));
        ring(&world).await;
        assert_eq!(count(&world, "SELECT COUNT(*) FROM \"case\"").await, 1);
    });
}
