//! What the floor promises, told to both engines.

use jiff::SignedDuration;
use store::number::Numbered;
use store::request_key::Seen;
use store::search::Words;
use store::{StoreError, on};
use testkit::on_both;

#[test]
fn what_is_committed_stays_and_what_is_dropped_never_was() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let now = world.ctx.now();
        let mut tx = store.begin().await.unwrap();
        tx.set_setting("kept", "yes", now).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.set_setting("dropped", "yes", now).await.unwrap();
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        tx.set_setting("taken back", "yes", now).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(store.setting("kept").await.unwrap().as_deref(), Some("yes"));
        assert_eq!(store.setting("dropped").await.unwrap(), None);
        assert_eq!(store.setting("taken back").await.unwrap(), None);
    });
}

#[test]
fn many_writers_at_once_all_become_durable_and_a_failing_one_harms_no_other() {
    on_both(async |world| {
        let mut tasks = Vec::new();
        for n in 0..40 {
            let ctx = world.ctx.clone();
            tasks.push(tokio::spawn(async move {
                let mut tx = ctx.begin().await.unwrap();
                tx.count(&format!("row-{n}"), "people", 1);
                if n % 4 == 0 {
                    // The same key twice: this transaction fails as a whole.
                    tx.count(&format!("row-{n}"), "others", 1);
                    let failed = tx.commit().await;
                    assert!(matches!(failed, Err(StoreError::Twice { .. })), "{failed:?}");
                    return;
                }
                tx.commit().await.unwrap();
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let counts = world.ctx.store.tallies("people").await.unwrap();
        assert_eq!(counts, vec![("people".to_owned(), 30)]);
    });
}

#[test]
fn what_was_laid_aside_is_seen_by_the_next_statement_and_taken_back_with_the_rest() {
    const SUM: &str = "SELECT CAST(SUM(n) AS BIGINT) FROM tally WHERE name = 'people'";
    on_both(async |world| {
        let mut tx = world.ctx.begin().await.unwrap();
        for n in 0..5 {
            tx.count(&format!("row-{n}"), "people", n);
        }
        let sum: i64 = on!(Tx &mut tx, db => sqlx::query_scalar(SUM).fetch_one(db).await).unwrap();
        assert_eq!(sum, 10);
        tx.count("row-5", "people", 5);
        tx.rollback().await.unwrap();
        assert!(world.ctx.store.tallies("people").await.unwrap().is_empty());
    });
}

#[test]
fn however_many_things_a_transaction_counts_a_counter_grows_by_one_row() {
    const ROWS: &str = "SELECT COUNT(*) FROM tally WHERE name = $1";
    on_both(async |world| {
        let mut tx = world.ctx.begin().await.unwrap();
        for n in 0..300 {
            tx.count(&format!("row-{n}"), "people", 1);
            tx.count(&format!("other-{n}"), "passing", if n % 2 == 0 { 1 } else { -1 });
        }
        tx.commit().await.unwrap();
        let store = &world.ctx.store;
        for (name, rows) in [("people", 1), ("passing", 0)] {
            let there: i64 =
                on!(Store store, db => sqlx::query_scalar(ROWS).bind(name).fetch_one(db).await)
                    .unwrap();
            assert_eq!(there, rows, "{name}");
        }
        assert_eq!(store.tallies("people").await.unwrap(), vec![("people".to_owned(), 300)]);
    });
}

#[test]
fn numbers_put_by_are_given_in_turn_and_none_twice() {
    on_both(async |world| {
        let mut tx = world.ctx.begin().await.unwrap();
        let before = tx.next_number(Numbered::Case).await.unwrap();
        tx.put_by_numbers(Numbered::Case, 3).await.unwrap();
        let mut taken = vec![before, tx.next_number(Numbered::Case).await.unwrap()];
        taken.extend(tx.next_numbers(Numbered::Case, 4).await.unwrap());
        tx.put_by_numbers(Numbered::Case, 10).await.unwrap();
        taken.push(tx.next_number(Numbered::Case).await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = world.ctx.begin().await.unwrap();
        taken.push(tx.next_number(Numbered::Case).await.unwrap());
        assert!(taken.is_sorted() && taken.windows(2).all(|two| two[0] < two[1]), "{taken:?}");
        if world.ctx.store.engine() == "sqlite" {
            assert_eq!(taken.last().unwrap() - before, 7, "unused numbers go back: {taken:?}");
        }
    });
}

#[test]
fn a_job_is_done_once_even_when_its_worker_wakes_up_late() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let now = world.ctx.now();
        let mut tx = store.begin().await.unwrap();
        tx.enqueue("letter/1", "letter", "{}", now, now).await.unwrap();
        tx.enqueue("letter/1", "letter", "{}", now, now).await.unwrap();
        tx.commit().await.unwrap();
        let lease = SignedDuration::from_secs(30);
        let first = store.claim(now, lease, 10).await.unwrap();
        assert_eq!(first.len(), 1, "the same id twice is one job");
        assert!(store.claim(now, lease, 10).await.unwrap().is_empty(), "it is in somebody's hands");
        world.pass(SignedDuration::from_secs(31));
        let second = store.claim(world.ctx.now(), lease, 10).await.unwrap();
        assert_eq!(second.len(), 1, "the lease ran out");
        let mut late = store.begin().await.unwrap();
        assert!(late.finish(&first[0]).await.is_err(), "the late worker is refused");
        late.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.finish(&second[0]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.job_counts().await.unwrap(), (0, 0));
    });
}

#[test]
fn work_that_takes_long_stays_in_the_hands_of_who_holds_on_to_it() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let now = world.ctx.now();
        let mut tx = store.begin().await.unwrap();
        for id in ["arrivals/1", "arrivals/2", "arrivals/3"] {
            tx.enqueue(id, "arrivals", "{}", now, now).await.unwrap();
        }
        tx.commit().await.unwrap();
        let lease = SignedDuration::from_secs(30);
        let held = store.claim(now, lease, 10).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.finish(&held[0]).await.unwrap();
        tx.commit().await.unwrap();
        store.fail(&held[1], "no", now).await.unwrap();
        world.pass(SignedDuration::from_secs(20));
        let until = world.ctx.now() + lease;
        store.hold_on(&held, until).await.unwrap();
        world.pass(SignedDuration::from_secs(20));
        let others = store.claim(world.ctx.now(), lease, 10).await.unwrap();
        let ids: Vec<&str> = others.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["arrivals/2"], "what failed was given up, the third is held on to");
        world.pass(SignedDuration::from_secs(11));
        let third = store.claim(world.ctx.now(), lease, 10).await.unwrap();
        assert_eq!(third.len(), 1, "who died holds on no longer");
        store.hold_on(&held, world.ctx.now() + SignedDuration::from_hours(1)).await.unwrap();
        world.pass(SignedDuration::from_secs(31));
        let taken = store.claim(world.ctx.now(), lease, 10).await.unwrap();
        assert_eq!(taken.len(), 2, "what was taken over is not in the first hands any more");
    });
}

#[test]
fn work_that_keeps_failing_is_laid_out_for_a_person_and_can_be_started_again() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let mut tx = store.begin().await.unwrap();
        tx.enqueue("poison", "read", "{}", world.ctx.now(), world.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        let lease = SignedDuration::from_secs(30);
        for _ in 0..store::job::ATTEMPTS_MOST {
            let now = world.ctx.now();
            let job = store.claim(now, lease, 1).await.unwrap().remove(0);
            let again = store::job::again_at(now, job.attempts, 255);
            store.fail(&job, "it cannot be read", again).await.unwrap();
            world.clock.set(again);
        }
        assert!(store.claim(world.ctx.now(), lease, 1).await.unwrap().is_empty());
        let dead = store.dead_jobs("", 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].error.as_str()), (1, "it cannot be read"));
        assert!(store.replay("poison", world.ctx.now()).await.unwrap());
        assert_eq!(store.claim(world.ctx.now(), lease, 1).await.unwrap().len(), 1);
    });
}

#[test]
fn a_letter_taken_back_in_time_never_leaves() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let now = world.ctx.now();
        let leaves = now + SignedDuration::from_secs(15);
        let lease = SignedDuration::from_secs(60);
        let mut tx = store.begin().await.unwrap();
        tx.post("m1", "c1", "mail", "a@example.org", "{}", leaves, now).await.unwrap();
        tx.post("m2", "c1", "mail", "a@example.org", "{}", leaves, now).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.take_letters(now, lease, 9).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.unpost("m1", now).await.unwrap());
        tx.commit().await.unwrap();
        world.clock.set(leaves);
        let letters = store.take_letters(leaves, lease, 9).await.unwrap();
        assert_eq!(letters.iter().map(|l| l.key.as_str()).collect::<Vec<_>>(), ["m2"]);
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.unpost("m2", leaves).await.unwrap(), "it is in somebody's hands");
        tx.commit().await.unwrap();
    });
}

#[test]
fn a_hand_over_that_was_cut_off_is_found_and_not_sent_again() {
    on_both(async |world| {
        let store = &world.ctx.store;
        let now = world.ctx.now();
        let lease = SignedDuration::from_secs(60);
        let mut tx = store.begin().await.unwrap();
        tx.post("m1", "c1", "mail", "a@example.org", "{}", now, now).await.unwrap();
        tx.commit().await.unwrap();
        let letter = store.take_letters(now, lease, 1).await.unwrap().remove(0);
        store.letter_sending(&letter, now, lease).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        let later = world.ctx.now();
        assert!(store.take_letters(later, lease, 9).await.unwrap().is_empty());
        let cut = store.cut_off_letters(later, 9).await.unwrap();
        assert_eq!(cut.len(), 1);
        let mut tx = store.begin().await.unwrap();
        tx.letter_ended(&cut[0], "uncertain", "no answer", later, later).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.take_letters(later, lease, 9).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.decide_letter("m1", true, later).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.take_letters(later, lease, 9).await.unwrap().len(), 1);
    });
}

#[test]
fn a_request_key_answers_again_and_refuses_another_body() {
    on_both(async |world| {
        let now = world.ctx.now();
        let mut tx = world.ctx.begin().await.unwrap();
        assert_eq!(tx.take_request_key("s", "k", "h1", now).await.unwrap(), Seen::New);
        tx.answer_request_key("s", "k", 201, "{}").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.ctx.begin().await.unwrap();
        let again = tx.take_request_key("s", "k", "h1", now).await.unwrap();
        assert_eq!(again, Seen::Answered(201, "{}".to_owned()));
        assert_eq!(tx.take_request_key("s", "k", "h2", now).await.unwrap(), Seen::OtherBody);
    });
}

#[test]
fn numbers_taken_together_follow_each_other_and_are_given_once() {
    on_both(async |world| {
        use store::number::Numbered::Feedback;
        let mut tx = world.ctx.begin().await.unwrap();
        let first = tx.next_number(Feedback).await.unwrap();
        let many = tx.next_numbers(Feedback, 500).await.unwrap();
        assert_eq!(many, (first + 1..=first + 500).collect::<Vec<_>>());
        assert_eq!(tx.next_numbers(Feedback, 1).await.unwrap(), vec![first + 501]);
        assert_eq!(tx.next_numbers(Feedback, 0).await.unwrap(), Vec::<i64>::new());
        assert_eq!(tx.next_number(Feedback).await.unwrap(), first + 502);
    });
}

#[test]
fn a_file_is_kept_once_and_read_back_whole() {
    on_both(async |world| {
        let now = world.ctx.now();
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut tx = world.ctx.begin().await.unwrap();
        let name = tx.keep_file(&bytes, now).await.unwrap();
        assert_eq!(tx.keep_file(&bytes, now).await.unwrap(), name);
        tx.commit().await.unwrap();
        assert_eq!(world.ctx.store.file_for_checked(&name).await.unwrap(), Some(bytes));
        assert_eq!(world.ctx.store.file_for_checked("ab").await.unwrap(), None);
    });
}

#[test]
fn hostile_search_words_find_nothing_and_break_nothing() {
    on_both(async |world| {
        let reach = store::scope::Reach { scope: "all".into(), staff: String::new() };
        for query in ["'", "\"", "a:* | b", "NEAR(a b)", "* OR 1=1", "\\", "🦀", "'';--", "a\0b"]
        {
            let words = Words::read(query);
            let found = world.ctx.store.search(&reach, &words, i64::MAX, 10).await;
            assert!(found.unwrap_or_else(|e| panic!("{query}: {e}")).is_empty());
        }
    });
}

#[test]
fn a_backup_holds_every_table_and_moves_to_a_new_store() {
    on_both(async |world| {
        let now = world.ctx.now();
        let mut tx = world.ctx.begin().await.unwrap();
        tx.set_setting("organisation/name", "Nordlys \\x \"Energi\"", now).await.unwrap();
        let name = tx.keep_file(&[0, 255, 10, 13, 0], now).await.unwrap();
        tx.count("1", "queue", 7);
        tx.commit().await.unwrap();
        let mut file = Vec::new();
        let wrote = store::dump::dump(&world.ctx.store, &mut file, |_| {}).await.unwrap();
        assert_eq!(store::dump::check(&file[..]).unwrap(), wrote);
        for cut in [0, 1, file.len() / 2, file.len() - 1] {
            assert!(store::dump::check(&file[..cut]).is_err(), "cut at {cut}");
        }
        for place in (0..file.len()).step_by(37) {
            let mut bent = file.clone();
            bent[place] ^= 0x10;
            // A bit of the gzip header may carry nothing; what is read must then be the same.
            if let Ok(read) = store::dump::check(&bent[..]) {
                assert_eq!(read, wrote, "bit flipped at {place}");
                assert!(place < 10, "a flipped bit at {place} was not noticed");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        for address in
            [store::Address::File(folder.path().join("new.db")), testkit::fresh_postgres().await]
        {
            let read = store::dump::load(&address, &file[..], |_| {}).await.unwrap();
            assert_eq!(read, wrote);
            let new = store::Store::open(&address).await.unwrap();
            let said = new.setting("organisation/name").await.unwrap();
            assert_eq!(said.as_deref(), Some("Nordlys \\x \"Energi\""));
            assert_eq!(new.file_for_checked(&name).await.unwrap(), Some(vec![0, 255, 10, 13, 0]));
            assert_eq!(new.tallies("queue").await.unwrap(), vec![("queue".to_owned(), 7)]);
            let again = store::dump::load(&address, &file[..], |_| {}).await;
            assert!(matches!(again, Err(store::dump::DumpError::NotEmpty)));
            new.close().await;
        }
    });
}

#[test]
fn no_table_is_forgotten_by_backups() {
    on_both(async |world| {
        let tables: Vec<String> = match &world.ctx.store {
            store::Store::Sqlite(engine) => sqlx::query_scalar(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                 AND name NOT LIKE 'search_text_%' ORDER BY name",
            )
            .fetch_all(engine.readers())
            .await
            .unwrap(),
            store::Store::Postgres(engine) => sqlx::query_scalar(
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
            )
            .fetch_all(engine.pool())
            .await
            .unwrap(),
        };
        for table in tables {
            let known = store::dump::TABLES.contains(&table.as_str())
                || store::dump::LEFT_OUT.contains(&table.as_str());
            assert!(known, "table {table} is in no list of store::dump");
        }
    });
}
