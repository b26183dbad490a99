//! Who truly sent a mail: found out by our own listener's questions to a name server, after the
//! mail is kept.

use crate::listener::{say, start};
use crate::world::{count, house, run};
use hearing::Understood;
use hearing::mail::{Incoming, Senders, take};
use intake::ArrivalJob;
use jiff::SignedDuration;
use mail::Verdict;
use mailroom::{ListenLimits, Protocol};
use reading::Reader;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{World, on_both};
use tokio::net::UdpSocket;

/// A name server that knows these texts, and how often it was asked.
async fn name_server(texts: &[(&str, &str)]) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let known: HashMap<String, String> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut bytes = [0; 600];
        loop {
            let (n, from) = socket.recv_from(&mut bytes).await.unwrap();
            counter.fetch_add(1, Ordering::Relaxed);
            socket.send_to(&answered(&bytes[..n], &known), from).await.unwrap();
        }
    });
    (address, asked)
}

fn answered(question: &[u8], known: &HashMap<String, String>) -> Vec<u8> {
    let (mut name, mut at) = (Vec::new(), 12);
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        name.push(String::from_utf8_lossy(&question[at + 1..end]).to_lowercase());
        at = end;
    }
    let mut bytes = question[..at + 5].to_vec();
    bytes[2] |= 0x80;
    bytes[10..12].fill(0);
    let is_text = question[at + 2] == 16;
    if let Some(text) = known.get(&name.join(".")).filter(|_| is_text) {
        bytes[7] = 1;
        let length = u8::try_from(text.len()).unwrap();
        bytes.extend([192, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        bytes.extend(text.as_bytes());
    }
    bytes
}

const RAW: &str = "From: Ann <ann@shop.example>\r\nTo: help@nordlys.example\r\nSubject: Late\r\n\r\nMy parcel is late and nobody answers. I want a refund.\r\n";

/// A mail comes to our listener from a machine, is kept, and then understood.
async fn heard(world: &World, senders: &Senders, peer: &str, raw: &str) -> Understood {
    let mail = Incoming {
        mailbox: "help@nordlys.example".to_owned(),
        sender: Some("ann@shop.example".to_owned()),
        peer: Some(peer.parse().unwrap()),
        raw: raw.as_bytes().to_vec(),
        ..Incoming::default()
    };
    take(&world.ctx, mail).await.unwrap();
    understood(world, senders).await
}

/// Understands the one that was kept.
async fn understood(world: &World, senders: &Senders) -> Understood {
    let ctx = &world.ctx;
    let jobs = ctx.store.claim(ctx.now(), SignedDuration::from_secs(60), 5).await.unwrap();
    let id = serde_json::from_str::<ArrivalJob>(&jobs[0].body).unwrap().arrival;
    let waiting = intake::waiting(&ctx.store, &[id]).await.unwrap();
    let reader = Reader::shipped();
    let read = hearing::read_through(ctx, waiting, &reader, senders).await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let mut all = hearing::understand_read(&mut tx, ctx, ctx.now(), read).await.unwrap();
    let one = all.remove(0);
    let explanation = one.because.clone();
    let placed =
        hearing::Placed { understood: &one, customer: None, case: None, explanation: &explanation };
    hearing::keep(&mut tx, &[placed]).await.unwrap();
    tx.finish(&jobs[0]).await.unwrap();
    tx.commit().await.unwrap();
    one
}

fn verdict(one: &Understood) -> Option<Verdict> {
    one.sender.as_ref().map(|known| known.verdict)
}

#[test]
fn a_server_that_may_send_proves_the_sender_and_another_does_not() {
    on_both(async |world| {
        house(&world).await;
        let texts = [
            ("shop.example", "v=spf1 ip4:203.0.113.7 -all"),
            ("_dmarc.shop.example", "v=DMARC1; p=none"),
        ];
        let (server, asked) = name_server(&texts).await;
        let senders = Senders::asking(Some(server));
        let own = heard(&world, &senders, "203.0.113.7", RAW).await;
        assert_eq!(verdict(&own), Some(Verdict::Verified), "{}", own.because);
        assert!(own.author.verified && own.answerable);
        let questions = asked.load(Ordering::Relaxed);
        let forged = heard(&world, &senders, "198.51.100.9", &RAW.replace("late", "LATE")).await;
        assert_eq!(verdict(&forged), Some(Verdict::Failed));
        assert!(!forged.author.verified && !forged.answerable, "nobody is answered by itself");
        assert!(forged.because.contains("not sent by shop.example"), "{}", forged.because);
        assert_eq!(asked.load(Ordering::Relaxed), questions, "answers are remembered");
        let kept = "SELECT COUNT(*) FROM mail_sender WHERE verdict IN ('verified', 'failed')";
        assert_eq!(count(&world, kept).await, 2);
    });
}

#[test]
fn a_name_server_that_is_away_or_a_relay_of_ours_leaves_the_sender_unchecked() {
    on_both(async |world| {
        house(&world).await;
        let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let senders = Senders::asking(Some(nobody));
        let one = heard(&world, &senders, "203.0.113.7", RAW).await;
        assert_ne!(verdict(&one), Some(Verdict::Failed), "silence is no proof of anything");
        assert!(!one.author.verified && one.answerable && one.error.is_none());
        let (server, asked) = name_server(&[("_dmarc.shop.example", "v=DMARC1; p=none")]).await;
        let senders = Senders::asking(Some(server));
        let raw = RAW.replace("Late", "Again");
        let relayed = heard(&world, &senders, "127.0.0.1", &raw).await;
        assert_eq!((verdict(&relayed), asked.load(Ordering::Relaxed)), (None, 0));
        assert!(relayed.answerable);
    });
}

#[test]
fn the_name_a_server_gave_to_our_listener_speaks_for_mail_without_a_return_path() {
    on_both(async |world| {
        house(&world).await;
        let texts = [
            ("out.shop.example", "v=spf1 ip4:203.0.113.7 -all"),
            ("other.example", "v=spf1 ip4:203.0.113.7 -all"),
            ("_dmarc.shop.example", "v=DMARC1; p=none"),
        ];
        let (server, _) = name_server(&texts).await;
        let senders = Senders::asking(Some(server));
        let address = start(&world, Protocol::Smtp, ListenLimits::default()).await;
        for (hello, verified) in [("out.shop.example", true), ("other.example", false)] {
            let raw = RAW.replace("Late", hello);
            let session = format!(
                "EHLO {hello}\r\nMAIL FROM:<>\r\nRCPT TO:<help@example.test>\r\nDATA\r\n{raw}.\r\nQUIT\r\n"
            );
            let answer = say(address, session.as_bytes()).await;
            assert!(answer.contains("250 2.0.0 Kept"), "{answer}");
            // It came from this machine; as if it had come from theirs.
            run(
                &world,
                "UPDATE arrival SET envelope = REPLACE(envelope, '127.0.0.1', '203.0.113.7')",
            )
            .await;
            let one = understood(&world, &senders).await;
            let is_verified = verdict(&one) == Some(Verdict::Verified);
            assert_eq!(is_verified, verified, "{hello}: {}", one.because);
        }
    });
}
