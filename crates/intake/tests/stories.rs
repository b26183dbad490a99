//! What intake promises, told to both engines.

use domain::channel::Channel;
use domain::id::{ArrivalId, FeedbackId, uuid_v7};
use intake::{Arrival, Fresh, Outcome, State, receive, receive_many};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{World, on_both};

fn letter(key: &str, raw: &[u8]) -> Arrival {
    Arrival {
        channel: Channel::Mail,
        source_key: key.to_owned(),
        envelope: json!({"to": "help@example.test", "odd": "a\u{0}b"}),
        raw: raw.to_vec(),
        batch: None,
    }
}

async fn jobs(world: &World) -> Vec<store::job::Job> {
    world.ctx.store.claim(world.ctx.now(), SignedDuration::from_secs(60), 100).await.unwrap()
}

#[test]
fn what_was_acknowledged_is_there_and_its_work_is_laid_out_once() {
    on_both(async |world| {
        let raw: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let first = receive(&world.ctx, letter("a", &raw)).await.unwrap();
        let again = receive(&world.ctx, letter("a", b"other bytes")).await.unwrap();
        assert_eq!((first.fresh, again.fresh), (Fresh::New, Fresh::Known));
        assert_eq!(first.id, again.id);
        assert_eq!(intake::raw(&world.ctx, first.id).await.unwrap(), Some(raw));
        let jobs = jobs(&world).await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].id, format!("arrival/{}", first.id));
        let body: intake::ArrivalJob = serde_json::from_str(&jobs[0].body).unwrap();
        assert_eq!(body.arrival, first.id);
    });
}

#[test]
fn the_same_arrival_from_twenty_hands_at_once_is_kept_once() {
    on_both(async |world| {
        let mut hands = Vec::new();
        for _ in 0..20 {
            let ctx = world.ctx.clone();
            hands.push(tokio::spawn(async move { receive(&ctx, letter("one", b"x")).await }));
        }
        let mut new = 0;
        let mut ids = std::collections::BTreeSet::new();
        for hand in hands {
            let received = hand.await.unwrap().unwrap();
            new += u32::from(received.fresh == Fresh::New);
            ids.insert(received.id);
        }
        assert_eq!((new, ids.len()), (1, 1));
        assert_eq!(jobs(&world).await.len(), 1);
    });
}

#[test]
fn rows_that_come_together_are_one_transaction_with_doubles_told_apart() {
    on_both(async |world| {
        receive(&world.ctx, letter("k3", b"before")).await.unwrap();
        let mut rows: Vec<Arrival> = (0..400).map(|n| letter(&format!("k{n}"), b"row")).collect();
        rows.push(letter("k7", b"twice in one file"));
        let received = receive_many(&world.ctx, &rows).await.unwrap();
        assert_eq!(received.iter().filter(|r| r.fresh == Fresh::New).count(), 399);
        assert_eq!(received[7].id, received[400].id);
        let jobs = jobs(&world).await;
        assert_eq!(jobs.len(), 2, "one for the first, one for all the others");
        let group = jobs.iter().find(|job| job.kind == intake::ARRIVALS_JOB).unwrap();
        intake::split_group(&world.ctx, group).await.unwrap();
        let (due, dead) = world.ctx.store.job_counts().await.unwrap();
        assert_eq!((due, dead), (400, 0));
    });
}

#[test]
fn a_dropped_import_keeps_nothing_and_its_rows_are_new_again() {
    on_both(async |world| {
        let now = world.ctx.now();
        let rows = [letter("r1", b"1"), letter("r2", b"2")];
        let packed = intake::Packed::of(&world.ctx, now, &rows).unwrap();
        let mut tx = world.ctx.begin().await.unwrap();
        intake::receive_in(&mut tx, now, &packed).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(jobs(&world).await.is_empty());
        let received = receive_many(&world.ctx, &rows).await.unwrap();
        assert!(received.iter().all(|r| r.fresh == Fresh::New));
    });
}

#[test]
fn what_could_not_be_read_is_listed_with_its_reason_and_read_again_on_request() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let mut ids: Vec<ArrivalId> = Vec::new();
        for key in ["a", "b", "c"] {
            ids.push(receive(ctx, letter(key, b"\xff")).await.unwrap().id);
        }
        let feedback = FeedbackId::from(uuid_v7(1, [1; 10]));
        let mut tx = ctx.begin().await.unwrap();
        for (id, error) in ids.iter().zip([Some("no text in it\0"), Some("no text"), None]) {
            let error = error.map(str::to_owned);
            let outcome = Outcome { arrival: *id, feedback, case: None, error };
            intake::settle(&mut tx, &[outcome]).unwrap();
        }
        tx.commit().await.unwrap();
        for job in jobs(&world).await {
            let mut tx = ctx.begin().await.unwrap();
            tx.finish(&job).await.unwrap();
            tx.commit().await.unwrap();
        }
        let bad = intake::list(&ctx.store, State::Unreadable, "", 10).await.unwrap();
        assert_eq!(bad.len(), 2);
        assert!(bad.iter().any(|row| row.error == "no text in it "));
        assert!(intake::retry(ctx, ids[0]).await.unwrap());
        assert!(!intake::retry(ctx, ids[2]).await.unwrap(), "that one was read");
        assert_eq!(intake::retry_all_since(ctx, ctx.now()).await.unwrap(), 1);
        assert_eq!(jobs(&world).await.len(), 2);
        let mut tx = ctx.begin().await.unwrap();
        let stored = intake::load(&mut tx, ids[0]).await.unwrap().unwrap();
        assert_eq!((stored.raw.as_slice(), stored.feedback), (&b"\xff"[..], Some(feedback)));
    });
}
