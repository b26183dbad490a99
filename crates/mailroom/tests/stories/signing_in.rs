//! Letters leave by a relay that wants to know who we are: as a mailbox signs in, so do we.

use crate::delivery::{TO, message, post, state};
use crate::mail_store::PASSWORD;
use crate::world::house;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use mailroom::fetch::{Account, Grant, Kind, Secret, put_account};
use mailroom::{Relay, RelayLogin, Secure, deliver_due};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use store::on;
use testkit::sink::Sink;
use testkit::{World, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A provider's token endpoint: gives `token-1`, `token-2` …, unless it gives none any more.
#[derive(Clone)]
struct Provider {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Provider {
    async fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let provider = Provider { at, asked: Arc::default(), refuses: Arc::default() };
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = Vec::new();
                while !String::from_utf8_lossy(&asked).contains("client_id=redress") {
                    stream.read_buf(&mut asked).await.unwrap();
                }
                let answer = serving.answer(String::from_utf8_lossy(&asked).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        provider
    }

    fn answer(&self, asked: String) -> String {
        let mut all = self.asked.lock().unwrap();
        all.push(asked);
        let (status, body) = match *self.refuses.lock().unwrap() {
            true => ("400 No", r#"{"error":"invalid_grant"}"#.to_owned()),
            false => {
                let token = format!("token-{}", all.len());
                ("200 OK", format!(r#"{{"access_token":"{token}","expires_in":3600}}"#))
            }
        };
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn mailbox(world: &World, secret: Secret) {
    let account = Account {
        name: "help".to_owned(),
        kind: Kind::Imap,
        host: "localhost".to_owned(),
        port: 993,
        secure: Secure::FromTheStart,
        login: "help@example.test".to_owned(),
        secret,
        folders: vec!["INBOX".to_owned()],
        mailbox: "help@example.test".to_owned(),
        unit: None,
        since: None,
        every_seconds: 60,
        silence_hours: 72,
        authorities: None,
        inside: true,
    };
    let account = match account.secret {
        Secret::Sealed(_) => account.with_password(&world.ctx, PASSWORD),
        _ => account,
    };
    put_account(&world.ctx, account).await.unwrap();
}

fn relay(sink: &Sink) -> Relay {
    let login = Some(RelayLogin::Mailbox("help".to_owned()));
    Relay { login, ..Relay::local(sink.port(), "help@help.example.test") }
}

fn with_token(token: &str) -> String {
    let words = format!("user=help@example.test\x01auth=Bearer {token}\x01\x01");
    format!("AUTH XOAUTH2 {}", STANDARD.encode(words))
}

#[test]
fn letters_leave_with_the_mailbox_s_token_and_a_token_ended_early_is_renewed_once() {
    on_both(async |world| {
        house(&world).await;
        let (sink, provider) = (Sink::start().await, Provider::start().await);
        let url = format!("http://{}/token", provider.at);
        let grant = Grant::new(&world.ctx, &url, "redress", None, "refresh").unwrap();
        mailbox(&world, Secret::Grant(grant)).await;
        sink.want(Some(with_token("token-1")));
        for n in 1..=2 {
            post(&world, n, TO).await;
            assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 1);
            assert_eq!(state(&world, n).await, "sent");
        }
        assert_eq!(provider.asked(), 1, "a token serves while it lasts");
        sink.want(Some(with_token("token-2")));
        post(&world, 3, TO).await;
        deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
        assert_eq!((state(&world, 3).await.as_str(), provider.asked()), ("sent", 2));
        assert_eq!(sink.taken().len(), 3);
    });
}

#[test]
fn a_letter_waits_while_nobody_lets_us_in_and_the_reason_is_told() {
    on_both(async |world| {
        house(&world).await;
        let (sink, provider) = (Sink::start().await, Provider::start().await);
        sink.want(Some(with_token("token-9")));
        let url = format!("http://{}/token", provider.at);
        let grant = Grant::new(&world.ctx, &url, "redress", None, "refresh").unwrap();
        post(&world, 1, TO).await;
        let mut told = Vec::new();
        for step in 0..3 {
            match step {
                0 => {}
                1 => mailbox(&world, Secret::Grant(grant.clone())).await,
                _ => {
                    *provider.refuses.lock().unwrap() = true;
                    world.pass(SignedDuration::from_hours(2));
                }
            }
            world.pass(SignedDuration::from_mins(20));
            deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
            let key = message(1).to_string();
            let sql = "SELECT answer FROM outbox WHERE key = $1 AND state = 'held'";
            let why: String = on!(Store &world.ctx.store,
                db => sqlx::query_scalar(sql).bind(&key).fetch_one(db).await)
            .unwrap();
            told.push(why);
        }
        let wanted = ["no mailbox is called help", "not with that", "invalid_grant"];
        for (told, wanted) in told.iter().zip(wanted) {
            assert!(told.contains(wanted), "{wanted}: {told:?}");
        }
        assert!(sink.taken().is_empty());
    });
}

#[test]
fn a_mailbox_with_a_password_signs_in_with_it() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        let words = format!("\0help@example.test\0{PASSWORD}");
        sink.want(Some(format!("AUTH PLAIN {}", STANDARD.encode(words))));
        mailbox(&world, Secret::Sealed(String::new())).await;
        post(&world, 1, TO).await;
        deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
        assert_eq!(state(&world, 1).await, "sent");
    });
}
