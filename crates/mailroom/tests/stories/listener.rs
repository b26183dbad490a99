//! Mail that is answered 250 is kept, and nothing else is.

use crate::world::{count, house, understand_all};
use mailroom::{ListenLimits, Mailboxes, Protocol, listen};
use std::net::SocketAddr;
use std::time::Duration;
use testkit::{World, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub async fn start(world: &World, protocol: Protocol, limits: ListenLimits) -> SocketAddr {
    let addresses = vec![("help@example.test".to_owned(), None)];
    let at = "127.0.0.1:0".parse().unwrap();
    let mailboxes = Mailboxes { addresses, ..Mailboxes::default() };
    let listener = listen(world.ctx.clone(), at, protocol, mailboxes, limits).await.unwrap();
    let address = listener.address().unwrap();
    tokio::spawn(listener.run(std::future::pending()));
    address
}

/// Says all of it and reads until the other side closes.
pub async fn say(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A listener that closes early may reset the line; what it said first is what counts.
    drop(tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await);
    String::from_utf8_lossy(&answer).into_owned()
}

pub fn letter(to: &[&str], text: &str) -> Vec<u8> {
    let to: String = to.iter().map(|to| format!("RCPT TO:<{to}>\r\n")).collect();
    format!("EHLO x\r\nMAIL FROM:<ann@example.org>\r\n{to}DATA\r\n{text}\r\n.\r\nQUIT\r\n").into()
}

pub const MAIL: &str = "From: Ann <ann@example.org>\r\nMessage-ID: <1@example.org>\r\nSubject: Cold\r\n\r\nThe heating is off.";

#[test]
fn a_mail_that_is_acknowledged_is_kept_once_however_often_it_comes() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        for _ in 0..3 {
            let to = ["help@example.test", "help+tag@example.test"];
            assert!(say(address, &letter(&to, MAIL)).await.contains("250 2.0.0 Kept"));
        }
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 1);
        let one = understand_all(&world).await.remove(0);
        assert_eq!((one.feedback.subject.as_str(), one.author.name.as_str()), ("Cold", "Ann"));
        let foreign = say(address, &letter(&["somebody@elsewhere.org"], MAIL)).await;
        assert!(foreign.contains("550 5.1.1 No such mailbox here"), "{foreign}");
        let lmtp = start(&world, Protocol::Lmtp, ListenLimits::default()).await;
        let both = letter(&["help@example.test", "x@elsewhere.org"], MAIL);
        let both = String::from_utf8(both).unwrap().replace("EHLO", "LHLO");
        let answer = say(lmtp, both.as_bytes()).await;
        assert!(answer.contains("550 5.1.1"), "the foreign one is told: {answer}");
        assert_eq!(answer.matches("250 2.0.0 Kept").count(), 1, "the other is kept: {answer}");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 1);
    });
}

#[test]
fn no_ending_but_the_right_one_ends_a_mail() {
    on_both(async |world| {
        house(&world).await;
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let second = "MAIL FROM:<eve@example.org>\r\nRCPT TO:<help@example.test>\r\nDATA\r\n\
            From: eve@example.org\r\n\r\nsmuggled\r\n.\r\n";
        let endings = [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r.\n",
            "\r\n.\r",
            "\n.\r",
            "\r.\r\n",
            "\r\n\0.\r\n",
            "\r\n.\0\r\n",
            "\r\n..\r\n",
            "\r\n. \r\n",
        ];
        for (n, ending) in endings.iter().enumerate() {
            let talk = format!(
                "EHLO x\r\nMAIL FROM:<ann@example.org>\r\nRCPT TO:<help@example.test>\r\nDATA\r\n\
                 From: ann@example.org\r\nSubject: {n}\r\n\r\nfirst{ending}{second}\r\n.\r\nQUIT\r\n"
            );
            say(address, talk.as_bytes()).await;
        }
        let understood = understand_all(&world).await;
        let smuggled = understood.iter().filter(|one| one.author.email.starts_with("eve"));
        assert_eq!(smuggled.count(), 0);
    });
}

#[test]
fn a_store_that_cannot_take_it_is_never_acknowledged() {
    on_both(async |world| {
        // No unit was made yet, so nothing can be kept.
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        let answer = say(address, &letter(&["help@example.test"], MAIL)).await;
        assert!(answer.contains("451 4.3.0"), "{answer}");
        assert!(!answer.contains("Kept"));
        house(&world).await;
        assert!(say(address, &letter(&["help@example.test"], MAIL)).await.contains("Kept"));
    });
}

#[test]
fn a_full_house_says_come_again_and_keeps_serving() {
    on_both(async |world| {
        house(&world).await;
        let limits = ListenLimits { from_one: 2, ..ListenLimits::default() };
        let address = start(&world, Protocol::Smtp, limits).await;
        let mut held = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut greeting = [0; 3];
            stream.read_exact(&mut greeting).await.unwrap();
            assert_eq!(&greeting, b"220");
            held.push(stream);
        }
        let refused = say(address, b"").await;
        assert!(refused.starts_with("421"), "{refused}");
        drop(held);
        // Whoever left is noticed when its line closes.
        loop {
            if say(address, &letter(&["help@example.test"], MAIL)).await.contains("Kept") {
                break;
            }
        }
    });
}

#[test]
fn what_is_too_large_is_refused_and_the_next_mail_is_taken() {
    on_both(async |world| {
        house(&world).await;
        let mut limits = ListenLimits::default();
        limits.session.mail_bytes = 10_000;
        let address = start(&world, Protocol::Smtp, limits).await;
        let large = format!("{MAIL}\r\n{}", "x".repeat(70).repeat(300).as_str());
        let large = String::from_utf8(letter(&["help@example.test"], &large)).unwrap();
        let next = letter(&["help@example.test"], MAIL);
        let answer =
            say(address, &[large.replace("QUIT\r\n", "").as_bytes(), &next[8..]].concat()).await;
        assert!(answer.contains("552"), "{answer}");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 1, "{answer}");
    });
}
