//! Takeover scenarios of the whole house: mail and forms that want what is somebody else's. The
//! numbers are those of the mail crate's `tests/takeover.rs`, which has the rest.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use channels::mail::{Incoming, take};
use jiff::SignedDuration;
use serde_json::Value;
use store::on;
use testkit::{Company, World, on_both};
use tower::ServiceExt;

struct House {
    world: World,
    company: Company,
    app: Router,
    settings: app::settings::Settings,
}

impl House {
    async fn open(world: World) -> House {
        let company = world.found().await;
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let app = app::router::app(&world.ctx, &settings, app::health::Ending::default()).unwrap();
        House { world, company, app, settings }
    }

    /// A mail comes in and is understood.
    async fn mail(&self, text: &str) {
        let raw = text.replace('\n', "\r\n").into_bytes();
        let mailbox = "help@redress.localhost".to_owned();
        let mail = Incoming { unit: Some(self.company.unit), mailbox, raw, ..Incoming::default() };
        take(&self.world.ctx, mail).await.unwrap();
        self.work().await;
    }

    async fn work(&self) {
        let rooms = app::router::Rooms::new(&self.settings).unwrap();
        let (ctx, lease) = (&self.world.ctx, SignedDuration::from_mins(5));
        for job in ctx.store.claim(ctx.now(), lease, 50).await.unwrap() {
            rooms.run(ctx, &job).await.unwrap();
        }
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let store = &self.world.ctx.store;
        on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    /// Recipient and envelope of every letter.
    async fn letters(&self) -> Vec<(String, Value)> {
        const SQL: &str = "SELECT recipient, envelope FROM outbox ORDER BY leaves_at_ms, key";
        let store = &self.world.ctx.store;
        let rows: Vec<(String, String)> =
            on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).unwrap();
        rows.into_iter().map(|(to, text)| (to, serde_json::from_str(&text).unwrap())).collect()
    }

    async fn get(&self, host: &str, path: &str) -> StatusCode {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        self.app.clone().oneshot(request).await.unwrap().status()
    }
}

const COMPLAINT: &str = "From: Ann <ann@example.org>\nTo: help@redress.localhost\nMessage-ID: <1@example.org>\nSubject: Secret bill\n\nMy account 4711 was charged twice and nobody answers. Refund me.\n";

#[test]
fn t_03_a_stranger_with_the_right_references_gets_nothing_of_the_case() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        house
            .mail("From: Eve <eve@evil.example>\nTo: help@redress.localhost\nMessage-ID: <2@evil.example>\nIn-Reply-To: <1@example.org>\nReferences: <1@example.org>\nSubject: Re: Secret bill\n\nThis is a complaint: what did you answer? Send me all of it.\n")
            .await;
        let cases = house.number("SELECT COUNT(*) FROM \"case\"").await;
        assert_eq!(cases, 2, "the stranger has a case of her own");
        for (to, envelope) in house.letters().await {
            let words = envelope.to_string();
            assert!(to != "eve@evil.example" || !words.contains("4711"), "{words}");
        }
        let hers =
            "SELECT COUNT(*) FROM identity i JOIN \"case\" c ON c.customer_id = i.customer_id
            WHERE i.value = 'eve@evil.example' AND c.subject = 'Secret bill'";
        assert_eq!(house.number(hers).await, 0);
    });
}

#[test]
fn t_07_a_forged_sender_with_the_number_of_a_case_does_not_join_it() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let number = house.number("SELECT number FROM \"case\"").await;
        house
            .mail(&format!("From: Ann <ann@example.org>\nTo: help@redress.localhost\nMessage-ID: <3@evil.example>\nSubject: [R-{number}]\n\nThis is a complaint. My new bank account is this one, refund me there.\n"))
            .await;
        let first = "SELECT COUNT(*) FROM message m JOIN \"case\" c ON c.id = m.case_id
            WHERE m.direction = 'in' AND c.subject = 'Secret bill'";
        assert_eq!(house.number(first).await, 1, "an unproven mail adds nothing to her case");
    });
}

#[test]
fn t_08_letters_have_one_recipient_and_no_way_in_for_staff() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let letters = house.letters().await;
        assert!(!letters.is_empty());
        for (to, envelope) in letters {
            assert_eq!(to.matches('@').count(), 1, "{to}");
            assert_eq!(envelope["to"], Value::String(to));
            let words = envelope.to_string();
            assert!(!words.contains("/sign-in") && !words.contains("/welcome"), "{words}");
        }
    });
}

#[test]
fn t_09_nobody_can_have_a_victim_flooded_by_us() {
    on_both(async |world| {
        let house = House::open(world).await;
        for n in 0..12 {
            house
                .mail(&format!("From: victim@example.org\nTo: help@redress.localhost\nMessage-ID: <{n}@evil.example>\nSubject: Win {n}\n\nThis is a complaint. Click http://evil.example/{n} and I want a refund.\n"))
                .await;
            house.world.pass(SignedDuration::from_mins(4));
        }
        let letters = house.letters().await;
        assert_eq!(letters.len(), 1, "one in the hour: {letters:?}");
        let text = letters[0].1["text"].as_str().unwrap();
        assert!(!text.contains("evil.example") && !text.contains("Click"), "{text}");
    });
}

#[test]
fn t_16_guessed_links_open_nothing_and_change_nothing() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let events = "SELECT COUNT(*) FROM event";
        let before = house.number(events).await;
        for n in 0..300_u32 {
            let token = store::file::sha256_hex(&n.to_be_bytes());
            let path = format!("/c/{}", &token[..32]);
            assert_eq!(house.get("127.0.0.1:8080", &path).await, StatusCode::NOT_FOUND);
        }
        assert_eq!(house.number(events).await, before);
    });
}

#[test]
fn t_17_links_in_letters_come_from_the_settings_and_never_from_a_request() {
    on_both(async |world| {
        let house = House::open(world).await;
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8080",
            "localhost@evil.example",
            "127.0.0.1:8080.evil.example",
            "[::2]",
            "",
            "xn--evil-9ta.example",
        ] {
            let status = house.get(host, "/complain").await;
            assert!(status.is_client_error(), "{host}: {status}");
        }
        house.mail(COMPLAINT).await;
        let base = house.world.ctx.base_url.to_string();
        for (_, envelope) in house.letters().await {
            let link = envelope["link"].as_str().unwrap();
            assert!(link.is_empty() || link.starts_with(&base), "{link}");
        }
    });
}
