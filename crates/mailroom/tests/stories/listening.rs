//! What a listener does when the store, the clients or the clock do not do as they should.

use crate::listener::{MAIL, letter, say, start};
use crate::world::{count, house, run, understand_all};
use domain::id::{UnitId, uuid_v7};
use jiff::Timestamp;
use mailroom::{ListenLimits, Mailboxes, Protocol, listen};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Clock, Context, SeededChance, Store};
use testkit::{World, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const HELP: &str = "help@example.test";
const BEGINNING: &str =
    "EHLO x\r\nMAIL FROM:<ann@example.org>\r\nRCPT TO:<help@example.test>\r\nDATA\r\n";

/// A client that reads answer by answer.
struct Client(TcpStream);

impl Client {
    async fn at(address: SocketAddr) -> Client {
        Client(TcpStream::connect(address).await.unwrap())
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads to the end of the line in which `words` are.
    ///
    /// # Panics
    /// When the other side closes without saying them.
    async fn hear(&mut self, words: &str) {
        let mut heard = String::new();
        while !(heard.contains(words) && heard.ends_with('\n')) {
            let byte = self.0.read_u8().await;
            heard.push(char::from(byte.unwrap_or_else(|_| panic!("no {words}: {heard}"))));
        }
    }

    async fn hears_the_end(&mut self) {
        let mut rest = Vec::new();
        assert_eq!(self.0.read_to_end(&mut rest).await.unwrap(), 0, "{rest:?}");
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    runs: JoinHandle<()>,
}

async fn running(ctx: &Context, mailboxes: Mailboxes, limits: ListenLimits) -> Running {
    let at = "127.0.0.1:0".parse().unwrap();
    let listener = listen(ctx.clone(), at, Protocol::Smtp, mailboxes, limits).await.unwrap();
    let address = listener.address().unwrap();
    let (stop, stopped) = oneshot::channel();
    let runs = tokio::spawn(listener.run(async { drop(stopped.await) }));
    Running { address, stop, runs }
}

fn anybody() -> Mailboxes {
    Mailboxes { accept_any_recipient: true, ..Mailboxes::default() }
}

async fn arrivals(world: &World) -> i64 {
    count(world, "SELECT COUNT(*) FROM arrival").await
}

#[test]
fn a_mail_is_kept_as_it_came_with_what_its_envelope_said() {
    on_both(async |world| {
        house(&world).await;
        let running = running(&world.ctx, anybody(), ListenLimits::default()).await;
        let answer = say(running.address, &letter(&["Help@brand.example"], MAIL)).await;
        assert!(answer.contains("250 2.0.0 Kept"), "whatever the domain: {answer}");
        let one = understand_all(&world).await.remove(0);
        let mut tx = world.ctx.begin().await.unwrap();
        let kept = intake::load(&mut tx, one.feedback.arrival).await.unwrap().unwrap();
        assert_eq!(String::from_utf8(kept.raw).unwrap(), format!("{MAIL}\r\n"));
        assert_eq!(kept.envelope["mailbox"], "Help@brand.example");
        assert_eq!(kept.envelope["sender"], "ann@example.org");
        assert_eq!(kept.envelope["peer"], "127.0.0.1");
    });
}

#[test]
fn one_mail_on_two_lines_at_once_is_one() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let sent = letter(&[HELP], MAIL);
        let (one, two) = tokio::join!(say(address, &sent), say(address, &sent));
        assert!(one.contains("250 2.0.0 Kept") && two.contains("250 2.0.0 Kept"), "{one}{two}");
        assert_eq!(arrivals(&world).await, 1);
    });
}

#[test]
fn a_foreign_recipient_beside_one_of_ours_is_not_swallowed() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let reply = "reply+abc@help.example.test";
        let answer = say(address, &letter(&[HELP, "x@elsewhere.org", reply], MAIL)).await;
        assert_eq!(answer.matches("250 2.1.5").count(), 2, "{answer}");
        assert_eq!(answer.matches("550 5.1.1").count(), 1, "{answer}");
        assert!(answer.contains("250 2.0.0 Kept"), "{answer}");
    });
}

#[test]
fn a_mail_for_two_units_is_acknowledged_when_both_have_it() {
    on_both(async |world| {
        house(&world).await;
        let south = UnitId::from(uuid_v7(3, [3; 10]));
        let addresses =
            vec![("north@example.test".to_owned(), None), ("south@x.test".to_owned(), Some(south))];
        let mailboxes = Mailboxes { addresses, ..Mailboxes::default() };
        let running = running(&world.ctx, mailboxes, ListenLimits::default()).await;
        if let Store::Postgres(_) = world.ctx.store {
            let stuck = "
                CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.envelope LIKE '%south@%' THEN RAISE 'stuck'; END IF;
                RETURN NEW; END $$;
                CREATE TRIGGER stuck BEFORE INSERT ON arrival
                FOR EACH ROW EXECUTE FUNCTION stuck()";
            run(&world, stuck).await;
        } else {
            let stuck = "
                CREATE TRIGGER stuck BEFORE INSERT ON arrival WHEN NEW.envelope LIKE '%south@%'
                BEGIN SELECT RAISE(ABORT, 'stuck'); END";
            run(&world, stuck).await;
        }
        let sent = letter(&["north@example.test", "south@x.test", "North+1@example.test"], MAIL);
        let answer = say(running.address, &sent).await;
        assert!(answer.contains("451 4.3.0") && !answer.contains("Kept"), "{answer}");
        assert_eq!(arrivals(&world).await, 1, "the north has it already");
        if let Store::Postgres(_) = world.ctx.store {
            run(&world, "DROP TRIGGER stuck ON arrival").await;
        } else {
            run(&world, "DROP TRIGGER stuck").await;
        }
        assert!(say(running.address, &sent).await.contains("250 2.0.0 Kept"));
        assert_eq!(arrivals(&world).await, 2, "one for each unit");
    });
}

#[test]
fn a_store_that_fails_puts_mail_off_and_keeps_nothing_of_it() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        run(&world, "ALTER TABLE arrival RENAME TO gone").await;
        let answer = say(address, &letter(&[HELP], MAIL)).await;
        assert!(answer.contains("451 4.3.0") && !answer.contains("Kept"), "{answer}");
        run(&world, "ALTER TABLE gone RENAME TO arrival").await;
        assert_eq!(arrivals(&world).await, 0);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM job").await, 0);
        assert!(say(address, &letter(&[HELP], MAIL)).await.contains("Kept"));
        world.ctx.store.close().await;
        if let Store::Postgres(_) = world.ctx.store {
            let answer = say(address, &letter(&[HELP], &MAIL.replace("Cold", "Closed"))).await;
            assert!(answer.contains("451 4.3.0") && !answer.contains("Kept"), "{answer}");
        }
    });
}

#[test]
fn a_full_disk_is_told_and_the_next_mail_is_taken_when_there_is_room() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let on_postgres = matches!(world.ctx.store, Store::Postgres(_));
        if on_postgres {
            let full = "
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE 'could not extend file: No space left on device'
                    USING ERRCODE = 'disk_full'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON arrival
                FOR EACH ROW EXECUTE FUNCTION full_disk()";
            run(&world, full).await;
        } else {
            // No page more than there are.
            run(&world, "PRAGMA max_page_count = 1").await;
        }
        // Too mixed to be packed into the pages that are there.
        let numbers = (0_u64..20_000).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7);
        let mixed: Vec<String> = numbers.map(|n| format!("{n:x}")).collect();
        let large = letter(&[HELP], &format!("{MAIL}\r\n{}", mixed.join("\r\n")));
        let answer = say(address, &large).await;
        assert!(answer.contains("452 4.3.1") && !answer.contains("Kept"), "{answer}");
        assert_eq!(arrivals(&world).await, 0);
        if on_postgres {
            run(&world, "DROP TRIGGER full_disk ON arrival").await;
        } else {
            run(&world, "PRAGMA max_page_count = 1000000").await;
        }
        assert!(say(address, &large).await.contains("Kept"));
        assert_eq!(arrivals(&world).await, 1);
    });
}

/// A clock that breaks whoever looks at it.
struct BreakableClock(AtomicBool);

impl Clock for BreakableClock {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken, as the story wants it");
        testkit::thursday()
    }
}

#[test]
fn a_fault_of_ours_is_answered_and_the_listener_goes_on() {
    on_both(async |world| {
        house(&world).await;
        let clock = Arc::new(BreakableClock(AtomicBool::new(false)));
        let (store, chance) = (world.ctx.store.clone(), Arc::new(SeededChance::new(8)));
        let at = "http://127.0.0.1:8080";
        let ctx = Context::new(store, at, "help.example.test", clock.clone(), chance);
        let ctx = ctx.await.unwrap();
        let running = running(&ctx, anybody(), ListenLimits::default()).await;
        clock.0.store(true, Ordering::SeqCst);
        let answer = say(running.address, &letter(&[HELP], MAIL)).await;
        assert!(answer.contains("451 4.3.0"), "{answer}");
        assert!(answer.contains("221 2.0.0"), "the conversation goes on: {answer}");
        clock.0.store(false, Ordering::SeqCst);
        assert!(say(running.address, &letter(&[HELP], MAIL)).await.contains("Kept"));
        assert_eq!(arrivals(&world).await, 1);
    });
}

#[test]
fn whoever_falls_silent_is_told_and_half_a_mail_is_nothing() {
    on_both(async |world| {
        house(&world).await;
        let idle = Duration::from_millis(100);
        let limits = ListenLimits { idle, ..ListenLimits::default() };
        let address = start(&world, Protocol::Smtp, limits).await;
        let mut silent = Client::at(address).await;
        silent.hear("421 4.4.2 Silent").await;
        silent.hears_the_end().await;
        let mut halfway = Client::at(address).await;
        halfway.say(&format!("{BEGINNING}{MAIL}")).await;
        halfway.hear("421 4.4.2 Silent").await;
        let limits = ListenLimits { one_mail: Duration::ZERO, ..ListenLimits::default() };
        let address = start(&world, Protocol::Smtp, limits).await;
        let mut slow = Client::at(address).await;
        slow.say(&format!("{BEGINNING}{MAIL}")).await;
        slow.hear("421 4.4.2 That mail takes too long").await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let mut gone = Client::at(address).await;
        gone.say(&format!("{BEGINNING}{MAIL}")).await;
        gone.hear("354 ").await;
        drop(gone);
        assert!(say(address, &letter(&[HELP], MAIL)).await.contains("Kept"));
        assert_eq!(arrivals(&world).await, 1);
    });
}

#[test]
fn at_the_end_mails_on_their_way_are_finished_and_nobody_new_is_heard() {
    on_both(async |world| {
        house(&world).await;
        let running = running(&world.ctx, anybody(), ListenLimits::default()).await;
        let mut writing = Client::at(running.address).await;
        writing.say(BEGINNING).await;
        writing.hear("354 ").await;
        let mut waiting = Client::at(running.address).await;
        waiting.hear("220 ").await;
        running.stop.send(()).unwrap();
        waiting.hear("421 4.3.2 Closing").await;
        waiting.hears_the_end().await;
        assert!(TcpStream::connect(running.address).await.is_err(), "nobody new is heard");
        writing.say(&format!("{MAIL}\r\n.\r\n")).await;
        writing.hear("250 2.0.0 Kept").await;
        writing.hear("421 4.3.2 Closing").await;
        writing.hears_the_end().await;
        drop((writing, waiting));
        running.runs.await.unwrap();
        assert_eq!(arrivals(&world).await, 1);
    });
}

#[test]
fn a_mail_that_does_not_end_does_not_hold_up_the_end() {
    on_both(async |world| {
        house(&world).await;
        let ending = Duration::from_millis(50);
        let limits = ListenLimits { ending, ..ListenLimits::default() };
        let running = running(&world.ctx, anybody(), limits).await;
        let mut writing = Client::at(running.address).await;
        writing.say(&format!("{BEGINNING}{MAIL}")).await;
        writing.hear("354 ").await;
        running.stop.send(()).unwrap();
        writing.hear("421 4.3.2 Closing").await;
        drop(writing);
        running.runs.await.unwrap();
        assert_eq!(arrivals(&world).await, 0);
    });
}

#[test]
fn large_mails_wait_for_each_other_and_each_is_kept() {
    on_both(async |world| {
        house(&world).await;
        let limits = ListenLimits { large: 1_000, large_at_once: 1, ..ListenLimits::default() };
        let running = running(&world.ctx, anybody(), limits).await;
        let words = "It is still cold here.\r\n".repeat(4_000);
        let mut first = Client::at(running.address).await;
        first.say(BEGINNING).await;
        first.hear("354 ").await;
        first.say(&format!("{MAIL}\r\n{words}")).await;
        let second = tokio::spawn(async move {
            let mail = MAIL.replace("<1@", "<2@");
            say(running.address, &letter(&[HELP], &format!("{mail}\r\n{words}"))).await
        });
        let small = say(running.address, &letter(&[HELP], &MAIL.replace("<1@", "<3@"))).await;
        assert!(small.contains("250 2.0.0 Kept"), "small ones pass by: {small}");
        first.say(".\r\n").await;
        first.hear("250 2.0.0 Kept").await;
        assert!(second.await.unwrap().contains("250 2.0.0 Kept"));
        assert_eq!(arrivals(&world).await, 3);
    });
}

#[test]
fn a_taken_address_is_an_error_at_the_start() {
    on_both(async |world| {
        let running = running(&world.ctx, anybody(), ListenLimits::default()).await;
        let limits = ListenLimits::default();
        let ctx = world.ctx.clone();
        let taken = listen(ctx, running.address, Protocol::Lmtp, anybody(), limits).await;
        assert!(taken.is_err());
    });
}
