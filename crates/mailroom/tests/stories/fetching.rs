//! Mailboxes elsewhere are fetched whole and once, whatever the line and the server do.

use crate::mail_store::{Cut, MailStore, PASSWORD};
use crate::world::{count, house, understand_all};
use jiff::SignedDuration;
use mailroom::Secure;
use mailroom::fetch::{
    Account, Kind, Secret, accounts, fetch_now, forget_account, health, put_account, watch,
};
use testkit::{World, on_both};

pub const CAME: &str = "19-Nov-2026 10:00:00 +0000";
const LONG_AGO: &str = "01-Nov-2025 10:00:00 +0000";

pub fn account(world: &World, store: &MailStore, kind: Kind) -> Account {
    let at = if kind == Kind::Imap { store.imap } else { store.pop3 };
    let account = Account {
        name: "help".to_owned(),
        kind,
        host: at.ip().to_string(),
        port: at.port(),
        secure: Secure::Never,
        login: "help".to_owned(),
        secret: Secret::Sealed(String::new()),
        folders: vec!["INBOX".to_owned()],
        mailbox: "help@example.test".to_owned(),
        unit: None,
        since: None,
        every_seconds: 5,
        silence_hours: 72,
        authorities: None,
        inside: true,
    };
    account.with_password(&world.ctx, PASSWORD)
}

fn mail(n: usize) -> String {
    format!(
        "From: Ann <ann@example.org>\r\nMessage-ID: <{n}@example.org>\r\nSubject: Cold {n}\r\n\r\nThe heating is off.\r\n.\r\nFor {n} days.\r\n"
    )
}

async fn kept(world: &World) -> i64 {
    count(world, "SELECT COUNT(*) FROM arrival").await
}

#[test]
fn every_mail_is_taken_once_as_it_came_and_nothing_there_is_touched() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        for n in 0..60 {
            store.deliver(CAME, &mail(n));
        }
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 60);
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 0);
        store.deliver(CAME, &mail(60));
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 1);
        let understood = understand_all(&world).await;
        assert_eq!(understood.len(), 61);
        assert!(understood[0].feedback.text.contains("The heating is off."));
        let spoken = store.commands().join("\n");
        for changing in ["SELECT", "STORE", "EXPUNGE", "COPY", "MOVE", "BODY[]"] {
            assert!(!spoken.contains(changing), "{changing}: {spoken}");
        }
        let asked = spoken.matches("BODY.PEEK[]").count();
        assert!(asked <= 4, "mails are asked for in groups, not one by one: {asked}");
    });
}

#[test]
fn a_line_that_is_cut_anywhere_loses_nothing_and_doubles_nothing() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        let mut sent = 0;
        let bytes = (1..900).step_by(61).map(Cut::Bytes);
        let commands = (1..9).map(Cut::Command);
        for cut in bytes.chain(commands) {
            store.deliver(CAME, &mail(sent));
            sent += 1;
            store.cut(cut);
            // Whether it got far enough to be well is not the question here.
            drop(fetch_now(&world.ctx, &help).await);
            store.cut(Cut::Never);
            fetch_now(&world.ctx, &help).await.unwrap();
            assert_eq!(kept(&world).await, sent as i64, "after {cut:?}");
        }
    });
}

#[test]
fn numbers_given_anew_make_it_look_at_all_and_take_only_what_is_new() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        for n in 0..5 {
            store.deliver(CAME, &mail(n));
        }
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 5);
        store.renumber();
        store.deliver(CAME, &mail(5));
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 1);
        assert_eq!(kept(&world).await, 6);
    });
}

#[test]
fn mail_that_was_hidden_is_found_by_the_daily_comparison_and_counted_as_missed() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        fetch_now(&world.ctx, &help).await.unwrap();
        let hidden = store.deliver(CAME, &mail(1));
        let mail_hidden = store.hide(hidden);
        store.deliver(CAME, &mail(2));
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 1);
        store.show(hidden, mail_hidden);
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 0, "lower numbers come by day");
        world.pass(SignedDuration::from_hours(25));
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 1);
        assert_eq!(health(&world.ctx.store, "help").await.unwrap().missed, 1);
    });
}

#[test]
fn what_lay_there_before_the_mailbox_was_added_is_left_alone() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let since = "2026-11-19T09:00:00Z".parse().ok();
        let help = Account { since, ..account(&world, &store, Kind::Imap) };
        store.deliver(LONG_AGO, &mail(1));
        store.deliver(CAME, &mail(2));
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 1);
        store.renumber();
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 0);
    });
}

#[test]
fn a_wrong_password_is_told_and_a_silent_mailbox_too() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        let wrong = help.clone().with_password(&world.ctx, "wrong");
        let refused = fetch_now(&world.ctx, &wrong).await.unwrap_err().to_string();
        assert!(refused.contains("does not let us in"), "{refused}");
        let told = |health: mailroom::fetch::Health, world: &World| {
            health.alarm(&help, world.ctx.now()).unwrap_or_default()
        };
        let alarm = told(health(&world.ctx.store, "help").await.unwrap(), &world);
        assert!(alarm.contains("new password"), "{alarm}");
        store.deliver(CAME, &mail(1));
        fetch_now(&world.ctx, &help).await.unwrap();
        assert_eq!(told(health(&world.ctx.store, "help").await.unwrap(), &world), "");
        world.pass(SignedDuration::from_hours(73));
        fetch_now(&world.ctx, &help).await.unwrap();
        let alarm = told(health(&world.ctx.store, "help").await.unwrap(), &world);
        assert!(alarm.contains("no mail since"), "{alarm}");
        world.pass(SignedDuration::from_hours(1));
        let alarm = told(health(&world.ctx.store, "help").await.unwrap(), &world);
        assert!(alarm.contains("not reached since"), "{alarm}");
    });
}

#[test]
fn passwords_lie_sealed_and_never_travel_in_the_clear() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Imap);
        put_account(&world.ctx, help.clone()).await.unwrap();
        let kept = world.ctx.store.setting("mail/accounts").await.unwrap().unwrap();
        assert!(!kept.contains("sesame"), "{kept}");
        assert_eq!(accounts(&world.ctx.store).await.unwrap(), std::slice::from_ref(&help));
        let elsewhere = Account { host: "192.0.2.1".to_owned(), ..help };
        let refused = fetch_now(&world.ctx, &elsewhere).await.unwrap_err().to_string();
        assert!(refused.contains("in the clear"), "{refused}");
        assert!(forget_account(&world.ctx, "help").await.unwrap());
        assert!(accounts(&world.ctx.store).await.unwrap().is_empty());
    });
}

#[test]
fn a_server_that_tells_of_new_mail_is_heard_at_once() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        put_account(&world.ctx, account(&world, &store, Kind::Imap)).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let watching = tokio::spawn(watch(world.ctx.clone(), async move { drop(stopped.await) }));
        for n in 0..3 {
            store.deliver(CAME, &mail(n));
            while kept(&world).await <= n as i64 {
                tokio::task::yield_now().await;
            }
        }
        drop(stop);
        watching.await.unwrap();
        assert!(store.commands().iter().any(|line| line.ends_with(" IDLE")));
    });
}

#[test]
fn a_mailbox_by_pop3_is_taken_once_and_nothing_is_deleted() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        let help = account(&world, &store, Kind::Pop3);
        for n in 0..4 {
            store.deliver(CAME, &mail(n));
            store.cut(Cut::Bytes(40 + n * 90));
            drop(fetch_now(&world.ctx, &help).await);
            store.cut(Cut::Never);
            fetch_now(&world.ctx, &help).await.unwrap();
            assert_eq!(kept(&world).await, n as i64 + 1);
        }
        assert_eq!(fetch_now(&world.ctx, &help).await.unwrap(), 0);
        assert!(!store.commands().iter().any(|line| line.starts_with("DELE")));
        let texts = understand_all(&world).await;
        let dotted = |one: &hearing::Understood| one.feedback.text.contains("off.\n.\nFor");
        assert!(texts.len() == 4 && texts.iter().all(dotted), "{texts:?}");
    });
}
